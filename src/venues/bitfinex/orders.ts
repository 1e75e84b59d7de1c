import { type Amount, addDecimals, type BookLevel, type Price, subtractDecimals } from '../../market/index.ts'
import type { OrderRow } from './rows.ts'

interface Order {
  readonly isBid: boolean
  readonly price: Price
  readonly amount: Amount
}

const NOTHING = '0' as Amount

/** The orders of a raw book, added up to the levels that a book is made of. */
export class Orders {
  readonly #orders = new Map<string, Order>()
  /** Amount of each level, by side and price. */
  readonly #levels = new Map<string, Amount>()

  /** Replaces all orders. @returns the levels of both sides */
  replace(rows: readonly OrderRow[]): { readonly bids: BookLevel[]; readonly asks: BookLevel[] } {
    this.#orders.clear()
    this.#levels.clear()
    const touched = new Map<string, Order>()
    for (const row of rows) for (const order of this.#set(row)) touched.set(keyOf(order), order)
    return this.#say(touched)
  }

  /** Sets one order, or takes it away. @returns the levels that it changed */
  update(row: OrderRow): { readonly bids: BookLevel[]; readonly asks: BookLevel[] } {
    const touched = new Map<string, Order>()
    for (const order of this.#set(row)) touched.set(keyOf(order), order)
    return this.#say(touched)
  }

  /** @returns the order as it was and as it is: the levels that are touched */
  #set({ id, isBid, price, amount }: OrderRow): Order[] {
    const touched: Order[] = []
    const before = this.#orders.get(id)
    if (before !== undefined) {
      this.#orders.delete(id)
      this.#add(before, -1)
      touched.push(before)
    }
    if (price === '0') return touched
    const order: Order = { isBid, price, amount }
    this.#orders.set(id, order)
    this.#add(order, 1)
    touched.push(order)
    return touched
  }

  #add(order: Order, direction: 1 | -1): void {
    const key = keyOf(order)
    const held = this.#levels.get(key) ?? NOTHING
    const sum = direction === 1 ? addDecimals(held, order.amount) : subtractDecimals(held, order.amount)
    if (sum === '0') this.#levels.delete(key)
    else this.#levels.set(key, sum as Amount)
  }

  #say(touched: ReadonlyMap<string, Order>): { readonly bids: BookLevel[]; readonly asks: BookLevel[] } {
    const bids: BookLevel[] = []
    const asks: BookLevel[] = []
    for (const [key, { isBid, price }] of touched) {
      const level: BookLevel = [price, this.#levels.get(key) ?? NOTHING]
      if (isBid) bids.push(level)
      else asks.push(level)
    }
    return { bids, asks }
  }
}

function keyOf({ isBid, price }: Order): string {
  return `${isBid ? 'b' : 'a'}${price}`
}
