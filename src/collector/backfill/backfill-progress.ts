import type { Channel, InstrumentId, Micros, VenueId } from '../../market/index.ts'

/** How far the repair of a gap, or of a range, is. */
export interface BackfillProgress {
  readonly venue: VenueId
  readonly instrument: InstrumentId
  readonly channel: Channel
  readonly from: Micros
  readonly to: Micros
  readonly rowsRead: number
  readonly rowsPerSecond: number
  /** Part of the range that is still to be read, in seconds of it. */
  readonly secondsLeftOfRange: number
  /** Seconds until it is done at this pace; null while there is no pace yet. */
  readonly etaSeconds: number | null
}

interface Feed {
  readonly venue: VenueId
  readonly instrument: InstrumentId
  readonly channel: Channel
}

/**
 * Follows the reading of a range. Pages may go up or down in time: what is read is taken to be what lies between the oldest and the
 * newest thing that was seen.
 */
export class RangeProgress {
  readonly #feed: Feed
  readonly #from: Micros
  readonly #to: Micros
  readonly #begun: number
  readonly #milliseconds: () => number
  #rows = 0
  #oldest = Number.POSITIVE_INFINITY
  #newest = Number.NEGATIVE_INFINITY

  constructor(feed: Feed, from: Micros, to: Micros, milliseconds: () => number = () => performance.now()) {
    this.#feed = feed
    this.#from = from
    this.#to = to
    this.#milliseconds = milliseconds
    this.#begun = milliseconds()
  }

  /** A page was read. */
  add(rows: number, moments: Iterable<Micros | null>): void {
    this.#rows += rows
    for (const moment of moments) {
      if (moment === null) continue
      const within = Math.min(this.#to, Math.max(this.#from, moment))
      if (within < this.#oldest) this.#oldest = within
      if (within > this.#newest) this.#newest = within
    }
  }

  /** Part of the range that was read, from 0 to 1. */
  get part(): number {
    const whole = this.#to - this.#from
    return whole <= 0 ? 1 : Math.max(0, this.#newest - this.#oldest) / whole
  }

  now(): BackfillProgress {
    const { venue, instrument, channel } = this.#feed
    const seconds = Math.max(0.001, (this.#milliseconds() - this.#begun) / 1_000)
    const { part } = this
    return {
      venue,
      instrument,
      channel,
      from: this.#from,
      to: this.#to,
      rowsRead: this.#rows,
      rowsPerSecond: Math.round((this.#rows / seconds) * 10) / 10,
      secondsLeftOfRange: Math.round(((this.#to - this.#from) / 1_000_000) * (1 - part)),
      etaSeconds: part > 0 ? Math.round((seconds * (1 - part)) / part) : null,
    }
  }
}
