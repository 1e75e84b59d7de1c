import { type Amount, MICROS_PER_MILLISECOND, type Micros, type Price, type TakerSide } from '../../market/index.ts'
import { AsciiLiteral, BYTES, beginsWith, standsAt, writeDown } from '../shared/ascii-text.ts'
import { WireCursor } from '../shared/wire-cursor.ts'
import { NAME_IN_TRADE, type Product, type Products } from './products.ts'

const SPACE = 32
const QUOTE = 34
const ZERO = 48
const BACKSLASH = 92
const SMALL_B = 98
const SMALL_R = 114
const SMALL_T = 116
const CLOSE_BRACE = 125

/** Where the name of the feed begins: `ticker` begins with the same letter. */
const FEED = '{"feed":"'.length
/** How far behind the id the side begins. */
const BEFORE_SIDE = '","side":"'.length
/** What stands between the id and the sequence. */
const BUY_FILL = new AsciiLiteral('","side":"buy","type":"fill","seq":')
const SELL_FILL = new AsciiLiteral('","side":"sell","type":"fill","seq":')
const BEFORE_TIME = new AsciiLiteral(',"time":')
const BEFORE_AMOUNT = new AsciiLiteral(',"qty":')

/** Longer sequences are left to the careful reader. */
const MAXIMUM_SEQUENCE_DIGITS = 15
/** Milliseconds have thirteen digits from 2001 to 2286. */
const MILLISECOND_DIGITS = 13

/** A trade as its message says it. */
export interface ProductTrade {
  readonly symbol: string
  /** Undefined where it was not subscribed to. */
  readonly product: Product | undefined
  /** Trades had no id before the summer of 2019. */
  readonly id: string | null
  readonly price: Price
  readonly amount: Amount
  readonly side: TakerSide
  readonly exchangeTime: Micros
  readonly sequence: number | null
  readonly isLiquidation: boolean
}

/** Reads trades straight from their text. */
export class TradeScanner {
  readonly #products: Products
  readonly #cursor = new WireCursor()

  constructor(products: Products) {
    this.#products = products
  }

  /**
   * Reads a fill as the venue writes it:
   * `{"feed":"trade","product_id":"PI_XBTUSD","uid":"05af78ac-…","side":"sell","type":"fill","seq":653355,"time":1612266317519,"qty":15000,"price":34969.5}`
   * @returns undefined for everything else
   */
  read(frame: string): ProductTrade | undefined {
    if (frame.charCodeAt(FEED) !== SMALL_T || frame.charCodeAt(FEED + 1) !== SMALL_R) return undefined
    if (!writeDown(frame)) return undefined
    let product = this.#products.at(BYTES, NAME_IN_TRADE)
    while (product !== undefined && !beginsWith(product.trade)) product = product.next
    if (product === undefined) return undefined
    const idAt = product.trade.length
    let at = idAt
    let code = BYTES[at] as number
    while (code !== QUOTE) {
      if (code < SPACE || code === BACKSLASH) return undefined
      code = BYTES[++at] as number
    }
    // Without an id: the careful reader knows what that means.
    if (at === idAt) return undefined
    const idEnd = at
    const side = BYTES[idEnd + BEFORE_SIDE] === SMALL_B ? 'buy' : 'sell'
    const rest = side === 'buy' ? BUY_FILL : SELL_FILL
    if (!standsAt(rest, idEnd)) return undefined
    at = idEnd + rest.length
    const sequenceAt = at
    let sequence = 0
    let digit = (BYTES[at] as number) - ZERO
    while (digit >= 0 && digit <= 9) {
      sequence = sequence * 10 + digit
      digit = (BYTES[++at] as number) - ZERO
    }
    if (at === sequenceAt || at - sequenceAt > MAXIMUM_SEQUENCE_DIGITS) return undefined
    if ((at > sequenceAt + 1 && BYTES[sequenceAt] === ZERO) || !standsAt(BEFORE_TIME, at)) return undefined
    at += BEFORE_TIME.length
    let milliseconds = 0
    if (BYTES[at] === ZERO) return undefined
    for (const end = at + MILLISECOND_DIGITS; at < end; at++) {
      digit = (BYTES[at] as number) - ZERO
      if (digit < 0 || digit > 9) return undefined
      milliseconds = milliseconds * 10 + digit
    }
    if (!standsAt(BEFORE_AMOUNT, at)) return undefined
    // Small numbers have an exponent.
    const cursor = this.#cursor
    cursor.start(frame, at + BEFORE_AMOUNT.length)
    const amount = cursor.number()
    if (amount === undefined || !cursor.literal(',"price":')) return undefined
    const price = cursor.number()
    if (price === undefined || !cursor.character(CLOSE_BRACE) || !cursor.isAtEnd) return undefined
    return {
      symbol: product.symbol,
      product,
      id: frame.slice(idAt, idEnd),
      price: price as Price,
      amount: amount as Amount,
      side,
      exchangeTime: (milliseconds * MICROS_PER_MILLISECOND) as Micros,
      sequence,
      isLiquidation: false,
    }
  }
}
