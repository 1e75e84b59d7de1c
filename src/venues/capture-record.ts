import { MarketError, type Micros, microsFromSecondsText } from '../market/index.ts'
import { VenueError } from './venue-error.ts'

/** One line of a capture: something that was said on a connection, or an HTTP body that came. */
export interface CaptureRecord {
  readonly time: Micros
  readonly kind: 'http' | 'ws'
  /** `open` and `close` of a socket; `out` was sent; `in` came. */
  readonly direction: 'in' | 'out' | 'open' | 'close'
  readonly url: string
  /** Tells connections apart. */
  readonly connection: string
  /** Frame or body as text. */
  readonly data: string
}

const LEADING_TIME = /^\s*\{\s*"t"\s*:\s*(\d{1,10}(?:\.\d{1,12})?)\s*,/

/**
 * Reads a line `{"t","kind","dir","url","conn","data"}`, `t` in epoch seconds.
 * @throws VenueError VENUE_CAPTURE_LINE_INVALID
 */
export function readCaptureRecord(line: string): CaptureRecord {
  const record = parse(line)
  const { kind, dir, data } = record
  if (kind !== 'http' && kind !== 'ws') throw invalid('`kind` is neither "http" nor "ws"')
  if (dir !== 'in' && dir !== 'out' && dir !== 'open' && dir !== 'close') {
    throw invalid('`dir` is none of "in", "out", "open", "close"')
  }
  if (typeof data !== 'string' && dir !== 'open' && dir !== 'close') throw invalid('`data` is not a text')
  if (record.truncated === true) throw invalid('the recorder cut the message')
  return {
    time: timeOf(line, record.t),
    kind,
    direction: dir,
    url: typeof record.url === 'string' ? record.url : '',
    connection: typeof record.conn === 'string' ? record.conn : '',
    data: typeof data === 'string' ? data : '',
  }
}

function parse(line: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (error) {
    throw invalid('it is not JSON', error)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('it is not an object')
  return value as Readonly<Record<string, unknown>>
}

/** The digits of the line are read, not the double that JSON makes of them. */
function timeOf(line: string, value: unknown): Micros {
  const written = LEADING_TIME.exec(line)?.[1] ?? String(value)
  try {
    return microsFromSecondsText(written)
  } catch (error) {
    if (error instanceof MarketError) throw invalid('`t` is not a time in epoch seconds', error)
    throw error
  }
}

function invalid(reason: string, cause?: unknown): VenueError {
  return new VenueError('VENUE_CAPTURE_LINE_INVALID', `not a capture record: ${reason}`, { cause })
}
