import { memo } from 'react'
import { amountLabel, formatAmount, formatPrice } from '../format/decimal-format.ts'
import { formatTimeMillis, type TimeZoneChoice } from '../format/time-format.ts'
import { useServices, useSignal } from '../services.ts'
import type { TapeFeed } from '../state/tape-feed.ts'
import type { TapeTrade } from '../state/trade-tape.ts'

/** Prints drawn; the tape itself keeps more. */
const SHOWN = 60

const Line = memo(function Line(props: {
  trade: TapeTrade
  weight: number
  priceScale: number
  amountScale: number
  zone: TimeZoneChoice
}) {
  const { trade, weight } = props
  return (
    <tr className={`print print-${trade.side} ${weight >= 3 ? 'print-large' : ''}`}>
      <td className="number print-price">
        <span className="visually-hidden">{trade.side === 'unknown' ? '' : trade.side}</span>
        {formatPrice(trade.price, props.priceScale)}
      </td>
      <td className="number">
        {formatAmount(trade.amount, props.amountScale)}
        {weight > 0 && <span className="print-bar" style={{ transform: `scaleX(${weight / 5})` }} />}
      </td>
      <td className="number print-time">{formatTimeMillis(trade.time, props.zone)}</td>
    </tr>
  )
})

/** How large a print is among its neighbours, 0 to 5. In steps, so that a new print does not draw all others anew. */
function weightOf(amount: number, median: number): number {
  if (median <= 0 || amount <= 0) return 0
  return Math.max(0, Math.min(5, Math.round(Math.log2(amount / median))))
}

/** The tape: newest first, the taker's side by colour, large prints emphasised. */
export function TradeList(props: { feed: TapeFeed; priceScale: number; amountScale: number; unit: string }) {
  const { settings } = useServices()
  const zone = useSignal(settings.zone)
  const trades = useSignal(props.feed.trades)
  const loaded = useSignal(props.feed.loaded)
  // Doubles for emphasis only.
  const sizes = trades.map((trade) => Number(trade.amount)).sort((left, right) => left - right)
  const median = sizes[sizes.length >> 1] ?? 0
  return (
    <section className="panel trades" aria-labelledby="trades-title">
      <header className="panel-head">
        <h2 id="trades-title">Trades</h2>
        <span className="side-key" aria-hidden="true">
          <span className="up">taker buys</span>
          <span className="down">taker sells</span>
        </span>
      </header>
      <div className="panel-body tape-body">
        <table className="tape">
          <thead>
            <tr>
              <th scope="col" className="number">
                Price
              </th>
              <th scope="col" className="number">
                {amountLabel(props.unit)}
              </th>
              <th scope="col" className="number">
                Time
              </th>
            </tr>
          </thead>
          <tbody>
            {trades.slice(0, SHOWN).map((trade) => (
              <Line
                key={trade.key}
                trade={trade}
                weight={weightOf(Number(trade.amount), median)}
                priceScale={props.priceScale}
                amountScale={props.amountScale}
                zone={zone}
              />
            ))}
          </tbody>
        </table>
        {trades.length === 0 && <p className="panel-note">{loaded ? 'No trades yet.' : 'Loading trades…'}</p>}
      </div>
    </section>
  )
}
