/** A column that the store fills itself. */
export interface DerivedColumn {
  readonly name: string
  /** The engine's type. */
  readonly type: string
  readonly meaning: string
}

const STATE_OF_OPEN = 'AggregateFunction(argMin, Decimal(38, 18), UInt128)'
const STATE_OF_CLOSE = 'AggregateFunction(argMax, Decimal(38, 18), UInt128)'

/** Tables that nobody writes rows to: the store computes them, or keeps them for itself. */
export const DERIVED_TABLES: Readonly<
  Record<string, { readonly meaning: string; readonly columns: readonly DerivedColumn[] }>
> = {
  candles: {
    meaning:
      'Candles of all widths, as aggregate states that a view fills from `trades`. A candle is what its rows come to: group by `width, venue, instrument, open_time` and merge (`argMinMerge(open)`, `max(high)`, `sum(volume)`, …).',
    columns: [
      { name: 'width', type: 'UInt32', meaning: 'Width in seconds: 1, 60, 300, 900, 3600, 86400 or 604800.' },
      { name: 'venue', type: 'LowCardinality(String)', meaning: 'As in `trades`.' },
      { name: 'instrument', type: 'LowCardinality(String)', meaning: 'As in `trades`.' },
      { name: 'open_time', type: "DateTime('UTC')", meaning: 'Its first second, UTC. Weeks start on Monday.' },
      { name: 'open', type: STATE_OF_OPEN, meaning: 'State of the price of the smallest (time, ordinal).' },
      { name: 'high', type: 'SimpleAggregateFunction(max, Decimal(38, 18))', meaning: 'Highest price.' },
      { name: 'low', type: 'SimpleAggregateFunction(min, Decimal(38, 18))', meaning: 'Lowest price.' },
      { name: 'close', type: STATE_OF_CLOSE, meaning: 'State of the price of the largest (time, ordinal).' },
      { name: 'volume', type: 'SimpleAggregateFunction(sum, Decimal(76, 18))', meaning: 'Sum of the amounts.' },
      {
        name: 'buy_volume',
        type: 'SimpleAggregateFunction(sum, Decimal(76, 18))',
        meaning: 'Sum of the amounts whose taker bought; 0 if none did, or the venue does not say.',
      },
      {
        name: 'quote_volume',
        type: 'SimpleAggregateFunction(sum, Decimal(76, 36))',
        meaning: 'Sum of price times amount, exact; of contracts that is not yet their turnover: see `contract_size`.',
      },
      { name: 'trades', type: 'SimpleAggregateFunction(sum, UInt64)', meaning: 'How many trades; never 0.' },
      {
        name: 'last_time',
        type: "SimpleAggregateFunction(max, DateTime64(6, 'UTC'))",
        meaning: 'Time of the last trade.',
      },
    ],
  },
  schema_migrations: {
    meaning: 'Every step up and down of the schema; the newest row of a version says whether it is applied.',
    columns: [
      { name: 'version', type: 'UInt32', meaning: 'Number of the migration.' },
      { name: 'name', type: 'String', meaning: 'Its name.' },
      { name: 'checksum', type: 'String', meaning: 'SHA-256 of its two texts.' },
      { name: 'applied', type: 'Bool', meaning: 'True for a step up, false for a step down.' },
      { name: 'at', type: "DateTime64(6, 'UTC')", meaning: 'When the step was done.' },
    ],
  },
}

/** Columns that are computed when they are read. */
export const COMPUTED_COLUMNS: Readonly<Record<string, readonly DerivedColumn[]>> = {
  trades: [
    { name: 'id', type: 'Nullable(String)', meaning: 'The venue’s id of the trade; null where it gave none.' },
    {
      name: 'exchange_time',
      type: "Nullable(DateTime64(6, 'UTC'))",
      meaning: 'The venue’s time; null where it sent none.',
    },
  ],
}
