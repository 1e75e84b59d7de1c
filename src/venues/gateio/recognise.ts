import { type Channel, type Instrument, MarketError } from '../../market/index.ts'
import type { CaptureEvidence, RecognisedSession } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import { VenueError } from '../venue-error.ts'
import { symbolOfStream } from './book-rule.ts'
import { minuteSymbol } from './spot-reader.ts'
import { envelopeTime, rowsOf } from './time.ts'

/** What is looked for in the captures of one Gate venue. */
interface GateCaptures {
  readonly market: 'spot' | 'futures'
  readonly channels: readonly Channel[]
  derive(symbol: string): Instrument | undefined
  /** The dialect of a capture of that time (microseconds). */
  dialect(time: number): string | undefined
}

/**
 * What a recorded connection carries: the names that it subscribed to; where that was not recorded, those that its frames name.
 * Gate names the same instruments on all channels, so all that can be read of them is.
 */
export function recogniseGate(
  { direction, text }: CaptureEvidence,
  instruments: readonly Instrument[],
  captures: GateCaptures,
): RecognisedSession | undefined {
  const frame = direction === 'open' ? undefined : parsed(text)
  if (frame === undefined || !String(frame.channel).startsWith(`${captures.market}.`)) return undefined
  const names = direction === 'out' ? namesOfRequest(frame) : namesOfMessage(frame)
  if (names.length === 0) return undefined
  const known = new Map<string, Instrument>(instruments.map((instrument) => [instrument.symbol, instrument]))
  const found = new Map<string, Instrument>()
  for (const name of names) {
    const instrument = known.get(name) ?? captures.derive(name)
    if (instrument !== undefined) found.set(name, instrument)
  }
  if (found.size === 0) return undefined
  const subscriptions = [...found.values()].flatMap((instrument) =>
    captures.channels.map((channel) => ({ instrument, channel })),
  )
  const time = timeOf(frame)
  const dialect = time === undefined ? undefined : captures.dialect(time)
  return { plan: { name: 'capture', path: '', subscriptions }, ...(dialect !== undefined && { dialect }) }
}

/** When a message was sent; undefined where a client wrote something else there, which Gate does not mind. */
function timeOf(frame: TextObject): number | undefined {
  try {
    return envelopeTime(frame) ?? undefined
  } catch (error) {
    if (error instanceof VenueError || error instanceof MarketError) return undefined
    throw error
  }
}

function namesOfRequest(frame: TextObject): string[] {
  if (frame.event !== 'subscribe' || !Array.isArray(frame.payload)) return []
  return frame.payload
    .filter((name) => typeof name === 'string')
    .map(symbolOfStream)
    .filter((name) => name.includes('_'))
}

function namesOfMessage(frame: TextObject): string[] {
  if (frame.event === 'subscribe' || frame.event === 'unsubscribe') return []
  return rowsOf(frame.result)
    .map(nameOfRow)
    .filter((name) => name !== undefined)
}

function nameOfRow(row: TextObject): string | undefined {
  for (const member of [row.s, row.currency_pair, row.contract, row.c]) {
    if (typeof member === 'string' && member.includes('_')) return symbolOfStream(member)
  }
  return typeof row.n === 'string' ? minuteSymbol(row.n) : undefined
}

function parsed(text: string): TextObject | undefined {
  let value: TextValue
  try {
    value = parseJsonText(text)
  } catch (error) {
    if (error instanceof VenueError) return undefined
    throw error
  }
  return isTextObject(value) ? value : undefined
}
