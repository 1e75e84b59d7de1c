import type { Channel, Instrument } from '../../market/index.ts'
import type { CaptureEvidence, RecognisedSession, Subscription } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import { VenueError } from '../venue-error.ts'
import { instrumentFromSymbol } from './instruments.ts'
import { channelsOfStream } from './streams-words.ts'
import { channelsOfFeed } from './words.ts'

/** The dialect of the streams of `wss://ws.gemini.com`. */
export const STREAMS = 'streams'

const ALL: readonly Channel[] = ['trade', 'quote', 'book', 'candle']
const ALL_STREAMS: readonly Channel[] = ['trade', 'quote', 'book']

interface Found {
  readonly named: ReadonlyArray<{ readonly symbol: string; readonly channels: readonly Channel[] }>
  readonly isStreams: boolean
  /** The subscriptions were not recorded: every instrument may be meant. */
  readonly isForAll: boolean
}

/** What a recorded connection carries: by the subscriptions that were sent, or else by the frames that came. */
export function recogniseGemini(
  { url, direction, text }: CaptureEvidence,
  instruments: readonly Instrument[],
): RecognisedSession | undefined {
  const frame = direction === 'open' ? undefined : parsed(text)
  if (frame === undefined) return undefined
  const found = direction === 'out' ? ofSubscription(frame) : ofFrame(frame)
  if (found === undefined) return undefined
  const known = new Map(instruments.map((instrument) => [instrument.symbol as string, instrument]))
  const subscriptions: Subscription[] = []
  const add = (symbol: string, channels: readonly Channel[]) => {
    const instrument = known.get(symbol) ?? instrumentFromSymbol(symbol, 'unknown')
    if (instrument !== undefined) for (const channel of channels) subscriptions.push({ instrument, channel })
  }
  const all = found.isStreams ? ALL_STREAMS : ALL
  if (found.isForAll) for (const { symbol } of instruments) add(symbol, all)
  for (const { symbol, channels } of found.named) add(symbol.toUpperCase(), found.isForAll ? all : channels)
  if (subscriptions.length === 0) return undefined
  const plan = { name: 'capture', path: found.isStreams ? queryOf(url) : '/v2/marketdata', subscriptions }
  return found.isStreams ? { plan, dialect: STREAMS } : { plan }
}

function ofSubscription(frame: TextObject): Found | undefined {
  if (frame.type === 'subscribe' && Array.isArray(frame.subscriptions)) {
    const named = (frame.subscriptions as readonly TextValue[]).flatMap((one) => {
      if (!isTextObject(one)) return []
      const channels = channelsOfFeed(String(one.name))
      return textsOf(one.symbols).map((symbol) => ({ symbol, channels }))
    })
    return { named, isStreams: false, isForAll: false }
  }
  if (String(frame.method).toLowerCase() !== 'subscribe') return undefined
  const named = textsOf(frame.params).map((stream) => {
    const [symbol = '', kind = ''] = stream.split('@')
    return { symbol, channels: channelsOfStream(kind) }
  })
  return { named, isStreams: true, isForAll: false }
}

function ofFrame(frame: TextObject): Found | undefined {
  if (typeof frame.symbol === 'string' && typeof frame.type === 'string') {
    return { named: [{ symbol: frame.symbol, channels: ALL }], isStreams: false, isForAll: true }
  }
  if (typeof frame.s !== 'string' || typeof frame.E !== 'string') return undefined
  return { named: [{ symbol: frame.s, channels: ALL_STREAMS }], isStreams: true, isForAll: true }
}

/** The query says whether a snapshot comes first. */
function queryOf(url: string): string {
  const at = url.indexOf('?')
  return at < 0 ? '' : url.slice(at)
}

function textsOf(value: TextValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : []
}

function parsed(text: string): TextObject | undefined {
  try {
    const value = parseJsonText(text)
    return isTextObject(value) ? value : undefined
  } catch (error) {
    if (error instanceof VenueError) return undefined
    throw error
  }
}
