import type { Channel, Instrument } from '../../market/index.ts'
import type { CaptureEvidence, RecognisedSession } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject, type TextValue } from '../shared/json-text.ts'
import { VenueError } from '../venue-error.ts'
import { instrumentFromSymbol } from './instruments.ts'
import { CHANNELS_OF, channelNamed } from './wire.ts'

/** The plan of a recorded connection; a session tells by it that what it carries is found frame by frame. */
export const CAPTURE = 'capture'

/** What is read of a market whose frames alone were recorded. Quotes are no channel of the venue. */
const CAPTURED: readonly Channel[] = ['trade', 'book', 'funding', 'mark-price']

/**
 * What a recorded connection carries: the channels that it subscribed to; where that was not recorded, everything of the markets
 * that its frames name.
 */
export function recogniseBitstamp(
  { direction, text }: CaptureEvidence,
  instruments: readonly Instrument[],
): RecognisedSession | undefined {
  const frame = direction === 'open' ? undefined : parsed(text)
  if (frame === undefined) return undefined
  const name = direction === 'out' ? subscribedTo(frame) : frame.channel
  const named = typeof name === 'string' ? channelNamed(name) : undefined
  if (named === undefined) return undefined
  const known = instruments.find(({ symbol }) => symbol === named.symbol)
  const instrument = known ?? instrumentFromSymbol(named.symbol)
  if (instrument === undefined) return undefined
  const channels = (direction === 'out' ? CHANNELS_OF[named.kind] : CAPTURED).filter((channel) => channel !== 'quote')
  return {
    plan: { name: CAPTURE, path: '', subscriptions: channels.map((channel) => ({ instrument, channel })) },
  }
}

function subscribedTo(frame: TextObject): TextValue | undefined {
  const { event, data } = frame
  return event === 'bts:subscribe' && isTextObject(data) ? data.channel : undefined
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
