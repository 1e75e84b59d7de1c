import { detached } from '../shared/wire-cursor.ts'

const QUOTE = 34
/** Bits of a number that needs no memory of its own. */
const NUMBER_MASK = 0x3fffffff

/** Where the name of the product begins in frames of the feed `book`, and in those of `trade`. */
export const NAME_IN_BOOK = '{"feed":"book","product_id":"'.length
export const NAME_IN_TRADE = '{"feed":"trade","product_id":"'.length

/** A product, and how its frequent frames begin: one comparison then takes the place of a walk over three members. */
export interface Product {
  readonly symbol: string
  /** `{"feed":"book","product_id":"PI_XBTUSD","side":"buy","seq":` */
  readonly bid: string
  readonly ask: string
  /** `{"feed":"trade","product_id":"PI_XBTUSD","uid":"` */
  readonly trade: string
  /** Number of its last trade on this connection; -1 before the first. */
  lastTrade: number
}

/** The products of a session. */
export class Products {
  readonly #bySymbol = new Map<string, Product>()
  /** Those that are subscribed to, by a number made of their symbol. Of two with the same number the later one. */
  readonly #byNumber = new Map<number, Product>()

  /** It is subscribed to: its frames come from now on. */
  add(symbol: string): void {
    this.#byNumber.set(numberOf(`${symbol}"`, 0), this.#bySymbol.get(symbol) ?? this.#make(symbol))
  }

  /** The product of a symbol; made when it is first asked for. */
  of(symbol: string): Product {
    // It outlives the frame that names it.
    return this.#bySymbol.get(symbol) ?? this.#make(detached(symbol))
  }

  #make(symbol: string): Product {
    const product: Product = {
      symbol,
      // Joined and not added: that makes one piece of text.
      bid: ['{"feed":"book","product_id":"', symbol, '","side":"buy","seq":'].join(''),
      ask: ['{"feed":"book","product_id":"', symbol, '","side":"sell","seq":'].join(''),
      trade: ['{"feed":"trade","product_id":"', symbol, '","uid":"'].join(''),
      lastTrade: -1,
    }
    this.#bySymbol.set(symbol, product)
    return product
  }

  /** The product whose name may stand at a place of a frame, up to a quote: the caller compares it. */
  at(frame: string, place: number): Product | undefined {
    return this.#byNumber.get(numberOf(frame, place))
  }

  /** The connection is open anew. */
  forgetTrades(): void {
    for (const product of this.#bySymbol.values()) product.lastTrade = -1
  }
}

/** A number of the text from a place up to a quote. */
function numberOf(text: string, from: number): number {
  let at = from
  let number = 0
  let code = text.charCodeAt(at)
  // No name has a character before the quote in it; behind the end of the text there is no code, and nothing is as large as that.
  while (code > QUOTE) {
    number = (number * 31 + code) & NUMBER_MASK
    code = text.charCodeAt(++at)
  }
  return number
}
