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
import { asksTheSame } from '../shared/recorded-url.ts'
import { shardByInstrument } from '../shared/shards.ts'
import { PAST } from './history.ts'
import { KRAKEN_FUTURES, readInstruments } from './instruments.ts'
import { ALL_CHANNELS, isPossible, recogniseKrakenFutures } from './recognise.ts'
import { KrakenFuturesWords } from './words.ts'

/** The venue sets no number; three feeds of the wire each. */
const INSTRUMENTS_PER_CONNECTION = 100

/** Kraken Futures: perpetuals and futures, inverse and linear. */
export const krakenFutures: VenueProtocol = {
  venue: KRAKEN_FUTURES,
  name: 'Kraken Futures',
  channels: ALL_CHANNELS,
  limits: {
    subscriptionsPerConnection: INSTRUMENTS_PER_CONNECTION * ALL_CHANNELS.length,
    // No number is published; messages may be 100 a second:
    // https://docs.kraken.com/api/docs/guides/futures-rate-limits/#websocket-limits (2026-11-22)
    connectionsPerMinute: 30,
    connectionAgeMilliseconds: null,
    messagesPerSecond: 20,
    frameBytes: 16 * 1024 * 1024,
    // Public requests cost nothing of the budget that those with a key have; no number is published for them.
    requestWeight: 10,
    requestWindowMilliseconds: 1_000,
    // A heartbeat is subscribed to.
    idleMilliseconds: 30_000,
  },
  endpoints: { rest: 'https://futures.kraken.com', ws: 'wss://futures.kraken.com/ws/v1' },
  integrity: {
    trades: 'seq of a product counts its trades; a jump, like a cut, is repaired from history by their uid',
    books: 'seq of a product counts the messages of its book; after a jump it is subscribed to anew',
  },
  tradeIds: 'unique',
  verified: { on: '2026-11-22', against: 'message samples, documentation' },
  past: PAST,

  channelsOf(instrument: Instrument): readonly Channel[] {
    return ALL_CHANNELS.filter((channel) => isPossible(instrument, channel))
  },

  instrumentRequests(): readonly RestRequest[] {
    return [
      { id: 1, purpose: 'instruments', path: '/derivatives/api/v3/instruments', weight: 1 },
      { id: 2, purpose: 'tickers', path: '/derivatives/api/v3/tickers', weight: 1 },
    ]
  },

  instruments: readInstruments,

  plan(subscriptions: readonly Subscription[]): readonly ConnectionPlan[] {
    return shardByInstrument(subscriptions, INSTRUMENTS_PER_CONNECTION)
  },

  session(options: SessionOptions): VenueSession {
    return new MarketSession(options, new KrakenFuturesWords())
  },

  recognise(evidence: CaptureEvidence, instruments: readonly Instrument[]): RecognisedSession | undefined {
    return recogniseKrakenFutures(evidence, instruments)
  },

  answers(url: string, request: RestRequest): boolean {
    return asksTheSame(url, request.path, ['from', 'to'])
  },
}
