import type { Instrument } from '../../market/index.ts'
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
import { upbitPast } from './history.ts'
import { readInstruments, UPBIT } from './instruments.ts'
import { recogniseUpbit } from './recognise.ts'
import { UpbitWords } from './words.ts'

/** No number is published; every request names all of them anew. */
const INSTRUMENTS_PER_CONNECTION = 100

/** Upbit Korea: the quotation socket and its REST interface. */
export const upbit: VenueProtocol = {
  venue: UPBIT,
  name: 'Upbit',
  channels: ['trade', 'quote', 'book', 'ticker', 'candle', 'status'],
  limits: {
    subscriptionsPerConnection: INSTRUMENTS_PER_CONNECTION * 6,
    // "WebSocket connection request: 5 times/sec, 100 times/min": https://docs-e.upbit.com/docs/user-request-guide (2026-11-22)
    connectionsPerMinute: 60,
    connectionAgeMilliseconds: null,
    // "Data requests after connection of the WebSocket: 5 times/sec, 100 times/min", same page.
    messagesPerSecond: 1,
    frameBytes: 1024 * 1024,
    // "At most 10 calls a second, by address, shared in the group": https://docs.upbit.com/kr/reference/list-pair-trades (2026-11-22)
    requestWeight: 8,
    requestWindowMilliseconds: 1_000,
    // Each PING is answered, and "every 10 seconds" after it.
    idleMilliseconds: 75_000,
  },
  endpoints: { rest: 'https://api.upbit.com', ws: 'wss://api.upbit.com/websocket/v1' },
  integrity: {
    trades: 'trade ids do not follow one another; after a cut past trades are read until they overlap',
    books: 'every message is the whole book, 30 levels of a side',
  },
  tradeIds: 'unique',
  verified: { on: '2026-11-22', against: 'message samples, documentation' },
  past: upbitPast,

  instrumentRequests(): readonly RestRequest[] {
    return [
      { id: 1, purpose: 'markets', path: '/v1/market/all', weight: 1 },
      { id: 2, purpose: 'tickers', path: '/v1/ticker/all?quote_currencies=KRW,BTC,USDT', weight: 1 },
    ]
  },

  instruments: readInstruments,

  plan(subscriptions: readonly Subscription[]): readonly ConnectionPlan[] {
    return shardByInstrument(subscriptions, INSTRUMENTS_PER_CONNECTION)
  },

  session(options: SessionOptions): VenueSession {
    return new MarketSession(options, new UpbitWords())
  },

  recognise(evidence: CaptureEvidence, instruments: readonly Instrument[]): RecognisedSession | undefined {
    return recogniseUpbit(evidence, instruments)
  },

  answers(url: string, { path }: RestRequest): boolean {
    const asked = URL.parse(path, 'https://host')
    const given = URL.parse(url, 'https://host')
    if (asked === null || given === null || asked.pathname !== given.pathname) return false
    return IDENTIFYING.every((name) => asked.searchParams.get(name) === given.searchParams.get(name))
  },
}

/** What a question is about; the rest of a query is how much of it. */
const IDENTIFYING = ['market', 'days_ago', 'cursor']
