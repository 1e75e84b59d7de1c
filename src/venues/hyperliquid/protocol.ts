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
import { HYPERLIQUID } from './coin.ts'
import { PAST } from './history.ts'
import { infoRequest, isInfoAnswer } from './info.ts'
import { readInstruments } from './instruments.ts'
import { channelsOf, recogniseHyperliquid } from './recognise.ts'
import { HyperliquidWords } from './words.ts'

/** Five subscriptions of the wire each: two connections have as many as an address may have. */
const INSTRUMENTS_PER_CONNECTION = 100

/** Hyperliquid: perpetuals, its own and those that others run on it, and spot. */
export const hyperliquid: VenueProtocol = {
  venue: HYPERLIQUID,
  name: 'Hyperliquid',
  channels: ['trade', 'quote', 'book', 'ticker', 'candle', 'funding', 'mark-price', 'open-interest'],
  limits: {
    // "Maximum of 1000 websocket subscriptions", of an address:
    // https://hyperliquid.gitbook.io/Hyperliquid-docs/for-developers/api/rate-limits (2026-11-22)
    subscriptionsPerConnection: INSTRUMENTS_PER_CONNECTION * 8,
    // 30 new ones a minute.
    connectionsPerMinute: 20,
    connectionAgeMilliseconds: null,
    // "Maximum of 2000 messages sent" a minute, of all connections together: more than all subscriptions that there may be.
    messagesPerSecond: 30,
    frameBytes: 16 * 1024 * 1024,
    // "REST requests share an aggregated weight limit of 1200 per minute"
    requestWeight: 1_000,
    requestWindowMilliseconds: 60_000,
    // We ping every 30 s.
    idleMilliseconds: 70_000,
  },
  endpoints: { rest: 'https://api.hyperliquid.xyz', ws: 'wss://api.hyperliquid.xyz/ws' },
  integrity: {
    trades:
      'tid is unique but not consecutive: after a cut the trades that the venue sends at first tell whether any is missing',
    books: 'every message is a whole book of 20 levels',
  },
  tradeIds: 'unique',
  verified: { on: '2026-11-22', against: 'message samples, documentation' },
  past: PAST,

  channelsOf(instrument: Instrument): readonly Channel[] {
    return channelsOf(instrument)
  },

  instrumentRequests(): readonly RestRequest[] {
    return ['metaAndAssetCtxs', 'spotMetaAndAssetCtxs', 'allPerpMetas'].map((type, index) => ({
      id: index + 1,
      purpose: type,
      ...infoRequest({ type }, '', 20),
    }))
  },

  instruments: readInstruments,

  plan(subscriptions: readonly Subscription[]): readonly ConnectionPlan[] {
    return shardByInstrument(subscriptions, INSTRUMENTS_PER_CONNECTION)
  },

  session(options: SessionOptions): VenueSession {
    return new MarketSession(options, new HyperliquidWords())
  },

  recognise(evidence: CaptureEvidence, instruments: readonly Instrument[]): RecognisedSession | undefined {
    return recogniseHyperliquid(evidence, instruments)
  },

  answers(url: string, request: RestRequest): boolean {
    return isInfoAnswer(url, request.path)
  },
}
