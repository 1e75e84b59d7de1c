import type { Channel, FeedState, GapCause, Instrument, Micros } from '../../market/index.ts'
import type { Outage, SessionOutput } from '../protocol.ts'
import { Gap, type GapFacts } from './gap.ts'

/**
 * What is known of one (instrument, channel) of a session: whether it is whole, when it last spoke, and the break that it
 * is in, if any. It says `feed-state` on every change, and the gap of a break when it opens and closes.
 */
export class Feed {
  readonly instrument: Instrument
  readonly channel: Channel
  #state: FeedState = 'unknown'
  #isKnown = false
  #lastMessageTime: Micros | null = null
  #lastSequence: number | string | null = null
  #resyncs = 0
  #break: Gap | undefined
  #lastGapFrom: Micros | null = null
  #gapsFromThere = 0

  /** @param outage a break that began before this session and is on the tape already */
  constructor(instrument: Instrument, channel: Channel, outage?: Outage) {
    this.instrument = instrument
    this.channel = channel
    if (outage === undefined) return
    const { from, cause, evidence } = outage
    this.#break = new Gap({ instrument, channel, from, cause, evidence, continued: outage })
    this.#lastMessageTime = from
  }

  get state(): FeedState {
    return this.#state
  }

  get lastMessageTime(): Micros | null {
    return this.#lastMessageTime
  }

  /** The gap that {@link lose} opened and nothing has closed yet. */
  get openBreak(): Gap | undefined {
    return this.#break
  }

  /** A message that is whole came. The hot path: it only remembers. */
  heard(at: Micros, sequence: number | string | null): void {
    this.#lastMessageTime = at
    this.#lastSequence = sequence
  }

  /** Says once that the feed exists although nothing was heard of it: a subscription that stays mute must be seen. */
  introduce(at: Micros, out: SessionOutput): void {
    if (!this.#isKnown) this.#say('subscribed; nothing was heard yet', at, out)
  }

  /** Says the new state, unless it is the old one. */
  become(state: FeedState, reason: string, at: Micros, out: SessionOutput): void {
    if (state === this.#state) return
    this.#state = state
    this.#say(reason, at, out)
  }

  #say(reason: string, at: Micros, out: SessionOutput): void {
    this.#isKnown = true
    out.event({
      messageType: 'feed-state',
      venue: this.instrument.venue,
      instrument: this.instrument.id,
      symbol: this.instrument.symbol,
      channel: this.channel,
      state: this.#state,
      reason,
      lastMessageTime: this.#lastMessageTime,
      lastSequence: this.#lastSequence === null ? null : String(this.#lastSequence),
      resyncs: this.#resyncs,
      receiveTime: at,
    })
  }

  /** Counts a new synchronisation; the next feed state tells it. */
  countResync(): void {
    this.#resyncs++
  }

  /** Makes a gap of this feed, with an id of its own, and says it. */
  openGap(facts: Omit<GapFacts, 'instrument' | 'channel' | 'ordinal'>, at: Micros, out: SessionOutput): Gap {
    this.#gapsFromThere = this.#lastGapFrom === facts.from ? this.#gapsFromThere + 1 : 1
    this.#lastGapFrom = facts.from
    const gap = new Gap({
      ...facts,
      instrument: this.instrument,
      channel: this.channel,
      ordinal: this.#gapsFromThere,
    })
    gap.say(at, out)
    return gap
  }

  /**
   * The feed is cut: its connection closed, its sequence broke, its message was unreadable. Opens one gap from the last
   * whole message on (none if nothing was ever heard, none more if it is cut already).
   */
  lose(cause: GapCause, state: FeedState, evidence: string, at: Micros, out: SessionOutput): void {
    if (this.#break === undefined && this.#lastMessageTime !== null) {
      this.#break = this.openGap({ from: this.#lastMessageTime, cause, evidence }, at, out)
    }
    this.become(state, evidence, at, out)
  }

  /**
   * The feed is whole again from now on (first message, or new snapshot, after the cut). What was missed in between is
   * lost for good: books, quotes and tickers have no history.
   */
  regain(reason: string, at: Micros, out: SessionOutput): void {
    if (this.#break !== undefined) {
      this.#break.revise({ state: 'beyond-repair', to: at, evidence: reason }, at, out)
      this.#break = undefined
    }
    this.become('synchronised', reason, at, out)
  }

  /** The feed is not watched any more: a break of it ends here, since nothing will ever mend it. */
  leave(at: Micros, out: SessionOutput): void {
    const reason = 'no longer subscribed to'
    this.#break?.revise({ state: 'beyond-repair', to: at, evidence: reason }, at, out)
    this.#break = undefined
    this.become('unknown', reason, at, out)
  }

  /** Takes the open break over, to be judged by the caller (trades, which have history). */
  takeBreak(): Gap | undefined {
    const gap = this.#break
    this.#break = undefined
    return gap
  }
}
