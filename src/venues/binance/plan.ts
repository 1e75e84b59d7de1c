import type { ConnectionPlan, Subscription } from '../protocol.ts'
import type { BinanceMarket } from './market.ts'

/** Spreads subscriptions over connections: those whose streams are on the same path together, in the order given. */
export function planMarket(
  market: BinanceMarket,
  subscriptions: readonly Subscription[],
  streamsPerConnection: number,
): readonly ConnectionPlan[] {
  const byPath = Map.groupBy(subscriptions, ({ channel }) => {
    const kind = market.kinds[channel]
    return kind === undefined ? undefined : market.path(kind)
  })
  const plans: ConnectionPlan[] = []
  for (const [path, some] of byPath) {
    // What the market has no stream for is left out.
    if (path === undefined) continue
    for (let from = 0; from < some.length; from += streamsPerConnection) {
      const part = some.slice(from, from + streamsPerConnection)
      plans.push({ name: `market-${plans.length}`, path, subscriptions: part })
    }
  }
  return plans
}
