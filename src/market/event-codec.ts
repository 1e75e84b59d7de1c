import type { BookLevel, MarketEvent, NamedEvent } from './event.ts'
import { learnNames, scanEvent } from './event-scanner.ts'
import type { InstrumentId, VenueId, VenueSymbol } from './instrument.ts'
import { MarketError } from './market-error.ts'

/** Names repeat millions of times: each is quoted once. Bounded, since names come from outside. */
const quotedNames = new Map<string, string>()
const MAXIMUM_QUOTED_NAMES = 100_000

function quoted(name: string): string {
  let text = quotedNames.get(name)
  if (text === undefined) {
    if (quotedNames.size >= MAXIMUM_QUOTED_NAMES) quotedNames.clear()
    text = JSON.stringify(name)
    quotedNames.set(name, text)
  }
  return text
}

/** What every event but a venue's state names. */
export interface EventNames {
  readonly venue: VenueId
  readonly instrument: InstrumentId
  readonly symbol: VenueSymbol
}

function quotedDecimal(value: string | null): string {
  return value === null ? 'null' : `"${value}"`
}

function levels(side: readonly BookLevel[]): string {
  let text = '['
  for (let index = 0; index < side.length; index++) {
    const level = side[index] as BookLevel
    text += `${index === 0 ? '' : ','}["${level[0]}","${level[1]}"]`
  }
  return `${text}]`
}

/**
 * Names as an event's line has them. Who encodes many events of an instrument makes them once and gives them to
 * {@link encodeNamed}.
 */
export function encodeNames({ venue, instrument, symbol }: EventNames): string {
  return `"venue":${quoted(venue)},"instrument":${quoted(instrument)},"symbol":${quoted(symbol)}`
}

/**
 * One event as a line of the tape, without line end:
 * `{"messageType":…,"timestamp":…,"payload":{"venue":…,"instrument":…,"symbol":…,…}}`.
 * The payload is the event without its `messageType`; `timestamp` is its receive time in microseconds. The order of the
 * first fields is part of the format, so that a reader can tell from the line's beginning whether it wants the rest.
 * Decimals need no escaping, so the frequent kinds are put together by hand.
 */
export function encodeEvent(event: MarketEvent): string {
  if (event.messageType !== 'venue-state') return encodeNamed(event, encodeNames(event))
  const { messageType, venue, ...rest } = event
  return `{"messageType":"${messageType}","timestamp":${event.receiveTime},"payload":{"venue":${quoted(venue)},${JSON.stringify(rest).slice(1)}}`
}

/**
 * {@link encodeEvent} for who has the names of the instrument encoded already.
 * @param names what {@link encodeNames} makes of this very event
 */
export function encodeNamed(event: NamedEvent, names: string): string {
  const receiveTime = String(event.receiveTime)
  const named = `{"messageType":"${event.messageType}","timestamp":${receiveTime},"payload":{${names}`
  switch (event.messageType) {
    case 'trade':
      return `${named},"id":${event.id === null ? 'null' : quoteId(event.id)},"price":"${event.price}","amount":"${event.amount}","side":"${event.side}","exchangeTime":${event.exchangeTime},"receiveTime":${receiveTime}${event.backlog === true ? ',"backlog":true}}' : '}}'}`
    case 'quote':
      return `${named},"bidPrice":${quotedDecimal(event.bidPrice)},"bidAmount":${quotedDecimal(event.bidAmount)},"askPrice":${quotedDecimal(event.askPrice)},"askAmount":${quotedDecimal(event.askAmount)},"sequence":${event.sequence},"exchangeTime":${event.exchangeTime},"receiveTime":${receiveTime}}}`
    case 'book':
      return `${named},"kind":"${event.kind}","bids":${levels(event.bids)},"asks":${levels(event.asks)},"sequence":${event.sequence},"exchangeTime":${event.exchangeTime},"receiveTime":${receiveTime}}}`
    default: {
      const { messageType: _type, venue: _venue, instrument: _instrument, symbol: _symbol, ...rest } = event
      return `${named},${JSON.stringify(rest).slice(1)}}`
    }
  }
}

const PLAIN_ID = /^[\w-]+$/

function quoteId(id: string): string {
  return PLAIN_ID.test(id) ? `"${id}"` : JSON.stringify(id)
}

/**
 * Reads a line that `encodeEvent` wrote. The tape is ours and its writer checked every value, so only the shape is looked at.
 * @throws MarketError MARKET_EVENT_INVALID if the line is not an envelope.
 */
export function decodeEvent(line: string): MarketEvent {
  const scanned = scanEvent(line)
  if (scanned !== undefined) return scanned
  let envelope: { messageType?: unknown; payload?: unknown }
  try {
    envelope = JSON.parse(line)
  } catch (cause) {
    throw new MarketError('MARKET_EVENT_INVALID', `not a line of the tape: ${line.slice(0, 80)}`, { cause })
  }
  const { messageType, payload } = envelope ?? {}
  if (typeof messageType !== 'string' || typeof payload !== 'object' || payload === null) {
    throw new MarketError('MARKET_EVENT_INVALID', `not a line of the tape: ${line.slice(0, 80)}`)
  }
  const event = Object.assign(payload, { messageType }) as MarketEvent
  if (event.messageType === 'trade' || event.messageType === 'quote' || event.messageType === 'book')
    learnNames(line, event)
  return event
}
