import Type, { type Static, type TSchema } from 'typebox'

/** A decimal number as text, exactly as the tape has it: no exponent, no trailing zeros. */
export const DecimalSchema = decimalText('Decimal number as text, exact: no exponent, no trailing zeros')

/** As {@link DecimalSchema}, with a meaning of its own. */
export function decimalText(description: string) {
  return Type.String({ pattern: '^-?\\d+(\\.\\d+)?$', description })
}

/** A moment in integer microseconds. */
export const MicrosSchema = Type.Integer({
  description: 'Microseconds since 1970-01-01T00:00:00Z',
})

export const VenueIdSchema = Type.String({
  pattern: '^(ccxt:)?[a-z0-9][a-z0-9-]{0,63}$',
  description: 'Venue, such as `binance`; `ccxt:` in front where it is watched as best effort',
})

/** Generous on purpose: venues list instruments with names in any script. */
export const InstrumentIdSchema = Type.String({
  minLength: 1,
  maxLength: 128,
  description: 'Instrument in our words, such as `BTC-USDT`',
})

export const SymbolSchema = Type.String({ description: "The venue's own name of the instrument, its case preserved" })

export const ChannelSchema = Type.Enum(
  [
    'trade',
    'quote',
    'book',
    'ticker',
    'candle',
    'funding',
    'mark-price',
    'open-interest',
    'liquidation',
    'option-summary',
    'status',
  ],
  { description: 'A kind of market data' },
)

export const TakerSideSchema = Type.Enum(['buy', 'sell', 'unknown'], {
  description: 'The taker: who crossed the spread',
})

export const InstrumentKindSchema = Type.Enum(['spot', 'perpetual', 'future', 'option'])

export const InstrumentStatusSchema = Type.Enum(['trading', 'halted', 'delisted', 'unknown'], {
  description: 'Whether it can be traded, as its venue says',
})

export const GapCauseSchema = Type.Enum([
  'disconnect',
  'collector-stopped',
  'collector-crashed',
  'missed-sequence',
  'missed-trades',
  'checksum-failed',
  'stall',
  'malformed-frame',
  'dropped-frame',
])

export const GapStateSchema = Type.Enum(['open', 'repaired', 'partly', 'beyond-repair'])

export const FeedStateSchema = Type.Enum(['synchronised', 'recovering', 'stale', 'halted', 'unknown'], {
  description:
    '`synchronised`: proved whole by its rule. `recovering`: being repaired. `stale`: silent beyond its usual rate, or its connection is down. `halted`: the venue does not trade it. `unknown`: nothing heard yet',
})

export const CANDLE_INTERVALS = ['1s', '1m', '5m', '15m', '1h', '1d', '1w'] as const

export const CandleIntervalSchema = Type.Enum(CANDLE_INTERVALS, { description: 'Width of a candle' })

/** The schema, or null. */
export function nullable<Schema extends TSchema>(schema: Schema, description?: string) {
  return Type.Union([schema, Type.Null()], description === undefined ? {} : { description })
}

/** A page of items, oldest or newest first as its route says, and where the next page begins. */
export function pageOf<Schema extends TSchema>(title: string, item: Schema) {
  return Type.Object(
    {
      items: Type.Array(item),
      nextCursor: nullable(Type.String(), 'Give it as `cursor` for the next page; null on the last page'),
    },
    { title },
  )
}

/** An RFC 9457 problem document. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: 'Where the code is explained' }),
    title: Type.String({ description: 'The kind of problem, the same for every one of this code' }),
    status: Type.Integer({ description: 'HTTP status' }),
    code: Type.String({ description: 'Coded error, `GATEWAY_…`; the set is closed' }),
    detail: Type.String({ description: 'What happened, to what, and what to do' }),
    instance: Type.String({ description: 'Path that was asked' }),
    requestId: Type.String({ description: 'Names this request in the log of the gateway' }),
  },
  { title: 'Problem' },
)

export type Channel = Static<typeof ChannelSchema>
export type CandleInterval = Static<typeof CandleIntervalSchema>
export type Problem = Static<typeof ProblemSchema>
/** A page of items as the REST side answers it. */
export interface Page<Item> {
  items: Item[]
  nextCursor: string | null
}
