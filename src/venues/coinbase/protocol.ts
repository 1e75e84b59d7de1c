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
import { shardByInstrument } from '../shared/shards.ts'
import { COINBASE, readInstruments } from './instruments.ts'
import { coinbasePastTrades } from './past-trades.ts'
import { recogniseCoinbase } from './recognise.ts'
import { CoinbaseSession } from './session.ts'

/**
 * Instruments on one connection. The venue sets no number; "Spread subscriptions […] over more than one websocket client
 * connection" (https://docs.cdp.coinbase.com/exchange/websocket-feed/best-practices, 2026-11-22).
 */
const INSTRUMENTS_PER_CONNECTION = 50

/** Coinbase Exchange: the public feed and its REST interface. */
export const coinbase: VenueProtocol = {
  venue: COINBASE,
  name: 'Coinbase Exchange',
  channels: ['trade', 'quote', 'book', 'ticker'],
  limits: {
    subscriptionsPerConnection: INSTRUMENTS_PER_CONNECTION * 4,
    // "Requests per second per IP: 8": https://docs.cdp.coinbase.com/exchange/websocket-feed/rate-limits (2026-11-22)
    connectionsPerMinute: 240,
    connectionAgeMilliseconds: null,
    // "Messages sent by the client every second per IP: 100", same page; several connections share it.
    messagesPerSecond: 10,
    // The first frame of a book holds all of it: some 50,000 levels of 30 characters on the largest market.
    frameBytes: 64 * 1024 * 1024,
    // "Public endpoints: requests per second per IP: 10": exchange/rest-api/rate-limits (2026-11-22)
    requestWeight: 10,
    requestWindowMilliseconds: 1_000,
    // A heartbeat comes every second for every product.
    idleMilliseconds: 15_000,
  },
  endpoints: { rest: 'https://api.exchange.coinbase.com', ws: 'wss://ws-feed.exchange.coinbase.com' },
  integrity: {
    trades:
      'trade ids are consecutive in each product, and heartbeats name the last; a hole is filled from REST history',
    books: 'the feed has neither sequence nor checksum: a book that contradicts itself is subscribed anew',
  },
  tradeIds: 'consecutive',
  verified: { on: '2026-11-22', against: 'recorded session of 2021-04-17, message samples, documentation' },

  past: [coinbasePastTrades],

  instrumentRequests(): readonly RestRequest[] {
    return [
      { id: 1, purpose: 'products', path: '/products', weight: 1 },
      { id: 2, purpose: 'volumes', path: '/products/stats', weight: 1 },
    ]
  },

  instruments: readInstruments,

  plan(subscriptions: readonly Subscription[]): readonly ConnectionPlan[] {
    return shardByInstrument(subscriptions, INSTRUMENTS_PER_CONNECTION)
  },

  session(options: SessionOptions): VenueSession {
    return new CoinbaseSession(options)
  },

  recognise(evidence: CaptureEvidence, instruments: readonly Instrument[]): RecognisedSession | undefined {
    return recogniseCoinbase(evidence, instruments)
  },

  answers(url: string, request: RestRequest): boolean {
    return url.endsWith(request.path)
  },
}
