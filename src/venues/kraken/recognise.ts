import type { Channel, Instrument } from '../../market/index.ts'
import type { CaptureEvidence, RecognisedSession } from '../protocol.ts'
import { instrumentFromSymbol } from './instruments.ts'
import { symbolOf } from './symbols.ts'

/** The dialect of WebSocket v1. */
export const V1 = 'v1'

const V1_CHANNEL = /^(?:book-\d{1,4}|trade|ticker|spread)$/
/** What is read where the subscriptions were not recorded. */
const ALL: readonly Channel[] = ['trade', 'quote', 'book', 'ticker']

/** What is found in one record: symbols as v2 writes them, and the channels that we read of them. */
interface Found {
  readonly symbols: readonly string[]
  readonly channels: readonly Channel[]
  readonly dialect?: string
  /** Whether the record says all that is subscribed of these symbols. */
  readonly isSubscription: boolean
}

/** What a recorded connection carries: by the subscriptions that were sent, or else by the frames that came. */
export function recogniseKraken(
  { direction, text }: CaptureEvidence,
  instruments: readonly Instrument[],
): RecognisedSession | undefined {
  const found = direction === 'open' ? undefined : find(parsed(text), direction)
  if (found === undefined) return undefined
  const known = new Map(instruments.map((instrument) => [instrument.symbol as string, instrument]))
  const all = found.isSubscription ? new Map<string, Instrument>() : new Map(known)
  for (const symbol of found.symbols) {
    const instrument = known.get(symbol) ?? instrumentFromSymbol(symbol)
    if (instrument !== undefined) all.set(symbol, instrument)
  }
  if (all.size === 0) return undefined
  const subscriptions = [...all.values()].flatMap((instrument) =>
    found.channels.map((channel) => ({ instrument, channel })),
  )
  const plan = { name: 'capture', path: '', subscriptions }
  return found.dialect === undefined ? { plan } : { plan, dialect: found.dialect }
}

function find(frame: unknown, direction: 'in' | 'out'): Found | undefined {
  if (Array.isArray(frame)) {
    const [name, pair] = frame.slice(-2) as readonly unknown[]
    if (direction === 'out' || frame.length < 4 || typeof name !== 'string' || typeof pair !== 'string')
      return undefined
    return V1_CHANNEL.test(name) ? ofFrame([symbolOf(pair)], V1) : undefined
  }
  const root = membersOf(frame)
  if (root === undefined) return undefined
  if (direction === 'in') return findInFrame(root)
  if (root.event === 'subscribe') {
    const name = membersOf(root.subscription)?.name
    return ofSubscription(textsOf(root.pair).map(symbolOf), name, V1)
  }
  const parameters = membersOf(root.params)
  if (root.method !== 'subscribe' || parameters === undefined) return undefined
  return ofSubscription(textsOf(parameters.symbol), parameters.channel, undefined)
}

function findInFrame(root: Readonly<Record<string, unknown>>): Found | undefined {
  if (root.event === 'subscriptionStatus') return ofFrame(textsOf([root.pair]).map(symbolOf), V1)
  if (root.channel !== 'book' && root.channel !== 'trade' && root.channel !== 'ticker') return undefined
  const data = Array.isArray(root.data) ? root.data : []
  return ofFrame(textsOf(data.map((entry) => membersOf(entry)?.symbol)), undefined)
}

function ofFrame(symbols: readonly string[], dialect: string | undefined): Found {
  return { symbols, channels: ALL, isSubscription: false, ...(dialect !== undefined && { dialect }) }
}

function ofSubscription(symbols: readonly string[], name: unknown, dialect: string | undefined): Found | undefined {
  const channels = CHANNELS_OF.get(String(name))
  if (channels === undefined) return undefined
  return { symbols, channels, isSubscription: true, ...(dialect !== undefined && { dialect }) }
}

const CHANNELS_OF: ReadonlyMap<string, readonly Channel[]> = new Map([
  ['trade', ['trade']],
  ['book', ['book']],
  ['spread', ['quote']],
  ['ticker', ['ticker', 'quote']],
])

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : []
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
