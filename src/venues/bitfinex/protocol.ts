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
import { bitfinexPast } from './history.ts'
import { BITFINEX, readInstruments } from './instruments.ts'
import { planConnections, STREAMS_PER_CONNECTION } from './plan.ts'
import { CAPTURE, recogniseBitfinex } from './recognise.ts'
import { BitfinexWords } from './words.ts'

/** Bitfinex v2: spot and margin pairs, and perpetual contracts. */
export const bitfinex: VenueProtocol = {
  venue: BITFINEX,
  name: 'Bitfinex',
  channels: ['trade', 'quote', 'book', 'ticker', 'candle', 'funding', 'mark-price', 'open-interest', 'liquidation'],
  limits: {
    subscriptionsPerConnection: STREAMS_PER_CONNECTION,
    // "the wss://api-pub.bitfinex.com/ domain is set at 20 connections per minute": https://docs.bitfinex.com/docs/ws-public (2026-11-22)
    connectionsPerMinute: 20,
    connectionAgeMilliseconds: null,
    // Not documented.
    messagesPerSecond: 10,
    frameBytes: 4 * 1024 * 1024,
    // "between 10 and 90 requests per minute depending on the specific endpoint": https://docs.bitfinex.com/docs/requirements-and-limitations (2026-11-22)
    requestWeight: 90,
    requestWindowMilliseconds: 60_000,
    // A heartbeat comes every 15 s on each channel.
    idleMilliseconds: 45_000,
  },
  endpoints: { rest: 'https://api-pub.bitfinex.com', ws: 'wss://api-pub.bitfinex.com/ws/2' },
  tradeIds: 'unique',
  integrity: {
    trades:
      'every message of a connection is numbered: one that is missing is noticed at once; what it may have held is read from REST history',
    books: 'every message of a connection is numbered, and the 25 best levels of each side have a checksum',
  },
  verified: { on: '2026-11-22', against: 'recorded session of 2021-04-17, message samples, documentation' },
  past: bitfinexPast,

  instrumentRequests(): readonly RestRequest[] {
    return [
      { id: 1, purpose: 'spot pairs', path: '/v2/conf/pub:list:pair:exchange', weight: 1 },
      { id: 2, purpose: 'derivatives', path: '/v2/conf/pub:list:pair:futures', weight: 1 },
      { id: 3, purpose: 'details of pairs', path: '/v2/conf/pub:info:pair', weight: 1 },
      { id: 4, purpose: 'details of derivatives', path: '/v2/conf/pub:info:pair:futures', weight: 1 },
      { id: 5, purpose: 'volumes', path: '/v2/tickers?symbols=ALL', weight: 3 },
    ]
  },

  instruments: readInstruments,

  plan(subscriptions: readonly Subscription[]): readonly ConnectionPlan[] {
    return planConnections(subscriptions)
  },

  session(options: SessionOptions): VenueSession {
    // In a capture a symbol that is not subscribed yet is one to be recognised, not one to be ignored.
    const isCapture = options.plan.name === CAPTURE
    return new MarketSession(isCapture ? { ...options, instruments: [] } : options, new BitfinexWords())
  },

  recognise(evidence: CaptureEvidence, instruments: readonly Instrument[]): RecognisedSession | undefined {
    return recogniseBitfinex(evidence, instruments)
  },

  answers(url: string, request: RestRequest): boolean {
    // Until 2021 the list of derivatives was called `pub:list:pair:future`.
    return asksTheSame(url.replace(/:future$/, ':futures'), request.path, ['limit', 'len'])
  },
}
