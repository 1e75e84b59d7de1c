/** One candle as the page keeps it: exact decimals as text, the start of its interval in microseconds. */
export interface Candle {
  readonly openTime: number
  readonly open: string
  readonly high: string
  readonly low: string
  readonly close: string
  readonly volume: string
  readonly trades: number
}

/** What a chart has to draw anew: nothing, candles at its end (ascending), or everything. */
export type CandleChange =
  | { readonly kind: 'none' }
  | { readonly kind: 'tail'; readonly candles: readonly Candle[] }
  | { readonly kind: 'all' }

/** Most candles kept for one chart. Beyond it the oldest go; scrolling back fetches them again. */
export const MAXIMUM_CANDLES = 20_000

/**
 * Candles of one instrument and interval, strictly ascending whatever order they arrive in. The chart library throws when
 * it is given an older candle than its last one; here late ones are merged first, and the chart is told how to catch up.
 */
export class CandleSeries {
  #candles: Candle[] = []
  readonly #live = new Set<number>()
  /** Start of the newest candle that the chart has drawn. */
  #drawnUntil: number | null = null
  #earliestChange: number | null = null
  #replaced = false

  get candles(): readonly Candle[] {
    return this.#candles
  }

  get first(): Candle | undefined {
    return this.#candles[0]
  }

  get last(): Candle | undefined {
    return this.#candles.at(-1)
  }

  /** Takes a candle from the live stream. It replaces what is there: the stream is newer than any page of history. */
  live(candle: Candle): void {
    this.#live.add(candle.openTime)
    this.#put(candle)
    this.#bound()
  }

  /** Takes a page of history, in any order. It does not set back a candle that the stream has already carried further. */
  history(candles: readonly Candle[]): void {
    for (const candle of candles) {
      if (this.#live.has(candle.openTime)) {
        const known = this.#candles[this.#position(candle.openTime)]
        if (known !== undefined && known.openTime === candle.openTime && known.trades >= candle.trades) continue
      }
      this.#put(candle)
    }
    this.#bound()
  }

  clear(): void {
    this.#candles = []
    this.#live.clear()
    this.#replaced = true
    this.#earliestChange = null
    this.#drawnUntil = null
  }

  /** Has the next change be everything: for a chart that starts empty. */
  redrawAll(): void {
    this.#replaced = true
  }

  /** What changed since it was last asked. The caller draws it; the next question starts from there. */
  takeChange(): CandleChange {
    const change = this.#pendingChange()
    this.#replaced = false
    this.#earliestChange = null
    this.#drawnUntil = this.last?.openTime ?? null
    return change
  }

  #pendingChange(): CandleChange {
    if (this.#replaced) return { kind: 'all' }
    if (this.#earliestChange === null) return { kind: 'none' }
    if (this.#drawnUntil === null || this.#earliestChange < this.#drawnUntil) return { kind: 'all' }
    return { kind: 'tail', candles: this.#candles.slice(this.#position(this.#earliestChange)) }
  }

  #put(candle: Candle): void {
    const at = this.#position(candle.openTime)
    const there = this.#candles[at]
    if (there !== undefined && there.openTime === candle.openTime) {
      if (sameCandle(there, candle)) return
      this.#candles[at] = candle
    } else {
      this.#candles.splice(at, 0, candle)
    }
    if (this.#earliestChange === null || candle.openTime < this.#earliestChange) this.#earliestChange = candle.openTime
  }

  /** Index of the first candle that does not start before `openTime`. */
  #position(openTime: number): number {
    let low = 0
    let high = this.#candles.length
    // The live candle is nearly always the last one.
    const last = this.#candles[high - 1]
    if (last !== undefined && last.openTime <= openTime) return last.openTime === openTime ? high - 1 : high
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#candles[middle]?.openTime ?? 0) < openTime) low = middle + 1
      else high = middle
    }
    return low
  }

  #bound(): void {
    const excess = this.#candles.length - MAXIMUM_CANDLES
    if (excess <= 0) return
    // A tenth at a time, so that a live stream does not redraw the whole chart for each new candle.
    const dropped = this.#candles.splice(0, excess + MAXIMUM_CANDLES / 10)
    for (const candle of dropped) this.#live.delete(candle.openTime)
    this.#replaced = true
  }
}

function sameCandle(left: Candle, right: Candle): boolean {
  return (
    left.open === right.open &&
    left.high === right.high &&
    left.low === right.low &&
    left.close === right.close &&
    left.volume === right.volume &&
    left.trades === right.trades
  )
}
