import { forEachLine, type LogRecord } from '../log/index.ts'
import { decodeEvent, type FactKind, isFactKind, MarketError, type MarketEvent, type Micros } from '../market/index.ts'

/** A line of the tape that could not be read. */
export interface UnreadableLine {
  readonly index: number
  readonly line: string
  readonly reason: string
}

/** A record of `market-data`, read. `events[i]` is undefined where line `i` is unreadable, or was not wanted. */
export interface TapeRecord {
  readonly position: number
  readonly time: Micros
  readonly bytes: number
  readonly events: readonly (MarketEvent | undefined)[]
  readonly unreadable: readonly UnreadableLine[]
}

const OTHER_KINDS: Readonly<Record<Exclude<MarketEvent['messageType'], FactKind>, true>> = {
  trade: true,
  quote: true,
  book: true,
  ticker: true,
  gap: true,
  'feed-state': true,
  coverage: true,
  instrument: true,
  'venue-state': true,
}

function everything(): boolean {
  return true
}

function isKnown(messageType: string): boolean {
  return Object.hasOwn(OTHER_KINDS, messageType) || isFactKind(messageType)
}

/**
 * Reads the lines of a record. What cannot be read is said, never thrown: one bad line must not stop the tape.
 * @param wants tells by the line's beginning whether it is read at all; what is not stands as undefined
 */
export function readTapeRecord(record: LogRecord, wants: (line: string) => boolean = everything): TapeRecord {
  const { value } = record
  const events: (MarketEvent | undefined)[] = []
  const unreadable: UnreadableLine[] = []
  forEachLine(value, (line) => {
    events.push(wants(line) ? readLine(line, events.length, unreadable) : undefined)
  })
  return { position: record.position, time: record.time, bytes: value.byteLength, events, unreadable }
}

function readLine(line: string, index: number, unreadable: UnreadableLine[]): MarketEvent | undefined {
  try {
    const event = decodeEvent(line)
    if (isKnown(event.messageType)) return event
    unreadable.push({ index, line, reason: `its message type ${JSON.stringify(event.messageType)} is not known` })
  } catch (error) {
    if (!(error instanceof MarketError)) throw error
    unreadable.push({ index, line, reason: error.message })
  }
  return undefined
}
