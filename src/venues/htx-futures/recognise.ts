import type { Instrument } from '../../market/index.ts'
import type { CaptureEvidence, RecognisedSession } from '../protocol.ts'
import { objectInText } from '../shared/json-text.ts'
import { channelsOfInstrument, instrumentFromCode } from './instruments.ts'
import { channelOf, readTopic } from './topics.ts'

/** Name of the plans of captures. */
export const CAPTURE = 'capture'

/**
 * What a recorded connection carries: the topics that it subscribed to; where that was not recorded, every channel of the contract
 * that a frame names.
 */
export function recogniseHtxFutures(
  { direction, text }: CaptureEvidence,
  instruments: readonly Instrument[],
): RecognisedSession | undefined {
  const frame = direction === 'open' ? undefined : objectInText(text)
  if (frame === undefined) return undefined
  const name = direction === 'out' ? (frame.sub ?? frame.topic) : (frame.ch ?? frame.subbed ?? frame.topic)
  const topic = typeof name === 'string' ? readTopic(name) : undefined
  if (topic === undefined) return undefined
  const instrument = instruments.find(({ symbol }) => symbol === topic.symbol) ?? instrumentFromCode(topic.symbol)
  if (instrument === undefined) return undefined
  const channel = channelOf(topic)
  const asked = channel === undefined ? [] : [channel]
  const subscriptions = (direction === 'out' ? asked : channelsOfInstrument(instrument)).map((one) => ({
    instrument,
    channel: one,
  }))
  return subscriptions.length === 0 ? undefined : { plan: { name: CAPTURE, path: '', subscriptions } }
}
