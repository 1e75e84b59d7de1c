import {
  addDecimals,
  compareDecimals,
  type DecimalText,
  decimal,
  MICROS_PER_SECOND,
  type Micros,
  multiplyDecimals,
  type Price,
  subtractDecimals,
  type TradeEvent,
  type VenueCandleEvent,
} from '../../market/index.ts'
import { CandleSum, isBefore, type TradeOrder, tradeOrdinal } from '../candle-sum.ts'
import { TradeFilter } from '../trade-filter.ts'
import type { Difference, Findings, PlacedTrade } from './audit-sample.ts'

const MINUTE_MICROS = 60 * MICROS_PER_SECOND
/** Trades of a minute may come this much later than it ends, and this much earlier than it begins by our clock. */
const GRACE_MICROS = 10 * MICROS_PER_SECOND
const CLOCK_MICROS = 2 * MICROS_PER_SECOND
/** What is said of what was watched is said once a minute: it is waited for a little longer than that. */
const PATIENCE_MICROS = 150 * MICROS_PER_SECOND
/** Where a venue does not say that a candle is closed, it is taken as it was said last: so long before its end at most. */
const LAST_SAID_MICROS = 10 * MICROS_PER_SECOND
/** Turnover that venues add up in binary floating point is off by less than this part of it. */
const ROUNDING = decimal('1e-9')

/** One minute of one instrument: our candle, from its trades, against the venue's. */
export class CandleSample {
  readonly subject = 'candle'
  readonly openTime: Micros
  readonly #filter = new TradeFilter()
  #candle: VenueCandleEvent | undefined
  /** Of our prints, those before the last seconds. */
  #body: CandleSum | undefined
  /** Those of the last seconds. */
  readonly #tail: { readonly trade: TradeEvent; readonly order: TradeOrder }[] = []
  #found: Findings | undefined
  /** Our last print before the minute. */
  #before: { readonly price: Price; readonly time: Micros } | undefined
  /** Prints without a time of the venue cannot be told which minute they belong to. */
  #isUntimed = false

  /** @param before our last print, if there was one */
  constructor(openTime: Micros, before: { readonly price: Price; readonly time: Micros } | undefined) {
    this.openTime = openTime
    this.#before = before
  }

  /** Receive times between which all trades have to be there. */
  get needs(): readonly [from: number, to: number] {
    return [this.openTime - CLOCK_MICROS, this.openTime + MINUTE_MICROS + GRACE_MICROS]
  }

  isReady(at: Micros): boolean {
    return this.#candle !== undefined && at >= this.openTime + MINUTE_MICROS + GRACE_MICROS
  }

  isExpired(at: Micros): boolean {
    return at >= this.openTime + MINUTE_MICROS + PATIENCE_MICROS
  }

  trade({ trade, position, index }: PlacedTrade): void {
    const time = trade.exchangeTime
    if (time === null) {
      this.#isUntimed = true
      return
    }
    if (time >= this.openTime + MINUTE_MICROS) return
    if (time < this.openTime) {
      if (time >= (this.#before?.time ?? 0)) this.#before = { price: trade.price, time }
      return
    }
    if (!this.#filter.pass(trade, position)) return
    const order = { time, ordinal: tradeOrdinal(trade.id, position, index) }
    this.#found = undefined
    if (time >= this.openTime + MINUTE_MICROS - LAST_SAID_MICROS) this.#tail.push({ trade, order })
    else this.#body = added(this.#body, trade, order)
  }

  candle(event: VenueCandleEvent): void {
    if (event.openTime !== this.openTime || event.interval !== '1m' || !event.isClosed) return
    this.#candle = event
    this.#found = undefined
  }

  /** Undefined where the two cannot be compared. */
  compare(): Findings | undefined {
    const theirs = this.#candle
    if (theirs === undefined || this.#isUntimed) return undefined
    this.#found ??= this.#compared(theirs)
    return this.#found
  }

  #compared(theirs: VenueCandleEvent): Findings {
    const isFinal = theirs.exchangeTime !== null && theirs.exchangeTime >= this.openTime + MINUTE_MICROS
    const tail = this.#tail.toSorted((left, right) => (isBefore(left.order, right.order) ? -1 : 1))
    let ours = this.#body?.copy()
    let wasEqual = !isFinal && this.#differences(theirs, ours).length === 0
    for (const { trade, order } of tail) {
      ours = added(ours, trade, order)
      wasEqual ||= !isFinal && this.#differences(theirs, ours).length === 0
    }
    const count = ours?.trades ?? 0
    return {
      differences: wasEqual ? [] : this.#differences(theirs, ours),
      of: this.openTime,
      exchangeTime: theirs.exchangeTime,
      evidence: `${count} prints of ours${theirs.trades === null ? '' : `, ${theirs.trades} by the venue's count`}`,
    }
  }

  #differences(theirs: VenueCandleEvent, ours: CandleSum | undefined): Difference[] {
    return [...this.#priceDifferences(theirs, ours), ...volumeDifferences(theirs, ours?.volume ?? decimal('0'))]
  }

  *#priceDifferences(theirs: VenueCandleEvent, ours: CandleSum | undefined): Generator<Difference> {
    // Nothing traded: what a venue says of the prices of such a minute is a matter of taste.
    if (ours === undefined) return
    // A candle may begin with the close before it, as the charts of some venues do; then its range holds that too.
    const before = this.#before?.price
    const carried = before !== undefined && theirs.open === before ? before : undefined
    for (const field of ['open', 'high', 'low', 'close'] as const) {
      const also = carried === undefined || field === 'close' ? ours[field] : extreme(field, ours[field], carried)
      if (theirs[field] === ours[field] || theirs[field] === also) continue
      yield { field, ours: ours[field], theirs: theirs[field] }
    }
  }
}

function added(sum: CandleSum | undefined, { price, amount, side }: TradeEvent, order: TradeOrder): CandleSum {
  if (sum === undefined) return new CandleSum(price, amount, side, order)
  sum.add(price, amount, side, order)
  return sum
}

function extreme(field: 'open' | 'high' | 'low', price: Price, carried: Price): Price {
  if (field === 'open') return carried
  const order = compareDecimals(carried, price)
  return (field === 'high' ? order > 0 : order < 0) ? carried : price
}

function volumeDifferences({ volume: theirs }: VenueCandleEvent, ours: DecimalText): Difference[] {
  if (theirs === null || theirs === ours) return []
  const off = subtractDecimals(ours, theirs)
  const distance = off.startsWith('-') ? subtractDecimals(decimal('0'), off) : off
  const rounding = multiplyDecimals(addDecimals(ours, theirs), ROUNDING)
  return compareDecimals(distance, rounding) <= 0 ? [] : [{ field: 'volume', ours, theirs }]
}
