import { type Amount, MICROS_PER_MILLISECOND, type Micros, type Price, type TakerSide } from '../../market/index.ts'
import { endOfText } from '../shared/member-walker.ts'
import { WireCursor } from '../shared/wire-cursor.ts'
import { NAME_IN_TRADE, type Product, type Products } from './products.ts'

const SMALL_B = 98
const CLOSE_BRACE = 125
/** Milliseconds have thirteen digits from 2001 to 2286. */
const LEAST_MILLISECONDS = 1_000_000_000_000
const MOST_MILLISECONDS = 9_999_999_999_999
/** Longer sequences are left to the careful reader. */
const MOST_SEQUENCE = 999_999_999_999_999

/** How far behind the id the side begins. */
const BEFORE_SIDE = '","side":"'.length
/** What stands between the id and the sequence. */
const BUY_FILL = '","side":"buy","type":"fill","seq":'
const SELL_FILL = '","side":"sell","type":"fill","seq":'

/** A trade as its message says it. */
export interface ProductTrade {
  readonly product: Product
  /** Trades had no id before the summer of 2019. */
  readonly id: string | null
  readonly price: Price
  readonly amount: Amount
  readonly side: TakerSide
  readonly exchangeTime: Micros
  readonly sequence: number | null
  readonly isLiquidation: boolean
}

const cursor = new WireCursor()

/**
 * Reads a fill straight from its text, as the venue writes it:
 * `{"feed":"trade","product_id":"PI_XBTUSD","uid":"05af78ac-…","side":"sell","type":"fill","seq":653355,"time":1612266317519,"qty":15000,"price":34969.5}`
 * @returns undefined for everything else
 */
export function scanTrade(frame: string, products: Products): ProductTrade | undefined {
  const product = products.at(frame, NAME_IN_TRADE)
  if (product === undefined) return undefined
  const idAt = product.trade.length
  if (frame.slice(0, idAt) !== product.trade) return undefined
  const idEnd = endOfText(frame, idAt)
  // Without an id: the careful reader knows what that means.
  if (idEnd <= idAt) return undefined
  const side = frame.charCodeAt(idEnd + BEFORE_SIDE) === SMALL_B ? 'buy' : 'sell'
  const rest = side === 'buy' ? BUY_FILL : SELL_FILL
  const restEnd = idEnd + rest.length
  if (frame.slice(idEnd, restEnd) !== rest) return undefined
  cursor.start(frame, restEnd)
  const sequence = cursor.whole()
  if (sequence < 0 || sequence > MOST_SEQUENCE || !cursor.literal(',"time":')) return undefined
  const milliseconds = cursor.whole()
  if (milliseconds < LEAST_MILLISECONDS || milliseconds > MOST_MILLISECONDS || !cursor.literal(',"qty":'))
    return undefined
  const amount = cursor.number()
  if (amount === undefined || !cursor.literal(',"price":')) return undefined
  const price = cursor.number()
  if (price === undefined || !cursor.character(CLOSE_BRACE) || !cursor.isAtEnd) return undefined
  return {
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
