import type { Channel, Instrument } from '../../market/index.ts'
import type {
  CaptureEvidence,
  ConnectionPlan,
  RecognisedSession,
  RestRequest,
  SessionOptions,
  Subscription,
  VenueProtocol,
  VenueSession,
} from '../protocol.ts'
import { MarketSession } from '../shared/market/market-session.ts'
import { shardByInstrument } from '../shared/shards.ts'
import { bybitBulk } from './bulk.ts'
import { CATEGORIES, type Category, categoryOf, categoryOfPath } from './category.ts'
import { bybitPast } from './history.ts'
import { BYBIT } from './instrument-name.ts'
import { instrumentsPath, nextInstrumentRequest, readInstruments } from './instruments.ts'
import { RETIRED, recogniseBybit } from './recognise.ts'
import { RetiredWords } from './retired-words.ts'
import { channelsOfCategory } from './topics.ts'
import { V5Words } from './v5-words.ts'

/**
 * "for one public connection, you cannot have length of args array over 21,000 characters": the topics of an instrument take
 * some 150. https://bybit-exchange.github.io/docs/v5/ws/connect (2026-11-22)
 */
const INSTRUMENTS_PER_CONNECTION = 100

/** Topics of one instrument. */
const TOPICS = 6

/** Bybit v5: spot, linear and inverse contracts; the protocol before it for captures. */
export const bybit: VenueProtocol = {
  venue: BYBIT,
  name: 'Bybit',
  channels: [
    'trade',
    'quote',
    'book',
    'ticker',
    'candle',
    'funding',
    'mark-price',
    'open-interest',
    'liquidation',
    'status',
  ],
  limits: {
    subscriptionsPerConnection: INSTRUMENTS_PER_CONNECTION * TOPICS,
    // "Do not build over 500 connections in 5 minutes", same page.
    connectionsPerMinute: 100,
    connectionAgeMilliseconds: null,
    // No number is published.
    messagesPerSecond: 10,
    frameBytes: 16 * 1024 * 1024,
    // "600 requests within a 5-second window per IP": https://bybit-exchange.github.io/docs/v5/rate-limit (2026-11-22)
    requestWeight: 500,
    requestWindowMilliseconds: 5_000,
    // Each ping of every 20 seconds is answered.
    idleMilliseconds: 45_000,
  },
  endpoints: { rest: 'https://api.bybit.com', ws: 'wss://stream.bybit.com' },
  integrity: {
    trades: 'trade ids do not follow one another; after a cut the newest trades over REST are read until they overlap',
    books: 'the update ids of each book grow by one; 1 is a restart of the service, and begins the book anew',
  },
  verified: {
    on: '2026-11-22',
    against: 'recorded session of 2021-04-17 (before v5), message samples of 2023 to 2026 (v5), documentation',
  },
  tradeIds: 'unique',
  past: bybitPast,
  bulk: bybitBulk,

  channelsOf(instrument: Instrument): readonly Channel[] {
    return channelsOfCategory(categoryOf(instrument), instrument.kind === 'perpetual')
  },

  instrumentRequests(): readonly RestRequest[] {
    return [
      ...CATEGORIES.map((category, index) => ({
        id: index + 1,
        purpose: `instruments-${category}`,
        path: instrumentsPath(category),
        weight: 1,
      })),
      ...CATEGORIES.map((category, index) => ({
        id: CATEGORIES.length + index + 1,
        purpose: `tickers-${category}`,
        path: `/v5/market/tickers?category=${category}`,
        weight: 1,
      })),
    ]
  },

  nextInstrumentRequest,

  instruments: readInstruments,

  plan(subscriptions: readonly Subscription[]): readonly ConnectionPlan[] {
    return CATEGORIES.flatMap((category) =>
      shardByInstrument(
        subscriptions.filter(({ instrument }) => categoryOf(instrument) === category),
        INSTRUMENTS_PER_CONNECTION,
      ).map((plan, index) => ({ ...plan, name: `${category}-${index}`, path: `/v5/public/${category}` })),
    )
  },

  session(options: SessionOptions): VenueSession {
    const category = categoryOfPlan(options.plan)
    return new MarketSession(options, options.dialect === RETIRED ? new RetiredWords(category) : new V5Words(category))
  },

  recognise(evidence: CaptureEvidence, instruments: readonly Instrument[]): RecognisedSession | undefined {
    return recogniseBybit(evidence, instruments)
  },

  answers(url: string, { path }: RestRequest): boolean {
    const asked = partsOf(path)
    const given = partsOf(url)
    if (given === undefined || asked === undefined) return false
    // The list of instruments of the protocol before v5 has both kinds of contracts; it takes the place of the linear ones.
    if (given.pathname === '/v2/public/symbols') {
      return (
        asked.pathname.endsWith('/instruments-info') && path.includes('category=linear') && !path.includes('symbol=')
      )
    }
    if (given.pathname !== asked.pathname) return false
    return IDENTIFYING.every((name) => (given.query.get(name) ?? '') === (asked.query.get(name) ?? ''))
  },
}

/** What a question is about; the rest of a query is how much of it, and when. */
const IDENTIFYING = ['category', 'symbol', 'interval', 'cursor']

function partsOf(url: string): { readonly pathname: string; readonly query: URLSearchParams } | undefined {
  const parsed = URL.parse(url, 'https://host')
  return parsed === null ? undefined : { pathname: parsed.pathname, query: parsed.searchParams }
}

function categoryOfPlan({ path, subscriptions }: ConnectionPlan): Category {
  const instrument = subscriptions[0]?.instrument
  return categoryOfPath(path) ?? (instrument === undefined ? 'linear' : categoryOf(instrument))
}
