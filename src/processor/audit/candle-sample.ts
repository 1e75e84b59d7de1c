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
  type VenueCandleEvent,
} from '../../market/index.ts'
import { CandleSum, tradeOrdinal } from '../candle-sum.ts'
import { TradeFilter } from '../trade-filter.ts'
import type { Difference, Findings, PlacedTrade } from './audit-sample.ts'

const MINUTE_MICROS = 60 * MICROS_PER_SECOND
/** Trades of a minute may come this much later than it ends, and this much earlier than it begins by our clock. */
const GRACE_MICROS = 10 * MICROS_PER_SECOND
const CLOCK_MICROS = 2 * MICROS_PER_SECOND
/** What is said of what was watched is said once a minute: it is waited for a little longer than that. */
const PATIENCE_MICROS = 150 * MICROS_PER_SECOND
/** Turnover that venues add up in binary floating point is off by less than this part of it. */
const ROUNDING = decimal('1e-9')

/** One minute of one instrument: our candle, from its trades, against the venue's. */
export class CandleSample {
  readonly subject = 'candle'
  readonly openTime: Micros
  readonly #filter = new TradeFilter()
  #candle: VenueCandleEvent | undefined
  #ours: CandleSum | undefined
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
    if (this.#ours === undefined) this.#ours = new CandleSum(trade.price, trade.amount, trade.side, order)
    else this.#ours.add(trade.price, trade.amount, trade.side, order)
  }

  candle(event: VenueCandleEvent): void {
    if (event.openTime === this.openTime && event.interval === '1m' && event.isClosed) this.#candle = event
  }

  /** Undefined where the two cannot be compared. */
  compare(): Findings | undefined {
    const theirs = this.#candle
    if (theirs === undefined || this.#isUntimed) return undefined
    const ours = this.#ours
    const count = ours?.trades ?? 0
    return {
      differences: [...this.#priceDifferences(theirs), ...volumeDifferences(theirs, ours?.volume ?? decimal('0'))],
      of: this.openTime,
      exchangeTime: theirs.exchangeTime,
      evidence: `${count} prints of ours${theirs.trades === null ? '' : `, ${theirs.trades} by the venue's count`}`,
    }
  }

  *#priceDifferences(theirs: VenueCandleEvent): Generator<Difference> {
    const ours = this.#ours
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
