import type { Instrument } from '../../market/index.ts'
import type { CaptureEvidence, RecognisedSession, Subscription } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextValue } from '../shared/json-text.ts'
import { VenueError } from '../venue-error.ts'
import { channelsOf, channelsOfInstrument } from './channels.ts'
import { argumentOf, type FrameArgument } from './frame.ts'
import { instrumentFromSymbol } from './instruments.ts'

/**
 * What a recorded connection carries: by the subscriptions that were sent, or else by the frames that came. There is no dialect to choose: v1, v2
 * and v3 are told apart by each frame.
 */
export function recogniseBitget(
  { direction, text }: CaptureEvidence,
  instruments: readonly Instrument[],
): RecognisedSession | undefined {
  const frame = direction === 'open' ? undefined : parsed(text)
  if (!isTextObject(frame)) return undefined
  const known = new Map(instruments.map((instrument) => [instrument.symbol as string, instrument]))
  const isSent = direction === 'out'
  const args = isSent ? (frame.op === 'subscribe' && Array.isArray(frame.args) ? frame.args : []) : [frame.arg]
  const subscriptions = args.flatMap((value: TextValue | undefined) => {
    const argument = argumentOf(value)
    return argument === undefined ? [] : subscriptionsOf(argument, isSent, known)
  })
  return subscriptions.length === 0 ? undefined : { plan: { name: 'capture', path: '', subscriptions } }
}

function subscriptionsOf(
  { channel: wireChannel, symbol }: FrameArgument,
  isSent: boolean,
  known: ReadonlyMap<string, Instrument>,
): Subscription[] {
  const channels = channelsOf(wireChannel)
  const instrument = known.get(symbol) ?? instrumentFromSymbol(symbol)
  if (instrument === undefined || channels.length === 0) return []
  return (isSent ? channels : channelsOfInstrument(instrument)).map((channel) => ({ instrument, channel }))
}

function parsed(text: string): TextValue | undefined {
  try {
    return parseJsonText(text)
  } catch (error) {
    if (error instanceof VenueError) return undefined
    throw error
  }
}
