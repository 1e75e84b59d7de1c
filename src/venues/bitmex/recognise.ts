import { type Channel, type Instrument, SPOT_CHANNELS } from '../../market/index.ts'
import type { CaptureEvidence, RecognisedSession } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import { VenueError } from '../venue-error.ts'
import { instrumentFromSymbol } from './symbol.ts'
import { symbolOfTopic } from './topics.ts'

/**
 * What a recorded connection carries: the instruments of its topics, in its address or in a message; where neither was recorded,
 * or topics name none, those of its frames.
 */
export function recogniseBitmex(
  { url, direction, text }: CaptureEvidence,
  instruments: readonly Instrument[],
  channels: readonly Channel[],
): RecognisedSession | undefined {
  const symbols = direction === 'open' ? symbolsOfAddress(url) : symbolsOf(parsed(text), direction)
  const known = new Map<string, Instrument>(instruments.map((instrument) => [instrument.symbol, instrument]))
  const found = new Map<string, Instrument>()
  for (const symbol of symbols) {
    const instrument = known.get(symbol) ?? instrumentFromSymbol(symbol)
    if (instrument !== undefined) found.set(symbol, instrument)
  }
  if (found.size === 0) return undefined
  const subscriptions = [...found.values()].flatMap((instrument) =>
    channels
      .filter((channel) => instrument.kind !== 'spot' || SPOT_CHANNELS.includes(channel))
      .map((channel) => ({ instrument, channel })),
  )
  return { plan: { name: 'capture', path: '', subscriptions } }
}

/** `wss://ws.bitmex.com/realtime?subscribe=instrument,orderBookL2_25:XBTUSD` */
function symbolsOfAddress(url: string): string[] {
  const topics = URL.canParse(url) ? new URL(url).searchParams.get('subscribe') : null
  return symbolsOfTopics(topics?.split(',') ?? [])
}

function symbolsOf(frame: TextObject | undefined, direction: 'in' | 'out'): string[] {
  if (frame === undefined) return []
  if (direction === 'out') {
    const { args } = frame
    return frame.op === 'subscribe' ? symbolsOfTopics(Array.isArray(args) ? args : [args]) : []
  }
  if (typeof frame.table !== 'string') return []
  const { filter, data } = frame
  const rows = Array.isArray(data) ? data : []
  return [filter, ...rows]
    .map((row) => (isTextObject(row) ? row.symbol : undefined))
    .filter((symbol) => typeof symbol === 'string' && !symbol.startsWith('.'))
    .filter((symbol): symbol is string => symbol !== undefined)
}

function symbolsOfTopics(topics: readonly unknown[]): string[] {
  return topics
    .filter((topic) => typeof topic === 'string')
    .map(symbolOfTopic)
    .filter((symbol) => symbol !== '')
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
