import type { Channel, Instrument } from '../../market/index.ts'
import type { CaptureEvidence, RecognisedSession, Subscription } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextValue } from '../shared/json-text.ts'
import { VenueError } from '../venue-error.ts'
import { instrumentFromSymbol } from './instruments.ts'
import { CHANNELS_OF, streamIn } from './streams.ts'

/** The plan of a recorded connection; a session tells by it that what it carries is found message by message. */
export const CAPTURE = 'capture'

const SPOT: readonly Channel[] = ['trade', 'book', 'ticker', 'candle']
const DERIVATIVE: readonly Channel[] = [...SPOT, 'funding', 'mark-price', 'open-interest', 'liquidation']

/**
 * What a recorded connection carries: what it subscribed to, or the confirmations say; frames name their channels by numbers
 * alone, but for liquidations, whose rows name their symbols.
 */
export function recogniseBitfinex(
  { direction, text }: CaptureEvidence,
  instruments: readonly Instrument[],
): RecognisedSession | undefined {
  if (direction === 'open') return undefined
  const message = parsed(text)
  const subscriptions = isTextObject(message)
    ? namedIn(message, direction, instruments)
    : liquidatedIn(text, instruments)
  if (subscriptions.length === 0) return undefined
  return { plan: { name: CAPTURE, path: '', subscriptions } }
}

function namedIn(
  message: Parameters<typeof streamIn>[0],
  direction: 'out' | 'in',
  instruments: readonly Instrument[],
): Subscription[] {
  if (message.event !== (direction === 'out' ? 'subscribe' : 'subscribed')) return []
  const stream = streamIn(message)
  if (stream === undefined) return []
  const named =
    stream.kind === 'liquidations'
      ? instruments.filter(({ kind }) => kind === 'perpetual')
      : [instrumentNamed(stream.symbol, instruments)]
  return named.flatMap((instrument) => {
    if (instrument === undefined) return []
    // A confirmation is looked at only while its symbol is not known: the next ones of the same symbol are not.
    const channels = direction === 'out' ? CHANNELS_OF[stream.kind] : channelsOf(instrument)
    return channels.filter((channel) => channel !== 'quote').map((channel) => ({ instrument, channel }))
  })
}

/** What is read of an instrument in a capture. Quotes are no channel of the venue, so a capture has none. */
export function channelsOf({ kind }: Instrument): readonly Channel[] {
  return kind === 'perpetual' ? DERIVATIVE : SPOT
}

function liquidatedIn(text: string, instruments: readonly Instrument[]): Subscription[] {
  const subscriptions: Subscription[] = []
  for (const [, symbol = ''] of text.matchAll(/\["pos",\d{1,20},[\d.]{1,20},null,"(t[A-Z0-9:]{1,50})"/g)) {
    const instrument = instrumentNamed(symbol, instruments)
    if (instrument !== undefined) subscriptions.push({ instrument, channel: 'liquidation' })
  }
  return subscriptions
}

function instrumentNamed(symbol: string, instruments: readonly Instrument[]): Instrument | undefined {
  return instruments.find((instrument) => instrument.symbol === symbol) ?? instrumentFromSymbol(symbol)
}

function parsed(text: string): TextValue | undefined {
  try {
    return parseJsonText(text)
  } catch (error) {
    if (error instanceof VenueError) return undefined
    throw error
  }
}
