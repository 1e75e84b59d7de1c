import { amount, type Micros, price } from '../../market/index.ts'
import { isTextObject, parseJsonText, type TextObject } from '../shared/json-text.ts'
import type { BookChange } from '../shared/market/book-rule.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { epochTime, levelsOf, objectOf, optionalTextOf, textOf, timeOf } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import type { DiffScanner } from './diff-scanner.ts'

const TRADES = 'live_trades_'
const BOOK = 'diff_order_book_'

/** What a channel's name says: `live_trades_btcusd`. Undefined for channels that are not read. */
export function channelNamed(
  name: string,
): { readonly channel: 'trade' | 'book'; readonly symbol: string } | undefined {
  if (name.startsWith(TRADES)) return { channel: 'trade', symbol: name.slice(TRADES.length) }
  if (name.startsWith(BOOK)) return { channel: 'book', symbol: name.slice(BOOK.length) }
  return undefined
}

/** The name of one of our channels on the wire. */
export function channelName(channel: 'trade' | 'book', symbol: string): string {
  return `${channel === 'trade' ? TRADES : BOOK}${symbol}`
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
      return readData(message, event, facts)
    case 'bts:subscription_succeeded': {
      const named = channelNamed(textOf(message, 'channel'))
      if (named === undefined) return false
      facts.subscribed(named.symbol, named.channel)
      if (named.channel === 'book') facts.subscribed(named.symbol, 'quote')
      return true
    }
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

function readData(message: TextObject, event: 'data' | 'trade', facts: MarketFacts): boolean {
  const named = channelNamed(textOf(message, 'channel'))
  const data = objectOf(message, 'data')
  if (event === 'trade' && named?.channel === 'trade') readTrade(named.symbol, data, facts)
  else if (event === 'data' && named?.channel === 'book') facts.book(named.symbol, readBook(data, 'update'))
  else return false
  return true
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
    textOf(data, 'id'),
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
  else facts.refused(named.symbol, named.channel, reason)
}
