import type { BookLevel, InstrumentId, Micros, VenueId, VenueSymbol } from '../../market/index.ts'
import type { LiveMarket } from './live-market.ts'
import { scanHead } from './tape-line.ts'

/** A whole book as the processor keeps it, and the log position from which its updates go on. */
export interface BookSnapshot {
  readonly venue: VenueId
  readonly instrument: InstrumentId
  readonly symbol: VenueSymbol
  readonly bids: readonly BookLevel[]
  readonly asks: readonly BookLevel[]
  readonly sequence: number | null
  readonly receiveTime: Micros
  readonly marketDataPosition: number
}

const INTERVAL = /"interval":"(\w{1,8})"/
const OPEN_TIME = /"openTime":(\d{1,16})\b/

/** Takes a line of the topic `analytics`: candles; book snapshots are for starting only. Returns false if it cannot be read. */
export function takeAnalyticsLine(market: LiveMarket, line: string): boolean {
  const head = scanHead(line)
  if (head !== undefined && head.messageType !== 'candle') return true
  const known = head === undefined ? undefined : market.slotOf(head.key)
  if (known !== undefined) {
    const interval = INTERVAL.exec(line)?.[1]
    const openTime = OPEN_TIME.exec(line)?.[1]
    if (interval === undefined || openTime === undefined) return false
    market.candle(known, interval, Number(openTime), line)
    return true
  }
  const envelope = parse(line)
  if (envelope?.messageType !== 'candle') return envelope !== undefined
  const { venue, instrument, symbol, interval, openTime } = envelope.payload
  if (typeof venue !== 'string' || typeof instrument !== 'string') return false
  if (typeof interval !== 'string' || typeof openTime !== 'number') return false
  const name = typeof symbol === 'string' ? symbol : instrument
  const slot = market.ensureSlot(venue as VenueId, instrument as InstrumentId, name as VenueSymbol)
  if (slot !== undefined) market.candle(slot, interval, openTime, line)
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
