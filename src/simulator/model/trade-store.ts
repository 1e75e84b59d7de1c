/** One trade of the model, in whole ticks, lots and microseconds. */
export interface SimulatedTrade {
  readonly id: number
  readonly price: number
  readonly lots: number
  /** The taker bought. */
  readonly buy: boolean
  readonly time: number
}

/** Ticks times lots, exactly. */
export function turnoverOf(price: number, lots: number): bigint {
  const product = price * lots
  return Number.isSafeInteger(product) ? BigInt(product) : BigInt(price) * BigInt(lots)
}

/**
 * The trades of one listing with consecutive ids, in columns: the newest `capacity` of them. Grows as it fills, so an
 * idle listing costs nothing.
 */
export class TradeStore {
  readonly #capacity: number
  /** Ids are counted from here: remainders of small numbers are found fast. */
  readonly #origin: number
  #size = 64
  #prices = new Float64Array(64)
  #lots = new Float64Array(64)
  #times = new Float64Array(64)
  #buys = new Uint8Array(64)
  /** Id of the oldest trade that is kept. */
  #first: number
  #next: number

  constructor(firstId: number, capacity: number) {
    this.#origin = firstId
    this.#first = firstId
    this.#next = firstId
    this.#capacity = Math.max(64, capacity)
  }

  get firstId(): number {
    return this.#first
  }

  /** Id of the newest trade; less than `firstId` if there is none. */
  get lastId(): number {
    return this.#next - 1
  }

  add(price: number, lots: number, buy: boolean, time: number): number {
    const id = this.#next
    if (id - this.#first >= this.#size) this.#makeRoom()
    const slot = (id - this.#origin) % this.#size
    this.#prices[slot] = price
    this.#lots[slot] = lots
    this.#times[slot] = time
    this.#buys[slot] = buy ? 1 : 0
    this.#next = id + 1
    return id
  }

  #makeRoom(): void {
    if (this.#size >= this.#capacity) {
      this.#first++
      return
    }
    const size = Math.min(this.#capacity, this.#size * 2)
    const columns = [new Float64Array(size), new Float64Array(size), new Float64Array(size)] as const
    const buys = new Uint8Array(size)
    for (let id = this.#first; id < this.#next; id++) {
      const from = (id - this.#origin) % this.#size
      const to = (id - this.#origin) % size
      columns[0][to] = this.#prices[from] as number
      columns[1][to] = this.#lots[from] as number
      columns[2][to] = this.#times[from] as number
      buys[to] = this.#buys[from] as number
    }
    this.#prices = columns[0]
    this.#lots = columns[1]
    this.#times = columns[2]
    this.#buys = buys
    this.#size = size
  }

  /** The trade with an id; undefined if it is not kept (any more, or yet). */
  get(id: number): SimulatedTrade | undefined {
    if (id < this.#first || id >= this.#next) return undefined
    const slot = (id - this.#origin) % this.#size
    return {
      id,
      price: this.#prices[slot] as number,
      lots: this.#lots[slot] as number,
      buy: this.#buys[slot] === 1,
      time: this.#times[slot] as number,
    }
  }

  /** Trades with ids in [from, to], of those that are kept, oldest first. */
  range(from: number, to: number): SimulatedTrade[] {
    const trades: SimulatedTrade[] = []
    for (let id = Math.max(from, this.#first); id <= to && id < this.#next; id++) {
      const trade = this.get(id)
      if (trade !== undefined) trades.push(trade)
    }
    return trades
  }
}
