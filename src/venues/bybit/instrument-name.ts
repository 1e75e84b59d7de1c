import type { AssetId, Instrument, InstrumentId, Micros, VenueId } from '../../market/index.ts'
import { type Category, symbolOf } from './category.ts'

export const BYBIT = 'bybit' as VenueId

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
/** Letters that futures exchanges give the months. */
const MONTH_LETTERS = 'FGHJKMNQUVXZ'
/** Contracts are delivered at 08:00 UTC, as `deliveryTime` of their tickers says: "2023-09-29T08:00:00Z" of BTCUSDU23. */
const DELIVERY_HOUR = 8
const FRIDAY = 5

/** What a spot market may be quoted in, longer names first where one ends in the other. */
const SPOT_QUOTES = ['USDT', 'USDC', 'USDE', 'EUR', 'BTC', 'ETH', 'DAI', 'BRZ', 'BRL', 'MNT', 'SOL', 'PLN', 'TRY']

/** The asset behind a traded name, and how many of it the name stands for: `1000PEPE`, `SHIB1000`. */
export function assetOf(name: string): { readonly asset: AssetId; readonly multiplier: string | undefined } {
  const leading = /^(10{3,8})([A-Z][A-Z0-9]*)$/.exec(name)
  if (leading !== null) return { asset: leading[2] as AssetId, multiplier: leading[1] }
  const trailing = /^([A-Z][A-Z0-9]*?[A-Z])(10{3,8})$/.exec(name)
  if (trailing !== null) return { asset: trailing[1] as AssetId, multiplier: trailing[2] }
  return { asset: name as AssetId, multiplier: undefined }
}

/** `1000PEPE`, however the venue writes it: part of the instrument's id, so that it is not taken for PEPE. */
export function tradedName({ asset, multiplier }: ReturnType<typeof assetOf>): string {
  return multiplier === undefined ? asset : `${multiplier}${asset}`
}

/** `20261225` of a time. */
function dayOf(at: Micros): string {
  return new Date(at / 1_000).toISOString().slice(0, 10).replaceAll('-', '')
}

/** The instrument that a bare name says by itself, for captures without reference data. */
export function instrumentFromName(category: Category, name: string): Instrument | undefined {
  if (!/^[A-Z0-9-]{3,40}$/.test(name)) return undefined
  if (category === 'spot') return spotFromName(name)
  const dated = /^([A-Z0-9]+?)(USDT)?-(\d{1,2})([A-Z]{3})(\d\d)$/.exec(name)
  if (dated !== null && category === 'linear') {
    const month = MONTHS.indexOf(dated[4] ?? '')
    const expiresAt = month < 0 ? undefined : deliveryAt(2000 + Number(dated[5]), month, Number(dated[3]))
    return expiresAt && contract(category, name, dated[1] ?? '', dated[2] ?? 'USDC', expiresAt)
  }
  if (category === 'linear') {
    const perpetual = /^([A-Z0-9]+?)(USDT|PERP)$/.exec(name)
    return perpetual === null
      ? undefined
      : contract(category, name, perpetual[1] ?? '', perpetual[2] === 'PERP' ? 'USDC' : 'USDT', undefined)
  }
  const inverse = /^([A-Z0-9]+?)USD(?:([FGHJKMNQUVXZ])(\d\d))?$/.exec(name)
  if (inverse === null) return undefined
  const letter = inverse[2]
  const expiresAt =
    letter === undefined ? undefined : lastFriday(2000 + Number(inverse[3]), MONTH_LETTERS.indexOf(letter))
  return contract(category, name, inverse[1] ?? '', 'USD', expiresAt)
}

function spotFromName(name: string): Instrument | undefined {
  const quote = SPOT_QUOTES.find((text) => name.endsWith(text) && name.length > text.length)
  if (quote === undefined) return undefined
  const base = name.slice(0, -quote.length)
  const asset = assetOf(base)
  return {
    venue: BYBIT,
    id: `${tradedName(asset)}-${quote}` as InstrumentId,
    symbol: symbolOf('spot', name),
    kind: 'spot',
    base: asset.asset,
    quote: quote as AssetId,
    status: 'unknown',
    ...multiplied(asset),
  }
}

/** A perpetual, or a future where it expires. Amounts of inverse ones are in contracts of one US dollar. */
export function contract(
  category: Category,
  name: string,
  base: string,
  quote: string,
  expiresAt: Micros | undefined,
): Instrument {
  const asset = assetOf(base)
  const inverse = category === 'inverse'
  return {
    venue: BYBIT,
    id: `${tradedName(asset)}-${quote}-${expiresAt === undefined ? 'PERP' : dayOf(expiresAt)}` as InstrumentId,
    symbol: symbolOf(category, name),
    kind: expiresAt === undefined ? 'perpetual' : 'future',
    base: asset.asset,
    quote: quote as AssetId,
    settleCurrency: (inverse ? asset.asset : quote) as AssetId,
    ...(inverse && { contractSize: '1' as NonNullable<Instrument['contractSize']>, contractUnit: 'quote' as const }),
    ...multiplied(asset),
    status: 'unknown',
    ...(expiresAt !== undefined && { expiresAt }),
  }
}

/** The multiplier as a field of an instrument. */
export function multiplied({ multiplier }: ReturnType<typeof assetOf>): Pick<Instrument, 'baseMultiplier'> {
  return multiplier === undefined ? {} : { baseMultiplier: multiplier as NonNullable<Instrument['baseMultiplier']> }
}

function deliveryAt(year: number, month: number, day: number): Micros {
  return (Date.UTC(year, month, day, DELIVERY_HOUR) * 1_000) as Micros
}

function lastFriday(year: number, month: number): Micros {
  const lastDay = new Date(Date.UTC(year, month + 1, 0))
  const back = (lastDay.getUTCDay() - FRIDAY + 7) % 7
  return deliveryAt(year, month, lastDay.getUTCDate() - back)
}
