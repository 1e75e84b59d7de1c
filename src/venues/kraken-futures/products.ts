import { AsciiLiteral } from '../shared/ascii-text.ts'

/** Where the name of the product begins in frames of the feed `book`, and in those of `trade`. */
export const NAME_IN_BOOK = '{"feed":"book","product_id":"'.length
export const NAME_IN_TRADE = '{"feed":"trade","product_id":"'.length

/** Products are put into so many drawers, by a few characters of their names. */
const DRAWERS = 1_024

/** A product, and how its frequent frames begin: one comparison then takes the place of a walk over three members. */
export interface Product {
  readonly symbol: string
  /** `{"feed":"book","product_id":"PI_XBTUSD","side":"buy","seq":` */
  readonly bid: AsciiLiteral
  readonly ask: AsciiLiteral
  /** `{"feed":"trade","product_id":"PI_XBTUSD","uid":"` */
  readonly trade: AsciiLiteral
  /** Number of its last trade on this connection; -1 before the first. */
  lastTrade: number
  /** The next one in its drawer. */
  readonly next: Product | undefined
}

/** The products of a session that are subscribed to. */
export class Products {
  readonly #bySymbol = new Map<string, Product>()
  /** The last one of each drawer. */
  readonly #drawers: (Product | undefined)[] = Array.from({ length: DRAWERS }, () => undefined)

  /** It is subscribed to: its frames come from now on. */
  add(symbol: string): void {
    if (this.#bySymbol.has(symbol)) return
    const drawer = drawerOf(Buffer.from(`${symbol}","`), 0)
    const product: Product = {
      symbol,
      bid: new AsciiLiteral(`{"feed":"book","product_id":"${symbol}","side":"buy","seq":`),
      ask: new AsciiLiteral(`{"feed":"book","product_id":"${symbol}","side":"sell","seq":`),
      trade: new AsciiLiteral(`{"feed":"trade","product_id":"${symbol}","uid":"`),
      lastTrade: -1,
      next: this.#drawers[drawer],
    }
    this.#drawers[drawer] = product
    this.#bySymbol.set(symbol, product)
  }

  /** The product of a symbol; undefined where it never was subscribed to. */
  of(symbol: string): Product | undefined {
    return this.#bySymbol.get(symbol)
  }

  /** The first of the products whose name may stand at a place of a frame; the caller compares it, and goes on to the next. */
  at(bytes: Uint8Array, place: number): Product | undefined {
    return this.#drawers[drawerOf(bytes, place)]
  }

  /** The connection is open anew. */
  forgetTrades(): void {
    for (const product of this.#bySymbol.values()) product.lastTrade = -1
  }
}

/** Of names like `PF_XBTUSD`: the kind, and the coin. */
function drawerOf(bytes: Uint8Array, place: number): number {
  const kind = (bytes[place] as number) + 3 * (bytes[place + 1] as number)
  const coin =
    31 * (bytes[place + 3] as number) + 157 * (bytes[place + 4] as number) + 523 * (bytes[place + 5] as number)
  return (kind + coin) & (DRAWERS - 1)
}
