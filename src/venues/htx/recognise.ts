import type { Instrument } from '../../market/index.ts'
import type { CaptureEvidence, RecognisedSession } from '../protocol.ts'
import { isTextObject, parseJsonText, type TextObject } from '../shared/json-text.ts'
import { VenueError } from '../venue-error.ts'
import { HTX_STREAMED, instrumentFromSymbol } from './instruments.ts'
import { channelsOfTopic, readTopic } from './topics.ts'

/** Name of the plans of captures. */
export const CAPTURE = 'capture'

/**
 * What a recorded connection carries: the topics that it subscribed to; where that was not recorded, every channel of the
 * instrument that a frame names.
 */
export function recogniseHtx(
  { direction, text }: CaptureEvidence,
  instruments: readonly Instrument[],
): RecognisedSession | undefined {
  const frame = direction === 'open' ? undefined : parsed(text)
  const name = direction === 'out' ? frame?.sub : (frame?.ch ?? frame?.rep ?? frame?.subbed)
  const topic = typeof name === 'string' ? readTopic(name) : undefined
  if (topic === undefined) return undefined
  const { symbol } = topic
  const instrument = instruments.find((one) => one.symbol === symbol) ?? instrumentFromSymbol(symbol)
  if (instrument === undefined) return undefined
  const channels = direction === 'out' ? channelsOfTopic(topic) : HTX_STREAMED
  const subscriptions = channels.map((channel) => ({ instrument, channel }))
  return { plan: { name: CAPTURE, path: '', subscriptions } }
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
