import type { Gap, GapPage } from '../../../src/gateway/schemas/index.ts'
import type { GapFilter } from '../api/rest.ts'
import { Signal } from './signal.ts'

const PAGE_SIZE = 100
/** Gaps kept of one filter. */
const MAXIMUM_GAPS = 5_000

/** Asks for a page of gaps, the newest first. */
export type GapPageLoader = (
  filter: GapFilter & { limit: number; cursor: string | null },
  signal: AbortSignal,
) => Promise<GapPage>

/** What is shown of the gap catalogue: a filter's newest gaps and as many older ones as were asked for. */
export class GapCatalogue {
  readonly gaps = new Signal<readonly Gap[]>([])
  /** Whether there are older ones. */
  readonly hasMore = new Signal(false)
  readonly isLoaded = new Signal(false)
  readonly failure = new Signal<string | null>(null)
  readonly #load: GapPageLoader
  readonly #held = new Map<string, Gap>()
  #filter: GapFilter = {}
  #cursor: string | null = null
  #asking = new AbortController()

  constructor(load: GapPageLoader) {
    this.#load = load
  }

  /** Shows what fits a filter. */
  async show(filter: GapFilter): Promise<void> {
    this.#asking.abort()
    this.#asking = new AbortController()
    this.#filter = filter
    this.#held.clear()
    this.#cursor = null
    this.isLoaded.set(false)
    this.hasMore.set(false)
    this.#say()
    const page = await this.#ask(null)
    if (page === undefined) return
    this.#cursor = page.nextCursor
    this.hasMore.set(page.nextCursor !== null)
    this.isLoaded.set(true)
  }

  /** Reads the newest ones again: gaps change while they are repaired. */
  async refresh(): Promise<void> {
    await this.#ask(null)
  }

  /** Adds older ones. */
  async more(): Promise<void> {
    if (this.#cursor === null) return
    const page = await this.#ask(this.#cursor)
    if (page === undefined) return
    this.#cursor = this.#held.size < MAXIMUM_GAPS ? page.nextCursor : null
    this.hasMore.set(this.#cursor !== null)
  }

  /** A gap is said on the stream. */
  apply(gap: Gap): void {
    const known = this.#held.get(gap.id)
    if (known !== undefined && known.revision >= gap.revision) return
    // One that was shown and fits no more goes: the filter may be for its state.
    if (fits(this.#filter, gap)) this.#held.set(gap.id, gap)
    else if (!this.#held.delete(gap.id)) return
    this.#say()
  }

  stop(): void {
    this.#asking.abort()
  }

  async #ask(cursor: string | null): Promise<GapPage | undefined> {
    const { signal } = this.#asking
    try {
      const page = await this.#load({ ...this.#filter, limit: PAGE_SIZE, cursor }, signal)
      if (signal.aborted) return undefined
      for (const gap of page.items) {
        const known = this.#held.get(gap.id)
        if (known === undefined || known.revision < gap.revision) this.#held.set(gap.id, gap)
      }
      this.failure.set(null)
      this.#say()
      return page
    } catch (error) {
      if (!signal.aborted) this.failure.set(error instanceof Error ? error.message : String(error))
      return undefined
    }
  }

  #say(): void {
    this.gaps.set(
      [...this.#held.values()].sort((left, right) => right.from - left.from || (left.id < right.id ? -1 : 1)),
    )
  }
}

function fits(filter: GapFilter, gap: Gap): boolean {
  return (['venue', 'channel', 'cause', 'state'] as const).every(
    (name) => filter[name] === undefined || filter[name] === gap[name],
  )
}
