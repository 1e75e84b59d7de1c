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
import { nameQuery, SPOT_PAGES } from './history.ts'
import { GATEIO, instrumentFromPair, readInstruments } from './instruments.ts'
import { SPOT_PAST } from './past.ts'
import { recogniseGate } from './recognise.ts'
import { isSameRequest } from './same-request.ts'
import { readSpot } from './spot-reader.ts'
import { depth400, listed, minuteCandles, type WireChannel } from './subscriptions.ts'
import { GateTradeHistory } from './trade-history.ts'
import { GateWords } from './words.ts'

/** Gate sets no number; each instrument takes five subscriptions. */
const INSTRUMENTS_PER_CONNECTION = 100

const CHANNELS: readonly Channel[] = ['trade', 'quote', 'book', 'ticker', 'candle']

const WIRE: ReadonlyMap<Channel, WireChannel> = new Map([
  ['trade', listed('spot.trades')],
  ['quote', listed('spot.book_ticker')],
  ['book', depth400('spot.obu')],
  ['ticker', listed('spot.tickers')],
  ['candle', minuteCandles('spot.candlesticks')],
])

/**
 * Captures from before trade ids were those of one market: "id: new rule: unique in current market; old rule: globally unique […]
 * in late May 2025" (https://www.gate.com/news/detail/10186702, 2026-11-22). Their books are those of `order_book_update`, since
 * `obu` came at about that time too.
 */
const GLOBAL_IDS = 'global-ids'
const MARKET_IDS_SINCE = Date.UTC(2025, 5, 1) * 1_000

/** Gate: the spot market of API v4. */
export const gateio: VenueProtocol = {
  venue: GATEIO,
  name: 'Gate',
  channels: CHANNELS,
  limits: {
    subscriptionsPerConnection: INSTRUMENTS_PER_CONNECTION * CHANNELS.length,
    // 300 connections an address are allowed at a time; a rate is not given.
    connectionsPerMinute: 60,
    connectionAgeMilliseconds: null,
    // Not documented; a start with 100 instruments takes some 130 messages.
    messagesPerSecond: 20,
    frameBytes: 4 * 1024 * 1024,
    // "Public endpoints: 200r/10s (per endpoint), IP" (https://www.gate.com/announcements/article/33995, 2026-11-22).
    requestWeight: 100,
    requestWindowMilliseconds: 10_000,
    // Pings of ours are answered every 15 seconds.
    idleMilliseconds: 45_000,
  },
  endpoints: { rest: 'https://api.gateio.ws', ws: 'wss://api.gateio.ws/ws' },
  integrity: {
    trades: 'trade ids are consecutive in each market; a hole is filled from REST history',
    books:
      'every update names the first and last change that it stands for, which must follow on; a break is subscribed anew',
  },
  tradeIds: 'consecutive',
  verified: { on: '2026-11-22', against: 'recorded session of 2021-04-22, message samples, documentation' },
  past: SPOT_PAST,

  instrumentRequests(): readonly RestRequest[] {
    return [
      { id: 1, purpose: 'pairs', path: '/api/v4/spot/currency_pairs', weight: 1 },
      { id: 2, purpose: 'volumes', path: '/api/v4/spot/tickers', weight: 1 },
    ]
  },

  instruments: readInstruments,

  plan(subscriptions: readonly Subscription[]): readonly ConnectionPlan[] {
    return shardByInstrument(subscriptions, INSTRUMENTS_PER_CONNECTION).map((plan) => ({ ...plan, path: '/v4/' }))
  },

  session(options: SessionOptions): VenueSession {
    const isOld = options.dialect === GLOBAL_IDS
    const words = new GateWords({
      market: 'spot',
      wireOf: WIRE,
      tradeIds: isOld ? 'unique' : 'consecutive',
      tradeHistory: new GateTradeHistory(SPOT_PAGES),
      bookSnapshot: isOld ? 'rest' : 'stream',
      // "Level 100 for 100ms": the snapshot has as many levels as the updates know of.
      bookPath: (instrument) =>
        `/api/v4/spot/order_book?${nameQuery('currency_pair', instrument)}&limit=100&with_id=true`,
      rareChannels: [],
      polls: [],
      read: readSpot,
    })
    return new MarketSession(options, words)
  },

  recognise(evidence: CaptureEvidence, instruments: readonly Instrument[]): RecognisedSession | undefined {
    return recogniseGate(evidence, instruments, {
      market: 'spot',
      channels: CHANNELS,
      derive: instrumentFromPair,
      dialect: (time) => (time < MARKET_IDS_SINCE ? GLOBAL_IDS : undefined),
    })
  },

  answers(url: string, request: RestRequest): boolean {
    return isSameRequest(url, request.path)
  },
}
