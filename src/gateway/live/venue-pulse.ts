import { MICROS_PER_SECOND, type Micros, type VenueId, type VenueStateEvent } from '../../market/index.ts'

/** A venue is never called silent before this, and always after that. Its collector says a state every 15 s. */
const SHORTEST_SILENCE = 3 * MICROS_PER_SECOND
const LONGEST_SILENCE = 40 * MICROS_PER_SECOND
/** Silence that is this many times the usual distance of its lines is a stopped collector. */
const SILENCE_FACTOR = 50
/** Weight of the newest distance in the mean. */
const SMOOTHING = 0.05

/**
 * What is known of a venue as a whole, and whether anything of it still comes. A collector that was killed says nothing:
 * only the silence tells, and until then its books would look alive.
 */
export class VenuePulse {
  readonly venue: VenueId
  state: VenueStateEvent | undefined
  #heard: Micros | null = null
  #meanDistance = LONGEST_SILENCE

  constructor(venue: VenueId) {
    this.venue = venue
  }

  /** A line of the venue came from the log, among those that were read at a time. */
  heard(at: Micros): void {
    // However many were read at once, they are one sign of life.
    if (at === this.#heard) return
    if (this.#heard !== null) this.#meanDistance += SMOOTHING * (at - this.#heard - this.#meanDistance)
    this.#heard = at
  }

  /** Why its feeds cannot be alive now; undefined where they can. */
  silence(at: Micros): string | undefined {
    const state = this.state?.state
    if (state === 'unreachable' || state === 'stopped') return `the venue is ${state}: ${this.state?.reason ?? ''}`
    if (this.#heard === null) return 'nothing of this venue has come since the gateway started'
    const limit = Math.min(LONGEST_SILENCE, Math.max(SHORTEST_SILENCE, this.#meanDistance * SILENCE_FACTOR))
    const silent = at - this.#heard
    if (silent <= limit) return undefined
    return `nothing of this venue has come for ${Math.round(silent / MICROS_PER_SECOND)} s: its collector is down or cut off`
  }
}
