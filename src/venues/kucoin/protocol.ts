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
import { KUCOIN_PAST } from './history.ts'
import { INSTRUMENT_REQUESTS, KUCOIN, KUCOIN_CHANNELS, readInstruments } from './instruments.ts'
import { CAPTURE, recogniseKucoin } from './recognise.ts'
import { KUCOIN_TICKET } from './ticket.ts'
import { KucoinWords } from './words.ts'

/**
 * "Subscription limit for each connection: 400 topics", each symbol counted; it was 300 before
 * (https://www.kucoin.com/docs-new/rate-limit, 2026-11-22).
 */
const INSTRUMENTS_PER_CONNECTION = 50

/** KuCoin, spot. */
export const kucoin: VenueProtocol = {
  venue: KUCOIN,
  name: 'KuCoin',
  channels: KUCOIN_CHANNELS,
  limits: {
    subscriptionsPerConnection: INSTRUMENTS_PER_CONNECTION * KUCOIN_CHANNELS.length,
    // "Connection Limit: 30 per minute"; "Message limit sent to the server: 100 per 10 seconds", same page.
    connectionsPerMinute: 30,
    // A token is good for 24 hours: a connection is replaced, with a new token, before.
    connectionAgeMilliseconds: 24 * 3_600_000,
    messagesPerSecond: 10,
    frameBytes: 8 * 1024 * 1024,
    // The public pool: "2000/30s" of weight without a key same page.
    requestWeight: 2_000,
    requestWindowMilliseconds: 30_000,
    // Our ping every 15 s is answered.
    idleMilliseconds: 40_000,
  },
  endpoints: { rest: 'https://api.kucoin.com', ws: 'wss://ws-api-spot.kucoin.com' },
  integrity: {
    trades: 'ids are unique, not consecutive: after a cut the last 100 trades tell whether any is missing',
    books: 'every change follows the last sequence number; a break fetches the best levels anew',
  },
  tradeIds: 'unique',
  verified: { on: '2026-11-22', against: 'recorded session of 2021-04-25, message samples, documentation' },
  past: KUCOIN_PAST,
  ticket: KUCOIN_TICKET,

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
    return new MarketSession(isCapture ? { ...options, instruments: [] } : options, new KucoinWords())
  },

  recognise(evidence: CaptureEvidence, instruments: readonly Instrument[]): RecognisedSession | undefined {
    return recogniseKucoin(evidence, instruments)
  },

  answers(url: string, request: RestRequest): boolean {
    return answersKucoin(url, request.path)
  },
}

/** Older paths of the same answers: symbols of v1, the whole book of v1 to v3 or its best 20 levels. */
const SAME: readonly (readonly [older: RegExp, today: string])[] = [
  [/\/api\/v[12]\/symbols(?=$|\?)/, '/api/v2/symbols'],
  [/\/api\/v[123]\/market\/orderbook\/level2(_100|_20)?(?=$|\?)/, '/api/v1/market/orderbook/level2_100'],
]

function answersKucoin(url: string, path: string): boolean {
  let today = url
  for (const [older, name] of SAME) today = today.replace(older, name)
  return asksTheSame(today, path)
}
