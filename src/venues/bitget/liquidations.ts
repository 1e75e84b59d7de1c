import { type Amount, fromUnits, type Price, scaleOf, toUnits } from '../../market/index.ts'
import type { Subscription } from '../protocol.ts'
import { isTextObject, type TextValue } from '../shared/json-text.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { amountOf, priceOf, textOf, timeOf } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import { type Product, partsOf, symbolOf } from './symbols.ts'

/** Name of the topic of v3; the channel of that name in v2 is confirmed and silent. */
export const LIQUIDATION = 'liquidation'

/** Digits of an amount that is got by division. */
const AMOUNT_SCALE = 12

/**
 * Liquidations come by product, for all of its contracts at once: "instType: usdt-futures, coin-futures, usdc-futures; topic: liquidation"
 * (https://www.bitget.com/api-doc/uta/websocket/public/Liquidation-Channel, 2026-11-22).
 */
export class Liquidations {
  readonly #symbols = new Map<Product, Set<string>>()

  /** The connection is open anew. */
  clear(): void {
    this.#symbols.clear()
  }

  /** @returns the arguments that are to be subscribed to */
  begin(subscriptions: readonly Subscription[]): string[] {
    const args = new Set<string>()
    for (const { instrument } of subscriptions) {
      const product = partsOf(instrument.symbol).product
      if (product === undefined) continue
      const symbols = this.#symbols.get(product) ?? new Set()
      this.#symbols.set(product, symbols.add(instrument.symbol))
      args.add(argumentFor(product))
    }
    return [...args]
  }

  /** @returns the arguments that nobody uses any more */
  end(subscriptions: readonly Subscription[]): string[] {
    const args: string[] = []
    for (const { instrument } of subscriptions) {
      const product = partsOf(instrument.symbol).product
      const symbols = product === undefined ? undefined : this.#symbols.get(product)
      if (product === undefined || symbols?.delete(instrument.symbol) !== true || symbols.size > 0) continue
      this.#symbols.delete(product)
      args.push(argumentFor(product))
    }
    return args
  }

  /** The symbols that are watched of a product. */
  of(product: Product): ReadonlySet<string> {
    return this.#symbols.get(product) ?? new Set()
  }

  /**
   * "side: Position side, buy: Long position liquidation, sell: Short position liquidation; amount: Unit: quote coin" (same page): the order
   * that closes a long sells, and the amount of the base coin is that of the quote coin at the price of the liquidation.
   * @throws VenueError VENUE_TEXT_INVALID or MarketError if a row is unreadable
   */
  read(product: Product, rows: readonly TextValue[], facts: MarketFacts): void {
    const watched = this.of(product)
    for (const row of rows) {
      if (!isTextObject(row)) throw new VenueError('VENUE_TEXT_INVALID', 'a liquidation is no object')
      const symbol = symbolOf(product, textOf(row, 'symbol'))
      // It comes for every contract of the product.
      if (!watched.has(symbol)) continue
      const position = textOf(row, 'side')
      if (position !== 'buy' && position !== 'sell') {
        throw new VenueError('VENUE_TEXT_INVALID', `a liquidation is of side ${position.slice(0, 20)}`)
      }
      const price = priceOf(row, 'price')
      facts.liquidation(symbol, {
        id: null,
        price,
        amount: baseAmount(amountOf(row, 'amount'), price),
        side: position === 'buy' ? 'sell' : 'buy',
        exchangeTime: timeOf(row, 'ts'),
      })
    }
  }
}

function argumentFor(product: Product): string {
  return JSON.stringify({ instType: product.toLowerCase(), topic: LIQUIDATION })
}

/** An amount of the quote coin over a price, rounded to {@link AMOUNT_SCALE} digits. */
function baseAmount(quote: Amount, price: Price): Amount {
  const scale = Math.max(scaleOf(quote), scaleOf(price))
  const divisor = toUnits(price, scale)
  if (divisor <= 0n) throw new VenueError('VENUE_TEXT_INVALID', `a liquidation at ${price}`)
  const dividend = toUnits(quote, scale) * 10n ** BigInt(AMOUNT_SCALE)
  return fromUnits((2n * dividend + divisor) / (2n * divisor), AMOUNT_SCALE) as Amount
}
