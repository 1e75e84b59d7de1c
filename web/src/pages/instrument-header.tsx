import { useEffect, useSyncExternalStore } from 'react'
import { Icon } from '../components/icon.tsx'
import { Link } from '../components/link.tsx'
import { SIGN_CLASS } from '../components/sign.ts'
import { StateDot } from '../components/state-dot.tsx'
import { VenueLabel } from '../components/venue-label.tsx'
import { formatCompact, formatPercent, formatPrice, signOf, UNKNOWN } from '../format/decimal-format.ts'
import { formatDuration } from '../format/time-format.ts'
import { useServices, useSignal } from '../services.ts'
import type { FeedStore } from '../state/feed-store.ts'
import { type MarketRow, marketKey } from '../state/market-row.ts'
import { FlashingPrice, InstrumentName } from './market-row.tsx'
import { useNow } from './use-now.ts'

/** The title is for tabs: once a second is plenty. */
const TITLE_MILLISECONDS = 1_000

function Fact({ label, children, className }: { label: string; children: React.ReactNode; className?: string }) {
  return (
    <div className={`fact ${className ?? ''}`}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  )
}

/** More feeds than this have no room to be named one by one. */
const NAMED_FEEDS = 4

/** The states of this instrument's feeds, one dot a channel. */
function FeedDots({ feeds }: { feeds: FeedStore }) {
  const rows = useSignal(feeds.feeds)
  const now = useNow()
  if (rows.length === 0) return <span className="muted">{UNKNOWN}</span>
  const well = rows.filter((row) => row.state === 'synchronised')
  // Many feeds that are well are said in one; those that are not keep their names.
  const isMany = rows.length > NAMED_FEEDS && well.length > 1
  return (
    <span className="feed-dots">
      {rows
        .filter((row) => !isMany || row.state !== 'synchronised')
        .map((row) => (
          <span
            key={row.key}
            title={`${row.reason}. Last message ${row.lastMessageTime === null ? UNKNOWN : `${formatDuration(now - row.lastMessageTime)} ago`}, ${row.resyncs} resyncs`}
          >
            <StateDot state={row.state} />
            {row.channel}
          </span>
        ))}
      {isMany && (
        <span title={well.map((row) => row.channel).join(', ')}>
          <StateDot state="synchronised" />
          {well.length === rows.length ? `all ${well.length}` : `${well.length} others`}
        </span>
      )}
    </span>
  )
}

function useRow(venue: string, instrument: string): MarketRow | undefined {
  const { markets } = useServices()
  const key = marketKey(venue, instrument)
  return useSyncExternalStore(
    (listener) => markets.rows.subscribe(key, listener),
    () => markets.rows.get(key),
  )
}

export function InstrumentHeader(props: { venue: string; instrument: string; scale: number; feeds: FeedStore | null }) {
  const { venue, instrument, scale } = props
  const { markets } = useServices()
  const row = useRow(venue, instrument)

  useEffect(() => {
    const title = (): void => {
      const known = markets.rows.get(marketKey(venue, instrument))
      const price = known?.last == null ? '' : `${formatPrice(known.last, Math.max(scale, known.scale))} `
      document.title = `${price}${instrument} · ${venue} · Opentape`
    }
    title()
    const timer = setInterval(title, TITLE_MILLISECONDS)
    return () => clearInterval(timer)
  }, [markets, venue, instrument, scale])

  const sign = SIGN_CLASS[signOf(row?.change ?? null)]
  return (
    <header className="instrument-head">
      <Link href="/" className="icon-button back" aria-label="Back to all markets" title="Back to all markets (Esc)">
        <Icon name="back" />
      </Link>
      <h1>
        <InstrumentName instrument={instrument} />
        <span className="venue">
          <VenueLabel venue={venue} />
        </span>
        {row?.simulated === true && <span className="simulated-mark">simulated</span>}
      </h1>
      <p className="last">
        {row === undefined ? UNKNOWN : <FlashingPrice row={{ ...row, scale: Math.max(row.scale, scale) }} />}
        <span className={`change ${sign}`}>{formatPercent(row?.change ?? null)}</span>
      </p>
      <dl className="facts">
        <Fact label="24 h high">{formatPrice(row?.high, scale)}</Fact>
        <Fact label="24 h low">{formatPrice(row?.low, scale)}</Fact>
        <Fact label="24 h volume">
          {formatCompact(row?.volume)} <span className="unit">{row?.base}</span>
        </Fact>
        <Fact label="24 h turnover">
          {formatCompact(row?.quoteVolume)} <span className="unit">{row?.quote}</span>
        </Fact>
        <Fact label="Feeds" className="fact-feeds">
          {props.feeds === null ? UNKNOWN : <FeedDots feeds={props.feeds} />}
        </Fact>
      </dl>
    </header>
  )
}
