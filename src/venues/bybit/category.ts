import type { Instrument, VenueSymbol } from '../../market/index.ts'

/** A market of the venue; each has its own socket. */
export type Category = 'spot' | 'linear' | 'inverse'

export const CATEGORIES: readonly Category[] = ['spot', 'linear', 'inverse']

const SPOT_PREFIX = 'spot:'

/**
 * A symbol as we keep it. The venue writes `BTCUSDT` for the spot market and for the perpetual: they are told apart by the
 * socket alone. Derivatives keep their name, spot ones are `spot:BTCUSDT`. Names of `linear` end in USDT, PERP or a date,
 * those of `inverse` in USD or a month, so these never collide.
 */
export function symbolOf(category: Category, name: string): VenueSymbol {
  return (category === 'spot' ? `${SPOT_PREFIX}${name}` : name) as VenueSymbol
}

/** The name that the venue itself writes. */
export function nameOf(symbol: VenueSymbol): string {
  return symbol.startsWith(SPOT_PREFIX) ? symbol.slice(SPOT_PREFIX.length) : symbol
}

export function categoryOf(instrument: Instrument): Category {
  if (instrument.kind === 'spot') return 'spot'
  return instrument.settleCurrency === instrument.base ? 'inverse' : 'linear'
}

/** The market that a socket's address names: that of v5, or one of the two of the retired protocol. */
export function categoryOfPath(path: string): Category | undefined {
  const named = /\/v5\/public\/(spot|linear|inverse)(?:[/?]|$)/.exec(path)?.[1] as Category | undefined
  if (named !== undefined) return named
  if (/\/realtime_public(?:[/?]|$)/.test(path)) return 'linear'
  return /\/realtime(?:[/?]|$)/.test(path) ? 'inverse' : undefined
}

/** The market of a derivative by its name alone, for captures whose addresses were not recorded. */
export function categoryOfName(name: string): Category {
  return /USD(?:[FGHJKMNQUVXZ]\d\d)?$/.test(name) ? 'inverse' : 'linear'
}
