import { encodeEvent, isFactKind } from '../../market/index.ts'
import type { InstrumentSlot } from '../live/instrument-slot.ts'
import type { LiveMarket } from '../live/live-market.ts'
import type { Interest } from './interest.ts'

/**
 * The newest of one kind of message as a line, as it stands in memory: what a snapshot holds, and what a client that was
 * too slow gets in place of what it missed. Undefined where there is none.
 */
export function latestLine(slot: InstrumentSlot, route: string): string | undefined {
  if (route === 'trade' || route === 'quote' || route === 'ticker') return slot.line(route)
  if (route === 'book') return bookLine(slot, undefined)
  if (route.startsWith('depth:')) return bookLine(slot, Number(route.slice('depth:'.length)))
  if (route.startsWith('candle:')) return slot.candles.get(route.slice('candle:'.length))?.line
  if (isFactKind(route)) {
    const fact = slot.facts[route]
    return fact === undefined ? undefined : encodeEvent(fact)
  }
  if (route.startsWith('feed-state:')) {
    for (const [channel, state] of slot.feeds) {
      if (route.endsWith(`:${channel}`)) return envelope('feed-state', state.receiveTime, state)
    }
  }
  return undefined
}

/** One part of a snapshot: a line, or where to find it when it can be sent. */
export type Latest = { readonly line: string } | { readonly slot: InstrumentSlot; readonly route: string }

/** The newest of everything that an interest covers; of gaps, those that are open. */
export function* latestOf(market: LiveMarket, interest: Interest): Generator<Latest> {
  if (interest.channel === 'venue-state') {
    for (const { venue, state } of market.venues) {
      if (state !== undefined && interest.covers(venue, undefined)) {
        yield { line: envelope('venue-state', state.receiveTime, state) }
      }
    }
    return
  }
  for (const slot of slotsOf(market, interest)) {
    if (interest.channel === 'gap') {
      for (const gap of slot.openGaps.values()) yield { line: envelope('gap', gap.receiveTime, gap) }
      continue
    }
    for (const route of interest.routes) yield { slot, route }
  }
}

/** Instruments that an interest covers now. */
function* slotsOf(market: LiveMarket, interest: Interest): Generator<InstrumentSlot> {
  if (interest.exactKey !== undefined) {
    const slot = market.slot(interest.venue.text, interest.instrument.text)
    if (slot !== undefined) yield slot
    return
  }
  for (const slot of market.slots) if (interest.covers(slot.venue, slot)) yield slot
}

function bookLine(slot: InstrumentSlot, depth: number | undefined): string | undefined {
  const live = slot.liveBook
  if (live?.isKnown !== true || live.receiveTime === null) return undefined
  return envelope('book', live.receiveTime, {
    venue: slot.venue,
    instrument: slot.instrument,
    symbol: slot.symbol,
    kind: 'snapshot',
    bids: live.book.bids(depth),
    asks: live.book.asks(depth),
    sequence: live.sequence,
    exchangeTime: live.exchangeTime,
    receiveTime: live.receiveTime,
    bookSequence: live.bookSequence,
    ...(depth === undefined ? {} : { depth }),
  })
}

function envelope(messageType: string, timestamp: number, payload: object): string {
  const { messageType: _type, ...rest } = { messageType, ...payload }
  return `{"messageType":"${messageType}","timestamp":${timestamp},"payload":${JSON.stringify(rest)}}`
}
