import { type Amount, type BookLevel, type Micros, type Price, price, type TradeEvent } from '../../market/index.ts'
import type { SessionOutput } from '../protocol.ts'
import { WireCursor } from '../shared/wire-cursor.ts'
import { VenueError } from '../venue-error.ts'
import type { DepthChange } from './depth-book.ts'
import type { Stream, StreamTable } from './stream-table.ts'
import { readStreamName, type StreamKind } from './streams.ts'
import type { SymbolFeeds } from './symbol-feeds.ts'
import {
  amountOf,
  booleanOf,
  decimalOf,
  isWireObject,
  levelsOf,
  parseWire,
  priceOf,
  textOf,
  timeOf,
  type WireObject,
  wholeOf,
} from './wire.ts'

const COMMA = 44
const OPEN = 91
const CLOSE = 93

/** Events of frames that are no streams of ours although they are market data (a capture may have more than we read). */
const OTHER_EVENTS: ReadonlySet<string> = new Set([
  'kline',
  '24hrMiniTicker',
  '1hTicker',
  '4hTicker',
  '1dTicker',
  'avgPrice',
])

/**
 * Reads frames of market data and gives each to its feed. The streams that carry nearly everything are walked over in one
 * pass ({@link readFast}); whatever is not exactly as they are written is parsed and checked ({@link readSlowly}).
 */
export class FrameReader {
  readonly #streams: StreamTable
  readonly #symbols: ReadonlyMap<string, SymbolFeeds>
  readonly #cursor = new WireCursor()

  constructor(streams: StreamTable, symbols: ReadonlyMap<string, SymbolFeeds>) {
    this.#streams = streams
    this.#symbols = symbols
  }

  /** @returns false if the frame is not of a known shape: then nothing was done with it. */
  readFast(frame: string, at: Micros, out: SessionOutput): boolean {
    const cursor = this.#cursor
    cursor.start(frame, 0)
    if (!cursor.literal('{"stream":"')) return false
    const stream = this.#streams.read(cursor)
    if (stream === undefined || !cursor.literal(stream.head)) return false
    switch (stream.kind) {
      case 'depth':
        return this.#readDepth(cursor, stream, at, out)
      case 'book-ticker':
        return this.#readQuote(cursor, stream, at, out)
      case 'trade':
        return this.#readTrade(cursor, stream, at, out)
      default:
        return false
    }
  }

