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
import { bitstampPast } from './history.ts'
import { BITSTAMP, readInstruments } from './instruments.ts'
import { CAPTURE, recogniseBitstamp } from './recognise.ts'
import { BitstampWords, UNREPEATED } from './words.ts'

/** "1,024 channel subscriptions per connection": https://www.bitstamp.net/websocket/v2/ (2026-11-22). A market has three at most. */
const INSTRUMENTS_PER_CONNECTION = 100

/** Bitstamp: its public feed and REST interface. */
export const bitstamp: VenueProtocol = {
  venue: BITSTAMP,
  name: 'Bitstamp',
  channels: ['trade', 'quote', 'book', 'ticker', 'candle', 'funding', 'mark-price', 'open-interest'],
  limits: {
    subscriptionsPerConnection: INSTRUMENTS_PER_CONNECTION * 3,
    // Not documented.
    connectionsPerMinute: 60,
    // "the maximum connection age is 90 days": https://www.bitstamp.net/websocket/v2/ (2026-11-22)
    connectionAgeMilliseconds: 90 * 86_400_000,
    // Not documented.
    messagesPerSecond: 20,
    frameBytes: 16 * 1024 * 1024,
    // "400 requests per second. There is a default limit threshold of 10,000 requests per 10 minutes": https://www.bitstamp.net/api/ (2026-11-22)
    requestWeight: 10_000,
    requestWindowMilliseconds: 600_000,
    // Heartbeats of ours are answered.
    idleMilliseconds: 75_000,
  },
  endpoints: { rest: 'https://www.bitstamp.net', ws: 'wss://ws.bitstamp.net' },
  tradeIds: 'unique',
  integrity: {
    trades: 'ids are unique but not consecutive in a market: after a cut the last day is read until it overlaps',
    books:
      'changes carry a time and no sequence: joined to a REST snapshot by microseconds, never crossed, compared with a new snapshot every ten minutes',
  },
  verified: { on: '2026-11-22', against: 'recorded session of 2022-01-05, message samples, documentation' },
  past: bitstampPast,

  instrumentRequests(): readonly RestRequest[] {
    return [{ id: 1, purpose: 'markets', path: '/api/v2/markets/', weight: 1 }]
  },

  instruments: readInstruments,

  plan(subscriptions: readonly Subscription[]): readonly ConnectionPlan[] {
    return shardByInstrument(subscriptions, INSTRUMENTS_PER_CONNECTION)
  },

  session(options: SessionOptions): VenueSession {
    const words = new BitstampWords(options.instruments)
    // In a capture a market that is not subscribed yet is one to be recognised, not one to be ignored.
    return new MarketSession(options.plan.name === CAPTURE ? { ...options, instruments: [] } : options, words)
  },

  recognise(evidence: CaptureEvidence, instruments: readonly Instrument[]): RecognisedSession | undefined {
    return recogniseBitstamp(evidence, instruments)
  },

  answers(url: string, request: RestRequest): boolean {
    // In older captures the list of markets is called `trading-pairs-info`.
    const asked = withoutSlash(url).replace(/\/trading-pairs-info$/, '/markets')
    return asksTheSame(asked, withoutSlash(request.path), ['limit', UNREPEATED])
  },
}

/** `/api/v2/order_book/btcusd` and `/api/v2/order_book/btcusd/` are the same to the venue. */
function withoutSlash(address: string): string {
  return address.replace(/\/(?=\?|$)/, '')
}
