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
import { KRAKEN_BULK } from './bulk.ts'
import { KRAKEN, readInstruments } from './instruments.ts'
import { recogniseKraken, V1 } from './recognise.ts'
import { KrakenSession } from './session.ts'
import { krakenPastTrades } from './trade-history.ts'
import { KrakenV1Session } from './v1-session.ts'

/** Instruments on one connection. The venue sets no number; a full set of books is some 70 KB a pair. */
const INSTRUMENTS_PER_CONNECTION = 100

/** Kraken spot: WebSocket v2 and REST; WebSocket v1 for captures. */
export const kraken: VenueProtocol = {
  venue: KRAKEN,
  name: 'Kraken',
  channels: ['trade', 'quote', 'book', 'ticker'],
  limits: {
    subscriptionsPerConnection: INSTRUMENTS_PER_CONNECTION * 4,
    // No number is published; see the README.
    connectionsPerMinute: 15,
    connectionAgeMilliseconds: null,
    // No number is published; a request more than the venue bears is answered with an error and sent again later.
    messagesPerSecond: 5,
    frameBytes: 16 * 1024 * 1024,
    // "Calling the public endpoints at a frequency of 1 per second (or less) would remain within the rate limits":
    // https://support.kraken.com/articles/206548367-what-are-the-api-rate-limits- (2026-11-22)
    requestWeight: 1,
    requestWindowMilliseconds: 1_000,
    // "Heartbeat messages are sent approximately once every second in the absence of any other channel updates."
    idleMilliseconds: 10_000,
  },
  endpoints: { rest: 'https://api.kraken.com', ws: 'wss://ws.kraken.com/v2' },
  integrity: {
    trades: 'trade ids of an instrument follow one another; holes are filled from history',
    books: 'the CRC32 of the ten best levels of each side is verified with every message',
  },
  tradeIds: 'consecutive',
  verified: { on: '2026-11-22', against: 'recorded session of 2021-04-17 (v1), message samples (v2), documentation' },

  past: [krakenPastTrades],
  bulk: KRAKEN_BULK,

  instrumentRequests(): readonly RestRequest[] {
    return [
      { id: 1, purpose: 'pairs', path: '/0/public/AssetPairs', weight: 1 },
      { id: 2, purpose: 'volumes', path: '/0/public/Ticker', weight: 1 },
    ]
  },

  instruments: readInstruments,

  plan(subscriptions: readonly Subscription[]): readonly ConnectionPlan[] {
    return shardByInstrument(subscriptions, INSTRUMENTS_PER_CONNECTION)
  },

  session(options: SessionOptions): VenueSession {
    return options.dialect === V1 ? new KrakenV1Session(options) : new KrakenSession(options)
  },

  recognise(evidence: CaptureEvidence, instruments: readonly Instrument[]): RecognisedSession | undefined {
    return recogniseKraken(evidence, instruments)
  },

  answers(url: string, request: RestRequest): boolean {
    return url.endsWith(request.path)
  },
}
