import type {
  BookLevel,
  Channel,
  CoverageEvent,
  DecimalText,
  FeedState,
  GapCause,
  GapState,
  InstrumentKind,
  InstrumentStatus,
  MessageType,
  Micros,
  TakerSide,
  VenueState,
} from '../../market/index.ts'

/** What a column takes when a row is written, by the kind of the column. */
export interface ColumnValues {
  /** Few different texts, kept as a dictionary: venues, instruments, symbols. */
  readonly name: string
  readonly text: string
  readonly optionalText: string | null
  readonly decimal: DecimalText
  readonly optionalDecimal: DecimalText | null
  readonly time: Micros
  readonly optionalTime: Micros | null
  readonly count: number
  readonly optionalCount: number | null
  /** A whole number of up to 64 bits, as digits where a JavaScript number would not be exact. */
  readonly wholeNumber: number | string
  readonly flag: boolean
  readonly levels: readonly BookLevel[]
  readonly countsByName: Readonly<Record<string, number>>
  readonly idKind: TradeIdKind
  readonly side: TakerSide
  readonly bookKind: 'snapshot' | 'update'
  readonly channel: Channel
  readonly gapCause: GapCause
  readonly gapState: GapState
  readonly feedState: FeedState
  readonly venueState: VenueState
  readonly coverageSource: CoverageEvent['source']
  readonly instrumentKind: InstrumentKind
  readonly instrumentStatus: InstrumentStatus
  readonly messageType: MessageType | 'unreadable'
}

export type ColumnKind = keyof ColumnValues

/**
 * How a trade's id is kept. `number`: the id is `ordinal` written in decimal. `text`: the id is `id_text`. `none`: the
 * venue gave none.
 */
export type TradeIdKind = 'number' | 'text' | 'none'

/** A column that rows are written to. */
export interface Column<Name extends string = string, Kind extends ColumnKind = ColumnKind> {
  readonly name: Name
  readonly kind: Kind
  /** Unit and meaning, for people. */
  readonly meaning: string
}

/** States a column. */
export function column<const Name extends string, const Kind extends ColumnKind>(
  name: Name,
  kind: Kind,
  meaning: string,
): Column<Name, Kind> {
  return { name, kind, meaning }
}

/** The engine's type of each kind. The migrations write it out; a test holds the two together. */
export const COLUMN_TYPES: Readonly<Record<ColumnKind, string>> = {
  name: 'LowCardinality(String)',
  text: 'String',
  optionalText: 'Nullable(String)',
  decimal: 'Decimal(38, 18)',
  optionalDecimal: 'Nullable(Decimal(38, 18))',
  time: "DateTime64(6, 'UTC')",
  optionalTime: "Nullable(DateTime64(6, 'UTC'))",
  count: 'UInt32',
  optionalCount: 'Nullable(Int64)',
  wholeNumber: 'UInt64',
  flag: 'Bool',
  levels: 'Array(Tuple(Decimal(38, 18), Decimal(38, 18)))',
  countsByName: 'Map(LowCardinality(String), UInt64)',
  idKind: "Enum8('number' = 0, 'text' = 1, 'none' = 2)",
  side: "Enum8('unknown' = 0, 'buy' = 1, 'sell' = 2)",
  bookKind: "Enum8('snapshot' = 0, 'update' = 1)",
  channel: 'LowCardinality(String)',
  gapCause: 'LowCardinality(String)',
  gapState: 'LowCardinality(String)',
  venueState: 'LowCardinality(String)',
  coverageSource: 'LowCardinality(String)',
  feedState: 'LowCardinality(String)',
  instrumentKind: 'LowCardinality(String)',
  instrumentStatus: 'LowCardinality(String)',
  messageType: 'LowCardinality(String)',
}
