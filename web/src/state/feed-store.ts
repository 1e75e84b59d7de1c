import type { Feed, Gap, StreamEvent } from '../../../src/gateway/schemas/index.ts'
import { CHANNELS } from '../../../src/market/index.ts'
import type { StreamClient } from '../api/stream-client.ts'
import type { Coalescer } from './coalescer.ts'
import { Signal } from './signal.ts'

/** One feed on the page. `delay` is from the venue's time of its last print to our receiving it; null where not known. */
export type FeedRow = Feed & { readonly key: string; readonly delay: number | null }

/** Gaps kept on the page: the newest. */
export const MAXIMUM_GAPS = 200

export function feedKey(venue: string, instrument: string, channel: string): string {
  return `${venue}/${instrument}/${channel}`
}

/** One order for the feeds of an instrument, whoever spoke first. */
function byChannel(left: FeedRow, right: FeedRow): number {
  return CHANNELS.indexOf(left.channel) - CHANNELS.indexOf(right.channel)
}

/** The state of every feed and the recent gaps. */
export class FeedStore {
  readonly feeds = new Signal<readonly FeedRow[]>([])
  readonly gaps = new Signal<readonly Gap[]>([])
  readonly #coalescer: Coalescer
  readonly #rows = new Map<string, FeedRow>()
  readonly #gaps = new Map<string, Gap>()

  constructor(coalescer: Coalescer) {
    this.#coalescer = coalescer
  }

  /** Takes the list of feeds as the gateway answered it. */
  replaceFeeds(feeds: readonly Feed[]): void {
    const known = new Map(this.#rows)
    this.#rows.clear()
    for (const feed of feeds) {
      const key = feedKey(feed.venue, feed.instrument, feed.channel)
      this.#rows.set(key, { ...feed, key, delay: known.get(key)?.delay ?? null })
    }
    this.#coalescer.mark(this.#show)
  }

  mergeGaps(gaps: readonly Gap[]): void {
    for (const gap of gaps) this.#putGap(gap)
    this.#coalescer.mark(this.#show)
  }

  apply(event: StreamEvent): void {
    if (event.messageType === 'feed-state') {
      const { venue, instrument, symbol, channel, state, reason, lastMessageTime, lastSequence, resyncs } =
        event.payload
      const key = feedKey(venue, instrument, channel)
      const known = this.#rows.get(key)
      this.#rows.set(key, {
        ...{ key, venue, instrument, symbol, channel, state, reason, lastMessageTime, lastSequence, resyncs },
        stateTime: event.payload.receiveTime,
        openGaps: known?.openGaps ?? 0,
        delay: known?.delay ?? null,
      })
    } else if (event.messageType === 'gap') {
      this.#putGap(event.payload)
    } else if (event.messageType === 'trade') {
      const { venue, instrument, id, exchangeTime, receiveTime, backlog } = event.payload
      const key = feedKey(venue, instrument, 'trade')
      const row = this.#rows.get(key)
      if (row === undefined || backlog === true) return
      const delay = exchangeTime === null ? null : receiveTime - exchangeTime
      this.#rows.set(key, { ...row, delay, lastMessageTime: receiveTime, lastSequence: id ?? row.lastSequence })
    } else return
    this.#coalescer.mark(this.#show)
  }

  follow(stream: StreamClient, venue = '*', instrument = '*'): () => void {
    const handler = { message: (event: StreamEvent) => this.apply(event) }
    const ends = (['feed-state', 'gap', 'trade'] as const).map((channel) =>
      stream.subscribe({ venue, instrument, channel }, handler),
    )
    return () => {
      for (const end of ends) end()
    }
  }

  #putGap(gap: Gap): void {
    const known = this.#gaps.get(gap.id)
    if (known !== undefined && known.revision >= gap.revision) return
    this.#gaps.set(gap.id, gap)
    if (this.#gaps.size <= MAXIMUM_GAPS) return
    const oldest = [...this.#gaps.values()].reduce((left, right) => (left.from <= right.from ? left : right))
    this.#gaps.delete(oldest.id)
  }

  readonly #show = (): void => {
    this.feeds.set([...this.#rows.values()].sort(byChannel))
    this.gaps.set([...this.#gaps.values()].sort((left, right) => right.from - left.from))
  }
}
