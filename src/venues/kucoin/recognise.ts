import type { Instrument } from '../../market/index.ts'
import type { CaptureEvidence, RecognisedSession, Subscription } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject } from '../shared/json-text.ts'
import { VenueError } from '../venue-error.ts'
import { instrumentFromSymbol, KUCOIN_STREAMED } from './instruments.ts'
import { readTopic } from './topics.ts'

/** Name of the plans of captures. */
export const CAPTURE = 'capture'

/**
 * What a recorded connection carries: the topics that it subscribed to; where that was not recorded, every channel of the
 * instruments that its frames name. The URL says nothing: all is one endpoint.
 */
export function recogniseKucoin(
  { direction, text }: CaptureEvidence,
  instruments: readonly Instrument[],
): RecognisedSession | undefined {
  const frame = direction === 'open' ? undefined : parsed(text)
  if (frame === undefined || typeof frame.topic !== 'string') return undefined
  if (frame.type !== (direction === 'out' ? 'subscribe' : 'message')) return undefined
  const topic = readTopic(frame.topic)
  if (topic === undefined) return undefined
  const channels = direction === 'out' ? [topic.channel] : KUCOIN_STREAMED
  const subscriptions: Subscription[] = []
  for (const symbol of topic.symbols) {
    const instrument = instruments.find((one) => one.symbol === symbol) ?? instrumentFromSymbol(symbol)
    if (instrument === undefined) continue
    for (const channel of channels) subscriptions.push({ instrument, channel })
  }
  return subscriptions.length === 0 ? undefined : { plan: { name: CAPTURE, path: '', subscriptions } }
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
