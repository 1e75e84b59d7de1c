import type { Channel, CoverageEvent, Micros } from '../market/index.ts'
import type { Subscription } from '../venues/index.ts'

interface Stretch {
  readonly subscription: Subscription
  readonly since: Micros
}

/**
 * Since when each feed of a venue is watched. It begins when the subscription goes out on an open connection. A cut ends it only
 * for feeds that never spoke: for the others a gap says what the cut cost.
 */
export class Coverages {
  readonly #stretches = new Map<string, Stretch>()

  /** The subscriptions of a connection that is open now are watched from here on, unless they are already. */
  begin(subscriptions: Iterable<Subscription>, at: Micros): void {
    for (const subscription of subscriptions) {
      const key = keyOf(subscription)
      if (!this.#stretches.has(key)) this.#stretches.set(key, { subscription, since: at })
    }
  }

  /** These are not watched any more. @returns their stretches, to be said. */
  end(subscriptions: Iterable<Subscription>, at: Micros): CoverageEvent[] {
    const ended: CoverageEvent[] = []
    for (const subscription of subscriptions) {
      const stretch = this.#stretches.get(keyOf(subscription))
      this.#stretches.delete(keyOf(subscription))
      if (stretch !== undefined) ended.push(eventOf(stretch, at))
    }
    return ended
  }

  /** Every stretch as it stands. */
  all(at: Micros): CoverageEvent[] {
    return [...this.#stretches.values()].map((stretch) => eventOf(stretch, at))
  }
}

function eventOf({ subscription, since }: Stretch, until: Micros): CoverageEvent {
  const { instrument, channel } = subscription
  const { venue, id, symbol } = instrument
  return {
    messageType: 'coverage',
    venue,
    instrument: id,
    symbol,
    channel,
    since,
    until,
    source: 'live',
    receiveTime: until,
  }
}

function keyOf({ instrument, channel }: { readonly instrument: { readonly id: string }; readonly channel: Channel }) {
  return `${channel}:${instrument.id}`
}
