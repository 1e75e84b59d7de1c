import type { Channel, Micros } from '../../../market/index.ts'
import type { SessionOutput, Subscription } from '../../protocol.ts'
import type { Confirmations } from './confirmations.ts'
import type { Market } from './market.ts'
import type { MarketWords } from './market-words.ts'
import type { Markets } from './markets.ts'
import type { Polls } from './polls.ts'

/** Begins and ends subscriptions on an open connection, in the words of the venue. What is asked for over REST is none of its business. */
export class Subscriber {
  readonly #words: MarketWords
  readonly #markets: Markets
  readonly #polls: Polls
  readonly #confirmations: Confirmations

  constructor(words: MarketWords, markets: Markets, polls: Polls, confirmations: Confirmations) {
    this.#words = words
    this.#markets = markets
    this.#polls = polls
    this.#confirmations = confirmations
  }

  begin(subscriptions: readonly Subscription[], at: Micros, out: SessionOutput): void {
    const streamed = this.#streamed(subscriptions)
    if (streamed.length === 0) return
    say(this.#words.subscribe(streamed), out)
    for (const subscription of streamed) {
      const market = this.#markets.of(subscription.instrument.id)
      if (market === undefined) continue
      if (!market.isPlain(subscription.channel) && subscription.channel !== 'trade') market.book?.subscribed(at)
      if (this.#words.confirmsSubscriptions) this.#confirmations.expect(subscription, at)
      else if (this.#words.rareChannels.includes(subscription.channel)) {
        const feed = market.feed(subscription.channel)
        feed.heard(at, null)
        feed.regain('subscribed', at, out)
      }
    }
  }

  end(subscriptions: readonly Subscription[], out: SessionOutput): void {
    const streamed = this.#streamed(subscriptions)
    if (streamed.length > 0) say(this.#words.unsubscribe(streamed), out)
  }

  /** Sends those again that were not confirmed in time. */
  ticked(at: Micros, out: SessionOutput): void {
    if (this.#confirmations.due > at) return
    const again = this.#confirmations.take(at).filter((one) => this.#markets.isWanted(one))
    say(this.#words.subscribe(again), out)
  }

  /** Ends subscriptions of a market and begins them anew. */
  renew({ instrument }: Market, channels: readonly Channel[], out: SessionOutput): void {
    const subscriptions = this.#streamed(channels.map((channel) => ({ instrument, channel })))
    if (subscriptions.length === 0) return
    say(this.#words.unsubscribe(subscriptions), out)
    say(this.#words.subscribe(subscriptions), out)
  }

  /**
   * Subscribes anew to the stream that carries a channel. Where it carries others as well it ends with the last of them only: then
   * the others end, too. Those of which every message counts are left alone.
   */
  restart(market: Market, channel: Channel, out: SessionOutput): void {
    const { instrument } = market
    const silent = this.#streamed([{ instrument, channel }])
    if (silent.length === 0) return
    let texts = this.#words.unsubscribe(silent)
    let ended = silent
    if (texts.length === 0) {
      const others = [...market.wanted].filter((one) => one !== channel && market.isPlain(one))
      const beside = this.#streamed(others.map((one) => ({ instrument, channel: one })))
      texts = this.#words.unsubscribe(beside)
      ended = [...silent, ...beside]
    }
    say([...texts, ...this.#words.subscribe(ended)], out)
  }

  /** Those that go over the socket. */
  #streamed(subscriptions: readonly Subscription[]): Subscription[] {
    return subscriptions.filter(({ channel }) => !this.#polls.covers(channel))
  }
}

function say(texts: readonly string[], out: SessionOutput): void {
  for (const text of texts) out.command({ kind: 'send', text })
}
