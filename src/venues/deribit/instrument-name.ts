import type { AssetId, Instrument, InstrumentId, InstrumentKind, Micros, VenueSymbol } from '../../market/index.ts'
import { type DecimalText, decimal, type VenueId } from '../../market/index.ts'

export const DERIBIT = 'deribit' as VenueId

/** What an instrument's name says by itself. */
type NamedInstrument = Pick<
  Instrument,
  | 'venue'
  | 'id'
  | 'symbol'
  | 'kind'
  | 'base'
  | 'quote'
  | 'settleCurrency'
  | 'contractSize'
  | 'contractUnit'
  | 'expiresAt'
>

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']

// `BTC-PERPETUAL`, `BTC-25DEC26`, `BTC-25DEC26-60000-C`, `XRP_USDC-30JUN25-0d625-P` (`d` is the point), `BTC_USDC`.
// Combinations (`BTC-FS-25DEC26_PERP`) have other names.
const NAME =
  /^([A-Z0-9]{1,16})(?:_([A-Z0-9]{1,16}))?(?:-(?:(PERPETUAL)|(\d{1,2})([A-Z]{3})(\d{2})(?:-(\d{1,12}(?:d\d{1,8})?)-([CP]))?))?$/

/** Every recorded `expiration_timestamp` is at 08:00 UTC of the day that the name says. */
const EXPIRY_HOUR = 8

const US_DOLLAR = 'USD' as AssetId
const ONE = decimal('1')

/** Reads a name; undefined where it is of another kind. */
export function readName(name: string): NamedInstrument | undefined {
  const match = NAME.exec(name)
  if (match === null) return undefined
  const [, baseName = '', counter, perpetual, day, month, year, strike, right] = match
  const base = baseName as AssetId
  const common = { venue: DERIBIT, symbol: name as VenueSymbol, base }
  // A name without a counter currency is of an instrument that is settled in its base and valued in US dollars.
  const isInverse = counter === undefined
  const against = isInverse ? US_DOLLAR : (counter as AssetId)
  if (perpetual !== undefined) {
    return { ...common, ...future(base, against, isInverse), kind: 'perpetual', id: idOf(base, against, 'PERP') }
  }
  if (day === undefined || month === undefined || year === undefined) {
    return isInverse ? undefined : { ...common, kind: 'spot', quote: against, id: `${base}-${against}` as InstrumentId }
  }
  const date = dateOf(day, month, year)
  if (date === undefined) return undefined
  const expiresAt = (date + EXPIRY_HOUR * 3_600_000) * 1_000
  const written = new Date(date).toISOString().slice(0, 10).replaceAll('-', '')
  if (strike === undefined || right === undefined) {
    const dated = { kind: 'future' as InstrumentKind, expiresAt: expiresAt as Micros }
    return { ...common, ...future(base, against, isInverse), ...dated, id: idOf(base, against, written) }
  }
  // The price of an inverse option is in its base: its reference data has the base as `quote_currency`.
  const quote = isInverse ? base : against
  return {
    ...common,
    kind: 'option',
    quote,
    settleCurrency: quote,
    expiresAt: expiresAt as Micros,
    id: idOf(base, against, `${written}-${decimal(strike.replace('d', '.'))}-${right}`),
  }
}

/**
 * "For perpetuals and futures, `amount` is in USD units. For options, `amount` is in the corresponding cryptocurrency
 * contracts": so the unit of an inverse amount is one dollar, whatever the size of the contract. Amounts of linear ones are
 * of the base. https://docs.deribit.com/subscriptions/orderbook/bookinstrument_nameinterval.md (2026-11-22)
 */
function future(base: AssetId, against: AssetId, isInverse: boolean) {
  if (!isInverse) return { quote: against, settleCurrency: against }
  const unit: { readonly contractSize: DecimalText; readonly contractUnit: 'quote' } = {
    contractSize: ONE,
    contractUnit: 'quote',
  }
  return { quote: against, settleCurrency: base, ...unit }
}

function idOf(base: AssetId, against: AssetId, rest: string): InstrumentId {
  return `${base}-${against}-${rest}` as InstrumentId
}

function dateOf(day: string, month: string, year: string): number | undefined {
  const index = MONTHS.indexOf(month)
  if (index < 0) return undefined
  const date = Date.UTC(2000 + Number(year), index, Number(day))
  return new Date(date).getUTCMonth() === index && Number(day) > 0 ? date : undefined
}
