import type { InstrumentKind } from '../../market/index.ts'

/** What a name tells: `BTC_USDT`, `BTCUSD-PERP`, `BTCUSD-230630`, `BTCUSD-230630-CW30000`. */
export interface SymbolParts {
  readonly kind: InstrumentKind
  readonly base: string
  readonly quote: string
  /** `20230630` */
  readonly date?: string
  readonly strike?: string
  readonly right?: 'C' | 'P'
}

const SPOT = /^([A-Za-z0-9]{1,30})_([A-Za-z0-9]{1,20})$/
const DERIVED = /^([A-Z0-9]{1,30}?)(USDT|USDC|USD)-(?:(PERP)|(\d{6})(?:-([CP])W(\d{1,12}(?:\.\d{1,12})?))?)$/

/** Reads the name of an instrument; undefined if it looks like none. */
export function readSymbol(symbol: string): SymbolParts | undefined {
  const spot = SPOT.exec(symbol)
  if (spot !== null) return { kind: 'spot', base: spot[1] ?? '', quote: spot[2] ?? '' }
  const derived = DERIVED.exec(symbol)
  if (derived === null) return undefined
  const [, base = '', quote = '', perpetual, day, right, strike] = derived
  if (perpetual !== undefined) return { kind: 'perpetual', base, quote }
  const date = `20${day}`
  if (strike === undefined) return { kind: 'future', base, quote, date }
  return { kind: 'option', base, quote, date, strike, right: right === 'C' ? 'C' : 'P' }
}

/** "Subscribe e.g. index.BTCUSD-INDEX": the index that an instrument follows. */
export function indexOf(symbol: string): string {
  return `${symbol.split('-', 1)[0]}-INDEX`
}

/** The perpetual that follows an index. */
export function perpetualOf(index: string): string {
  return index.replace(/-INDEX$/, '-PERP')
}