  #readDepth(cursor: WireCursor, stream: Stream, at: Micros, out: SessionOutput): boolean {
    const time = cursor.whole()
    if (time < 0 || !cursor.literal(stream.symbolPart)) return false
    const first = cursor.whole()
    if (first < 0 || !cursor.literal(',"u":')) return false
    const last = cursor.whole()
    if (last < first || !cursor.literal(',"b":')) return false
    const bids = readLevels(cursor)
    if (bids === undefined || !cursor.literal(',"a":')) return false
    const asks = readLevels(cursor)
    if (asks === undefined || !cursor.literal('}}') || !cursor.isAtEnd) return false
    stream.feeds.book?.changed({ first, last, bids, asks, exchangeTime: timeOf(time), receiveTime: at }, out)
    return true
  }

  #readQuote(cursor: WireCursor, stream: Stream, at: Micros, out: SessionOutput): boolean {
    const sequence = cursor.whole()
    if (sequence < 0 || !cursor.literal(stream.symbolPart)) return false
    const bidPrice = cursor.quotedDecimal() as Price | undefined
    if (bidPrice === undefined || !cursor.literal(',"B":')) return false
    const bidAmount = cursor.quotedDecimal() as Amount | undefined
    if (bidAmount === undefined || !cursor.literal(',"a":')) return false
    const askPrice = cursor.quotedDecimal() as Price | undefined
    if (askPrice === undefined || !cursor.literal(',"A":')) return false
    const askAmount = cursor.quotedDecimal() as Amount | undefined
    if (askAmount === undefined || !cursor.literal('}}') || !cursor.isAtEnd) return false
    quoted(stream.feeds, sequence, bidPrice, bidAmount, askPrice, askAmount, null, at, out)
    return true
  }

  #readTrade(cursor: WireCursor, stream: Stream, at: Micros, out: SessionOutput): boolean {
    if (cursor.whole() < 0 || !cursor.literal(stream.symbolPart)) return false
    const number = cursor.whole()
    if (number < 0 || !cursor.literal(',"p":')) return false
    const tradePrice = cursor.quotedDecimal() as Price | undefined
    if (tradePrice === undefined || !cursor.literal(',"q":')) return false
    const tradeAmount = cursor.quotedDecimal() as Amount | undefined
    if (tradeAmount === undefined) return false
    // Until 2023 the ids of both orders stood here.
    if (cursor.literal(',"b":') && (cursor.whole() < 0 || !cursor.literal(',"a":') || cursor.whole() < 0)) return false
    if (!cursor.literal(',"T":')) return false
    const time = cursor.whole()
    if (time < 0) return false
    let buyerIsMaker = true
    if (cursor.literal(',"m":false')) buyerIsMaker = false
    else if (!cursor.literal(',"m":true')) return false
    if (!cursor.literal(',"M":true}}') && !cursor.literal(',"M":false}}')) return false
    if (!cursor.isAtEnd) return false
    const { feeds } = stream
    const trade = tradeEvent(feeds, String(number), tradePrice, tradeAmount, buyerIsMaker, timeOf(time), at)
    feeds.hasSingleTrades = true
    feeds.trades?.accept(trade, number, number, out)
    return true
  }

  /**
   * Reads any frame.
   * @returns the parsed frame if it is no market data; undefined where that was dealt with.
   * @throws VenueError or MarketError if it is malformed
   */
  readSlowly(frame: string, at: Micros, out: SessionOutput): unknown {
    const root = parseWire(frame)
    if (!isWireObject(root)) throw new VenueError('VENUE_TEXT_INVALID', 'a frame is not an object')
    const combined = typeof root.stream === 'string' && isWireObject(root.data)
    const data = combined ? (root.data as WireObject) : root
    const kind = combined ? readStreamName(root.stream as string)?.kind : kindOfData(data)
    if (typeof data.e === 'string' && OTHER_EVENTS.has(data.e)) return undefined
    if (kind === undefined || typeof data.s !== 'string') return root
    const feeds = this.#symbols.get(data.s)
    if (feeds === undefined || !this.#read(feeds, kind, data, at, out)) {
      out.refused({
        kind: 'unknown-instrument',
        reason: `nobody subscribed to ${kind} of ${data.s.slice(0, 40)}`,
        sample: frame.slice(0, 200),
      })
    }
    return undefined
  }

  /** @returns whether the symbol has a feed of that kind. */
  #read(feeds: SymbolFeeds, kind: StreamKind, data: WireObject, at: Micros, out: SessionOutput): boolean {
    switch (kind) {
      case 'depth':
        return readDepthData(feeds, data, at, out)
      case 'book-ticker':
        return readQuoteData(feeds, data, at, out)
      case 'ticker':
        return readTickerData(feeds, data, at, out)
      case 'trade':
        return readTradeData(feeds, data, at, out)
      case 'agg-trade':
        return readBundleData(feeds, data, at, out)
    }
  }
}

/** Raw streams (`/ws/…`) have no wrapper: the kind is in the data. */
export function kindOfData(data: WireObject): StreamKind | undefined {
  switch (data.e) {
    case 'trade':
      return 'trade'
    case 'aggTrade':
      return 'agg-trade'
    case 'depthUpdate':
      return 'depth'
    case '24hrTicker':
      return 'ticker'
    default:
      return data.e === undefined && 'u' in data && 'B' in data && 'A' in data ? 'book-ticker' : undefined
  }
}

function readLevels(cursor: WireCursor): BookLevel[] | undefined {
  if (!cursor.character(OPEN)) return undefined
  const levels: BookLevel[] = []
  if (cursor.character(CLOSE)) return levels
  for (;;) {
    if (!cursor.character(OPEN)) return undefined
    const at = cursor.quotedDecimal() as Price | undefined
    if (at === undefined || !cursor.character(COMMA)) return undefined
    const size = cursor.quotedDecimal() as Amount | undefined
    if (size === undefined || !cursor.character(CLOSE)) return undefined
    levels.push([at, size])
    if (cursor.character(COMMA)) continue
    return cursor.character(CLOSE) ? levels : undefined
  }
}

function tradeEvent(
  feeds: SymbolFeeds,
  id: string,
  tradePrice: Price,
  tradeAmount: Amount,
  buyerIsMaker: boolean,
  exchangeTime: Micros,
  at: Micros,
): TradeEvent {
  return {
    messageType: 'trade',
    venue: feeds.instrument.venue,
    instrument: feeds.instrument.id,
    symbol: feeds.instrument.symbol,
    id,
    price: tradePrice,
    amount: tradeAmount,
    // "m: Is the buyer the market maker?" Then the seller crossed the spread.
    side: buyerIsMaker ? 'sell' : 'buy',
    exchangeTime,
    receiveTime: at,
  }
}

