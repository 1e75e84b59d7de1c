import { useEffect, useRef, useState } from 'react'
import { amountLabel, formatAmount, formatPrice } from '../format/decimal-format.ts'
import { useSignal } from '../services.ts'
import type { BookFeed, BookState } from '../state/book-feed.ts'
import type { LadderRow } from '../state/book-view.ts'
import { StateBadge } from './state-dot.tsx'

const ROW_HEIGHT = 20
/** Height of what is not a row: the spread. */
const MIDDLE_HEIGHT = 36

/** What is said over a book that is not live. */
const NOT_LIVE: Partial<Record<BookState, string>> = {
  loading: 'Loading the book…',
  disconnected: 'Not live: connection lost',
  recovering: 'Not live: being repaired',
  stale: 'Not live: stale',
  halted: 'Trading is halted',
  unknown: 'Not live: state unknown',
}

function Rows(props: { rows: readonly LadderRow[]; side: 'bid' | 'ask'; priceScale: number; amountScale: number }) {
  return props.rows.map((row) => (
    <tr key={row.price} className={props.side}>
      <td className="number ladder-price">{formatPrice(row.price, props.priceScale)}</td>
      <td className="number">{formatAmount(row.amount, props.amountScale)}</td>
      <td className="number ladder-total">
        {formatAmount(row.total, props.amountScale)}
        <span className="ladder-bar" style={{ transform: `scaleX(${row.share.toFixed(3)})` }} />
      </td>
    </tr>
  ))
}

/** The order book: asks above, bids below, as many rows as fit. A book that is not live is greyed and says so. */
export function BookLadder(props: { feed: BookFeed; priceScale: number; amountScale: number; unit: string }) {
  const { feed, priceScale, amountScale } = props
  const ladder = useSignal(feed.ladder)
  const state = useSignal(feed.state)
  const reason = useSignal(feed.reason)
  const body = useRef<HTMLDivElement>(null)
  const [rows, setRows] = useState(12)

  useEffect(() => {
    if (body.current === null) return
    const observer = new ResizeObserver(([entry]) => {
      if (entry === undefined) return
      const fit = Math.floor((entry.contentRect.height - MIDDLE_HEIGHT) / 2 / ROW_HEIGHT)
      setRows(Math.max(5, Math.min(40, fit)))
    })
    observer.observe(body.current)
    return () => observer.disconnect()
  }, [])

  // Bars compare within what is shown, so they are measured against the deepest row in sight.
  const asks = ladder.asks.slice(0, rows)
  const bids = ladder.bids.slice(0, rows)
  const deepest = Math.max(asks.at(-1)?.share ?? 0, bids.at(-1)?.share ?? 0) || 1
  const scaled = (side: readonly LadderRow[]) => side.map((row) => ({ ...row, share: row.share / deepest }))
  const live = state === 'synchronised'
  const note = NOT_LIVE[state]
  return (
    <section className="panel book" aria-labelledby="book-title">
      <header className="panel-head">
        <h2 id="book-title">Order book</h2>
        <span role="status">
          <StateBadge state={state} title={reason} />
        </span>
      </header>
      <div className={`panel-body ladder-body ${live ? '' : 'not-live'}`}>
        <div className="ladder-head" aria-hidden="true">
          <span>Price</span>
          <span>{amountLabel(props.unit)}</span>
          <span>Total</span>
        </div>
        <div ref={body} className="ladder-sides">
          <table className="ladder ladder-asks">
            <caption className="visually-hidden">Asks, from far to near</caption>
            <thead className="visually-hidden">
              <tr>
                <th scope="col">Price</th>
                <th scope="col">Amount</th>
                <th scope="col">Total</th>
              </tr>
            </thead>
            <tbody>
              <Rows rows={scaled(asks).reverse()} side="ask" priceScale={priceScale} amountScale={amountScale} />
            </tbody>
          </table>
          <div className="ladder-middle">
            <span>Spread</span>
            <span>{formatPrice(ladder.spread, priceScale)}</span>
            <span>{ladder.spreadBasisPoints === null ? '—' : `${ladder.spreadBasisPoints} bp`}</span>
          </div>
          <table className="ladder ladder-bids">
            <caption className="visually-hidden">Bids, from near to far</caption>
            <thead className="visually-hidden">
              <tr>
                <th scope="col">Price</th>
                <th scope="col">Amount</th>
                <th scope="col">Total</th>
              </tr>
            </thead>
            <tbody>
              <Rows rows={scaled(bids)} side="bid" priceScale={priceScale} amountScale={amountScale} />
            </tbody>
          </table>
        </div>
        {note !== undefined && (
          <div className="book-note" title={reason}>
            {note}
          </div>
        )}
      </div>
    </section>
  )
}
