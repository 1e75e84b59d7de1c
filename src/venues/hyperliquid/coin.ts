import {
  type AssetId,
  type DecimalText,
  decimal,
  type Instrument,
  type InstrumentId,
  type VenueId,
  type VenueSymbol,
} from '../../market/index.ts'

export const HYPERLIQUID = 'hyperliquid' as VenueId

const THOUSAND: DecimalText = decimal('1000')
const USDC = 'USDC' as AssetId

/** What its name says of a coin. */
export type NamedCoin = Pick<
  Instrument,
  'venue' | 'id' | 'symbol' | 'kind' | 'base' | 'quote' | 'settleCurrency' | 'baseMultiplier'
>

/** `BTC`, `kPEPE`, and `xyz:SP500` of a market that others run ("HIP-3"), named after it. */
const PERPETUAL = /^(?:([a-z][a-z0-9]{0,9}):)?([A-Za-z0-9.$_-]{1,20})$/
/** `PURR/USDC`. Other spot pairs are named by their number, `@107`. */
const PAIR = /^([A-Za-z0-9.$_-]{1,20})\/([A-Za-z0-9.$_-]{1,20})$/
const NUMBERED = /^@\d{1,6}$/
/** "k" before the name of an asset is a thousand of it: `kPEPE`. */
const THOUSANDS = /^k([A-Z][A-Z0-9]*)$/

/** A perpetual by its name; undefined if it is no name of one. @param collateral what it is quoted and settled in */
export function perpetualOf(coin: string, collateral: AssetId = USDC): NamedCoin | undefined {
  const match = PERPETUAL.exec(coin)
  if (match === null) return undefined
  const [, market, name = ''] = match
  const asset = market === undefined ? THOUSANDS.exec(name)?.[1] : undefined
  const base = (asset ?? name) as AssetId
  // The same asset may be traded on several markets: theirs are told apart by their names.
  const apart = market === undefined ? '' : `-${market.toUpperCase()}`
  const many = asset === undefined ? '' : '1000'
  return {
    venue: HYPERLIQUID,
    id: `${many}${base}-${collateral}-PERP${apart}` as InstrumentId,
    symbol: coin as VenueSymbol,
    kind: 'perpetual',
    base,
    quote: collateral,
    settleCurrency: collateral,
    ...(asset !== undefined && { baseMultiplier: THOUSAND }),
  }
}

/** A spot pair of two tokens. */
export function pairOf(coin: string, base: string, quote: string): NamedCoin {
  return {
    venue: HYPERLIQUID,
    id: `${base}-${quote}` as InstrumentId,
    symbol: coin as VenueSymbol,
    kind: 'spot',
    base: base as AssetId,
    quote: quote as AssetId,
  }
}

/** The instrument that a name means by itself, for captures without reference data: which tokens `@107` has is not known then. */
export function instrumentFromCoin(coin: string): Instrument | undefined {
  const pair = PAIR.exec(coin)
  let named: NamedCoin | undefined
  if (pair !== null) named = pairOf(coin, pair[1] ?? '', pair[2] ?? '')
  else named = NUMBERED.test(coin) ? pairOf(coin, coin, USDC) : perpetualOf(coin)
  return named === undefined ? undefined : { ...named, status: 'unknown' }
}
