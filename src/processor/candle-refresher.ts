import type { Micros } from '../market/index.ts'
import type { Logger } from '../platform/index.ts'
import type { Candle, Store } from '../store/index.ts'
import type { ForgottenCandle } from './candle-keeper.ts'

/** Candles that wait at most; beyond, the trade is stored as ever but its old candle is not said again. */
const MAXIMUM_WAITING = 10_000
const CANDLES_A_ROUND = 32

interface Waiting {
  readonly candle: ForgottenCandle
  /** The store has the trade when the sink has committed a position beyond this. */
  after: number
}

/** Old candles that got a late trade: once the sink has stored it, the store's candle is said again. */
export class CandleRefresher {
  readonly #store: Pick<Store, 'candles'>
  readonly #logger: Logger
  readonly #waiting = new Map<string, Waiting>()

  constructor(store: Pick<Store, 'candles'>, logger: Logger) {
    this.#store = store
    this.#logger = logger
  }

  /** @returns false if too many are waiting. */
  want(candle: ForgottenCandle, after: number): boolean {
    const name = `${candle.venue}\n${candle.instrument}\n${candle.interval}\n${candle.openTime}`
    const known = this.#waiting.get(name)
    if (known !== undefined) {
      known.after = after
      return true
    }
    if (this.#waiting.size >= MAXIMUM_WAITING) return false
    this.#waiting.set(name, { candle, after })
    return true
  }

  get size(): number {
    return this.#waiting.size
  }

  /** Candles whose trades are stored: all before `stored`. What the store does not answer is asked again next time. */
  async ready(stored: number, at: Micros): Promise<Candle[]> {
    const found: Candle[] = []
    let asked = 0
    for (const [name, { candle, after }] of this.#waiting) {
      if (after > stored) continue
      if (asked++ >= CANDLES_A_ROUND) break
      const { venue, instrument, interval, openTime } = candle
      try {
        const to = (openTime + 1) as Micros
        const page = await this.#store.candles({ venue, instrument, interval, from: openTime, to, now: at, limit: 1 })
        found.push(...page.items.filter((item) => item.openTime === openTime))
        this.#waiting.delete(name)
      } catch (error) {
        this.#logger.warn(
          { err: error, venue, instrument, interval },
          'an old candle could not be read; it is tried again',
        )
        break
      }
    }
    return found
  }
}
