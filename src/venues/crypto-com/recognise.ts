import type { Channel, Instrument } from '../../market/index.ts'
import type { CaptureEvidence, RecognisedSession, Subscription } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject } from '../shared/json-text.ts'
import { VenueError } from '../venue-error.ts'
import { channelsOfInstrument, instrumentFromSymbol } from './instruments.ts'
import { readWire } from './wires.ts'

/** Name of the plans of captures. */
export const CAPTURE = 'capture'

/**
 * What a recorded connection carries: the channels that it subscribed to; where that was not recorded, every channel of the
 * instrument that a frame names.
 */
export function recogniseCryptoCom(
  { direction, text }: CaptureEvidence,
  instruments: readonly Instrument[],
): RecognisedSession | undefined {
  const frame = direction === 'open' ? undefined : parsed(text)
  if (frame === undefined) return undefined
  const subscriptions: Subscription[] = []
  for (const wire of direction === 'out' ? wiresAsked(frame) : wiresPushed(frame)) {
    const read = readWire(wire)
    if (read === undefined) continue
    const instrument = instruments.find(({ symbol }) => symbol === read.symbol) ?? instrumentFromSymbol(read.symbol)
    if (instrument === undefined) continue
    const all: readonly Channel[] = channelsOfInstrument(instrument).filter((channel) => channel !== 'status')
    const channels: readonly Channel[] = direction === 'out' ? read.channels.filter((one) => all.includes(one)) : all
    for (const channel of channels) subscriptions.push({ instrument, channel })
  }
  return subscriptions.length === 0 ? undefined : { plan: { name: CAPTURE, path: '', subscriptions } }
}

function wiresAsked(frame: TextObject): string[] {
  const { params } = frame
  if (frame.method !== 'subscribe' || !isTextObject(params) || !Array.isArray(params.channels)) return []
  return (params.channels as readonly unknown[]).filter((wire): wire is string => typeof wire === 'string')
}

function wiresPushed({ result }: TextObject): string[] {
  return isTextObject(result) && typeof result.subscription === 'string' ? [result.subscription] : []
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
