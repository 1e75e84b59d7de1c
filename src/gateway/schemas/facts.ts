import Type, { type Static } from 'typebox'
import {
  DecimalSchema,
  FeedStateSchema,
  InstrumentIdSchema,
  InstrumentStatusSchema,
  MicrosSchema,
  nullable,
  pageOf,
  SymbolSchema,
  TakerSideSchema,
  VenueIdSchema,
} from './common.ts'

const FACT_TITLES = {
  'venue-candle': 'VenueCandle',
  funding: 'Funding',
  'mark-price': 'MarkPrice',
  'open-interest': 'OpenInterest',
  liquidation: 'Liquidation',
  'option-summary': 'OptionSummary',
  status: 'InstrumentStatus',
  audit: 'Audit',
} as const

/** A fact of an instrument: every one begins and ends with the same members. */
function factSchema<const Properties extends Parameters<typeof Type.Object>[0]>(title: string, properties: Properties) {
  return Type.Object(
    {
      venue: VenueIdSchema,
      instrument: InstrumentIdSchema,
      symbol: SymbolSchema,
      ...properties,
      exchangeTime: nullable(MicrosSchema, "The venue's time"),
      receiveTime: MicrosSchema,
    },
    { title },
  )
}

const optionalDecimal = (description?: string) => nullable(DecimalSchema, description)

export const VenueCandleSchema = factSchema(FACT_TITLES['venue-candle'], {
  interval: Type.Enum(['1m'], { description: 'Its width' }),
  openTime: MicrosSchema,
  open: DecimalSchema,
  high: DecimalSchema,
  low: DecimalSchema,
  close: DecimalSchema,
  volume: optionalDecimal("In the unit of the venue's trades; null where the venue gives another"),
  quoteVolume: optionalDecimal('Turnover in the quote asset'),
  trades: nullable(Type.Integer(), 'How many prints'),
  isClosed: Type.Boolean({ description: 'False while its interval lasts: it may be said again' }),
})

export const FundingSchema = factSchema(FACT_TITLES.funding, {
  rate: optionalDecimal(
    'The rate that will be, or was, exchanged at `fundingTime`: a fraction of the position. Longs pay if it is positive',
  ),
  predictedRate: optionalDecimal("The venue's estimate of the rate after that"),
  fundingTime: nullable(MicrosSchema, 'When `rate` is exchanged'),
  intervalSeconds: nullable(Type.Integer(), 'Length of a funding interval in seconds'),
})

export const MarkPriceSchema = factSchema(FACT_TITLES['mark-price'], {
  markPrice: optionalDecimal('The price by which positions are valued'),
  indexPrice: optionalDecimal('Price of the underlying index, in the quote asset'),
})

export const OpenInterestSchema = factSchema(FACT_TITLES['open-interest'], {
  openInterest: optionalDecimal("In the unit of the venue's trades"),
  value: optionalDecimal('The same in the quote (or settlement) asset, as the venue says it'),
})

export const LiquidationSchema = factSchema(FACT_TITLES.liquidation, {
  id: nullable(Type.String(), "The venue's id"),
  price: DecimalSchema,
  amount: DecimalSchema,
  side: Type.Enum(TakerSideSchema.enum, {
    description: 'Of the order that closes the position: `sell` where a long was liquidated',
  }),
})

export const OptionSummarySchema = factSchema(FACT_TITLES['option-summary'], {
  markPrice: optionalDecimal(),
  underlyingPrice: optionalDecimal(),
  markVolatility: optionalDecimal('Implied volatility as a fraction: 0.65 is 65 %'),
  bidVolatility: optionalDecimal(),
  askVolatility: optionalDecimal(),
  delta: optionalDecimal(),
  gamma: optionalDecimal(),
  vega: optionalDecimal(),
  theta: optionalDecimal(),
  rho: optionalDecimal(),
  openInterest: optionalDecimal("In the unit of the venue's trades"),
})

export const InstrumentStatusEventSchema = factSchema(FACT_TITLES.status, {
  status: InstrumentStatusSchema,
  venueStatus: Type.String({ description: "The venue's own word for it" }),
})

export const AuditSchema = factSchema(FACT_TITLES.audit, {
  subject: Type.Enum(['candle', 'last-price'], {
    description: "What was compared: our candle with the venue's, or our last price with its ticker's",
  }),
  field: Type.Enum(['open', 'high', 'low', 'close', 'volume', 'last'], { description: 'What of it differs' }),
  ours: DecimalSchema,
  theirs: DecimalSchema,
  of: MicrosSchema,
  evidence: Type.String({ description: 'What the comparison stands on, for people' }),
})

/** Every kind of fact by its message type. */
export const FACT_SCHEMAS = {
  'venue-candle': VenueCandleSchema,
  funding: FundingSchema,
  'mark-price': MarkPriceSchema,
  'open-interest': OpenInterestSchema,
  liquidation: LiquidationSchema,
  'option-summary': OptionSummarySchema,
  status: InstrumentStatusEventSchema,
  audit: AuditSchema,
} as const

/** Schemas of a kind's pages: its history, and the newest of each instrument with the state of its feed. */
export function factPages(kind: keyof typeof FACT_SCHEMAS) {
  const schema = FACT_SCHEMAS[kind]
  const title = FACT_TITLES[kind]
  const latest = Type.Object(
    { ...schema.properties, feedState: FeedStateSchema, live: Type.Boolean() },
    { title: `Latest${title}` },
  )
  return {
    history: pageOf(`${title}Page`, schema),
    latest: pageOf(`Latest${title}Page`, latest),
    columns: Object.keys(schema.properties),
    latestColumns: Object.keys(latest.properties),
  }
}

export type VenueCandle = Static<typeof VenueCandleSchema>
export type Funding = Static<typeof FundingSchema>
export type MarkPrice = Static<typeof MarkPriceSchema>
export type OpenInterest = Static<typeof OpenInterestSchema>
export type Liquidation = Static<typeof LiquidationSchema>
export type OptionSummary = Static<typeof OptionSummarySchema>
export type InstrumentStatusEvent = Static<typeof InstrumentStatusEventSchema>
export type Audit = Static<typeof AuditSchema>
