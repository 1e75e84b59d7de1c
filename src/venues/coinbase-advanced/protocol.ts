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
import { asksTheSame } from '../shared/recorded-url.ts'
import { shardByInstrument } from '../shared/shards.ts'
import { advancedPast } from './history.ts'
import { COINBASE_ADVANCED, readInstruments } from './instruments.ts'
import { CAPTURE, recogniseAdvanced } from './recognise.ts'
import { AdvancedWords } from './words.ts'

/** The venue names no number. A message that is lost makes every book of its connection suspect, so they are few. */
const INSTRUMENTS_PER_CONNECTION = 30

/** Coinbase Advanced Trade: market data without an account. */
export const coinbaseAdvanced: VenueProtocol = {
  venue: COINBASE_ADVANCED,
  name: 'Coinbase Advanced Trade',
  channels: ['trade', 'quote', 'book', 'ticker', 'status'],
  limits: {
    subscriptionsPerConnection: INSTRUMENTS_PER_CONNECTION * 4,
    // "WebSocket connections are rate-limited at 8 per second per IP address": websocket-rate-limits (2026-11-22)
    connectionsPerMinute: 240,
    connectionAgeMilliseconds: null,
    // "unauthenticated messages are rate-limited at 8 per second per IP address", same page; several connections share it.
    messagesPerSecond: 4,
    // The first frame of a book holds all of it: some 50,000 levels of 120 characters on the largest market.
    frameBytes: 64 * 1024 * 1024,
    // "Public endpoints: 10 requests per second per IP": rest-api rate limits (2026-11-22)
    requestWeight: 10,
    requestWindowMilliseconds: 1_000,
    // A heartbeat comes every second.
    idleMilliseconds: 15_000,
  },
  endpoints: { rest: 'https://api.coinbase.com', ws: 'wss://advanced-trade-ws.coinbase.com' },
  tradeIds: 'consecutive',
  integrity: {
    trades:
      'trade ids are consecutive in each product, and every message of a connection is numbered; a hole is filled from REST history',
    books: 'every message of a connection is numbered; after one that is missing all its books are subscribed anew',
  },
  verified: { on: '2026-11-22', against: 'message samples, documentation' },
  past: advancedPast,

  instrumentRequests(): readonly RestRequest[] {
    return [{ id: 1, purpose: 'products', path: '/api/v3/brokerage/market/products?product_type=SPOT', weight: 1 }]
  },

  instruments: readInstruments,

  plan(subscriptions: readonly Subscription[]): readonly ConnectionPlan[] {
    return shardByInstrument(subscriptions, INSTRUMENTS_PER_CONNECTION)
  },

  session(options: SessionOptions): VenueSession {
    // In a capture a product that is not subscribed yet is one to be recognised, not one to be ignored.
    const isCapture = options.plan.name === CAPTURE
    return new MarketSession(isCapture ? { ...options, instruments: [] } : options, new AdvancedWords())
  },

  recognise(evidence: CaptureEvidence, instruments: readonly Instrument[]): RecognisedSession | undefined {
    return recogniseAdvanced(evidence, instruments)
  },

  answers(url: string, request: RestRequest): boolean {
    // With an account the same is asked without `market/`.
    const asked = url.replace('/api/v3/brokerage/products', '/api/v3/brokerage/market/products')
    return asksTheSame(asked, request.path, ['limit', 'product_type'])
  },
}
