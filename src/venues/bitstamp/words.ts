import { type Channel, type Instrument, MICROS_PER_SECOND } from '../../market/index.ts'
import type { Subscription } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject } from '../shared/json-text.ts'
import type { BookChange, BookPosition, BookRule, Verdict } from '../shared/market/book-rule.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import type { MarketPoll, MarketWords } from '../shared/market/market-words.ts'
import { WireUsers } from '../shared/market/wire-users.ts'
import { decimalOrNull, optionalTextOf, priceOrNull, timeOrNull } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import { DiffScanner } from './diff-scanner.ts'
import { bitstampTradeHistory, candlesPath, readCandles } from './history.ts'
import { channelName, readBook, readFrame } from './wire.ts'

/** How often a book is compared with the venue's own: nothing else would show that a message was lost. */
const AUDIT_EVERY = 600 * MICROS_PER_SECOND
const TICKERS_EVERY = 10 * MICROS_PER_SECOND
const CANDLES_EVERY = 60 * MICROS_PER_SECOND

/**
 * Changes carry no sequence, only their time in microseconds: one that is not newer than the snapshot is in it already.
 * https://www.bitstamp.net/websocket/v2/ (2026-11-22): the channel "diff_order_book" gives changes of the whole book;
 * https://www.bitstamp.net/api/#tag/Order-book (2026-11-22): `microtimestamp` of the REST book is the same clock.
 */
export const bitstampBookRule = {
  snapshot: 'rest',
  refusesCrossed: true,
  auditEvery: AUDIT_EVERY,

  judge({ last }: BookChange, position: BookPosition): Verdict {
    if (last === null || position.last === null) return 'next'
    if (position.isFirst) return last > position.last ? 'next' : 'stale'
    // Two changes of the same microsecond are two changes.
    return last >= position.last ? 'next' : 'stale'
  },

  read(body: string): BookChange {
    const book = parseJsonText(body)
    if (!isTextObject(book)) throw new VenueError('VENUE_ANSWER_INVALID', 'the book is not an object')
    return readBook(book, 'snapshot')
  },
} satisfies BookRule

const candles: MarketPoll = {
  channels: ['candle'],
  everyMicros: CANDLES_EVERY,
  request: (instrument) => ({ path: `${candlesPath(instrument)}&limit=3`, weight: 1 }),

  read(body: string, instrument: Instrument, facts: MarketFacts): void {
    for (const candle of readCandles(body, instrument, facts.at)) facts.candle(instrument.symbol, candle)
  },
}

/**
 * The rule with requests that no cache answers: the edge keeps a book for up to a second (seen 2026-09-15), and one that is older than the
 * subscription would miss the changes between. A member of the query that is new each time goes past it.
 */
function freshBooks(): BookRule {
  let asked = 0
  return {
    ...bitstampBookRule,
    request: ({ symbol }: Instrument) => ({
      path: `/api/v2/order_book/${encodeURIComponent(symbol)}/?${UNREPEATED}=${++asked}`,
      weight: 1,
    }),
  }
}

/** Name of the member of a query that keeps caches away. */
export const UNREPEATED = '_'

/**
 * Tickers of all markets come in one answer. Those of markets that are not known are left alone.
 * @param known symbols of every instrument
 */
function tickers(known: ReadonlySet<string>): MarketPoll {
  return {
    channels: ['ticker', 'open-interest'],
    everyMicros: TICKERS_EVERY,
    isForAll: true,
    request: () => ({ path: '/api/v2/ticker/', weight: 1 }),

    read(body: string, asked: Instrument, facts: MarketFacts): void {
      const rows = parseJsonText(body)
      if (!Array.isArray(rows)) throw new VenueError('VENUE_ANSWER_INVALID', 'the tickers are not a list')
      for (const row of rows) {
        const symbol = isTextObject(row) ? symbolOf(row) : undefined
        if (symbol !== undefined && (known.has(symbol) || symbol === asked.symbol)) readTicker(symbol, row, facts)
      }
    },
  }
}

/** `{"pair": "BTC/USD-PERP", …}`: the name, not the symbol. */
function symbolOf(row: TextObject): string | undefined {
  return optionalTextOf(row, 'pair')?.replace('/', '').toLowerCase()
}

function readTicker(symbol: string, row: TextObject, facts: MarketFacts): void {
  facts.ticker(symbol, {
    exchangeTime: timeOrNull(row, 'timestamp'),
    last: priceOrNull(row, 'last'),
    // `open` is the first price of the day, `open_24` the one of 24 hours ago.
    open: priceOrNull(row, 'open_24'),
    high: priceOrNull(row, 'high'),
    low: priceOrNull(row, 'low'),
    volume: decimalOrNull(row, 'volume'),
    quoteVolume: null,
  })
  const openInterest = decimalOrNull(row, 'open_interest')
  if (openInterest === null) return
  const value = decimalOrNull(row, 'open_interest_value')
  facts.openInterest(symbol, { exchangeTime: timeOrNull(row, 'timestamp'), openInterest, value })
}

/** What Bitstamp adds to the common life of a session. */
export class BitstampWords implements MarketWords {
  // Ids are those of the whole exchange, so those of one market have holes.
  readonly tradeIds = 'unique'
  readonly tradeHistory = bitstampTradeHistory
  readonly bookRule = freshBooks()
  readonly quotesFromBook = true
  readonly confirmsSubscriptions = true
  readonly rareChannels: readonly Channel[] = []
  readonly polls: readonly MarketPoll[]
  readonly #scanner = new DiffScanner()
  readonly #users = new WireUsers(({ instrument, channel }) => channelName(channel, instrument.symbol))
  /** "You can send a heartbeat": `bts:heartbeat`, https://www.bitstamp.net/websocket/v2/ (2026-11-22). */
  readonly ping = {
    everyMicros: 30 * MICROS_PER_SECOND,
    text: (): string => '{"event":"bts:heartbeat"}',
  }

  constructor(instruments: readonly Instrument[]) {
    this.polls = [tickers(new Set<string>(instruments.map(({ symbol }) => symbol))), candles]
  }

  opened(): readonly string[] {
    this.#users.clear()
    return []
  }

  subscribe(subscriptions: readonly Subscription[]): readonly string[] {
    return this.#users.begin(subscriptions).map((name) => message('bts:subscribe', name))
  }

  unsubscribe(subscriptions: readonly Subscription[]): readonly string[] {
    return this.#users.end(subscriptions).map((name) => message('bts:unsubscribe', name))
  }

  read(frame: string, facts: MarketFacts): boolean {
    return readFrame(frame, this.#scanner, facts)
  }

  bookOfMalformed(frame: string): string | undefined {
    return /"channel"\s*:\s*"diff_order_book_([a-z0-9-]{1,40})"/.exec(frame)?.[1]
  }
}

function message(event: string, channel: string): string {
  return JSON.stringify({ event, data: { channel } })
}
