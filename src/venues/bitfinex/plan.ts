import type { InstrumentId } from '../../market/index.ts'
import type { ConnectionPlan, Subscription } from '../protocol.ts'
import { nameOf, streamOf } from './streams.ts'

/** "You can subscribe to 25 channels at the same time on the same connection": https://docs.bitfinex.com/docs/ws-public (2026-11-22) */
export const STREAMS_PER_CONNECTION = 25

/** Spreads subscriptions over connections, those of one instrument on the same one, as many as a connection has channels for. */
export function planConnections(subscriptions: readonly Subscription[]): ConnectionPlan[] {
  const byInstrument = new Map<InstrumentId, Subscription[]>()
  for (const subscription of subscriptions) {
    const known = byInstrument.get(subscription.instrument.id)
    if (known === undefined) byInstrument.set(subscription.instrument.id, [subscription])
    else known.push(subscription)
  }
  const connections: Array<{ readonly streams: Set<string>; readonly subscriptions: Subscription[] }> = []
  for (const group of byInstrument.values()) {
    const streams = streamsOf(group)
    let last = connections[connections.length - 1]
    if (last === undefined || new Set([...last.streams, ...streams]).size > STREAMS_PER_CONNECTION) {
      last = { streams: new Set(), subscriptions: [] }
      connections.push(last)
    }
    for (const stream of streams) last.streams.add(stream)
    last.subscriptions.push(...group)
  }
  return connections.map((connection, index) => ({
    name: `market-${index}`,
    path: '',
    subscriptions: connection.subscriptions,
  }))
}

function streamsOf(subscriptions: readonly Subscription[]): Set<string> {
  const streams = subscriptions.flatMap(({ instrument, channel }) => streamOf(channel, instrument.symbol) ?? [])
  return new Set(streams.map(nameOf))
}
