import type { VenueId, VenueState } from '../market/index.ts'
import type { Logger } from '../platform/index.ts'

/** Failed handshakes after which a venue counts as unreachable. */
const UNREACHABLE_AFTER_TRIES = 2

/** What is looked at of a connection. */
interface JudgedConnection {
  readonly state: string
  readonly reason: string
  readonly reconnects: number
}

/** Whether a venue is connected, and why not. */
export class VenueCondition {
  readonly #venue: VenueId
  readonly #logger: Logger
  readonly #changed: () => void
  #state: VenueState = 'connecting'
  #reason = 'starting'

  /** @param changed called whenever state or reason is another */
  constructor(venue: VenueId, logger: Logger, changed: () => void) {
    this.#venue = venue
    this.#logger = logger
    this.#changed = changed
  }

  get state(): VenueState {
    return this.#state
  }

  get reason(): string {
    return this.#reason
  }

  become(state: VenueState, reason: string): void {
    if (state === this.#state && reason === this.#reason) return
    const isOther = state !== this.#state
    this.#state = state
    this.#reason = reason
    if (isOther) {
      const level = state === 'unreachable' ? 'warn' : 'info'
      this.#logger[level]({ venue: this.#venue, state, reason }, 'venue')
    }
    this.#changed()
  }

  /** Judges a venue by its connections, of which there is one at least. */
  judge(connections: readonly JudgedConnection[]): void {
    const open = connections.filter(({ state }) => state === 'open').length
    if (open === connections.length) {
      this.become('connected', 'every connection is open')
      return
    }
    const down = connections.find(({ state }) => state !== 'open')
    const isGivenUp = (down?.reconnects ?? 0) >= UNREACHABLE_AFTER_TRIES
    this.become(open > 0 ? 'partly' : isGivenUp ? 'unreachable' : 'connecting', down?.reason ?? '')
  }
}
