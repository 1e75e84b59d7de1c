import type { Channel, Instrument } from '../../market/index.ts'
import type { Outage } from '../protocol.ts'
import { Feed } from './feed.ts'

/** Makes the feeds of a session; one whose last stretch is an outage goes on with that, once. */
export class FeedMaker {
  readonly #outages: Map<string, Outage>

  constructor(outages: readonly Outage[] = []) {
    this.#outages = new Map(outages.map((outage) => [`${outage.channel}:${outage.instrument}`, outage]))
  }

  make(instrument: Instrument, channel: Channel): Feed {
    const key = `${channel}:${instrument.id}`
    const outage = this.#outages.get(key)
    this.#outages.delete(key)
    return new Feed(instrument, channel, outage)
  }
}
