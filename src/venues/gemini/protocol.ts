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
import { shardByInstrument } from '../shared/shards.ts'
import { geminiPast } from './history.ts'
import { GEMINI, readInstruments } from './instruments.ts'
import { recogniseGemini, STREAMS } from './recognise.ts'
import { StreamsWords } from './streams-words.ts'
import { GeminiWords } from './words.ts'

/** No number is published; the state of a large book is some hundred kilobytes. */
const INSTRUMENTS_PER_CONNECTION = 50

const CHANNELS: readonly Channel[] = ['trade', 'quote', 'book', 'ticker', 'candle', 'status']

/** Gemini: Market Data v2, and the streams that are to take its place. */
export const gemini: VenueProtocol = {
  venue: GEMINI,
  name: 'Gemini',
  channels: CHANNELS,
  limits: {
    subscriptionsPerConnection: INSTRUMENTS_PER_CONNECTION * CHANNELS.length,
    // "For public WebSocket APIs, we recommend that you do not exceed 1 request per symbol per minute"
    // (https://docs.gemini.com/websocket/overview/rate-limits, 2026-11-22). A symbol is on one connection only; the
    // recommendation is kept on average, and what was not used for twelve minutes is there for a venue that cuts again and again.
    connectionsPerMinute: 1,
    connectionBurst: 12,
    countsConnectionsBySymbol: true,
    connectionAgeMilliseconds: null,
    messagesPerSecond: 2,
    frameBytes: 16 * 1024 * 1024,
    // "For public API entry points, we limit requests to 120 requests per minute":
    // https://docs.gemini.com/rate-limit (2026-11-22)
    requestWeight: 110,
    requestWindowMilliseconds: 60_000,
    // A heartbeat comes every five seconds.
    idleMilliseconds: 20_000,
  },
  endpoints: { rest: 'https://api.gemini.com', ws: 'wss://api.gemini.com' },
  integrity: {
    trades: 'trade ids do not follow one another; after a cut past trades are read until they overlap',
    books: 'the feed has neither sequence nor checksum: a book that is crossed is subscribed anew',
  },
  tradeIds: 'unique',
  verified: { on: '2026-11-22', against: 'message samples of 2019 (v2) and 2026 (streams), documentation' },
  past: geminiPast,

  channelsOf(_instrument: Instrument): readonly Channel[] {
    return CHANNELS
  },

  instrumentRequests(): readonly RestRequest[] {
    return [{ id: 1, purpose: 'symbols', path: '/v1/symbols', weight: 1 }]
  },

  instruments: readInstruments,

  plan(subscriptions: readonly Subscription[]): readonly ConnectionPlan[] {
    return shardByInstrument(subscriptions, INSTRUMENTS_PER_CONNECTION).map((plan) => ({
      ...plan,
      path: '/v2/marketdata',
    }))
  },

  session(options: SessionOptions): VenueSession {
    const hasSnapshots = /[?&]snapshot=-?[1-9]/.test(options.plan.path)
    return new MarketSession(options, options.dialect === STREAMS ? new StreamsWords(hasSnapshots) : new GeminiWords())
  },

  recognise(evidence: CaptureEvidence, instruments: readonly Instrument[]): RecognisedSession | undefined {
    return recogniseGemini(evidence, instruments)
  },

  answers(url: string, { path }: RestRequest): boolean {
    const asked = URL.parse(path, 'https://host')
    const given = URL.parse(url, 'https://host')
    if (asked === null || given === null) return false
    if (asked.pathname.toLowerCase() !== given.pathname.toLowerCase()) return false
    return asked.searchParams.get('since_tid') === given.searchParams.get('since_tid')
  },
}
