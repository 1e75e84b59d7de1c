import Type from 'typebox'
import {
  CandleIntervalSchema,
  ChannelSchema,
  FeedStateSchema,
  GapCauseSchema,
  GapStateSchema,
  InstrumentKindSchema,
  InstrumentStatusSchema,
} from './common.ts'

/** Most items of a page that comes from memory, and of one that comes from the store. */
export const MAXIMUM_LIST_LIMIT = 1_000
export const MAXIMUM_HISTORY_LIMIT = 10_000

const Name = Type.String({ minLength: 1, maxLength: 128 })
const Time = Type.String({
  minLength: 1,
  maxLength: 40,
  description: 'Microseconds since 1970, or ISO 8601 with a zone: `2026-01-31T12:00:00Z`',
})
const Cursor = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 512,
    description: '`nextCursor` of the page before; the rest must be the same',
  }),
)
const Format = Type.Optional(Type.Enum(['json', 'csv', 'ndjson'], { description: 'Instead of the header `Accept`' }))
const From = Type.Optional(Time)
const To = Type.Optional(Time)

const listLimit = Type.Integer({ minimum: 1, maximum: MAXIMUM_LIST_LIMIT, default: 100 })

/** Parameters of a list that is in memory. */
const listing = { limit: listLimit, cursor: Cursor, format: Format }

function history(defaultLimit: number) {
  return {
    from: From,
    to: To,
    limit: Type.Integer({ minimum: 1, maximum: MAXIMUM_HISTORY_LIMIT, default: defaultLimit }),
    cursor: Cursor,
    order: Type.Optional(
      Type.Enum(['asc', 'desc'], {
        description: 'By time. If not given: oldest first where `from` is given, else newest first',
      }),
    ),
    format: Format,
  }
}

function parameters<Properties extends Parameters<typeof Type.Object>[0]>(properties: Properties) {
  return Type.Object(properties, { additionalProperties: false })
}

export const InstrumentsQuerySchema = parameters({
  venue: Type.Optional(Name),
  instrument: Type.Optional(Name),
  kind: Type.Optional(InstrumentKindSchema),
  base: Type.Optional(Name),
  quote: Type.Optional(Name),
  status: Type.Optional(InstrumentStatusSchema),
  search: Type.Optional(
    Type.String({ minLength: 1, maxLength: 64, description: 'Part of the name or of the symbol, in any case' }),
  ),
  ...listing,
})

export const AssetsQuerySchema = parameters({
  view: Type.Optional(
    Type.Enum(['asset', 'instrument'], {
      description:
        '`asset`: one row an asset, priced by its most liquid USD or USDT market. `instrument`: one row a market',
    }),
  ),
  symbol: Type.Optional(Name),
  venue: Type.Optional(Name),
  ...listing,
})

export const MarketsQuerySchema = parameters({
  venue: Type.Optional(Name),
  instrument: Type.Optional(Name),
  base: Type.Optional(Name),
  quote: Type.Optional(Name),
  search: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  ...listing,
})

/** The past of one instrument. */
export const InstrumentHistoryQuerySchema = parameters({ venue: Name, instrument: Name, ...history(100) })

/** The newest of each instrument. */
export const LatestQuerySchema = parameters({
  venue: Type.Optional(Name),
  instrument: Type.Optional(Name),
  ...listing,
})

export const CandlesQuerySchema = parameters({
  venue: Name,
  instrument: Name,
  interval: Type.Enum(CandleIntervalSchema.enum, { default: '1m', description: 'Width of a candle' }),
  fill: Type.Boolean({ default: false, description: 'Repeat the close before it where nothing traded' }),
  ...history(500),
})

export const GapsQuerySchema = parameters({
  venue: Type.Optional(Name),
  instrument: Type.Optional(Name),
  channel: Type.Optional(ChannelSchema),
  state: Type.Optional(GapStateSchema),
  cause: Type.Optional(GapCauseSchema),
  ...history(100),
})

export const CompletenessQuerySchema = parameters({
  venue: Name,
  instrument: Name,
  channel: Type.Enum(ChannelSchema.enum, { default: 'trade', description: 'Which feed' }),
  from: From,
  to: To,
})

export const FeedsQuerySchema = parameters({
  venue: Type.Optional(Name),
  instrument: Type.Optional(Name),
  channel: Type.Optional(ChannelSchema),
  state: Type.Optional(FeedStateSchema),
  ...listing,
})

export const MAXIMUM_BOOK_DEPTH = 100_000

export const BookQuerySchema = parameters({
  depth: Type.Integer({
    minimum: 1,
    maximum: MAXIMUM_BOOK_DEPTH,
    default: 100,
    description: 'Levels of each side, best first',
  }),
  at: Type.Optional(
    Type.String({ minLength: 1, maxLength: 40, description: 'The book as of a moment, from the store' }),
  ),
})

export const BookParametersSchema = Type.Object({ venue: Name, instrument: Name })
