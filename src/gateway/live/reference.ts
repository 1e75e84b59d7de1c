import { setTimeout as wait } from 'node:timers/promises'
import { type FactKind, MICROS_PER_SECOND, micros, now } from '../../market/index.ts'
import type { Logger } from '../../platform/index.ts'
import type { MarketSummary } from '../../store/index.ts'
import type { LiveMarket } from './live-market.ts'
import type { StoreReader } from './store-reader.ts'
import { lineKey } from './tape-line.ts'

const REFRESH_MILLISECONDS = 60_000
const RETRY_MILLISECONDS = 2_000
/** At first the store is behind the tape: it is asked more often until it has caught up with what was said before we listened. */
const SETTLING_MILLISECONDS = 30_000
/** Summaries of the last day are asked of the store at most this often, however many clients want them. */
const SUMMARY_MILLISECONDS = 10_000

/** Facts that may not be said again for long, and how old they may be to be taken from the store, in microseconds. */
const SELDOM_SAID: readonly (readonly [FactKind, number])[] = [
  ['funding', 3_600 * MICROS_PER_SECOND],
  ['open-interest', 3_600 * MICROS_PER_SECOND],
  ['status', 30 * 86_400 * MICROS_PER_SECOND],
]

type Summaries = ReadonlyMap<string, MarketSummary>

/**
 * What the store knows of instruments, feeds and the last day: it fills in what the tape has not said since the gateway
 * began to listen.
 */
export class Reference {
  /** False until the store has been read once: then an unknown instrument is really unknown. */
  isLoaded = false
  /** Why the store did not answer when it was asked last; empty while it does. */
  failure = 'the store has not been asked yet'
  readonly #store: StoreReader
  readonly #market: LiveMarket
  readonly #logger: Logger
  #hasFacts = false
  #summaries: Summaries = new Map()
  #summariesAt = Number.NEGATIVE_INFINITY
  #summariesUnderWay: Promise<Summaries> | undefined

  constructor(store: StoreReader, market: LiveMarket, logger: Logger) {
    this.#store = store
    this.#market = market
    this.#logger = logger
  }

  /** Reads the store now and then until the signal aborts. */
  async keepFresh(signal: AbortSignal): Promise<void> {
    const settledAt = performance.now() + SETTLING_MILLISECONDS
    while (!signal.aborted) {
      const isWell = await this.#load()
      const isSettled = performance.now() >= settledAt
      await wait(isWell && isSettled ? REFRESH_MILLISECONDS : RETRY_MILLISECONDS, undefined, { signal }).catch(
        () => undefined,
      )
    }
  }

  /** Asks whether the store answers, for health. */
  async probe(): Promise<void> {
    try {
      await this.#store.ping()
      this.failure = ''
    } catch (error) {
      this.failure = reasonOf(error)
    }
  }

  /** The last day of every instrument, by its key; some seconds old at most, and the last that was had where the store is away. */
  async summaries(): Promise<Summaries> {
    if (performance.now() - this.#summariesAt < SUMMARY_MILLISECONDS) return this.#summaries
    this.#summariesUnderWay ??= this.#askSummaries()
    // The first answer has to be waited for; later ones are fetched behind the back of those who ask.
    return this.#summariesAt === Number.NEGATIVE_INFINITY ? await this.#summariesUnderWay : this.#summaries
  }

  /** The tape may have said them hours ago and not since. What it has said meanwhile counts more. */
  async #loadFacts(kind: FactKind, age: number): Promise<void> {
    for (const fact of await this.#store.latestFacts(kind, micros(now() - age))) {
      const slot = this.#market.slot(fact.venue, fact.instrument)
      if (slot !== undefined && slot.facts[kind] === undefined) slot.fact(fact)
    }
  }

  async #askSummaries(): Promise<Summaries> {
    try {
      const rows = await this.#store.markets({ now: now() })
      this.#summaries = new Map(rows.map((row) => [lineKey(row.venue, row.instrument), row]))
      this.#summariesAt = performance.now()
      this.failure = ''
    } catch (error) {
      this.failure = reasonOf(error)
      this.#logger.warn({ err: error }, 'the last day of the markets cannot be read from the store')
    } finally {
      this.#summariesUnderWay = undefined
    }
    return this.#summaries
  }

  async #load(): Promise<boolean> {
    try {
      for (const definition of await this.#store.instruments()) {
        const slot = this.#market.ensureSlot(definition.venue, definition.id, definition.symbol)
        if (slot !== undefined) slot.definition ??= definition
      }
      for (const state of await this.#store.feeds()) {
        const slot = this.#market.ensureSlot(state.venue, state.instrument, state.symbol)
        if (slot !== undefined && !slot.feeds.has(state.channel)) slot.feeds.set(state.channel, state)
      }
      if (!this.isLoaded) for (const state of await this.#store.venueStates()) this.#market.venueStateKnown(state)
      this.isLoaded = true
      if (!this.#hasFacts) for (const [kind, age] of SELDOM_SAID) await this.#loadFacts(kind, age)
      this.#hasFacts = true
      this.failure = ''
      return true
    } catch (error) {
      this.failure = reasonOf(error)
      this.#logger.warn({ err: error }, 'reference data cannot be read from the store; trying again')
      return false
    }
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