function quoted(
  feeds: SymbolFeeds,
  sequence: number,
  bidPrice: Price,
  bidAmount: Amount,
  askPrice: Price,
  askAmount: Amount,
  exchangeTime: Micros | null,
  at: Micros,
  out: SessionOutput,
): void {
  if (feeds.quote === undefined) return
  feeds.quote.said(sequence, [bidPrice, bidAmount, askPrice, askAmount], at, out)
  // An empty side is written as zeros.
  const hasBid = bidAmount !== '0'
  const hasAsk = askAmount !== '0'
  out.event({
    messageType: 'quote',
    venue: feeds.instrument.venue,
    instrument: feeds.instrument.id,
    symbol: feeds.instrument.symbol,
    bidPrice: hasBid ? bidPrice : null,
    bidAmount: hasBid ? bidAmount : null,
    askPrice: hasAsk ? askPrice : null,
    askAmount: hasAsk ? askAmount : null,
    sequence,
    exchangeTime,
    receiveTime: at,
  })
}

function readDepthData(feeds: SymbolFeeds, data: WireObject, at: Micros, out: SessionOutput): boolean {
  if (feeds.book === undefined) return false
  const change: DepthChange = {
    first: wholeOf(data, 'U'),
    last: wholeOf(data, 'u'),
    bids: levelsOf(data, 'b'),
    asks: levelsOf(data, 'a'),
    exchangeTime: timeOf(wholeOf(data, 'E')),
    receiveTime: at,
  }
  if (change.last < change.first) throw new VenueError('VENUE_TEXT_INVALID', 'a depth update ends before it begins')
  feeds.book.changed(change, out)
  return true
}

function readQuoteData(feeds: SymbolFeeds, data: WireObject, at: Micros, out: SessionOutput): boolean {
  if (feeds.quote === undefined) return false
  // The venue documents no time here; a capture may have one.
  const time = data.E === undefined ? null : timeOf(wholeOf(data, 'E'))
  const bid = [priceOf(data, 'b'), amountOf(data, 'B')] as const
  const ask = [priceOf(data, 'a'), amountOf(data, 'A')] as const
  quoted(feeds, wholeOf(data, 'u'), bid[0], bid[1], ask[0], ask[1], time, at, out)
  return true
}

function readTickerData(feeds: SymbolFeeds, data: WireObject, at: Micros, out: SessionOutput): boolean {
  const feed = feeds.ticker
  if (feed === undefined) return false
  const time = timeOf(wholeOf(data, 'E'))
  // A symbol that did not trade for 24 hours has zeros for prices.
  const traded = data.n !== 0
  const priceIf = (name: string): Price | null => (traded ? price(textOf(data, name)) : null)
  const event = {
    messageType: 'ticker',
    venue: feeds.instrument.venue,
    instrument: feeds.instrument.id,
    symbol: feeds.instrument.symbol,
    last: price(textOf(data, 'c')),
    open: priceIf('o'),
    high: priceIf('h'),
    low: priceIf('l'),
    volume: decimalOf(data, 'v'),
    quoteVolume: decimalOf(data, 'q'),
    exchangeTime: time,
    receiveTime: at,
  } as const
  feed.heard(at, null)
  if (feed.state !== 'synchronised') feed.regain('tickers come', at, out)
  out.event(event)
  return true
}

function readTradeData(feeds: SymbolFeeds, data: WireObject, at: Micros, out: SessionOutput): boolean {
  if (feeds.trades === undefined) return false
  const number = wholeOf(data, 't')
  const time = timeOf(wholeOf(data, 'T'))
  const maker = booleanOf(data, 'm')
  const trade = tradeEvent(feeds, String(number), priceOf(data, 'p'), amountOf(data, 'q'), maker, time, at)
  feeds.hasSingleTrades = true
  feeds.trades.accept(trade, number, number, out)
  return true
}

/**
 * A bundle of trades of one taker order at one price (`aggTrade`). It is read only where there are no single ones. Its
 * id is the ids of its trades: `228423`, or `228423-228425` for several, so that it says what it stands for, holes are
 * seen across bundles, and it is never taken for the single trade of another number.
 */
function readBundleData(feeds: SymbolFeeds, data: WireObject, at: Micros, out: SessionOutput): boolean {
  if (feeds.trades === undefined) return false
  if (feeds.hasSingleTrades) return true
  const first = wholeOf(data, 'f')
  const last = wholeOf(data, 'l')
  if (last < first) throw new VenueError('VENUE_TEXT_INVALID', 'a bundle of trades ends before it begins')
  const id = first === last ? String(first) : `${first}-${last}`
  const time = timeOf(wholeOf(data, 'T'))
  const maker = booleanOf(data, 'm')
  feeds.trades.accept(tradeEvent(feeds, id, priceOf(data, 'p'), amountOf(data, 'q'), maker, time, at), first, last, out)
  return true
}
