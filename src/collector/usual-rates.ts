import type { Channel, InstrumentId } from '../market/index.ts'

export const HOURS_OF_WEEK = 168
const HOUR_MILLISECONDS = 3_600_000
/** The epoch began on a Thursday; hour 0 of our week is Monday, 00:00 UTC. */
const HOURS_TO_MONDAY = 72
/** Weight of the newest week in what is remembered of an hour. */
const NEWEST_WEEK = 0.3
/** Part of an hour that must have been watched before it tells anything. */
const LEAST_WATCHED = 0.5

/** What is counted of one feed. */
export interface FeedRate {
  /** Messages an hour, by hour of the week; NaN where nothing is known. */
  readonly perHour: Float32Array
  count: number
  /** When counting began in the hour that is under way, in milliseconds. */
  since: number
}

/**
 * How often each feed speaks in each hour of the week: markets sleep at night and at weekends, and a silence is judged by what is
 * usual at that time.
 */
export class UsualRates {
  readonly #feeds = new Map<string, FeedRate>()
  #hour = -1
  #hourEnds = 0

  /** A feed to be counted with {@link count}, until it is forgotten; `at` is in milliseconds. */
  feed(instrument: InstrumentId, channel: Channel, at: number): FeedRate {
    if (at >= this.#hourEnds) this.#turn(at)
    const key = `${channel}:${instrument}`
    let rate = this.#feeds.get(key)
    if (rate === undefined) {
      rate = { perHour: unknownWeek(), count: 0, since: at }
      this.#feeds.set(key, rate)
    }
    return rate
  }

  /** A message of a feed came, at a time in milliseconds. O(1), called for every event. */
  count(feed: FeedRate, at: number): void {
    if (at >= this.#hourEnds) this.#turn(at)
    feed.count++
  }

  forget(instrument: InstrumentId, channel: Channel): void {
    this.#feeds.delete(`${channel}:${instrument}`)
  }

  /** Mean interval between messages in this hour of the week, in milliseconds; null where it is not known. */
  usualInterval(instrument: InstrumentId, channel: Channel, at: number): number | null {
    const rate = this.#feeds.get(`${channel}:${instrument}`)?.perHour[hourOfWeek(at)]
    if (rate === undefined || Number.isNaN(rate)) return null
    return rate === 0 ? HOUR_MILLISECONDS : HOUR_MILLISECONDS / rate
  }

  /** What is remembered, as text that {@link restore} reads: rates of 168 hours as 32-bit floats in base64, by feed. */
  state(): Record<string, string> {
    const state: Record<string, string> = {}
    for (const [key, { perHour }] of this.#feeds) {
      if (perHour.every(Number.isNaN)) continue
      state[key] = Buffer.from(perHour.buffer, perHour.byteOffset, perHour.byteLength).toString('base64')
    }
    return state
  }

  /** Takes back what {@link state} gave. Feeds whose text is not readable begin anew. */
  restore(state: Readonly<Record<string, string>>, at: number): void {
    for (const [key, text] of Object.entries(state)) {
      const bytes = Buffer.from(text, 'base64')
      if (bytes.byteLength !== HOURS_OF_WEEK * 4) continue
      const perHour = new Float32Array(HOURS_OF_WEEK)
      for (let hour = 0; hour < HOURS_OF_WEEK; hour++) perHour[hour] = bytes.readFloatLE(hour * 4)
      this.#feeds.set(key, { perHour, count: 0, since: at })
    }
  }

  /** An hour ended: what was counted in it is remembered. */
  #turn(at: number): void {
    const ended = this.#hourEnds
    for (const rates of this.#feeds.values()) {
      const watched = (ended - rates.since) / HOUR_MILLISECONDS
      // After a pause of hours nothing is known of what lies between.
      if (this.#hour >= 0 && watched >= LEAST_WATCHED && at - ended < HOUR_MILLISECONDS) {
        const rate = rates.count / Math.min(1, watched)
        const known = rates.perHour[this.#hour] as number
        rates.perHour[this.#hour] = Number.isNaN(known) ? rate : known + (rate - known) * NEWEST_WEEK
      }
      rates.count = 0
      rates.since = Math.max(ended, at - (at % HOUR_MILLISECONDS))
    }
    this.#hour = hourOfWeek(at)
    this.#hourEnds = at - (at % HOUR_MILLISECONDS) + HOUR_MILLISECONDS
  }
}

/** Hour of the week at a time in milliseconds: 0 is Monday from 00:00 to 01:00 UTC. */
export function hourOfWeek(at: number): number {
  return (Math.floor(at / HOUR_MILLISECONDS) + HOURS_TO_MONDAY) % HOURS_OF_WEEK
}

function unknownWeek(): Float32Array {
  return new Float32Array(HOURS_OF_WEEK).fill(Number.NaN)
}
