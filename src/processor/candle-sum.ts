import {
  type Amount,
  compareDecimals,
  DecimalSum,
  type DecimalText,
  isWholeNumber,
  type Micros,
  type Price,
  type TakerSide,
} from '../market/index.ts'

/** Place of a trade in the order that decides open and close: its time, then its ordinal. */
export interface TradeOrder {
  readonly time: Micros
  /** The venue's id where it is a number, else the place on the tape; a bigint beyond the safe numbers. */
  readonly ordinal: number | bigint
}

/** Text of a sum and of its place in order, to be written down. */
export interface CandleSumState {
  readonly open: Price
  readonly high: Price
  readonly low: Price
  readonly close: Price
  readonly volume: DecimalText
  readonly buyVolume: DecimalText
  readonly quoteVolume: DecimalText
  readonly trades: number
  readonly first: readonly [time: Micros, ordinal: string]
  readonly last: readonly [time: Micros, ordinal: string]
}

/** Trades added up, exactly. Sums can be joined in any order: late trades land where they belong. */
export class CandleSum {
  open: Price
  high: Price
  low: Price
  close: Price
  trades = 1
  #first: TradeOrder
  #last: TradeOrder
  readonly #volume = new DecimalSum()
  readonly #buyVolume = new DecimalSum()
  readonly #quoteVolume = new DecimalSum()

  constructor(price: Price, amount: Amount, side: TakerSide, order: TradeOrder) {
    this.open = price
    this.high = price
    this.low = price
    this.close = price
    this.#first = order
    this.#last = order
    this.#turnover(price, amount, side)
  }

  get volume(): DecimalText {
    return this.#volume.value
  }

  get buyVolume(): DecimalText {
    return this.#buyVolume.value
  }

  get quoteVolume(): DecimalText {
    return this.#quoteVolume.value
  }

  add(price: Price, amount: Amount, side: TakerSide, order: TradeOrder): void {
    if (compareDecimals(price, this.high) > 0) this.high = price
    if (compareDecimals(price, this.low) < 0) this.low = price
    if (isBefore(order, this.#first)) {
      this.#first = order
      this.open = price
    }
    if (isBefore(this.#last, order)) {
      this.#last = order
      this.close = price
    }
    this.#turnover(price, amount, side)
    this.trades++
  }

  join(other: CandleSum): void {
    if (compareDecimals(other.high, this.high) > 0) this.high = other.high
    if (compareDecimals(other.low, this.low) < 0) this.low = other.low
    if (isBefore(other.#first, this.#first)) {
      this.#first = other.#first
      this.open = other.open
    }
    if (isBefore(this.#last, other.#last)) {
      this.#last = other.#last
      this.close = other.close
    }
    this.#volume.addSum(other.#volume)
    this.#buyVolume.addSum(other.#buyVolume)
    this.#quoteVolume.addSum(other.#quoteVolume)
    this.trades += other.trades
  }

  copy(): CandleSum {
    return CandleSum.restore(this.state())
  }

  state(): CandleSumState {
    const { open, high, low, close, volume, buyVolume, quoteVolume, trades } = this
    const first = [this.#first.time, this.#first.ordinal.toString()] as const
    const last = [this.#last.time, this.#last.ordinal.toString()] as const
    return { open, high, low, close, volume, buyVolume, quoteVolume, trades, first, last }
  }

  static restore(state: CandleSumState): CandleSum {
    const sum = new CandleSum(state.open, '0' as Amount, 'unknown', orderFrom(state.first))
    sum.high = state.high
    sum.low = state.low
    sum.close = state.close
    sum.trades = state.trades
    sum.#last = orderFrom(state.last)
    sum.#volume.add(state.volume)
    sum.#buyVolume.add(state.buyVolume)
    sum.#quoteVolume.add(state.quoteVolume)
    return sum
  }

  #turnover(price: Price, amount: Amount, side: TakerSide): void {
    this.#volume.add(amount)
    if (side === 'buy') this.#buyVolume.add(amount)
    this.#quoteVolume.addProduct(price, amount)
  }
}

/** Whether a trade comes before another. JavaScript compares numbers and bigints with each other exactly. */
export function isBefore(left: TradeOrder, right: TradeOrder): boolean {
  return left.time < right.time || (left.time === right.time && left.ordinal < right.ordinal)
}

function orderFrom([time, ordinal]: readonly [time: Micros, ordinal: string]): TradeOrder {
  return { time, ordinal: ordinalFrom(ordinal) }
}

const SAFE_DIGITS = 15
const NUMERIC_ID_DIGITS = 19
/** As in the store: room for the events of one record in the ordinal of a trade without a numeric id. */
const EVENTS_PER_RECORD = 1_048_576

/** The ordinal of a trade: the same as the store's, so that candles agree with its views. */
export function tradeOrdinal(id: string | null, position: number, index: number): number | bigint {
  if (id !== null && isWholeNumber(id, NUMERIC_ID_DIGITS)) return ordinalFrom(id)
  const ordinal = position * EVENTS_PER_RECORD + index
  return Number.isSafeInteger(ordinal) ? ordinal : BigInt(position) * BigInt(EVENTS_PER_RECORD) + BigInt(index)
}

function ordinalFrom(digits: string): number | bigint {
  return digits.length <= SAFE_DIGITS ? Number(digits) : BigInt(digits)
}
