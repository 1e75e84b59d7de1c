import { amount, type BookLevel, isZero, MarketError, price } from '../../market/index.ts'
import { isTextObject, type TextObject, type TextValue } from '../shared/json-text.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { amountOf, epochTime, listOf, optionalTextOf, priceOf, textOf, timeOf } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'

/** So many changes, of both sides and none of them a removal, are no update but the state of a book. */
const SNAPSHOT_CHANGES = 20

/** Reads the messages of Market Data v2. It remembers of which books the state came. */
export class GeminiReader {
  readonly #begun = new Set<string>()
  /** The candle of each symbol that lasts, as it was said last. */
  readonly #lasting = new Map<string, ReturnType<typeof candleOf>>()

  clear(): void {
    this.#lasting.clear()
    this.#begun.clear()
  }

  /** @returns false if it is of an unknown kind. @throws VenueError, MarketError if it is malformed. */
  read(frame: TextObject, facts: MarketFacts): boolean {
    switch (frame.type) {
      case 'l2_updates':
        this.#book(frame, facts)
        return true
      case 'trade':
        readTrade(frame, false, facts)
        return true
      case 'candles_1m_updates':
        this.#readCandles(frame, facts)
        return true
      case 'heartbeat':
      case 'auction_open':
      case 'auction_indicative':
      case 'auction_result':
      case 'block_trade':
        return true
      default:
        // Candles of other widths, which somebody may have recorded.
        return typeof frame.type === 'string' && /^candles_\w+_updates$/.test(frame.type)
    }
  }

  /**
   * "The initial response will show the existing state of the order books and last 50 trades. Subsequent messages show all
   * executed trades and order book changes." The initial one has `trades`, or `auction_events`, or both; nothing else tells it
   * apart. https://developer.gemini.com/websocket/archived/v2 (2026-11-22)
   */
  #book(frame: TextObject, facts: MarketFacts): void {
    const symbol = textOf(frame, 'symbol')
    const bids: BookLevel[] = []
    const asks: BookLevel[] = []
    let removals = 0
    for (const change of listOf(frame, 'changes')) {
      const [side, at, size] = Array.isArray(change) ? (change as readonly TextValue[]) : []
      if (typeof at !== 'string' || typeof size !== 'string') throw notA('change', change)
      const level: BookLevel = [price(at), amount(size)]
      if (isZero(level[1])) removals++
      if (side === 'buy') bids.push(level)
      else if (side === 'sell') asks.push(level)
      else throw notA('side', side)
    }
    const { trades } = frame
    const isWhole =
      removals === 0 && bids.length > 0 && asks.length > 0 && bids.length + asks.length >= SNAPSHOT_CHANGES
    const isInitial = trades !== undefined || frame.auction_events !== undefined
    const isSnapshot = isInitial || (isWhole && !this.#begun.has(symbol))
    if (isSnapshot) this.#begun.add(symbol)
    const kind = isSnapshot ? 'snapshot' : 'update'
    const isThere = (level: BookLevel) => !isSnapshot || !isZero(level[1])
    facts.book(symbol, {
      kind,
      bids: bids.filter(isThere),
      asks: asks.filter(isThere),
      // The message has no time and no number.
      exchangeTime: null,
      first: null,
      last: null,
      previous: null,
    })
    if (Array.isArray(trades)) for (const trade of trades as readonly TextValue[]) readBacklog(trade, facts)
  }

  /**
   * `[time, open, high, low, close, volume]`, newest first. The first message is a day of them; the later ones are the candle
   * that lasts, and never say that it is over.
   */
  #readCandles(frame: TextObject, facts: MarketFacts): void {
    const symbol = textOf(frame, 'symbol')
    const candles = listOf(frame, 'changes').map(candleOf).reverse()
    const newest = candles.pop()
    if (newest === undefined) return
    const say = (candle: ReturnType<typeof candleOf>, isClosed: boolean) =>
      facts.candle(symbol, { interval: '1m', ...candle, isClosed, exchangeTime: null })
    const lasting = this.#lasting.get(symbol)
    for (const candle of candles) say(candle, true)
    const isSaid = candles.some(({ openTime }) => openTime === lasting?.openTime)
    if (lasting !== undefined && lasting.openTime < newest.openTime && !isSaid) say(lasting, true)
    this.#lasting.set(symbol, newest)
    say(newest, false)
  }
}

/** One trade of the initial response. The book that came with it is none the worse for one that is unreadable. */
function readBacklog(trade: TextValue, facts: MarketFacts): void {
  if (isTextObject(trade) && trade.type !== undefined && trade.type !== 'trade') return
  try {
    if (!isTextObject(trade)) throw notA('trade', trade)
    readTrade(trade, true, facts)
  } catch (error) {
    if (!(error instanceof VenueError || error instanceof MarketError)) throw error
    facts.venueError(`a trade of the initial response is unreadable: ${error.message}`)
  }
}

/**
 * "side: Taker side", "tid: Trade ID", which older messages do not have: then the id of their event is the one that REST calls
 * `tid`. The trades of the initial response are newest first. https://developer.gemini.com/websocket/archived/v2 (2026-11-22)
 */
function readTrade(trade: TextObject, isBacklog: boolean, facts: MarketFacts): void {
  const id = optionalTextOf(trade, 'tid') ?? optionalTextOf(trade, 'event_id') ?? textOf(trade, 'eventid')
  const side = trade.side === 'buy' || trade.side === 'sell' ? trade.side : 'unknown'
  const time = timeOf(trade, 'timestamp')
  facts.trade(textOf(trade, 'symbol'), id, priceOf(trade, 'price'), amountOf(trade, 'quantity'), side, time, isBacklog)
}

/** What a candle says, on the socket and over REST. @throws VenueError, MarketError */
export function candleOf(row: TextValue) {
  const values = Array.isArray(row) ? (row as readonly TextValue[]) : []
  const [time, open, high, low, close, volume] = values.map((value) => (typeof value === 'string' ? value : ''))
  if (volume === undefined) throw notA('candle', row)
  return {
    openTime: epochTime(time ?? ''),
    open: price(open ?? ''),
    high: price(high ?? ''),
    low: price(low ?? ''),
    close: price(close ?? ''),
    volume: amount(volume),
    quoteVolume: null,
    trades: null,
  }
}

function notA(what: string, found: TextValue | undefined): VenueError {
  return new VenueError('VENUE_TEXT_INVALID', `not a ${what}: ${JSON.stringify(found)?.slice(0, 80)}`)
}
