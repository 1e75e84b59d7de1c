import type { AssetId, InstrumentId, InstrumentKind, VenueId, VenueSymbol } from '../../market/index.ts'

export const BITGET = 'bitget' as VenueId

/** The venue's kinds of products, as v2 and v3 name them, and the two of v1: `sp` for spot, `mc` for all contracts. */
export type Product = 'SPOT' | 'USDT-FUTURES' | 'USDC-FUTURES' | 'COIN-FUTURES' | 'sp' | 'mc'

const PRODUCTS: ReadonlyMap<string, Product> = new Map<string, Product>([
  ['spot', 'SPOT'],
  ['usdt-futures', 'USDT-FUTURES'],
  ['usdc-futures', 'USDC-FUTURES'],
  ['coin-futures', 'COIN-FUTURES'],
  ['sp', 'sp'],
  ['mc', 'mc'],
])

/** The product of an `instType`, in whichever case: v3 writes it small, subscriptions to v1 in capitals. */
export function productOf(instType: string): Product | undefined {
  return PRODUCTS.get(instType.toLowerCase())
}

/** Names repeat among products, so a symbol is `PRODUCT:NAME`: `SPOT:BTCUSDT`, `USDT-FUTURES:BTCUSDT`, of v1 `sp:BTCUSDT`. */
export function symbolOf(product: Product, name: string): VenueSymbol {
  return `${product}:${name}` as VenueSymbol
}

/** The product of a symbol and its name there. */
export function partsOf(symbol: string): { readonly product: Product | undefined; readonly name: string } {
  const colon = symbol.indexOf(':')
  return { product: productOf(symbol.slice(0, colon)), name: symbol.slice(colon + 1) }
}

/** What names and settles an instrument. */
export interface Named {
  readonly id: InstrumentId
  readonly kind: InstrumentKind
  readonly base: AssetId
  readonly quote: AssetId
  readonly baseMultiplier?: string
}

/** `1000BONK`, `10000SATS`, `1MBABYDOGE` are thousands and millions of a coin; `1INCH` is a coin. */
const MULTIPLIED = /^(1(?:0{3,9}|M))([A-Z][A-Z0-9]{2,20})$/

/**
 * Names an instrument after its coins. The coin is that of which the traded name may be a multiple: `1000BONK` is 1000 BONK.
 * @param date `YYYYMMDD` of a future's delivery
 */
export function nameOf(kind: InstrumentKind, traded: string, quote: string, date?: string): Named {
  const pair = `${traded}-${quote}`
  const id = kind === 'perpetual' ? `${pair}-PERP` : date === undefined ? pair : `${pair}-${date}`
  const match = MULTIPLIED.exec(traded)
  const multiplier = match?.[1] === '1M' ? '1000000' : match?.[1]
  return {
    id: id as InstrumentId,
    kind,
    base: (match?.[2] ?? traded) as AssetId,
    quote: quote as AssetId,
    ...(multiplier === undefined ? {} : { baseMultiplier: multiplier }),
  }
}

/** Quotes of spot markets, so that `BTCUSDT` can be taken apart where there is no reference data. Longer ones first. */
const SPOT_QUOTES = /^(.+?)(FDUSD|USDT|USDC|USDE|TUSD|EURI|BUSD|USD1|BTC|ETH|BGB|EUR|TRY|BRL|GBP|UAH|RUB|DAI|BNB|USD)$/
/** `BTCUSDT`, `BTCPERP` (settled in USDC), `BTCUSD`, and deliveries such as `BTCUSDH23`. */
const CONTRACT = /^(.+?)(USDT|USDC|PERP|USD)(?:([FGHJKMNQUVXZ])(\d{2}))?$/
/** The letters by which the trade calls the months. */
const MONTHS = 'FGHJKMNQUVXZ'

/** What a name says by itself; undefined if it is of no known form. */
export function readName(product: Product, name: string): Named | undefined {
  if (!/^[\p{L}\p{N}.]{3,40}$/u.test(name)) return undefined
  if (product === 'SPOT' || product === 'sp') {
    const [, base, quote] = SPOT_QUOTES.exec(name) ?? []
    return base === undefined || quote === undefined ? undefined : nameOf('spot', base, quote)
  }
  const [, base, quote, month, year] = CONTRACT.exec(name) ?? []
  if (base === undefined || quote === undefined) return undefined
  const asset = quote === 'PERP' ? 'USDC' : quote
  if (month === undefined) return nameOf('perpetual', base, asset)
  return nameOf('future', base, asset, lastFriday(2000 + Number(year), MONTHS.indexOf(month)))
}

/** Futures are delivered on the last Friday of their month. */
function lastFriday(year: number, month: number): string {
  const last = new Date(Date.UTC(year, month + 1, 0))
  const friday = new Date(last.getTime() - ((last.getUTCDay() + 2) % 7) * 86_400_000)
  return friday.toISOString().slice(0, 10).replaceAll('-', '')
}
