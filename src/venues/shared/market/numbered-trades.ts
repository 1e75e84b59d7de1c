import type { Micros, TradeEvent } from '../../../market/index.ts'
import type { RestOutcome, RestRequest, SessionOutput } from '../../protocol.ts'
import type { Feed } from '../feed.ts'
import { type AnswerEffect, TradeContinuity, type TradeContinuityOptions, tradeNumber } from '../trade-continuity.ts'
import type { TradeFlow } from './trade-flow.ts'

/** Trades whose ids follow one another: a jump is a hole. */
export class NumberedTrades implements TradeFlow {
  readonly #trades: TradeContinuity

  constructor(options: TradeContinuityOptions) {
    this.#trades = new TradeContinuity(options)
  }

  get feed(): Feed {
    return this.#trades.feed
  }

  get due(): number {
    return this.#trades.due
  }

  accept(trade: TradeEvent, out: SessionOutput, first?: number): void {
    const number = tradeNumber(trade.id)
    if (number === null) {
      const reason = `the id of a trade is no number: ${String(trade.id).slice(0, 40)}`
      out.refused({ kind: 'malformed', reason, sample: JSON.stringify(trade).slice(0, 200) })
      return
    }
    // A newest trade that the tape holds says that nothing was missed, although it is not said again.
    if (trade.backlog === true) this.#trades.newestIs(number, trade.receiveTime, out)
    this.#trades.accept(trade, first ?? number, number, out)
  }

  closed(at: Micros, reason: string, out: SessionOutput): void {
    this.#trades.closed(at, reason, out)
  }

  /** Nothing to do: the next id tells what was lost. */
  lost(): void {}

  silent(at: Micros, out: SessionOutput): void {
    this.#trades.silent(at, out)
  }

  ticked(at: Micros, out: SessionOutput): void {
    this.#trades.ticked(at, out)
  }

  answered(request: RestRequest, outcome: RestOutcome, at: Micros, out: SessionOutput): AnswerEffect {
    return this.#trades.answered(request, outcome, at, out)
  }
}
