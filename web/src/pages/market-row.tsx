import { memo, useRef, useSyncExternalStore } from 'react'
import type { DecimalText } from '../../../src/market/index.ts'
import { Link } from '../components/link.tsx'
import { SIGN_CLASS } from '../components/sign.ts'
import { Sparkline } from '../components/sparkline.tsx'
import { StateDot } from '../components/state-dot.tsx'
import { VenueLabel } from '../components/venue-label.tsx'
import {
  formatCompact,
  formatPercent,
  formatPrice,
  signOf,
  spreadBasisPoints,
  UNKNOWN,
} from '../format/decimal-format.ts'
import { useServices } from '../services.ts'
import type { MarketRow } from '../state/market-row.ts'
import { instrumentPath } from '../state/router.ts'

/** `BTC` and `-USDT`: the asset carries the weight, the rest is said quietly. */
export function InstrumentName({ instrument }: { instrument: string }) {
  const dash = instrument.indexOf('-')
  if (dash < 0) return <b>{instrument}</b>
  return (
    <>
      <b>{instrument.slice(0, dash)}</b>
      <span className="quiet">{instrument.slice(dash)}</span>
    </>
  )
}

export function rowSpread(row: MarketRow): string | null {
  return spreadBasisPoints(row.bid as DecimalText | null, row.ask as DecimalText | null)
}

/** The last price, with a short flash in the direction of its change. */
export function FlashingPrice({ row }: { row: MarketRow }) {
  // A row that scrolls into sight does not flash for a change that it made before.
  const first = useRef(row.ticks)
  const flash =
    row.ticks === first.current || row.direction === 0 ? '' : `flash-${SIGN_CLASS[row.direction]}-${row.ticks % 2}`
  return <span className={`price ${flash}`}>{formatPrice(row.last, row.scale)}</span>
}

/** One line of the list: it alone is drawn anew when its market moves. */
export const MarketLine = memo(function MarketLine({ id, index }: { id: string; index: number }) {
  const { markets, router } = useServices()
  const row = useSyncExternalStore(
    (listener) => markets.rows.subscribe(id, listener),
    () => markets.rows.get(id),
  )
  if (row === undefined) return null
  const path = instrumentPath(row.venue, row.instrument)
  const spread = rowSpread(row)
  return (
    // The link in the first cell is the way for keyboards; a click anywhere on the line is a convenience.
    <tr
      aria-rowindex={index + 2}
      onClick={(event) => {
        if (event.target instanceof Element && event.target.closest('a') === null) router.go(path)
      }}
    >
      <td className="cell-name">
        <StateDot state={row.feedState} />
        <Link href={path} data-row={id}>
          <span className="name">
            <InstrumentName instrument={row.instrument} />
          </span>
          <span className="venue">
            <VenueLabel venue={row.venue} />
          </span>
        </Link>
      </td>
      <td className="number cell-price">
        <FlashingPrice row={row} />
        <span className={`under ${SIGN_CLASS[signOf(row.change)]}`}>{formatPercent(row.change)}</span>
      </td>
      <td className={`number cell-change ${SIGN_CLASS[signOf(row.change)]}`}>{formatPercent(row.change)}</td>
      <td className="cell-spark">
        <Sparkline prices={row.spark} />
      </td>
      <td className="number cell-high">{formatPrice(row.high, row.scale)}</td>
      <td className="number cell-low">{formatPrice(row.low, row.scale)}</td>
      <td className="number cell-volume">
        {/* Some venues count the base asset only; then that is shown, in its own unit. */}
        {formatCompact(row.quoteVolume ?? row.volume)}{' '}
        <span className="unit">{row.quoteVolume !== null ? row.quote : row.volume === null ? '' : row.base}</span>
      </td>
      <td className="number cell-bid">{formatPrice(row.bid, row.scale)}</td>
      <td className="number cell-ask">{formatPrice(row.ask, row.scale)}</td>
      <td className="number cell-spread">{spread === null ? UNKNOWN : spread}</td>
    </tr>
  )
})
