import type { Channel, Instrument } from '../../../market/index.ts'
import type { Subscription } from '../../protocol.ts'

/**
 * Who uses which channel of the wire, for venues that say several of our channels in one of theirs: it is unsubscribed only
 * when nobody uses it any more.
 */
export class WireUsers {
  readonly #wireOf: (subscription: Subscription) => string
  readonly #users = new Map<string, { readonly instrument: Instrument; readonly channels: Set<Channel> }>()

  /** @param wireOf the wire's name for what a subscription needs; the same name for those that need the same */
  constructor(wireOf: (subscription: Subscription) => string) {
    this.#wireOf = wireOf
  }

  /** The connection is open anew. */
  clear(): void {
    this.#users.clear()
  }

  /** @returns the channels of the wire that are to be subscribed to, each once. */
  begin(subscriptions: readonly Subscription[]): string[] {
    const begun = new Set<string>()
    for (const subscription of subscriptions) {
      const { instrument, channel } = subscription
      const wire = this.#wireOf(subscription)
      begun.add(wire)
      const users = this.#users.get(wire)
      if (users === undefined) this.#users.set(wire, { instrument, channels: new Set([channel]) })
      else users.channels.add(channel)
    }
    return [...begun]
  }

  /** @returns the channels of the wire that nobody uses any more. */
  end(subscriptions: readonly Subscription[]): string[] {
    const ended: string[] = []
    for (const subscription of subscriptions) {
      const wire = this.#wireOf(subscription)
      const users = this.#users.get(wire)
      if (users?.channels.delete(subscription.channel) !== true || users.channels.size > 0) continue
      this.#users.delete(wire)
      ended.push(wire)
    }
    return ended
  }

  /** What is wanted of a channel of the wire; undefined if nothing is. */
  of(wire: string): { readonly instrument: Instrument; readonly channels: ReadonlySet<Channel> } | undefined {
    return this.#users.get(wire)
  }
}
