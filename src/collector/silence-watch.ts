import type { Channel, InstrumentId } from '../market/index.ts'
import type { UsualRates } from './usual-rates.ts'

/** Silence shorter than this is never suspect, in milliseconds. */
const SHORTEST_SUSPECT_MILLISECONDS = 15_000
/** Silence longer than this always is. */
const LONGEST_CALM_MILLISECONDS = 30 * 60_000
/** A feed that spoke before its connection was cut should speak soon after it is back, or else be asked what it missed. */
const REOPENED_PATIENCE_MILLISECONDS = 5_000
/** Weight of the newest interval in the running mean. */
const SMOOTHING = 0.05
/** If messages come independently, a silence of this many mean intervals happens by chance once in a million. */
const SUSPECT_INTERVALS = 14

/** One feed whose silence is judged. */
export interface WatchedFeed {
  lastAt: number
  meanInterval: number
  heard: number
  /** When a silence is suspect next; it doubles while nothing changes. */
  suspectAt: number
  suspicions: number
}

/** A feed that has been silent beyond its usual rate. */
export interface SilentFeed {
  readonly instrument: InstrumentId
  readonly channel: Channel
  readonly silentMilliseconds: number
  readonly usualIntervalMilliseconds: number
  /** How many times in a row it has been found silent. */
  readonly suspicions: number
}

export interface SilenceLimits {
  readonly shortestMilliseconds: number
  readonly longestMilliseconds: number
  readonly reopenedMilliseconds: number
}

/**
 * Judges silence per (instrument, channel) against the feed's own rate, not per socket: exchanges have let single channels go
 * mute on sockets that stayed alive.
 */
export class SilenceWatch {
  readonly #feeds = new Map<InstrumentId, Map<Channel, WatchedFeed>>()
  readonly #limits: SilenceLimits
  readonly #rates: Pick<UsualRates, 'usualInterval'> | undefined

  /** @param rates what is usual at this hour of the week, where that is known */
  constructor(
    limits: SilenceLimits = {
      shortestMilliseconds: SHORTEST_SUSPECT_MILLISECONDS,
      longestMilliseconds: LONGEST_CALM_MILLISECONDS,
      reopenedMilliseconds: REOPENED_PATIENCE_MILLISECONDS,
    },
    rates?: Pick<UsualRates, 'usualInterval'>,
  ) {
    this.#limits = limits
    this.#rates = rates
  }

  add(instrument: InstrumentId, channel: Channel, at: number): void {
    let channels = this.#feeds.get(instrument)
    if (channels === undefined) {
      channels = new Map()
      this.#feeds.set(instrument, channels)
    }
    if (channels.has(channel)) return
    const suspectAt = at + this.#limits.longestMilliseconds
    channels.set(channel, { lastAt: at, meanInterval: 0, heard: 0, suspectAt, suspicions: 0 })
  }

  /** The connection of a feed that has spoken before, in this run or an earlier one, is open again. */
  reopened(instrument: InstrumentId, channel: Channel, at: number): void {
    const feed = this.feed(instrument, channel)
    if (feed !== undefined) feed.suspectAt = Math.min(feed.suspectAt, at + this.#limits.reopenedMilliseconds)
  }

  remove(instrument: InstrumentId, channel: Channel): void {
    const channels = this.#feeds.get(instrument)
    if (channels?.delete(channel) === true && channels.size === 0) this.#feeds.delete(instrument)
  }

  /** A feed that was added and not removed since. */
  feed(instrument: InstrumentId, channel: Channel): WatchedFeed | undefined {
    return this.#feeds.get(instrument)?.get(channel)
  }

  /** A message of a feed came. O(1), called for every event. */
  heard(feed: WatchedFeed, at: number): void {
    const interval = at - feed.lastAt
    feed.lastAt = at
    feed.heard++
    feed.suspicions = 0
    // The first intervals count fully, so that the mean is usable after a handful of messages.
    feed.meanInterval += (interval - feed.meanInterval) * Math.max(SMOOTHING, 1 / feed.heard)
    feed.suspectAt = at + this.#patience(feed)
  }

  /** When a feed spoke last in this run, in milliseconds. */
  lastHeard(instrument: InstrumentId, channel: Channel): number | undefined {
    const feed = this.feed(instrument, channel)
    return feed === undefined || feed.heard === 0 ? undefined : feed.lastAt
  }

  /** The feeds that are suspect now. Each is named again only after its patience has passed once more, doubled. */
  suspects(at: number): SilentFeed[] {
    const found: SilentFeed[] = []
    for (const [instrument, channels] of this.#feeds) {
      for (const [channel, feed] of channels) {
        if (at < feed.suspectAt) continue
        // Asked only now, since it is seldom: at this hour of the week the feed may be usually quieter than it was just now.
        const quiet = this.#rates?.usualInterval(instrument, channel, at) ?? 0
        const patience = Math.min(this.#limits.longestMilliseconds, quiet * SUSPECT_INTERVALS)
        if (feed.suspicions === 0 && at < feed.lastAt + patience) {
          feed.suspectAt = feed.lastAt + patience
          continue
        }
        feed.suspicions++
        feed.suspectAt = at + Math.min(this.#limits.longestMilliseconds, this.#patience(feed) * 2 ** feed.suspicions)
        found.push({
          instrument,
          channel,
          silentMilliseconds: at - feed.lastAt,
          usualIntervalMilliseconds: Math.round(feed.meanInterval),
          suspicions: feed.suspicions,
        })
      }
    }
    return found
  }

  #patience(feed: WatchedFeed): number {
    if (feed.heard < 2) return this.#limits.longestMilliseconds
    const usual = feed.meanInterval * SUSPECT_INTERVALS
    return Math.min(this.#limits.longestMilliseconds, Math.max(this.#limits.shortestMilliseconds, usual))
  }
}
