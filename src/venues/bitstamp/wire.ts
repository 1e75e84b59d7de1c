import { amount, type Channel, type Micros, price } from '../../market/index.ts'
import { isTextObject, parseJsonText, type TextObject } from '../shared/json-text.ts'
import type { BookChange } from '../shared/market/book-rule.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import {
  decimalOrNull,
  epochTime,
  levelsOf,
  objectOf,
  optionalTextOf,
  priceOrNull,
  textOf,
  timeOf,
  timeOrNull,
} from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import type { DiffScanner } from './diff-scanner.ts'

const TRADES = 'live_trades_'
const BOOK = 'diff_order_book_'
const FUNDING = 'funding_rate_'

/** What a channel of the wire brings. */
export type WireKind = 'trades' | 'book' | 'funding'

const PREFIXES: Readonly<Record<WireKind, string>> = { trades: TRADES, book: BOOK, funding: FUNDING }

/** Our channels of each. */
export const CHANNELS_OF: Readonly<Record<WireKind, readonly Channel[]>> = {
  trades: ['trade'],
  book: ['book', 'quote'],
  funding: ['funding', 'mark-price'],
}

/** What a channel's name says: `live_trades_btcusd`. Undefined for channels that are not read. */
export function channelNamed(name: string): { readonly kind: WireKind; readonly symbol: string } | undefined {
  for (const kind of ['trades', 'book', 'funding'] as const) {
    const prefix = PREFIXES[kind]
    if (name.startsWith(prefix)) return { kind, symbol: name.slice(prefix.length) }
  }
  return undefined
}

/** The channel of the wire that brings one of ours. */
export function channelName(channel: Channel, symbol: string): string {
  const kinds = ['trades', 'book', 'funding'] as const
  const kind = kinds.find((one) => CHANNELS_OF[one].includes(channel))
  return kind === undefined ? '' : `${PREFIXES[kind]}${symbol}`
}

/** Says what a frame says. @returns false if it is of an unknown kind */
export function readFrame(frame: string, scanner: DiffScanner, facts: MarketFacts): boolean {
  const diff = scanner.read(frame)
  if (diff !== undefined) {
    facts.book(diff.symbol, diff.change)
    return true
  }
  const message = parseJsonText(frame)
  if (!isTextObject(message)) return false
  const { event } = message
  switch (event) {
    case 'data':
    case 'trade':
    case 'funding_rate_saved':
      return readData(message, event, facts)
    case 'bts:subscription_succeeded': {
      const named = channelNamed(textOf(message, 'channel'))
      if (named === undefined) return false
      for (const channel of CHANNELS_OF[named.kind]) facts.subscribed(named.symbol, channel)
      return true
    }
    case 'bts:connection_established':
    case 'bts:unsubscription_succeeded':
    case 'bts:heartbeat':
      return true
    // "After you receive this request, you will have a few seconds to reconnect. Without doing so, you will automatically be
    // disconnected." https://www.bitstamp.net/websocket/v2/ (2026-11-22)
    case 'bts:request_reconnect':
      facts.reconnect('the venue asks for it')
      return true
    case 'bts:error':
      readError(message, facts)
      return true
    default:
      return false
  }
}

function readData(message: TextObject, event: string, facts: MarketFacts): boolean {
  const named = channelNamed(textOf(message, 'channel'))
  const data = objectOf(message, 'data')
  if (event === 'trade' && named?.kind === 'trades') readTrade(named.symbol, data, facts)
  else if (event === 'data' && named?.kind === 'book') facts.book(named.symbol, readBook(data, 'update'))
  else if (event === 'funding_rate_saved' && named?.kind === 'funding') readFunding(named.symbol, data, facts)
  else return false
  return true
}

/** "Funding […] every 8 hours": https://www.bitstamp.net/derivatives/perpetual-futures/trading-information/ (2026-11-22) */
const FUNDING_SECONDS = 28_800

/**
 * Once a second for every perpetual: the rate that is exchanged next, as computed so far; it is a fraction.
 * https://www.bitstamp.net/websocket/v2/ (2026-11-22)
 */
function readFunding(symbol: string, data: TextObject, facts: MarketFacts): void {
  const exchangeTime = timeOrNull(data, 'timestamp')
  facts.funding(symbol, {
    exchangeTime,
    rate: decimalOrNull(data, 'funding_rate'),
    predictedRate: null,
    fundingTime: timeOrNull(data, 'next_funding_time'),
    intervalSeconds: FUNDING_SECONDS,
  })
  facts.markPrice(symbol, {
    exchangeTime,
    markPrice: priceOrNull(data, 'mark_price'),
    indexPrice: priceOrNull(data, 'index_price'),
  })
}

/**
 * "type: Trade type (0 - buy; 1 - sell)" (https://www.bitstamp.net/websocket/v2/, 2026-11-22): the taker's side, since the
 * order with the greater id, which came later, is on it: a recorded trade of type 0 has the greater `buy_order_id`.
 */
export function takerSide(type: string): 'buy' | 'sell' {
  if (type === '0') return 'buy'
  if (type === '1') return 'sell'
  throw new VenueError('VENUE_TEXT_INVALID', `not the type of a trade: ${type.slice(0, 40)}`)
}

function readTrade(symbol: string, data: TextObject, facts: MarketFacts): void {
  // `price` and `amount` are doubles (0.0016429999999999999); the texts are what was traded.
  facts.trade(
    symbol,
    // In 2026 it is larger than a double holds; here numbers are their text.
    optionalTextOf(data, 'id_str') ?? textOf(data, 'id'),
    price(optionalTextOf(data, 'price_str') ?? textOf(data, 'price')),
    amount(optionalTextOf(data, 'amount_str') ?? textOf(data, 'amount')),
    takerSide(textOf(data, 'type')),
    timeOfData(data),
    false,
  )
}

/** A book, or a change of one, of the stream or of `GET /api/v2/order_book/…`. */
export function readBook(data: TextObject, kind: 'snapshot' | 'update'): BookChange {
  const time = timeOfData(data)
  const bids = levelsOf(data, 'bids')
  const asks = levelsOf(data, 'asks')
  return { kind, bids, asks, exchangeTime: time, first: time, last: time, previous: null }
}

/** Microseconds; before 2019 the REST book had whole seconds only. */
function timeOfData(data: TextObject): Micros {
  const text = optionalTextOf(data, 'microtimestamp')
  return text === undefined ? timeOf(data, 'timestamp') : epochTime(text)
}

function readError(message: TextObject, facts: MarketFacts): void {
  const { data } = message
  const reason = (isTextObject(data) ? optionalTextOf(data, 'message') : undefined) ?? 'an error without a message'
  const named = channelNamed(optionalTextOf(message, 'channel') ?? '')
  if (named === undefined) facts.venueError(reason)
  else for (const channel of CHANNELS_OF[named.kind]) facts.refused(named.symbol, channel, reason)
}
