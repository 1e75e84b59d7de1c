import type { Channel, GapCause, GapEvent, GapState, Instrument, Micros } from '../../market/index.ts'
import type { SessionOutput } from '../protocol.ts'

export interface GapFacts {
  readonly instrument: Instrument
  readonly channel: Channel
  /** Receive time of the last message known to be whole before it. */
  readonly from: Micros
  readonly cause: GapCause
  readonly evidence: string
  readonly to?: Micros | null
  readonly missing?: number | null
  readonly missingIds?: string | null
  readonly state?: GapState
  /** Set apart gaps of one feed that begin at the same moment. */
  readonly ordinal?: number
  /** A gap that is on the tape already: its id and the revision with which it was said last. */
  readonly continued?: { readonly id: string; readonly revision: number }
}

export interface GapRevision {
  readonly state?: GapState
  readonly to?: Micros | null
  readonly missing?: number | null
  readonly missingIds?: string | null
  readonly cause?: GapCause
  /** Added to what was said before. */
  readonly evidence?: string
}

/** Longest evidence that a gap carries; later additions are cut. */
const MAXIMUM_EVIDENCE = 1_000

/** One gap of the tape: said when it is made, and again with a higher revision whenever it changes. */
export class Gap {
  readonly id: string
  readonly #instrument: Instrument
  readonly #channel: Channel
  readonly #from: Micros
  #cause: GapCause
  #to: Micros | null
  #state: GapState
  #missing: number | null
  #missingIds: string | null
  #evidence: string
  #revision = 0

  constructor(facts: GapFacts) {
    const ordinal = facts.ordinal ?? 1
    this.id =
      facts.continued?.id ??
      `${facts.instrument.venue}:${facts.instrument.id}:${facts.channel}:${facts.from}` +
        (ordinal > 1 ? `.${ordinal}` : '')
    this.#instrument = facts.instrument
    this.#channel = facts.channel
    this.#from = facts.from
    this.#cause = facts.cause
    this.#to = facts.to ?? null
    this.#state = facts.state ?? 'open'
    this.#missing = facts.missing ?? null
    this.#missingIds = facts.missingIds ?? null
    this.#evidence = facts.evidence
    if (facts.continued !== undefined) this.#revision = facts.continued.revision + 1
  }

  get from(): Micros {
    return this.#from
  }

  get to(): Micros | null {
    return this.#to
  }

  get state(): GapState {
    return this.#state
  }

  /** Says the gap as it is now. Call it once after making it. */
  say(at: Micros, out: SessionOutput): void {
    const event: GapEvent = {
      messageType: 'gap',
      id: this.id,
      revision: this.#revision++,
      venue: this.#instrument.venue,
      instrument: this.#instrument.id,
      symbol: this.#instrument.symbol,
      channel: this.#channel,
      from: this.#from,
      to: this.#to,
      cause: this.#cause,
      state: this.#state,
      missing: this.#missing,
      missingIds: this.#missingIds,
      evidence: this.#evidence,
      receiveTime: at,
    }
    out.event(event)
  }

  /** Changes the gap and says it anew. */
  revise(revision: GapRevision, at: Micros, out: SessionOutput): void {
    if (revision.state !== undefined) this.#state = revision.state
    if (revision.to !== undefined) this.#to = revision.to
    if (revision.missing !== undefined) {
      this.#missing = revision.missing
      this.#missingIds = revision.missingIds ?? null
    }
    if (revision.cause !== undefined) this.#cause = revision.cause
    if (revision.evidence !== undefined) {
      this.#evidence = `${this.#evidence}; ${revision.evidence}`.slice(0, MAXIMUM_EVIDENCE)
    }
    this.say(at, out)
  }
}
