import type { CoverageEvent, GapEvent, Micros } from '../../market/index.ts'

/** Stretches that are remembered of a feed: two lines have one each, and a few that ended. */
const MAXIMUM_STRETCHES = 8
const MAXIMUM_GAPS = 100
/** Gaps that ended longer ago touch nothing that is still compared. */
const FORGET_AFTER_MICROS = 600_000_000

/** What is known of the completeness of one instrument's trades: which stretches were watched, and what is missing of them. */
export class TradeWatch {
  readonly #stretches = new Map<Micros, Micros>()
  readonly #gaps = new Map<string, { readonly from: Micros; readonly to: Micros | null }>()

  /** A stretch is said, or said again with a later end. */
  coverage({ since, until, source }: CoverageEvent): void {
    if (source !== 'live') return
    this.#stretches.set(since, Math.max(until, this.#stretches.get(since) ?? until) as Micros)
    for (const oldest of this.#stretches.keys()) {
      if (this.#stretches.size <= MAXIMUM_STRETCHES) return
      this.#stretches.delete(oldest)
    }
  }

  /** A gap is said, or what became of it. */
  gap({ id, from, to, state }: GapEvent): void {
    if (state === 'repaired') {
      this.#gaps.delete(id)
      return
    }
    this.#gaps.set(id, { from, to })
    for (const [old, gap] of this.#gaps) {
      const isOver = gap.to !== null && to !== null && gap.to < to - FORGET_AFTER_MICROS
      if (isOver || this.#gaps.size > MAXIMUM_GAPS) this.#gaps.delete(old)
    }
  }

  /** Whether everything between two receive times is there; undefined while that cannot be told. O(gaps). */
  isWhole(from: number, to: number): boolean | undefined {
    for (const gap of this.#gaps.values()) if (gap.from < to && (gap.to ?? to) > from) return false
    for (const [since, until] of this.#stretches) if (since <= from && until >= to) return true
    return undefined
  }
}
