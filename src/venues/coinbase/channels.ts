import type { Channel } from '../../market/index.ts'

/** Channels of the Exchange feed that are subscribed to. */
export type WireChannel = 'matches' | 'ticker' | 'level2_batch' | 'heartbeat'

export const WIRE_CHANNELS: readonly WireChannel[] = ['heartbeat', 'matches', 'ticker', 'level2_batch']

/**
 * What has to be subscribed for our channels. Quotes are the touch of the book, so they need it. Heartbeats come with all:
 * "Heartbeats include sequence numbers and last trade IDs that can be used to verify that no messages were missed."
 * https://docs.cdp.coinbase.com/exchange/websocket-feed/channels.md (2026-11-22)
 */
export function wireChannels(channels: ReadonlySet<Channel>): Set<WireChannel> {
  const wanted = new Set<WireChannel>()
  if (channels.size > 0) wanted.add('heartbeat')
  if (channels.has('trade')) wanted.add('matches')
  if (channels.has('ticker')) wanted.add('ticker')
  if (channels.has('book') || channels.has('quote')) wanted.add('level2_batch')
  return wanted
}

/**
 * The channel that an acknowledgement names. The server answers to `level2_batch` as `level2_50`; `level2` has the same
 * messages, unbatched, and needs an account.
 */
export function acknowledgedChannel(name: string): WireChannel | undefined {
  if (name === 'level2' || name === 'level2_50') return 'level2_batch'
  return WIRE_CHANNELS.find((channel) => channel === name)
}

/** Products named in one message, so that a message stays small. */
const PRODUCTS_PER_MESSAGE = 100

/** Messages that subscribe to, or unsubscribe from, each channel's products. */
export function subscriptionMessages(
  type: 'subscribe' | 'unsubscribe',
  products: ReadonlyMap<WireChannel, readonly string[]>,
): string[] {
  const messages: string[] = []
  for (const name of WIRE_CHANNELS) {
    const ids = products.get(name) ?? []
    for (let from = 0; from < ids.length; from += PRODUCTS_PER_MESSAGE) {
      const product_ids = ids.slice(from, from + PRODUCTS_PER_MESSAGE)
      messages.push(JSON.stringify({ type, channels: [{ name, product_ids }] }))
    }
  }
  return messages
}
