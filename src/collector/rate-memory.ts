import type { Log } from '../log/index.ts'
import { now } from '../market/index.ts'
import { isStateOf, newestState, payloadOf } from './newest-state.ts'
import { UsualRates } from './usual-rates.ts'

/** How often it is written down, in milliseconds. */
const SAVE_EVERY_MILLISECONDS = 3_600_000

/** What is usual of each venue's feeds, kept over restarts in the topic `collector-state`. */
export class RateMemory {
  readonly #key: string
  readonly #venues = new Map<string, UsualRates>()
  #savedAt = Date.now()

  private constructor(collector: string) {
    this.#key = `${collector}/rates`
  }

  /** @throws CollectorError COLLECTOR_STATE_UNREADABLE if what was written last is not readable. */
  static async load(log: Log, collector: string): Promise<RateMemory> {
    const memory = new RateMemory(collector)
    const text = await newestState(log, memory.#key)
    if (text === undefined) return memory
    const at = Date.now()
    const { venues } = payloadOf(text, 'the usual rates', isRateState)
    for (const [venue, state] of Object.entries(venues)) memory.of(venue).restore(state, at)
    return memory
  }

  /** The rates of one venue. */
  of(venue: string): UsualRates {
    let rates = this.#venues.get(venue)
    if (rates === undefined) {
      rates = new UsualRates()
      this.#venues.set(venue, rates)
    }
    return rates
  }

  /** Writes it down, if that is due or this is the end. */
  async save(log: Log, isEnd: boolean): Promise<void> {
    if (!isEnd && Date.now() - this.#savedAt < SAVE_EVERY_MILLISECONDS) return
    this.#savedAt = Date.now()
    const venues = Object.fromEntries([...this.#venues].map(([venue, rates]) => [venue, rates.state()]))
    if (Object.values(venues).every((state) => Object.keys(state).length === 0)) return
    const value = JSON.stringify({ messageType: 'usual-rates', timestamp: now(), payload: { version: 1, venues } })
    await log.append('collector-state', [{ key: this.#key, value: Buffer.from(value) }])
  }
}

interface RateState {
  readonly version: 1
  readonly venues: Readonly<Record<string, Record<string, string>>>
}

function isRateState(payload: unknown): payload is RateState {
  return isStateOf(payload, { venues: 'object' })
}
