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
import { PAST } from './history.ts'
import { BITMEX, readInstruments } from './instruments.ts'
import { recogniseBitmex } from './recognise.ts'
import { BitmexWords } from './words.ts'

/** BitMEX sets no number; each instrument takes seven topics. */
const INSTRUMENTS_PER_CONNECTION = 100

const CHANNELS: readonly Channel[] = [
  'trade',
  'quote',
  'book',
  'ticker',
  'candle',
  'funding',
  'mark-price',
  'open-interest',
  'liquidation',
  'status',
]

/** BitMEX: perpetuals, futures and spot. */
export const bitmex: VenueProtocol = {
  venue: BITMEX,
  name: 'BitMEX',
  channels: CHANNELS,
  limits: {
    subscriptionsPerConnection: INSTRUMENTS_PER_CONNECTION * CHANNELS.length,
    // "Websocket Connection Rate Limits: […] now 60 connections per hour"
    // (https://blog.bitmex.com/api_announcement/updates-to-rate-limits/, 2026-11-22), counted by a "Token Bucket rate limiter"
    // as a "burst rate" (https://blog.bitmex.com/site_announcement/rate-limiting-websocket-connections/, 2026-11-22): half of the
    // bucket is ours, the rest is left for what was opened before a restart and for a second line.
    connectionsPerMinute: 1,
    connectionBurst: 30,
    connectionAgeMilliseconds: null,
    // Not documented.
    messagesPerSecond: 5,
    // The partial of a book holds every level, each some 150 characters.
    frameBytes: 32 * 1024 * 1024,
    // "Unauthenticated limit remains 30 requests per minute" (same announcement).
    requestWeight: 30,
    requestWindowMilliseconds: 60_000,
    // Our pings are answered every five seconds.
    idleMilliseconds: 20_000,
  },
  endpoints: { rest: 'https://www.bitmex.com', ws: 'wss://ws.bitmex.com/realtime' },
  integrity: {
    trades: 'ids are unique but do not follow one another; after a cut the history is read until it overlaps',
    books:
      'the feed has neither sequence nor checksum: a change of a level that is not there is a fault, and the book is subscribed anew',
  },
  tradeIds: 'unique',
  verified: { on: '2026-11-22', against: 'message samples of 2019 to 2026, documentation' },
  past: PAST,

  instrumentRequests(): readonly RestRequest[] {
    return [{ id: 1, purpose: 'instruments', path: '/api/v1/instrument/active', weight: 1 }]
  },

  instruments: readInstruments,

  plan(subscriptions: readonly Subscription[]): readonly ConnectionPlan[] {
    return shardByInstrument(subscriptions, INSTRUMENTS_PER_CONNECTION)
  },

  session(options: SessionOptions): VenueSession {
    return new MarketSession(options, new BitmexWords())
  },

  recognise(evidence: CaptureEvidence, instruments: readonly Instrument[]): RecognisedSession | undefined {
    return recogniseBitmex(evidence, instruments, CHANNELS)
  },

  answers(url: string, request: RestRequest): boolean {
    const recorded = URL.canParse(url) ? new URL(url) : undefined
    const wanted = new URL(request.path, 'https://venue.invalid')
    if (recorded === undefined || !recorded.pathname.endsWith(wanted.pathname)) return false
    for (const [name, value] of wanted.searchParams) {
      if (name !== 'count' && recorded.searchParams.get(name) !== value) return false
    }
    return true
  },
}
