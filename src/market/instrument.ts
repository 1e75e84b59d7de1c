import type { Amount, DecimalText, Price } from './decimal.ts'
import type { Nominal } from './nominal.ts'
import type { Micros } from './time.ts'

/** An exchange's market: `binance`, `coinbase`, `kraken`. */
export type VenueId = Nominal<string, 'VenueId'>

/**
 * One tradable in our words: `BTC-USDT` (spot), `BTC-USDT-PERP`, `BTC-USD-20261225`, `BTC-USD-20261225-60000-C`.
 * Unique within its venue.
 */
export type InstrumentId = Nominal<string, 'InstrumentId'>

/** The venue's own name of an instrument: opaque, its case preserved. */
export type VenueSymbol = Nominal<string, 'VenueSymbol'>

/** An asset in our words: `BTC`, never `XBT`. */
export type AssetId = Nominal<string, 'AssetId'>

export type InstrumentKind = 'spot' | 'perpetual' | 'future' | 'option'

/** Whether it can be traded now, as its venue says. */
export type InstrumentStatus = 'trading' | 'halted' | 'delisted' | 'unknown'

/** Everything that a venue's reference data says of one tradable. A field that the venue does not give is absent. */
export interface Instrument {
  readonly venue: VenueId
  readonly id: InstrumentId
  readonly symbol: VenueSymbol
  readonly kind: InstrumentKind
  readonly base: AssetId
  readonly quote: AssetId
  /** What profit and loss are paid in. Absent for spot. */
  readonly settleCurrency?: AssetId
  /**
   * How much of `contractUnit` one contract stands for, where the venue counts amounts in contracts. Absent where its amounts
   * are of the base asset.
   */
  readonly contractSize?: DecimalText
  /**
   * What `contractSize` is of: `quote` for inverse contracts, such as 100 USD of BTC. Absent beside a `contractSize`: a quanto
   * contract, worth so much of the settlement for every unit of the price.
   */
  readonly contractUnit?: 'base' | 'quote'
  /** How many of the base asset one unit of the traded name is: 1000 for a market in thousands of PEPE. Absent for 1. */
  readonly baseMultiplier?: DecimalText
  /** Smallest step of the price. */
  readonly tickSize?: Price
  /** Smallest step of the amount. */
  readonly lotSize?: Amount
  readonly minimumAmount?: Amount
  readonly status: InstrumentStatus
  readonly listedAt?: Micros
  readonly expiresAt?: Micros
  /** Turnover of the last 24 hours in the quote asset, to choose the top instruments by volume. */
  readonly quoteVolume24h?: DecimalText
  /** Digits after the point with which the venue writes prices; some checksums are taken over that text. */
  readonly priceScale?: number
  /** Digits after the point with which the venue writes amounts. */
  readonly amountScale?: number
}

/** The name of a spot instrument. */
export function spotInstrumentId(base: AssetId, quote: AssetId): InstrumentId {
  return `${base}-${quote}` as InstrumentId
}
