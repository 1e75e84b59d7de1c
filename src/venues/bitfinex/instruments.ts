import {
  type Amount,
  amount,
  type DecimalText,
  decimal,
  type Instrument,
  type InstrumentId,
  type InstrumentStatus,
  MarketError,
  multiplyDecimals,
  type VenueId,
  type VenueSymbol,
} from '../../market/index.ts'
import type { Refusal } from '../protocol.ts'
import { parseJsonText, type TextValue } from '../shared/json-text.ts'
import { VenueError } from '../venue-error.ts'
import { assetOf } from './assets.ts'

export const BITFINEX = 'bitfinex' as VenueId

/** Place of the smallest order in the details of a pair, and of last price and volume in a ticker (REST, with its symbol first). */
const MINIMUM_ORDER = 3
const LAST_PRICE = 7
const VOLUME = 8

/** What is known of a pair beside its name. */
interface Details {
  readonly minimumAmounts: ReadonlyMap<string, Amount>
  readonly turnovers: ReadonlyMap<string, DecimalText>
}

/**
 * Reads the lists `pub:list:pair:exchange` and `pub:list:pair:futures`, the details of both, and all tickers.
 * @throws VenueError VENUE_REFERENCE_DATA_INVALID if the list of spot pairs is unreadable.
 */
export function readInstruments(bodies: readonly string[]): { instruments: Instrument[]; skipped: Refusal[] } {
  const [spot = '', futures = '', spotDetails = '', futureDetails = '', tickers = ''] = bodies
  const spotPairs = firstList(spot)
  if (spotPairs === undefined) {
    throw new VenueError(
      'VENUE_REFERENCE_DATA_INVALID',
      'bitfinex: pub:list:pair:exchange did not answer a list of pairs',
    )
  }
  const skipped: Refusal[] = []
  const details: Details = {
    minimumAmounts: new Map([...minimumAmounts(spotDetails, skipped), ...minimumAmounts(futureDetails, skipped)]),
    turnovers: readTurnovers(tickers, skipped),
  }
  const instruments = new Map<string, Instrument>()
  for (const pair of [...spotPairs, ...(optionalList(futures, 'futures', skipped) ?? [])]) {
    const instrument = typeof pair === 'string' ? instrumentFromPair(pair, 'trading', details) : undefined
    if (instrument !== undefined) instruments.set(instrument.symbol, instrument)
    else {
      const sample = JSON.stringify(pair)?.slice(0, 200) ?? ''
      skipped.push({ kind: 'unknown-instrument', reason: 'a pair of an unknown kind', sample })
    }
  }
  return { instruments: [...instruments.values()], skipped }
}

/** The instrument that a symbol names by itself, for captures without reference data: `tBTCUSD`, `tBTCF0:USTF0`. */
export function instrumentFromSymbol(symbol: string): Instrument | undefined {
  return symbol.startsWith('t') ? instrumentFromPair(symbol.slice(1), 'unknown', undefined) : undefined
}

/** Assets of three letters stand together, others with a colon; perpetual contracts mark both with `F0`. */
const PAIR = /^(?:([A-Z0-9]{3})([A-Z0-9]{3})|([A-Z0-9]{2,20}):([A-Z0-9]{2,20}))$/

