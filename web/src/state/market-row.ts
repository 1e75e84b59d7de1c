import type { Market, StreamEvent } from '../../../src/gateway/schemas/index.ts'
import { compareDecimals, type DecimalText, scaleOf } from '../../../src/market/index.ts'
import { percentChange } from '../format/decimal-format.ts'

export type FeedStateName = Market['feedState']

/** One line of the market list. A row is never changed: a new one takes its place. Unknown facts are null. */
export interface MarketRow {
  readonly key: string
  readonly venue: string
  readonly instrument: string
  readonly symbol: string
  readonly base: string
  readonly quote: string
  readonly last: string | null
  readonly lastTime: number | null
  readonly bid: string | null
  readonly ask: string | null
  /** The first price of the window of 24 hours, from the venue's own ticker. */
  readonly open: string | null
  readonly change: string | null
  readonly high: string | null
  readonly low: string | null
  readonly volume: string | null
  readonly quoteVolume: string | null
  readonly spark: readonly string[]
  readonly feedState: FeedStateName
  readonly simulated: boolean
  /** Digits after the point that this market's prices have needed so far. */
  readonly scale: number
  /** What a flash is started by: where the price went, how many flashes there were, and when the last one was due. */
  readonly direction: -1 | 0 | 1
  readonly ticks: number
  readonly tickTime: number
}

/** A busy market would flash without end; a little apart, a flash still says something. */
const FLASHES_APART_MICROS = 1_000_000

export function marketKey(venue: string, instrument: string): string {
  return `${venue}/${instrument}`
}

/** A row from the list of markets. What the stream has told since is kept where it is newer. */
export function rowFromMarket(market: Market, known: MarketRow | undefined): MarketRow {
  const newer = known !== undefined && (known.lastTime ?? -1) > (market.lastTime ?? -1)
  const last = newer ? known.last : market.last
  return {
    key: marketKey(market.venue, market.instrument),
    venue: market.venue,
    instrument: market.instrument,
    symbol: market.symbol,
    base: market.base,
    quote: market.quote,
    last,
    lastTime: newer ? known.lastTime : market.lastTime,
    bid: newer ? known.bid : market.bidPrice,
    ask: newer ? known.ask : market.askPrice,
    open: known?.open ?? null,
    change: newer ? known.change : market.change24h,
    high: market.high24h,
    low: market.low24h,
    volume: market.volume24h,
    quoteVolume: market.quoteVolume24h,
    spark: market.spark,
    feedState: market.feedState,
    simulated: market.simulated,
    scale: Math.max(known?.scale ?? 0, scaleOfMarket(market)),
    direction: known?.direction ?? 0,
    ticks: known?.ticks ?? 0,
    tickTime: known?.tickTime ?? 0,
  }
}

function scaleOfMarket(market: Market): number {
  const prices = [market.last, market.bidPrice, market.askPrice, market.high24h, market.low24h, ...market.spark]
  return prices.reduce((scale, price) => Math.max(scale, price === null ? 0 : scaleOf(price)), 0)
}

/** The row after a message of the stream; the same row if the message says nothing new of it. */
export function rowAfter(row: MarketRow, event: StreamEvent): MarketRow {
  switch (event.messageType) {
    case 'trade': {
      const { price, receiveTime, backlog } = event.payload
      // History that comes late does not move the last price.
      if (row.lastTime !== null && receiveTime < row.lastTime) return row
      if (backlog === true && row.lastTime !== null) return row
      return withLast(row, price, receiveTime)
    }
    case 'quote': {
      const { bidPrice, askPrice } = event.payload
      if (bidPrice === row.bid && askPrice === row.ask) return row
      const scale = Math.max(row.scale, scaleOf(bidPrice ?? ''), scaleOf(askPrice ?? ''))
      return { ...row, bid: bidPrice, ask: askPrice, scale }
    }
    case 'ticker': {
      const ticker = event.payload
      const open = ticker.open ?? row.open
      const next: MarketRow = {
        ...row,
        open,
        high: ticker.high ?? row.high,
        low: ticker.low ?? row.low,
        volume: ticker.volume ?? row.volume,
        quoteVolume: ticker.quoteVolume ?? row.quoteVolume,
        change: changeOf(open, row.last) ?? row.change,
      }
      // The ticker's last price counts only where no print has been seen: prints are the finer source.
      return row.last === null && ticker.last !== null ? withLast(next, ticker.last, ticker.receiveTime) : next
    }
    case 'feed-state': {
      // The dot of the list is the state of the trades, as in the gateway's own list.
      const { channel, state } = event.payload
      return channel !== 'trade' || state === row.feedState ? row : { ...row, feedState: state }
    }
    default:
      return row
  }
}

function withLast(row: MarketRow, price: string, time: number): MarketRow {
  if (price === row.last) return { ...row, lastTime: time }
  const due = time - row.tickTime >= FLASHES_APART_MICROS
  const direction = row.last === null ? 0 : sign(compareDecimals(price as DecimalText, row.last as DecimalText))
  return {
    ...row,
    last: price,
    lastTime: time,
    change: changeOf(row.open, price) ?? row.change,
    scale: Math.max(row.scale, scaleOf(price)),
    ...(due ? { direction, ticks: row.ticks + 1, tickTime: time } : {}),
  }
}

function changeOf(open: string | null, last: string | null): string | null {
  return percentChange(open as DecimalText | null, last as DecimalText | null)
}

function sign(order: number): -1 | 0 | 1 {
  return order < 0 ? -1 : order > 0 ? 1 : 0
}
