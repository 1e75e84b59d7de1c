/** Closes that are kept of each interval. */
const KEPT_CLOSES = 60

const CLOSE = /"close":"(-?[\d.]{1,130})"/

/** The closing prices of the newest candles of one interval, for small charts. Bounded. */
export class RecentCloses {
  readonly #closes: { readonly openTime: number; close: string }[] = []

  /** Takes a candle's line. One that is told again replaces what it said before; one before the oldest is left out. */
  take(openTime: number, line: string): void {
    const close = CLOSE.exec(line)?.[1]
    if (close === undefined) return
    let at = this.#closes.length
    while (at > 0 && (this.#closes[at - 1]?.openTime ?? 0) > openTime) at--
    const known = this.#closes[at - 1]
    if (known?.openTime === openTime) {
      known.close = close
      return
    }
    this.#closes.splice(at, 0, { openTime, close })
    if (this.#closes.length > KEPT_CLOSES) this.#closes.shift()
  }

  /** Oldest first. */
  get closes(): readonly string[] {
    return this.#closes.map(({ close }) => close)
  }
}
