import { isWholeNumber } from '../market/index.ts'
import { IdIntervals } from './id-intervals.ts'
import { RecentIds, type RecentIdsState } from './recent-ids.ts'
import { hashOf } from './text-hash.ts'

/** Ids of more digits are told apart as texts: not all of them are safe numbers. */
const NUMBER_DIGITS = 15
/** With so many holes ids are looked at: do they follow each other at all? */
const HOLES_LOOKED_AT = 10_000
/** Ids in an interval, on average, below which they do not. */
const LEAST_RUN = 4

/** As it is written down. */
export interface TradeIdsState {
  /** Starts and ends of what is known; null if the numbers do not follow each other. */
  readonly runs: readonly number[] | null
  readonly numbers: RecentIdsState
  readonly pastNumbers: RecentIdsState
  readonly texts: RecentIdsState
  readonly pastTexts: RecentIdsState
}

/**
 * The trade ids of one instrument, to know one that comes again.
 *
 * - **Numbers that follow each other** are kept as intervals: all of them are known, however old, until there are
 *   20,000 holes in them; then the lowest are forgotten.
 * - **Numbers that do not**, which shows in 10,000 intervals of fewer than four numbers on average, and **other texts** go into a
 *   memory with a bound ({@link RecentIds}): the last 20,000 are known, and beyond those all of the last hour up to 60,000. What
 *   comes again later than that passes as new. What is told of the past has a memory of the same bounds for itself, so that years of
 *   it push out nothing that was heard a moment ago.
 *
 * Texts are kept as 53 bits of a hash: that a new id is taken for one of 60,000 others has a chance of 1 in 10^11.
 */
export class TradeIds {
  #runs: IdIntervals | null = new IdIntervals()
  #numbers = new RecentIds()
  #pastNumbers = new RecentIds()
  #texts = new RecentIds()
  #pastTexts = new RecentIds()

  /** Adds an id. `at` is when it came, in microseconds. @returns false if it is known. */
  add(id: string, isPast: boolean, at: number): boolean {
    if (!isWholeNumber(id, NUMBER_DIGITS)) return addTo(this.#texts, this.#pastTexts, hashOf(id), isPast, at)
    const number = Number(id)
    if (this.#runs === null) return addTo(this.#numbers, this.#pastNumbers, number, isPast, at)
    const isNew = this.#runs.add(number)
    const { intervalCount } = this.#runs
    if (isNew && intervalCount >= HOLES_LOOKED_AT && this.#runs.size < intervalCount * LEAST_RUN) {
      this.#numbers.addAll(this.#runs.numbers(), at)
      this.#runs = null
    }
    return isNew
  }

  state(): TradeIdsState {
    return {
      runs: this.#runs?.toJSON() ?? null,
      numbers: this.#numbers.state(),
      pastNumbers: this.#pastNumbers.state(),
      texts: this.#texts.state(),
      pastTexts: this.#pastTexts.state(),
    }
  }

  static restore({ runs, numbers, pastNumbers, texts, pastTexts }: TradeIdsState): TradeIds {
    const ids = new TradeIds()
    ids.#runs = runs === null ? null : IdIntervals.fromJSON(runs)
    ids.#numbers = RecentIds.restore(numbers)
    ids.#pastNumbers = RecentIds.restore(pastNumbers)
    ids.#texts = RecentIds.restore(texts)
    ids.#pastTexts = RecentIds.restore(pastTexts)
    return ids
  }
}

function addTo(live: RecentIds, past: RecentIds, id: number, isPast: boolean, at: number): boolean {
  if (live.has(id) || past.has(id)) return false
  const ids = isPast ? past : live
  ids.add(id, at)
  return true
}
