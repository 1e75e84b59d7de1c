import Type, { type Static } from 'typebox'
import {
  CandleIntervalSchema,
  ChannelSchema,
  DecimalSchema,
  decimalText,
  FeedStateSchema,
  GapCauseSchema,
  GapStateSchema,
  InstrumentIdSchema,
  MicrosSchema,
  nullable,
  pageOf,
  SymbolSchema,
  TakerSideSchema,
  VenueIdSchema,
} from './common.ts'

export const TradeSchema = Type.Object(
  {
    venue: VenueIdSchema,
    instrument: InstrumentIdSchema,
    symbol: SymbolSchema,
    id: nullable(Type.String(), "The venue's id of the trade"),
    price: DecimalSchema,
    amount: decimalText('In the base asset, or in contracts'),
    baseAmount: Type.Optional(
      nullable(
        DecimalSchema,
        'The amount in the base asset, exact; for inverse contracts to 18 digits after the point',
      ),
    ),
    quoteAmount: Type.Optional(
      nullable(decimalText('What it was worth in the quote asset, exact. Null for quanto contracts.')),
    ),
    side: TakerSideSchema,
    exchangeTime: nullable(MicrosSchema, "The venue's time"),
    receiveTime: MicrosSchema,
    backlog: Type.Optional(
      Type.Boolean({ description: 'True on history: sent at subscription, or fetched to repair a gap' }),
    ),
  },
  { title: 'Trade' },
)

export const TradePageSchema = pageOf('TradePage', TradeSchema)

export const QuoteSchema = Type.Object(
  {
    venue: VenueIdSchema,
    instrument: InstrumentIdSchema,
    symbol: SymbolSchema,
    bidPrice: nullable(DecimalSchema),
    bidAmount: nullable(DecimalSchema),
    askPrice: nullable(DecimalSchema),
    askAmount: nullable(DecimalSchema),
    sequence: nullable(Type.Integer()),
    exchangeTime: nullable(MicrosSchema),
    receiveTime: MicrosSchema,
  },
  { title: 'Quote' },
)

export const QuotePageSchema = pageOf('QuotePage', QuoteSchema)

/** The newest quote of an instrument with the state of its feed. */
export const LiveQuoteSchema = Type.Object(
  { ...QuoteSchema.properties, feedState: FeedStateSchema, live: Type.Boolean() },
  { title: 'LiveQuote' },
)

export const LiveQuotePageSchema = pageOf('LiveQuotePage', LiveQuoteSchema)

export const CandleSchema = Type.Object(
  {
    venue: VenueIdSchema,
    instrument: InstrumentIdSchema,
    interval: CandleIntervalSchema,
    openTime: MicrosSchema,
    closeTime: Type.Integer({ description: 'First microsecond after the candle' }),
    open: DecimalSchema,
    high: DecimalSchema,
    low: DecimalSchema,
    close: DecimalSchema,
    volume: Type.String({ description: 'In the unit of the trades (the base asset, or contracts), exact' }),
    buyVolume: Type.String({ description: 'The part of `volume` whose taker bought, exact' }),
    quoteVolume: Type.String({ description: 'In the quote asset, exact' }),
    trades: Type.Integer({ description: 'How many prints; 0 on a filled candle' }),
    filled: Type.Boolean({
      description: 'True where nothing traded: the close before it, repeated because `fill` was asked',
    }),
    final: Type.Boolean({ description: 'False while its time is not over' }),
  },
  { title: 'Candle' },
)

export const CandlePageSchema = pageOf('CandlePage', CandleSchema)

export const BookLevelSchema = Type.Array(DecimalSchema, {
  minItems: 2,
  maxItems: 2,
  description: '`[price, amount]`',
})

export const BookSchema = Type.Object(
  {
    venue: VenueIdSchema,
    instrument: InstrumentIdSchema,
    symbol: SymbolSchema,
    feedState: FeedStateSchema,
    feedReason: Type.String({ description: 'Why the feed is in this state, for people' }),
    live: Type.Boolean({ description: 'True only for the present book of a synchronised feed' }),
    asOf: Type.Integer({ description: 'The moment that this book is of, in microseconds' }),
    exchangeTime: nullable(MicrosSchema),
    receiveTime: nullable(MicrosSchema, 'Of the last message in it'),
    sequence: nullable(Type.Integer(), "The venue's sequence number of the last message in it"),
    bookSequence: nullable(
      Type.Integer(),
      'Our count of the messages of this book; the stream carries the same count, so that both can be joined. Null for a past book',
    ),
    bids: Type.Array(BookLevelSchema, { description: 'Highest price first' }),
    asks: Type.Array(BookLevelSchema, { description: 'Lowest price first' }),
    bidCount: Type.Integer({ description: 'How many bids the whole book has' }),
    askCount: Type.Integer({ description: 'How many asks the whole book has' }),
  },
  { title: 'Book' },
)

export const GapSchema = Type.Object(
  {
    id: Type.String(),
    revision: Type.Integer(),
    venue: VenueIdSchema,
    instrument: InstrumentIdSchema,
    symbol: SymbolSchema,
    channel: ChannelSchema,
    from: Type.Integer({
      description: 'Receive time of the last message known to be whole before it, in microseconds',
    }),
    to: nullable(Type.Integer(), 'Receive time of the first whole message after it; null while it lasts'),
    cause: GapCauseSchema,
    state: GapStateSchema,
    missing: nullable(Type.Integer(), 'How many messages are known to be missing still'),
    missingIds: nullable(Type.String(), 'Their ids as ascending ranges, such as `757-794,800`'),
    evidence: Type.String(),
    receiveTime: MicrosSchema,
  },
  { title: 'Gap' },
)

export const GapPageSchema = pageOf('GapPage', GapSchema)

export type Trade = Static<typeof TradeSchema>
export type TradePage = Static<typeof TradePageSchema>
export type Quote = Static<typeof QuoteSchema>
export type Candle = Static<typeof CandleSchema>
export type CandlePage = Static<typeof CandlePageSchema>
/** `[price, amount]`, both decimals as text. */
export type BookLevel = readonly [price: string, amount: string]
export type Book = Omit<Static<typeof BookSchema>, 'bids' | 'asks'> & { bids: BookLevel[]; asks: BookLevel[] }
export type Gap = Static<typeof GapSchema>
export type GapPage = Static<typeof GapPageSchema>
