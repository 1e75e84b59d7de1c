import type { InstrumentId } from '../../market/index.ts'
import type { ConnectionPlan, Subscription } from '../protocol.ts'

/**
 * Spreads subscriptions over connections, the channels of one instrument on the same one, in the order given.
 * @param instrumentsPerConnection the most that one connection carries
 */
export function shardByInstrument(
  subscriptions: readonly Subscription[],
  instrumentsPerConnection: number,
): ConnectionPlan[] {
  const byInstrument = new Map<InstrumentId, Subscription[]>()
  for (const subscription of subscriptions) {
    const known = byInstrument.get(subscription.instrument.id)
    if (known === undefined) byInstrument.set(subscription.instrument.id, [subscription])
    else known.push(subscription)
  }
  const groups = [...byInstrument.values()]
  const plans: ConnectionPlan[] = []
  for (let from = 0; from < groups.length; from += instrumentsPerConnection) {
    plans.push({
      name: `market-${plans.length}`,
      path: '',
      subscriptions: groups.slice(from, from + instrumentsPerConnection).flat(),
    })
  }
  return plans
}
