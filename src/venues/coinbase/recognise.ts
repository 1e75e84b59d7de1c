import type { Channel, Instrument } from '../../market/index.ts'
import type { CaptureEvidence, RecognisedSession } from '../protocol.ts'
import { instrumentFromId } from './instruments.ts'
import { membersOf } from './wire.ts'

/** What is read from a capture. Quotes are not a channel of the feed, so a capture has none. */
const CAPTURED: readonly Channel[] = ['trade', 'book', 'ticker']
const TYPES = new Set(['snapshot', 'l2update', 'match', 'last_match', 'ticker', 'heartbeat', 'subscriptions'])

/**
 * What a recorded connection carries: the products that it subscribed to; where that was not recorded, every instrument and
 * those that its frames name.
 */
export function recogniseCoinbase(
  { direction, text }: CaptureEvidence,
  instruments: readonly Instrument[],
): RecognisedSession | undefined {
  const frame = direction === 'open' ? undefined : parsed(text)
  if (frame === undefined) return undefined
  const isSubscription = direction === 'out' && frame.type === 'subscribe'
  if (!isSubscription && !(direction === 'in' && TYPES.has(String(frame.type)))) return undefined
  const known = new Map(instruments.map((instrument) => [instrument.symbol as string, instrument]))
  const found = isSubscription ? new Map<string, Instrument>() : new Map(known)
  for (const id of productIds(frame)) {
    const instrument = known.get(id) ?? instrumentFromId(id)
    if (instrument !== undefined) found.set(id, instrument)
  }
  if (found.size === 0) return undefined
  const subscriptions = [...found.values()].flatMap((instrument) =>
    CAPTURED.map((channel) => ({ instrument, channel })),
  )
  return { plan: { name: 'capture', path: '', subscriptions } }
}

/** Products that a frame names: in a subscription, or as its own. */
function productIds(frame: Readonly<Record<string, unknown>>): string[] {
  const channels = Array.isArray(frame.channels) ? frame.channels : []
  const lists = [frame.product_ids, [frame.product_id], ...channels.map((channel) => membersOf(channel)?.product_ids)]
  return lists.flat().filter((id): id is string => typeof id === 'string')
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return membersOf(JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