function instrumentFromPair(
  pair: string,
  status: InstrumentStatus,
  details: Details | undefined,
): Instrument | undefined {
  const match = PAIR.exec(pair)
  const baseName = match?.[1] ?? match?.[3]
  const quoteName = match?.[2] ?? match?.[4]
  if (baseName === undefined || quoteName === undefined) return undefined
  const isPerpetual = baseName.endsWith('F0') && quoteName.endsWith('F0')
  const base = assetOf(isPerpetual ? baseName.slice(0, -2) : baseName)
  const quote = assetOf(isPerpetual ? quoteName.slice(0, -2) : quoteName)
  const minimumAmount = details?.minimumAmounts.get(pair)
  // Paper trading (`TESTBTC:TESTUSD`) turns nothing over: its instruments are not chosen by volume.
  const quoteVolume24h = pair.includes('TEST') ? undefined : details?.turnovers.get(`t${pair}`)
  const id = `${base.name}-${quote.name}`
  return {
    venue: BITFINEX,
    id: (isPerpetual ? `${id}-PERP` : id) as InstrumentId,
    symbol: `t${pair}` as VenueSymbol,
    kind: isPerpetual ? 'perpetual' : 'spot',
    base: base.asset,
    quote: quote.asset,
    // Profit and loss are in the collateral, which is the quote asset. Amounts are of the base asset, as in spot.
    ...(isPerpetual ? { settleCurrency: quote.asset } : {}),
    ...(base.multiplier === undefined ? {} : { baseMultiplier: base.multiplier }),
    ...(minimumAmount === undefined ? {} : { minimumAmount }),
    status,
    ...(quoteVolume24h === undefined ? {} : { quoteVolume24h }),
  }
}

/** `[[…]]`: every answer of the configuration wraps its list in another. */
function firstList(body: string): readonly TextValue[] | undefined {
  const lists = parsed(body)
  const first = Array.isArray(lists) ? (lists as readonly TextValue[])[0] : undefined
  return Array.isArray(first) ? first : undefined
}

function optionalList(body: string, what: string, skipped: Refusal[]): readonly TextValue[] | undefined {
  if (body === '') return undefined
  const list = firstList(body)
  if (list === undefined)
    skipped.push({ kind: 'malformed', reason: `the ${what} are unreadable`, sample: body.slice(0, 200) })
  return list
}

/** `[PAIR, [null, null, null, MIN_ORDER_SIZE, MAX_ORDER_SIZE, …]]` */
function minimumAmounts(body: string, skipped: Refusal[]): Map<string, Amount> {
  const found = new Map<string, Amount>()
  for (const row of optionalList(body, 'details of pairs', skipped) ?? []) {
    const [pair, facts] = Array.isArray(row) ? (row as readonly TextValue[]) : []
    const least = Array.isArray(facts) ? (facts as readonly TextValue[])[MINIMUM_ORDER] : undefined
    if (typeof pair !== 'string' || typeof least !== 'string') continue
    const value = decimalIn(least)
    if (value !== undefined && value !== '0') found.set(pair, amount(value))
  }
  return found
}

/** `[SYMBOL, BID, BID_SIZE, ASK, ASK_SIZE, CHANGE, CHANGE_RELATIVE, LAST_PRICE, VOLUME, HIGH, LOW]`: turnover at the last price. */
function readTurnovers(body: string, skipped: Refusal[]): Map<string, DecimalText> {
  const turnovers = new Map<string, DecimalText>()
  if (body === '') return turnovers
  const rows = parsed(body)
  if (!Array.isArray(rows)) {
    skipped.push({ kind: 'malformed', reason: 'the tickers are unreadable', sample: body.slice(0, 200) })
    return turnovers
  }
  for (const row of rows as readonly TextValue[]) {
    if (!Array.isArray(row)) continue
    const [symbol] = row as readonly TextValue[]
    const last = decimalIn(row[LAST_PRICE])
    const volume = decimalIn(row[VOLUME])
    if (typeof symbol !== 'string' || !symbol.startsWith('t') || last === undefined || volume === undefined) continue
    turnovers.set(symbol, multiplyDecimals(last, volume))
  }
  return turnovers
}

function decimalIn(value: TextValue | undefined): DecimalText | undefined {
  if (typeof value !== 'string') return undefined
  try {
    const read = decimal(value)
    return read.startsWith('-') ? undefined : read
  } catch (error) {
    if (error instanceof MarketError) return undefined
    throw error
  }
}

function parsed(body: string): TextValue | undefined {
  try {
    return parseJsonText(body)
  } catch (error) {
    if (error instanceof VenueError) return undefined
    throw error
  }
}
