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
import { HTX_PAST } from './history.ts'
import { HTX, HTX_CHANNELS, INSTRUMENT_REQUESTS, readInstruments } from './instruments.ts'
import { CAPTURE, recogniseHtx } from './recognise.ts'
import { HtxWords } from './words.ts'

/**
 * The venue names no number: "do not subscribe to too many topics and currency pairs on the same WebSocket connection"
 * (best practice, 2026-11-22). Each takes a message of its own, and pongs wait behind them.
 */
const INSTRUMENTS_PER_CONNECTION = 30

/** HTX (Huobi until 2023), spot. */
export const htx: VenueProtocol = {
  venue: HTX,
  name: 'HTX',
  channels: HTX_CHANNELS,
  limits: {
    subscriptionsPerConnection: INSTRUMENTS_PER_CONNECTION * (HTX_CHANNELS.length - 1),
    // "Limit the number of connections established by a single IP to 100 times/second" is far more than we need.
    connectionsPerMinute: 120,
    connectionAgeMilliseconds: null,
    // "Every two requests for a single connection cannot be less than 100ms" (frequency limit of `req`, 2026-11-22): of two messages
    // for a book one is a request. A connection is subscribed in seven seconds, before the venue gives up waiting for a pong.
    messagesPerSecond: 18,
    frameBytes: 16 * 1024 * 1024,
    // No number is given for requests without a key: ten a second are asked at most.
    requestWeight: 10,
    requestWindowMilliseconds: 1_000,
    // The venue pings every five seconds.
    idleMilliseconds: 20_000,
  },
  endpoints: { rest: 'https://api.huobi.pro', ws: 'wss://api.huobi.pro' },
  tradeIds: 'unique',
  integrity: {
    trades:
      'ids are unique, not known to be consecutive: after a cut the last 2,000 trades tell whether any is missing',
    books: 'every change names the number of the one before it; a break asks for the whole book anew',
  },
  verified: { on: '2026-11-22', against: 'message samples of 2019 and 2020, documentation' },
  past: HTX_PAST,

  instrumentRequests(): readonly RestRequest[] {
    return INSTRUMENT_REQUESTS
  },

  instruments: readInstruments,

  /** "MBP incremental push and MBP full REQ" have an address of their own, `/feed`; everything else is at `/ws`. */
  plan(subscriptions: readonly Subscription[]): readonly ConnectionPlan[] {
    const books = subscriptions.filter(({ channel }) => channel === 'book')
    const others = subscriptions.filter(({ channel }) => channel !== 'book')
    return [
      ...shardByInstrument(others, INSTRUMENTS_PER_CONNECTION).map((plan) => ({ ...plan, path: '/ws' })),
      ...shardByInstrument(books, INSTRUMENTS_PER_CONNECTION).map((plan) => ({
        ...plan,
        name: plan.name.replace('market', 'feed'),
        path: '/feed',
      })),
    ]
  },

  session(options: SessionOptions): VenueSession {
    // In a capture an instrument that no subscription named has to be refused, so that it is recognised by its frames.
    const isCapture = options.plan.name === CAPTURE
    return new MarketSession(isCapture ? { ...options, instruments: [] } : options, new HtxWords(isCapture))
  },

  recognise(evidence: CaptureEvidence, instruments: readonly Instrument[]): RecognisedSession | undefined {
    return recogniseHtx(evidence, instruments)
  },

  answers(url: string, request: RestRequest): boolean {
    return asksTheSame(url, request.path, ['size'])
  },
}
