import type { AssetId, Instrument, Micros } from '../../market/index.ts'
import { namedInstrument } from './instruments.ts'

const QUOTES = ['USDT', 'USDC', 'USD', 'EUR', 'XBT', 'ETH'] as const
/** `XBTM26`: month and year of the expiry. */
const DATED = /^(.+)([FGHJKMNQUVXZ])(\d\d)$/
const MONTHS = 'FGHJKMNQUVXZ'
const FRIDAY = 5
const NOON = 12

/**
 * The instrument that a symbol tells by itself, for captures without reference data: what a contract stands for is not known
 * then, and a future expires on the last Friday of its month, as they have done.
 */
export function instrumentFromSymbol(symbol: string): Instrument | undefined {
  if (!/^[A-Z0-9]{2,20}(?:_[A-Z0-9]{2,10})?$/.test(symbol) || symbol.startsWith('P_')) return undefined
  const [left = '', right] = symbol.split('_')
  if (right !== undefined) return ofTwoParts(symbol, left, right)
  const dated = DATED.exec(symbol)
  if (dated !== null) return future(symbol, dated[1] ?? '', dated[2] ?? '', Number(dated[3]))
  const quote = QUOTES.find((one) => symbol.endsWith(one) && symbol.length > one.length)
  if (quote === undefined) return undefined
  const naming = { symbol, kind: 'perpetual', underlying: symbol.slice(0, -quote.length), quote } as const
  const settlement = quote === 'USDT' || quote === 'USDC' ? quote : 'BTC'
  return namedInstrument({ ...naming, settlement: settlement as AssetId, expiresAt: undefined, status: 'unknown' })
}

/** `XBT_USDT` is spot; `ETHUSD_ETH` a perpetual that is settled in what comes after the underscore. */
function ofTwoParts(symbol: string, left: string, right: string): Instrument {
  const unknown = { symbol, expiresAt: undefined, status: 'unknown' } as const
  if (left === `${right}USD`) {
    const settlement = (right === 'XBT' ? 'BTC' : right) as AssetId
    return namedInstrument({ ...unknown, kind: 'perpetual', underlying: right, quote: 'USD', settlement })
  }
  return namedInstrument({ ...unknown, kind: 'spot', underlying: left, quote: right, settlement: undefined })
}

/** `XBTM26` is in dollars, `ETHM26` in bitcoin; other quotes are named, as in `ETHUSDM26`. */
function future(symbol: string, name: string, month: string, year: number): Instrument | undefined {
  const named = QUOTES.find((one) => name.endsWith(one) && name.length > one.length)
  const underlying = named === undefined ? name : name.slice(0, -named.length)
  const quote = named ?? (underlying === 'XBT' ? 'USD' : 'XBT')
  const settlement = (quote === 'USDT' || quote === 'USDC' ? quote : 'BTC') as AssetId
  const expiresAt = lastFriday(2_000 + year, MONTHS.indexOf(month))
  return namedInstrument({ symbol, kind: 'future', underlying, quote, settlement, expiresAt, status: 'unknown' })
}

function lastFriday(year: number, month: number): Micros {
  const last = new Date(Date.UTC(year, month + 1, 0, NOON))
  const back = (last.getUTCDay() - FRIDAY + 7) % 7
  return ((last.getTime() - back * 86_400_000) * 1_000) as Micros
}
