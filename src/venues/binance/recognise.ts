import type { Channel, Instrument } from '../../market/index.ts'
import type { CaptureEvidence, RecognisedSession, Subscription } from '../protocol.ts'
import { VenueError } from '../venue-error.ts'
import { kindOfData } from './frame-reader.ts'
import { deriveInstrument } from './instruments.ts'
import { CHANNEL_OF_KIND, readStreamName } from './streams.ts'
import { isWireObject, parseWire } from './wire.ts'

const bySymbol = new WeakMap<readonly Instrument[], ReadonlyMap<string, Instrument>>()

/** What a recorded connection carries: from the streams of its URL, a SUBSCRIBE that was sent, or a frame that came. */
export function recogniseBinance(
  evidence: CaptureEvidence,
  instruments: readonly Instrument[],
): RecognisedSession | undefined {
  const found = evidence.direction === 'open' ? streamsOfUrl(evidence.url) : streamsOfText(evidence)
  const subscriptions = new Map<string, Subscription>()
  for (const { symbol, channel } of found) {
    const instrument = lookUp(symbol, instruments)
    subscriptions.set(`${symbol} ${channel}`, { instrument, channel })
  }
  if (subscriptions.size === 0) return undefined
  return { plan: { name: 'capture', path: '/stream', subscriptions: [...subscriptions.values()] } }
}

interface Found {
  readonly symbol: string
  readonly channel: Channel
}

function lookUp(symbol: string, instruments: readonly Instrument[]): Instrument {
  let index = bySymbol.get(instruments)
  if (index === undefined) {
    index = new Map(instruments.map((instrument) => [instrument.symbol.toUpperCase(), instrument]))
    bySymbol.set(instruments, index)
  }
  return index.get(symbol) ?? deriveInstrument(symbol)
}

/** A path as it was meant; one whose escapes cannot be read stays as it is. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** "Raw streams are accessed at /ws/<streamName>; combined streams at /stream?streams=<streamName1>/<streamName2>". */
function streamsOfUrl(url: string): Found[] {
  if (!URL.canParse(url)) return []
  const { pathname, searchParams } = new URL(url)
  const combined = searchParams.get('streams')
  if (combined !== null) return readNames(combined.split('/'))
  return pathname.startsWith('/ws/') ? readNames(decoded(pathname.slice(4)).split('/')) : []
}

function streamsOfText({ direction, text }: CaptureEvidence): Found[] {
  let root: unknown
  try {
    root = parseWire(text)
  } catch (error) {
    if (error instanceof VenueError) return []
    throw error
  }
  if (!isWireObject(root)) return []
  if (direction === 'out') {
    if (root.method !== 'SUBSCRIBE' || !Array.isArray(root.params)) return []
    return readNames((root.params as readonly unknown[]).filter((name) => typeof name === 'string'))
  }
  if (typeof root.stream === 'string' && isWireObject(root.data)) return readNames([root.stream])
  const kind = kindOfData(root)
  if (kind === undefined || typeof root.s !== 'string') return []
  return [{ symbol: root.s, channel: CHANNEL_OF_KIND[kind] }]
}

function readNames(names: readonly string[]): Found[] {
  const found: Found[] = []
  for (const name of names) {
    const read = readStreamName(name)
    if (read !== undefined) found.push({ symbol: read.symbol, channel: CHANNEL_OF_KIND[read.kind] })
  }
  return found
}
