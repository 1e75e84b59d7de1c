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
import { CRYPTO_COM_PAST } from './history.ts'
import {
  CRYPTO_COM,
  CRYPTO_COM_CHANNELS,
  channelsOfInstrument,
  INSTRUMENT_REQUESTS,
  readInstruments,
} from './instruments.ts'
import { CAPTURE, recogniseCryptoCom } from './recognise.ts'
import { CryptoComWords } from './words.ts'

/** The documentation names no number of channels on a connection: eight channels of this many instruments are 400. */
const INSTRUMENTS_PER_CONNECTION = 50

/** Crypto.com Exchange: spot, perpetuals, futures and warrants of its v1 market data. */
export const cryptoCom: VenueProtocol = {
  venue: CRYPTO_COM,
  name: 'Crypto.com',
  channels: CRYPTO_COM_CHANNELS,
  limits: {
    subscriptionsPerConnection: INSTRUMENTS_PER_CONNECTION * CRYPTO_COM_CHANNELS.length,
    // Not documented.
    connectionsPerMinute: 60,
    connectionAgeMilliseconds: null,
    // "Market Data: 100 requests per second", but "pro-rated based on the calendar-second that the connection was opened": few,
    // spread out, are never too many (common API reference, 2026-11-22).
    messagesPerSecond: 4,
    frameBytes: 8 * 1024 * 1024,
    // "For public market data calls: 100 requests per second each".
    requestWeight: 100,
    requestWindowMilliseconds: 1_000,
    // A heartbeat comes every 30 s.
    idleMilliseconds: 65_000,
  },
  endpoints: { rest: 'https://api.crypto.com', ws: 'wss://stream.crypto.com/exchange/v1/market' },
  tradeIds: 'unique',
  integrity: {
    trades: 'ids are unique, not consecutive: after a cut the past is read back to the trade before it',
    books: 'every change names the sequence of the one before it; a break subscribes the book anew',
  },
  verified: { on: '2026-11-22', against: 'message samples of 2022, documentation' },
  past: CRYPTO_COM_PAST,

  channelsOf(instrument: Instrument): readonly Channel[] {
    return channelsOfInstrument(instrument)
  },

  instrumentRequests(): readonly RestRequest[] {
    return INSTRUMENT_REQUESTS
  },

  instruments: readInstruments,

  plan(subscriptions: readonly Subscription[]): readonly ConnectionPlan[] {
    return shardByInstrument(subscriptions, INSTRUMENTS_PER_CONNECTION)
  },

  session(options: SessionOptions): VenueSession {
    // In a capture an instrument that no subscription named has to be refused, so that it is recognised by its frames.
    const isCapture = options.plan.name === CAPTURE
    return new MarketSession(isCapture ? { ...options, instruments: [] } : options, new CryptoComWords())
  },

  recognise(evidence: CaptureEvidence, instruments: readonly Instrument[]): RecognisedSession | undefined {
    return recogniseCryptoCom(evidence, instruments)
  },

  /** The same was asked of `/v2/public/…` and `/v1/public/…` before. */
  answers(url: string, request: RestRequest): boolean {
    const today = url.replace(/\/(?:exchange\/v1|v[12])\/public\//, '/exchange/v1/public/')
    return asksTheSame(today, request.path, ['count', 'end_ts'])
  },
}
