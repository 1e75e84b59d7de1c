import type { TakerSide } from '../../../src/market/index.ts'

/** One print as the page keeps it. */
export interface TapeTrade {
  /** The venue's id; null where it gives none. */
  readonly id: string | null
  readonly price: string
  readonly amount: string
  readonly side: TakerSide
  /** The venue's time, or ours where it gives none. */
  readonly time: number
  /** Of the page's own making: tells prints without an id apart. */
  readonly key: string
}

export const MAXIMUM_TAPE = 200

/** The newest prints of one instrument, newest first, each once, bounded. Late ones are put where they belong. */
export class TradeTape {
  #trades: TapeTrade[] = []
  #ids = new Set<string>()
  #arrivals = 0

  get trades(): readonly TapeTrade[] {
    return this.#trades
  }

  /** Takes one print. @returns whether it is new and recent enough to be kept. */
  add(trade: Omit<TapeTrade, 'key'>): boolean {
    if (trade.id !== null && this.#ids.has(trade.id)) return false
    let at = 0
    while (at < this.#trades.length && (this.#trades[at]?.time ?? 0) > trade.time) at++
    if (at >= MAXIMUM_TAPE) return false
    this.#arrivals++
    if (trade.id !== null) this.#ids.add(trade.id)
    this.#trades.splice(at, 0, { ...trade, key: trade.id ?? `#${this.#arrivals}` })
    if (this.#trades.length > MAXIMUM_TAPE) {
      const dropped = this.#trades.pop()
      if (dropped !== undefined && dropped.id !== null) this.#ids.delete(dropped.id)
    }
    return true
  }

  clear(): void {
    this.#trades = []
    this.#ids = new Set()
  }
}
