import type { Amount, BookLevel, DecimalText, Micros, Price } from '../../market/index.ts'

/** One message's changes of one book, in the order of the message, together with how its numbers were written. */
export class BookChange {
  isSnapshot = false
  symbol = ''
  bids: BookLevel[] = []
  asks: BookLevel[] = []
  /** Digits after the point of each level's price and amount in turn, trailing zeros counted. */
  readonly bidDigits: number[] = []
  readonly askDigits: number[] = []
  checksum: number | null = null
  /** The depth to which the message says that its book goes; null where it does not say. */
  depth: number | null = null
  time: Micros | null = null

  /** Begins anew. The lists of levels are new ones, because the old ones are on the tape by now. */
  reset(isSnapshot: boolean): void {
    this.isSnapshot = isSnapshot
    this.symbol = ''
    this.bids = []
    this.asks = []
    this.bidDigits.length = 0
    this.askDigits.length = 0
    this.checksum = null
    this.depth = null
    this.time = null
  }

  addBid(price: DecimalText, priceDigits: number, amount: DecimalText, amountDigits: number): void {
    this.bids.push([price as Price, amount as Amount])
    this.bidDigits.push(priceDigits, amountDigits)
  }

  addAsk(price: DecimalText, priceDigits: number, amount: DecimalText, amountDigits: number): void {
    this.asks.push([price as Price, amount as Amount])
    this.askDigits.push(priceDigits, amountDigits)
  }
}
