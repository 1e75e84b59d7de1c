import Type, { type Static } from 'typebox'
import {
  ChannelSchema,
  DecimalSchema,
  FeedStateSchema,
  InstrumentIdSchema,
  InstrumentKindSchema,
  InstrumentStatusSchema,
  MicrosSchema,
  nullable,
  pageOf,
  SymbolSchema,
  VenueIdSchema,
} from './common.ts'

export const VenueStateSchema = Type.Enum(['connected', 'partly', 'connecting', 'unreachable', 'stopped', 'unknown'], {
  description:
    '`connected`: every planned connection is open. `partly`: some are. `connecting`: the first tries are under way. `unreachable`: tries have failed, and go on with back-off. `stopped`: not watched. `unknown`: the collector has not said yet',
})

export const VenueSchema = Type.Object(
  {
    id: VenueIdSchema,
    name: Type.String({ description: 'For people' }),
    simulated: Type.Boolean({
      description: 'True where the exchange is one of our simulator: its prices are invented',
    }),
    state: VenueStateSchema,
    reason: Type.String({ description: 'Why it is in this state, for people' }),
    stateTime: nullable(MicrosSchema, 'When the state was said last'),
    connectionsOpen: Type.Integer(),
    connectionsPlanned: Type.Integer(),
    instruments: Type.Integer({ description: 'How many instruments are subscribed' }),
    channels: Type.Array(ChannelSchema),
    latency: nullable(
      Type.Object({
        minimum: Type.Integer({ description: 'The quickest: the difference of the clocks and the shortest way' }),
        p50: Type.Integer(),
        p90: Type.Integer(),
        p99: Type.Integer(),
      }),
      "Receive time less the venue's own time of its recent trades, in microseconds: the way and the difference of the clocks",
    ),
    integrity: Type.Object({
      trades: Type.String({ description: 'How it is proved that no trade is missing' }),
      books: Type.String({ description: 'How it is proved that a book is whole' }),
    }),
    limits: nullable(
      Type.Object({
        subscriptionsPerConnection: Type.Integer(),
        connectionsPerMinute: Type.Integer(),
        messagesPerSecond: Type.Number(),
        requestWeight: Type.Integer({ description: 'Weight of REST requests a window and address' }),
        requestWindowMilliseconds: Type.Integer(),
      }),
      "The venue's documented limits",
    ),
  },
  { title: 'Venue' },
)

export const VenueListSchema = Type.Object({ items: Type.Array(VenueSchema) }, { title: 'VenueList' })

export const InstrumentSchema = Type.Object(
  {
    venue: VenueIdSchema,
    instrument: InstrumentIdSchema,
    symbol: SymbolSchema,
    kind: InstrumentKindSchema,
    base: Type.String(),
    quote: Type.String(),
    settleCurrency: nullable(Type.String(), 'What profit and loss are paid in; null for spot'),
    contractSize: nullable(
      DecimalSchema,
      'How much of `contractUnit` one contract stands for; null where amounts are of the base asset',
    ),
    contractUnit: nullable(Type.Enum(['base', 'quote']), '`quote` for inverse contracts'),
    baseMultiplier: nullable(DecimalSchema, 'How many of the base asset the traded name stands for; null for one'),
    tickSize: nullable(DecimalSchema, 'Smallest step of the price'),
    lotSize: nullable(DecimalSchema, 'Smallest step of the amount'),
    minimumAmount: nullable(DecimalSchema),
    status: InstrumentStatusSchema,
    listedTime: nullable(MicrosSchema),
    expiryTime: nullable(MicrosSchema),
  },
  { title: 'Instrument' },
)

export const InstrumentPageSchema = pageOf('InstrumentPage', InstrumentSchema)

export const AssetSchema = Type.Object(
  {
    id: Type.String({ description: 'Asset (`BTC`), or `venue:instrument` in the view by instrument' }),
    symbol: Type.String({ description: 'Asset in our words: `BTC`, never `XBT`' }),
    name: Type.String({ description: 'For people; the symbol where no name is known' }),
    price: nullable(DecimalSchema, 'Last traded price in `quote`; null where nothing traded yet'),
    timestamp: nullable(MicrosSchema, 'When that trade was received'),
    quote: nullable(Type.String(), 'What the price is counted in'),
    venue: nullable(VenueIdSchema, 'Where the price comes from'),
    instrument: nullable(InstrumentIdSchema),
    feedState: FeedStateSchema,
    simulated: Type.Boolean(),
  },
  { title: 'Asset' },
)

export const AssetPageSchema = pageOf('AssetPage', AssetSchema)

export const MarketSchema = Type.Object(
  {
    venue: VenueIdSchema,
    instrument: InstrumentIdSchema,
    symbol: SymbolSchema,
    kind: InstrumentKindSchema,
    base: Type.String(),
    quote: Type.String(),
    last: nullable(DecimalSchema, 'Last traded price'),
    lastTime: nullable(MicrosSchema),
    bidPrice: nullable(DecimalSchema),
    askPrice: nullable(DecimalSchema),
    change24h: nullable(DecimalSchema, 'Change of the last price over the window of 24 hours, in percent'),
    high24h: nullable(DecimalSchema),
    low24h: nullable(DecimalSchema),
    volume24h: nullable(DecimalSchema, 'In the base asset'),
    quoteVolume24h: nullable(DecimalSchema, 'In the quote asset'),
    spark: Type.Array(DecimalSchema, { description: 'Closing prices, oldest first, for a small chart' }),
    sparkInterval: Type.Enum(['30m', '1m', '1s'], {
      description: 'What lies between two of them: half-hours of the last day, or less where we know less of it yet',
    }),
    feedState: FeedStateSchema,
    simulated: Type.Boolean(),
  },
  { title: 'Market' },
)

export const MarketPageSchema = pageOf('MarketPage', MarketSchema)

export type Venue = Static<typeof VenueSchema>
export type Instrument = Static<typeof InstrumentSchema>
export type InstrumentPage = Static<typeof InstrumentPageSchema>
export type Asset = Static<typeof AssetSchema>
export type Market = Static<typeof MarketSchema>
export type MarketPage = Static<typeof MarketPageSchema>
