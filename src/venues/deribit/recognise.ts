import type { Channel, Instrument } from '../../market/index.ts'
import type { CaptureEvidence, RecognisedSession, Subscription } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import { VenueError } from '../venue-error.ts'
import { instrumentFromName } from './instruments.ts'
import { channelsOfKind, readChannel, type WireChannel } from './wire.ts'

/** Kinds by which a channel may name all instruments of a currency: `trades.option.BTC.raw`. */
const KINDS: ReadonlySet<string> = new Set(['future', 'option', 'spot', 'any', 'future_combo', 'option_combo', 'combo'])

/** What a recorded connection carries: by the subscriptions that were sent, or else by the frames that came. */
export function recogniseDeribit(
  { direction, text }: CaptureEvidence,
  instruments: readonly Instrument[],
): RecognisedSession | undefined {
  const root = direction === 'open' ? undefined : parsed(text)
  if (root === undefined) return undefined
  const known = new Map(instruments.map((instrument) => [instrument.symbol as string, instrument]))
  const subscriptions = direction === 'out' ? ofRequest(root, known) : ofFrame(root, known)
  if (subscriptions.length === 0) return undefined
  return { plan: { name: 'capture', path: '', subscriptions } }
}

function ofRequest(root: TextObject, known: ReadonlyMap<string, Instrument>): Subscription[] {
  const params = isTextObject(root.params) ? root.params : {}
  if (typeof root.method !== 'string' || !root.method.endsWith('/subscribe')) return []
  const channels = channelsIn(params.channels)
  const withQuotes = new Set(channels.filter(({ feed }) => feed === 'quote').map(({ name }) => name))
  return channels.flatMap((channel) =>
    named(channel.name, known).flatMap((instrument) => {
      const said = channel.channels.filter((one) => channelsOfKind(instrument.kind).includes(one))
      // The ticker has the best bid and offer too: it is all there is of them where no feed of quotes was recorded.
      const isQuoted = channel.feed === 'ticker' && !withQuotes.has(channel.name)
      return both(instrument, isQuoted ? [...said, 'quote'] : said)
    }),
  )
}

/** What is subscribed is not known: everything of everything. */
function ofFrame(root: TextObject, known: ReadonlyMap<string, Instrument>): Subscription[] {
  const params = isTextObject(root.params) ? root.params : {}
  const texts = root.method === 'subscription' ? [params.channel ?? null] : root.result
  const names = channelsIn(texts).flatMap(({ name }) => named(name, known))
  const data: readonly TextValue[] = Array.isArray(params.data) ? params.data : [params.data ?? null]
  for (const entry of data) {
    if (isTextObject(entry) && typeof entry.instrument_name === 'string') {
      names.push(...named(entry.instrument_name, known))
    }
  }
  if (names.length === 0) return []
  const all = new Map([...known.values(), ...names].map((instrument) => [instrument.symbol, instrument]))
  return [...all.values()].flatMap((instrument) => both(instrument, channelsOfKind(instrument.kind)))
}

function named(name: string, known: ReadonlyMap<string, Instrument>): readonly Instrument[] {
  if (KINDS.has(name)) return [...known.values()]
  const instrument = known.get(name) ?? instrumentFromName(name)
  return instrument === undefined ? [] : [instrument]
}

function both(instrument: Instrument, channels: readonly Channel[]): Subscription[] {
  return channels.map((channel) => ({ instrument, channel }))
}

function channelsIn(value: TextValue | undefined): WireChannel[] {
  const texts: readonly TextValue[] = Array.isArray(value) ? value : []
  return texts.flatMap((text) => {
    const channel = typeof text === 'string' ? readChannel(text) : undefined
    return channel === undefined ? [] : [channel]
  })
}

function parsed(text: string): TextObject | undefined {
  try {
    const root = parseJsonText(text)
    return isTextObject(root) ? root : undefined
  } catch (error) {
    if (error instanceof VenueError) return undefined
    throw error
  }
}
