import type { Instrument } from '../../market/index.ts'
import type { CaptureEvidence, RecognisedSession, Subscription } from '../protocol.ts'
import { VenueError } from '../venue-error.ts'
import { messagesOf } from './frame-reader.ts'
import type { BinanceMarket } from './market.ts'
import { CHANNELS_OF_KIND, readStreamName, type StreamKind } from './streams.ts'
import { isWireObject, parseWire } from './wire.ts'

const bySymbol = new WeakMap<readonly Instrument[], ReadonlyMap<string, Instrument>>()

/** What a recorded connection carries: from the streams of its URL, a SUBSCRIBE that was sent, or a frame that came. */
export function recogniseMarket(
  market: BinanceMarket,
  evidence: CaptureEvidence,
  instruments: readonly Instrument[],
): RecognisedSession | undefined {
  const found = evidence.direction === 'open' ? streamsOfUrl(evidence.url) : streamsOfText(evidence)
  const subscriptions = new Map<string, Subscription>()
  for (const { symbol, kind } of found) {
    const instrument = lookUp(market, symbol, instruments)
    for (const channel of CHANNELS_OF_KIND[kind]) {
      if (market.kinds[channel] === undefined || (channel === 'funding' && instrument.kind !== 'perpetual')) continue
      subscriptions.set(`${symbol} ${channel}`, { instrument, channel })
    }
  }
  if (subscriptions.size === 0) return undefined
  return { plan: { name: 'capture', path: '/stream', subscriptions: [...subscriptions.values()] } }
}

interface Found {
  readonly symbol: string
  readonly kind: StreamKind
}

function lookUp(market: BinanceMarket, symbol: string, instruments: readonly Instrument[]): Instrument {
  let index = bySymbol.get(instruments)
  if (index === undefined) {
    index = new Map(instruments.map((instrument) => [instrument.symbol.toUpperCase(), instrument]))
    bySymbol.set(instruments, index)
  }
  return index.get(symbol) ?? market.derive(symbol)
}

/** A path as it was meant; one whose escapes cannot be read stays as it is. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/**
 * "Raw streams are accessed at /ws/<streamName>; combined streams at /stream?streams=<streamName1>/<streamName2>". On the
 * USD-margined market `/public` or `/market` stands before that since 2026.
 */
function streamsOfUrl(url: string): Found[] {
  if (!URL.canParse(url)) return []
  const { pathname, searchParams } = new URL(url)
  const combined = searchParams.get('streams')
  if (combined !== null) return readNames(combined.split('/'))
  const raw = pathname.indexOf('/ws/')
  return raw < 0 ? [] : readNames(decoded(pathname.slice(raw + 4)).split('/'))
}

function streamsOfText({ direction, text }: CaptureEvidence): Found[] {
  let root: unknown
  try {
    root = parseWire(text)
  } catch (error) {
    if (error instanceof VenueError) return []
    throw error
  }
  if (direction === 'out') {
    if (!isWireObject(root) || root.method !== 'SUBSCRIBE' || !Array.isArray(root.params)) return []
    return readNames((root.params as readonly unknown[]).filter((name) => typeof name === 'string'))
  }
  if (isWireObject(root) && typeof root.stream === 'string' && isWireObject(root.data)) {
    const named = readNames([root.stream])
    if (named.length > 0) return named
  }
  return (messagesOf(root) ?? []).map(({ symbol, kind }) => ({ symbol, kind }))
}

function readNames(names: readonly string[]): Found[] {
  return names.flatMap((name) => readStreamName(name) ?? [])
}
