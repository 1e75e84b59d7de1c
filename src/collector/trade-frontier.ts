import { isWholeNumber, type Micros, type TradeEvent } from '../market/index.ts'
import type { TradeResume } from '../venues/index.ts'

/** Ids of so many digits are safe numbers. */
const ID_DIGITS = 15
/** Pieces above a hole that are remembered; with more, all holes count as given up. */
const MAXIMUM_PIECES = 10_000

/** Consecutive ids above a hole: on the tape, or named by a gap as missing for good. */
interface Piece {
  readonly first: number
  readonly last: number
  /** Of the trade `last`; null where that one is missing for good. */
  readonly exchangeTime: number | null
}

/** A frontier as it is written down. */
export interface TradeFrontierState {
  readonly whole: number
  readonly exchangeTime: number
  readonly receiveTime: number
  readonly above: readonly Piece[]
}

/** Up to which trade the tape of an instrument is whole, and what it holds above that. */
export class TradeFrontier {
  /** Every id up to this one is on the tape, or a gap says that it is missing for good. */
  #whole: number
  #exchangeTime: number
  #receiveTime: number
  #above: Piece[] = []

  private constructor(state: TradeFrontierState) {
    this.#whole = state.whole
    this.#exchangeTime = state.exchangeTime
    this.#receiveTime = state.receiveTime
    this.#above = [...state.above]
  }

  /** Begins with the first trade that is seen; undefined if it has no number. */
  static from(trade: TradeEvent): TradeFrontier | undefined {
    if (trade.id === null || !isWholeNumber(trade.id, ID_DIGITS)) return undefined
    const { receiveTime, exchangeTime } = trade
    return new TradeFrontier({
      whole: Number(trade.id),
      exchangeTime: exchangeTime ?? receiveTime,
      receiveTime,
      above: [],
    })
  }

  static restore(state: TradeFrontierState): TradeFrontier {
    return new TradeFrontier(state)
  }

  state(): TradeFrontierState {
    return { whole: this.#whole, exchangeTime: this.#exchangeTime, receiveTime: this.#receiveTime, above: this.#above }
  }

  /** A trade is on the tape. O(1) where ids follow one another. */
  note(trade: TradeEvent): void {
    if (trade.id === null || !isWholeNumber(trade.id, ID_DIGITS)) return
    const id = Number(trade.id)
    if (id <= this.#whole) return
    this.#receiveTime = trade.receiveTime
    const exchangeTime = trade.exchangeTime ?? trade.receiveTime
    if (id === this.#whole + 1 && this.#above.length === 0) {
      this.#whole = id
      this.#exchangeTime = exchangeTime
      return
    }
    this.#add({ first: id, last: id, exchangeTime })
  }

  /** A gap says that these ids, `757-794,800`, are missing for good. */
  giveUp(ids: string): void {
    for (const range of ids.split(',')) {
      const [first = Number.NaN, last = first] = range.split('-').map(Number)
      if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last) || last <= this.#whole) continue
      this.#add({ first: Math.max(first, this.#whole + 1), last, exchangeTime: null })
    }
  }

  /** Where the next session goes on. */
  resume(cause: NonNullable<TradeResume['cause']>): TradeResume {
    const above = this.#above.map(({ first, last }) => [first, last] as const)
    return {
      lastTradeId: String(this.#whole),
      exchangeTime: this.#exchangeTime as Micros,
      receiveTime: this.#receiveTime as Micros,
      cause,
      ...(above.length === 0 ? {} : { above }),
    }
  }

  #add(piece: Piece): void {
    const newest = this.#above[this.#above.length - 1]
    if (newest === undefined || piece.first > newest.last + 1) this.#above.push(piece)
    else if (piece.first === newest.last + 1) this.#above[this.#above.length - 1] = { ...piece, first: newest.first }
    else this.#above = merged([...this.#above, piece])
    this.#advance()
    if (this.#above.length > MAXIMUM_PIECES) this.#jump()
  }

  #advance(): void {
    for (let next = this.#above[0]; next !== undefined && next.first <= this.#whole + 1; next = this.#above[0]) {
      this.#above.shift()
      if (next.last <= this.#whole) continue
      this.#whole = next.last
      this.#exchangeTime = next.exchangeTime ?? this.#exchangeTime
    }
  }

  #jump(): void {
    const newest = this.#above[this.#above.length - 1]
    this.#above = []
    if (newest === undefined) return
    this.#whole = newest.last
    this.#exchangeTime = newest.exchangeTime ?? this.#exchangeTime
  }
}

/** Pieces in order, those that touch or overlap as one. */
function merged(pieces: Piece[]): Piece[] {
  const joined: Piece[] = []
  for (const piece of pieces.sort((left, right) => left.first - right.first)) {
    const before = joined[joined.length - 1]
    if (before === undefined || piece.first > before.last + 1) joined.push(piece)
    else if (piece.last > before.last) joined[joined.length - 1] = { ...piece, first: before.first }
  }
  return joined
}
