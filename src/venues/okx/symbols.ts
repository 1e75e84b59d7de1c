import type { AssetId, InstrumentId, InstrumentKind, VenueId } from '../../market/index.ts'

export const OKX = 'okx' as VenueId

/** What the name of an instrument says by itself. */
export interface SymbolParts {
  readonly id: InstrumentId
  readonly kind: InstrumentKind
  readonly base: AssetId
  readonly quote: AssetId
  /** `instType` of the venue. */
  readonly type: InstrumentType
}

/** The venue's kinds of instruments that are read. */
export type InstrumentType = 'SPOT' | 'SWAP' | 'FUTURES' | 'OPTION'

/**
 * `BTC-USDT`, `BTC-USDT-SWAP`, `BTC-USD_UM-SWAP` (margined in USD stablecoins), `BTC-USD-261225`, `BTC-USD_UM_XPERP-310404` (a future that
 * pays funding), `BTC-USD-261225-60000-C`. Coins are called in other scripts too.
 */
const SYMBOL =
  /^([\p{L}\p{N}.]{1,24})-([A-Z0-9]{1,12})((?:_[A-Z0-9]{1,10}){0,2})(?:-(?:(SWAP)|(\d{6})(?:-(\d{1,12}(?:\.\d{1,8})?)-([CP]))?))?$/u

/** Reads an `instId`; undefined if it is of no known form. */
export function readSymbol(symbol: string): SymbolParts | undefined {
  const match = SYMBOL.exec(symbol)
  if (match === null) return undefined
  const [, base, quote, family, swap, date, strike, right] = match
  const pair = `${base}-${quote}${family}`
  const assets = { base: base as AssetId, quote: quote as AssetId }
  if (swap !== undefined) return { ...assets, id: `${pair}-PERP` as InstrumentId, kind: 'perpetual', type: 'SWAP' }
  if (date === undefined) {
    return family === '' ? { ...assets, id: pair as InstrumentId, kind: 'spot', type: 'SPOT' } : undefined
  }
  // Two digits of the year: the venue is younger than the century.
  const dated = `${pair}-20${date}`
  if (strike === undefined) return { ...assets, id: dated as InstrumentId, kind: 'future', type: 'FUTURES' }
  return { ...assets, id: `${dated}-${strike}-${right}` as InstrumentId, kind: 'option', type: 'OPTION' }
}

/** The name of the index under an instrument, which is that of the pair: `BTC-USD` for `BTC-USD_UM-SWAP`. */
export function indexOf({ base, quote }: { readonly base: AssetId; readonly quote: AssetId }): string {
  return `${base}-${quote}`
}

/** The family of an option, by which its channels are subscribed to: `BTC-USD` of `BTC-USD-261225-60000-C`. */
export function familyOf(symbol: string): string {
  return symbol.split('-', 2).join('-')
}

/** Futures that run for years and pay funding as perpetuals do. */
export function isPerpetualStyle(symbol: string): boolean {
  return symbol.includes('_XPERP-')
}
