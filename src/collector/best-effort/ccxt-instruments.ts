import {
  type AssetId,
  decimal,
  type Instrument,
  type InstrumentId,
  MarketError,
  type Micros,
  type VenueId,
  type VenueSymbol,
} from '../../market/index.ts'
import type { CcxtMarket } from './ccxt-library.ts'

/** The instruments of a ccxt exchange; kinds that are not known are left out. Two of one name: the first counts. */
export function ccxtInstruments(venue: VenueId, markets: Readonly<Record<string, CcxtMarket>>): Instrument[] {
  const found = new Map<InstrumentId, Instrument>()
  for (const market of Object.values(markets)) {
    const instrument = ccxtInstrument(venue, market)
    if (instrument !== undefined && !found.has(instrument.id)) found.set(instrument.id, instrument)
  }
  return [...found.values()]
}

function ccxtInstrument(venue: VenueId, market: CcxtMarket): Instrument | undefined {
  const { symbol, base, quote, settle, active, contractSize, expiry } = market
  const kind = kindOf(market)
  if (kind === undefined || !base || !quote) return undefined
  const id = idOf(market, kind)
  if (id === undefined) return undefined
  return {
    venue,
    id: id as InstrumentId,
    // ccxt asks by its own symbol, which is one to one.
    symbol: symbol as VenueSymbol,
    kind,
    base: base as AssetId,
    quote: quote as AssetId,
    status: active === false ? 'halted' : 'trading',
    ...(settle ? { settleCurrency: settle as AssetId } : {}),
    ...(contractSize === undefined || kind === 'spot'
      ? {}
      : { contractSize: decimal(String(contractSize)), contractUnit: market.inverse === true ? 'quote' : 'base' }),
    ...(expiry === undefined ? {} : { expiresAt: (expiry * 1_000) as Micros }),
  }
}

function kindOf({ swap, future, option, type }: CcxtMarket): Instrument['kind'] | undefined {
  if (option === true || type === 'option') return 'option'
  if (future === true || type === 'future') return 'future'
  if (swap === true || type === 'swap') return 'perpetual'
  return type === undefined || type === 'spot' || type === 'margin' ? 'spot' : undefined
}

function idOf({ base, quote, settle, expiry, strike, optionType }: CcxtMarket, kind: Instrument['kind']) {
  const pair = `${base}-${quote}`
  if (kind === 'spot') return pair
  // The same contract settled in another asset is another instrument.
  const settled = settle === undefined || settle === quote ? '' : `-${settle}`
  if (kind === 'perpetual') return `${pair}${settled}-PERP`
  if (expiry === undefined) return undefined
  const day = new Date(expiry).toISOString().slice(0, 10).replaceAll('-', '')
  if (kind === 'future') return `${pair}${settled}-${day}`
  return strike === undefined || optionType === undefined
    ? undefined
    : `${pair}${settled}-${day}-${strike}-${optionType === 'call' ? 'C' : 'P'}`
}

/** A number of ccxt as a decimal; null where there is none, or it is none. */
export function ccxtDecimal(value: string | number | undefined | null): ReturnType<typeof decimal> | null {
  if (value === undefined || value === null || value === '') return null
  try {
    return decimal(String(value))
  } catch (error) {
    if (error instanceof MarketError) return null
    throw error
  }
}
