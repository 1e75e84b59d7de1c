import type { BookLevel, InstrumentId, Micros, VenueId, VenueSymbol } from '../../market/index.ts'
import type { LiveMarket } from './live-market.ts'
import { scanHead } from './tape-line.ts'

const BEFORE_INTERVAL = '"interval":"'

/** A whole book as the processor keeps it, and the log position from which its updates go on. */
interface BookSnapshot {
  readonly venue: VenueId
  readonly instrument: InstrumentId
  readonly symbol: VenueSymbol
  readonly bids: readonly BookLevel[]
  readonly asks: readonly BookLevel[]
  readonly sequence: number | null
  readonly receiveTime: Micros
  readonly marketDataPosition: number
}

/** Takes a line of the topic `analytics`: candles; book snapshots are for starting only. Returns false if it cannot be read. */
export function takeAnalyticsLine(market: LiveMarket, line: string): boolean {
  const head = scanHead(line)
  if (head !== undefined && head.messageType !== 'candle') return true
  const known = head === undefined ? undefined : market.slotOf(head.key)
  if (known !== undefined) {
    const start = line.indexOf(BEFORE_INTERVAL)
    const end = line.indexOf('"', start + BEFORE_INTERVAL.length)
    if (start < 0 || end < 0) return false
    market.candle(known, line.slice(start + BEFORE_INTERVAL.length, end), line)
    return true
  }
  const envelope = parse(line)
  if (envelope?.messageType !== 'candle') return envelope !== undefined
  const { venue, instrument, interval } = envelope.payload
  if (typeof venue !== 'string' || typeof instrument !== 'string' || typeof interval !== 'string') return false
  const slot = market.ensureSlot(venue as VenueId, instrument as InstrumentId, instrument as string as VenueSymbol)
  if (slot !== undefined) market.candle(slot, interval, line)
  return true
}

/** The book snapshot that a line of `analytics` is; undefined where it is something else or not usable. */
export function bookSnapshotOf(line: string): BookSnapshot | undefined {
  const head = scanHead(line)
  if (head !== undefined && head.messageType !== 'book-snapshot') return undefined
  const envelope = parse(line)
  if (envelope?.messageType !== 'book-snapshot') return undefined
  const payload = envelope.payload as Partial<BookSnapshot>
  const { venue, instrument, symbol, bids, asks, sequence, marketDataPosition } = payload
  if (typeof venue !== 'string' || typeof instrument !== 'string' || typeof symbol !== 'string') return undefined
  if (!Array.isArray(bids) || !Array.isArray(asks) || !Number.isSafeInteger(marketDataPosition)) return undefined
  return {
    venue,
    instrument,
    symbol,
    bids,
    asks,
    sequence: sequence ?? null,
    receiveTime: payload.receiveTime ?? envelope.timestamp,
    marketDataPosition: marketDataPosition ?? 0,
  }
}

interface Envelope {
  readonly messageType: string
  readonly timestamp: Micros
  readonly payload: Readonly<Record<string, unknown>>
}

function parse(line: string): Envelope | undefined {
  try {
    const value = JSON.parse(line) as Partial<Envelope> | null
    if (typeof value?.messageType !== 'string' || typeof value.payload !== 'object') return undefined
    return value as Envelope
  } catch {
    // Not JSON: the caller counts it.
    return undefined
  }
}
