import type { MarketEvent } from '../../market/index.ts'
import { hashOf } from '../text-hash.ts'

/** Facts remembered of one kind of one instrument: a day of candles of a minute. */
const MAXIMUM_FACTS = 1_440

/** When it was said, which history does not know. */
const TIMES_OF_SAYING = new Set(['receiveTime', 'exchangeTime'])

/** As it is written down. */
export type SaidFactsState = readonly (readonly [of: string, hashes: readonly number[]])[]

/**
 * What was said of closed candles, and of everything that was read from history later: two lines that repair the same gap read the
 * same. What is said again with other values is something new.
 */
export class SaidFacts {
  readonly #said = new Map<string, Set<number>>()

  /** Notes what a line says as it happens. */
  note(event: MarketEvent): void {
    if (event.messageType === 'venue-candle' && event.isClosed) this.add(event)
  }

  /** @returns false if the same was said before */
  add(event: MarketEvent): boolean {
    const of = `${event.venue} ${'instrument' in event ? event.instrument : ''} ${event.messageType}`
    let said = this.#said.get(of)
    if (said === undefined) {
      said = new Set()
      this.#said.set(of, said)
    }
    const text = Object.entries(event)
      .filter(([name]) => !TIMES_OF_SAYING.has(name))
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
      .join(' ')
    const hash = hashOf(text)
    if (said.has(hash)) return false
    said.add(hash)
    const [oldest] = said
    if (said.size > MAXIMUM_FACTS && oldest !== undefined) said.delete(oldest)
    return true
  }

  state(): SaidFactsState {
    return [...this.#said].map(([of, hashes]) => [of, [...hashes]])
  }

  static restore(state: SaidFactsState): SaidFacts {
    const facts = new SaidFacts()
    for (const [of, hashes] of state) facts.#said.set(of, new Set(hashes))
    return facts
  }
}
