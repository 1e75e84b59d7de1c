import type { FactEvents, FactKind } from '../../market/index.ts'
import { type Column, type ColumnKind, type ColumnValues, column } from './column.ts'

/** A field of a fact and the column that keeps it. */
export interface FactField<Event> {
  readonly name: keyof Event & string
  readonly column: Column
  readonly read: (event: Event) => ColumnValues[ColumnKind]
}

export type FactTableName =
  | 'venue_candles'
  | 'funding'
  | 'mark_prices'
  | 'open_interest'
  | 'liquidations'
  | 'option_summaries'
  | 'instrument_status'
  | 'audits'

/** How a kind of fact is kept. */
export interface FactTable<Event> {
  readonly table: FactTableName
  readonly meaning: string
  readonly fields: readonly FactField<Event>[]
}

/** Kinds of column that can keep a value exactly. */
type KindFor<Value> = { [Kind in ColumnKind]: Value extends ColumnValues[Kind] ? Kind : never }[ColumnKind]

/** States fields of one kind of event: the column is the field's name in the store's spelling, `mark_price`. */
function fieldsOf<Event>() {
  return <const Name extends keyof Event & string>(
    name: Name,
    kind: KindFor<Event[Name]>,
    meaning: string,
  ): FactField<Event> => ({
    name,
    column: column(
      name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      kind,
      meaning,
    ),
    // The kind was chosen by the type of the field.
    read: (event) => event[name] as ColumnValues[ColumnKind],
  })
}

const candle = fieldsOf<FactEvents['venue-candle']>()
const funding = fieldsOf<FactEvents['funding']>()
const markPrice = fieldsOf<FactEvents['mark-price']>()
const openInterest = fieldsOf<FactEvents['open-interest']>()
const liquidation = fieldsOf<FactEvents['liquidation']>()
const option = fieldsOf<FactEvents['option-summary']>()
const status = fieldsOf<FactEvents['status']>()
const audit = fieldsOf<FactEvents['audit']>()

/**
 * The tables of facts. All begin with the same columns (`FACT_HEAD`), so that one query, one route and one test serve
 * them all; here stands only what each adds.
 */
export const FACT_TABLES: { readonly [Kind in FactKind]: FactTable<FactEvents[Kind]> } = {
  'venue-candle': {
    table: 'venue_candles',
    meaning: 'Candles as the venue itself computes them, to check ours against.',
    fields: [
      candle('interval', 'name', 'Its width: `1m`.'),
      candle('openTime', 'time', 'Start of its interval.'),
      candle('open', 'decimal', 'First price.'),
      candle('high', 'decimal', 'Highest price.'),
      candle('low', 'decimal', 'Lowest price.'),
      candle('close', 'decimal', 'Last price.'),
      candle('volume', 'optionalDecimal', 'In the unit of the venue’s trades; null where the venue gives another.'),
      candle('quoteVolume', 'optionalDecimal', 'Turnover in the quote asset; null where not sent.'),
      candle('trades', 'optionalCount', 'How many trades; null where not sent.'),
      candle('isClosed', 'flag', 'False while its interval lasts.'),
    ],
  },
  funding: {
    table: 'funding',
    meaning: 'What holders of a perpetual pay one another. Rates are fractions of the position; longs pay if positive.',
    fields: [
      funding('rate', 'optionalDecimal', 'The rate exchanged at `funding_time`; null where not sent.'),
      funding('predictedRate', 'optionalDecimal', 'The venue’s estimate of the rate after that; null where not sent.'),
      funding('fundingTime', 'optionalTime', 'When `rate` is exchanged; null where not sent.'),
      funding('intervalSeconds', 'optionalCount', 'Length of a funding interval in seconds; null where not sent.'),
    ],
  },
  'mark-price': {
    table: 'mark_prices',
    meaning: 'The prices by which positions are valued.',
    fields: [
      markPrice('markPrice', 'optionalDecimal', 'Mark price; null where the message has none.'),
      markPrice('indexPrice', 'optionalDecimal', 'Price of the underlying index; null where the message has none.'),
    ],
  },
  'open-interest': {
    table: 'open_interest',
    meaning: 'How many contracts are open.',
    fields: [
      openInterest(
        'openInterest',
        'optionalDecimal',
        'In the unit of the venue’s trades; null where only a value is sent.',
      ),
      openInterest('value', 'optionalDecimal', 'The same as money, as the venue says it; null where not sent.'),
    ],
  },
  liquidation: {
    table: 'liquidations',
    meaning: 'Positions that the venue closed by force.',
    fields: [
      liquidation('id', 'optionalText', 'The venue’s id; null where it gave none.'),
      liquidation('price', 'decimal', 'In the quote asset.'),
      liquidation('amount', 'decimal', 'In the unit of the venue’s trades.'),
      liquidation('side', 'side', 'Of the order that closes the position: `sell` where a long was liquidated.'),
    ],
  },
  'option-summary': {
    table: 'option_summaries',
    meaning: 'Option values as the venue computes them. Volatilities are fractions: 0.65 is 65 %.',
    fields: [
      option('markPrice', 'optionalDecimal', 'Mark price of the option; null where not sent.'),
      option('underlyingPrice', 'optionalDecimal', 'Price of the underlying; null where not sent.'),
      option('markVolatility', 'optionalDecimal', 'Implied by the mark price; null where not sent.'),
      option('bidVolatility', 'optionalDecimal', 'Implied by the best bid; null where not sent.'),
      option('askVolatility', 'optionalDecimal', 'Implied by the best offer; null where not sent.'),
      option('delta', 'optionalDecimal', 'As the venue says; null where not sent.'),
      option('gamma', 'optionalDecimal', 'As the venue says; null where not sent.'),
      option('vega', 'optionalDecimal', 'As the venue says; null where not sent.'),
      option('theta', 'optionalDecimal', 'As the venue says; null where not sent.'),
      option('rho', 'optionalDecimal', 'As the venue says; null where not sent.'),
      option('openInterest', 'optionalDecimal', 'In the unit of the venue’s trades; null where not sent.'),
    ],
  },
  status: {
    table: 'instrument_status',
    meaning: 'Whether an instrument trades, as its venue said at a moment.',
    fields: [
      status('status', 'instrumentStatus', '`trading`, `halted`, `delisted` or `unknown`.'),
      status('venueStatus', 'text', 'The venue’s own word for it.'),
    ],
  },
  audit: {
    table: 'audits',
    meaning: 'Differences between our trades and what a venue says, where nothing of ours is known to be missing.',
    fields: [
      audit('subject', 'name', 'What was compared: `candle` or `last-price`.'),
      audit('field', 'name', 'What of it differs: `open`, `high`, `low`, `close`, `volume` or `last`.'),
      audit('ours', 'decimal', 'From our trades.'),
      audit('theirs', 'decimal', 'As the venue says.'),
      audit('of', 'time', 'Start of the candle; time of the ticker.'),
      audit('evidence', 'text', 'What the comparison stands on, for people.'),
    ],
  },
}
