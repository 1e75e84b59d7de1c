import { type Amount, addDecimals, compareDecimals, type Price } from '../../market/index.ts'

/** The best bid or offer of one pool; null where it has none. */
export type Best = { readonly price: Price; readonly amount: Amount } | null

interface Quote {
  readonly bid: Best
  readonly ask: Best
}

/**
 * Since 2026 there are two pools of liquidity, `Primary` and `Secondary` ("protected order books […] for a subset of traders":
 * https://www.bitmex.com/blog/api-update-introducing-the-pool-field-to-ws-subscription-response, 2026-11-22). Who subscribes to both
 * together gets the quotes of each: the best of the instrument is the better of the two, with the amounts of both where they are
 * equal.
 */
export class PoolQuotes {
  readonly #byInstrument = new Map<string, Map<string, Quote>>()

  forget(): void {
    this.#byInstrument.clear()
  }

  /** Takes the quote of a pool. @returns that of the instrument */
  joined(symbol: string, pool: string | undefined, quote: Quote): Quote {
    if (pool !== 'Primary' && pool !== 'Secondary') return quote
    let pools = this.#byInstrument.get(symbol)
    if (pools === undefined) {
      pools = new Map()
      this.#byInstrument.set(symbol, pools)
    }
    pools.set(pool, quote)
    let joined: Quote = { bid: null, ask: null }
    for (const { bid, ask } of pools.values()) {
      joined = { bid: better(joined.bid, bid, 1), ask: better(joined.ask, ask, -1) }
    }
    return joined
  }
}

/** @param direction 1 where the higher price is the better one */
function better(left: Best, right: Best, direction: 1 | -1): Best {
  if (left === null || right === null) return left ?? right
  const order = compareDecimals(left.price, right.price) * direction
  if (order === 0) return { price: left.price, amount: addDecimals(left.amount, right.amount) as Amount }
  return order > 0 ? left : right
}
