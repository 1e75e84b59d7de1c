import type { Micros, TradeEvent } from '../../../market/index.ts'
import type { RestOutcome, RestRequest, SessionOutput } from '../../protocol.ts'
import type { Feed } from '../feed.ts'
import type { AnswerEffect } from '../trade-continuity.ts'

/** The trades of one instrument on their way to the tape: each is said once, and what is missing is found or declared. */
export interface TradeFlow {
  readonly feed: Feed
  /** When {@link ticked} is to be called; infinite if there is nothing to do. */
  readonly due: number
  /**
   * A trade came by the socket, live or (`backlog`) as history sent at subscription.
   * @param first the first id, where it stands for several trades
   */
  accept(trade: TradeEvent, out: SessionOutput, first?: number): void
  closed(at: Micros, reason: string, out: SessionOutput): void
  /** A message that may have held trades was unreadable, or the connection's own sequence broke. */
  lost(
    cause: 'malformed-frame' | 'missed-sequence' | 'dropped-frame',
    why: string,
    at: Micros,
    out: SessionOutput,
  ): void
  silent(at: Micros, out: SessionOutput): void
  ticked(at: Micros, out: SessionOutput): void
  answered(request: RestRequest, outcome: RestOutcome, at: Micros, out: SessionOutput): AnswerEffect
}
