import { decodeEvent, type QuoteEvent, type TickerEvent, type TradeEvent } from '../../market/index.ts'
import type { InstrumentSlot } from '../live/instrument-slot.ts'

/** The newest trade of an instrument. Lines are parsed only when somebody asks. */
export function lastTrade(slot: InstrumentSlot): TradeEvent | undefined {
  const event = decoded(slot.line('trade'))
  return event?.messageType === 'trade' ? event : undefined
}

/** The newest quote of an instrument. */
export function lastQuote(slot: InstrumentSlot): QuoteEvent | undefined {
  const event = decoded(slot.line('quote'))
  return event?.messageType === 'quote' ? event : undefined
}

/** The newest ticker of an instrument. */
export function lastTicker(slot: InstrumentSlot): TickerEvent | undefined {
  const event = decoded(slot.line('ticker'))
  return event?.messageType === 'ticker' ? event : undefined
}

function decoded(line: string | undefined) {
  try {
    return line === undefined ? undefined : decodeEvent(line)
  } catch {
    // A line is kept unread; one that turns out to be damaged counts as none.
    return undefined
  }
}
