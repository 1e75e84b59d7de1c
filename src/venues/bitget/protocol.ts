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
import { CHANNELS, channelsOfInstrument } from './channels.ts'
import { BITGET_PAST } from './history.ts'
import { formerPath, REFERENCE_REQUESTS, readInstruments } from './instruments.ts'
import { recogniseBitget } from './recognise.ts'
import { BITGET } from './symbols.ts'
import { BitgetWords } from './words.ts'

/**
 * "We highly recommend you to subscribe less than 50 channels in one connection" (https://www.bitget.com/api-doc/common/websocket-intro, 2026-11-22): an
 * instrument has five. With "Max 100 connections/IP" that is a thousand instruments an address.
 */
const INSTRUMENTS_PER_CONNECTION = 10

/** Instruments whose liquidations come over one connection; each such connection is sent those of all. */
const LIQUIDATIONS_PER_CONNECTION = 100

/** Bitget: spot and contracts on one feed. */
export const bitget: VenueProtocol = {
  venue: BITGET,
  name: 'Bitget',
  channels: CHANNELS,
  limits: {
    subscriptionsPerConnection: INSTRUMENTS_PER_CONNECTION * CHANNELS.length,
    // "Connection limit: 300 connection requests/IP/5min" (common/websocket-intro, 2026-11-22)
    connectionsPerMinute: 60,
    // "Websocket will be forcibly disconnected every 24 hours", same page.
    connectionAgeMilliseconds: 24 * 3_600 * 1_000,
    // "The Websocket server accepts up to 10 messages per second", same page; a few are left for pings.
    messagesPerSecond: 8,
    // The first frame of a book holds all of it.
    frameBytes: 16 * 1024 * 1024,
    // "20 times/1s (IP)" of most requests; those of "10 times/1s" weigh two.
    requestWeight: 20,
    requestWindowMilliseconds: 1_000,
    // Pings are answered every 25 seconds.
    idleMilliseconds: 60_000,
  },
  endpoints: { rest: 'https://api.bitget.com', ws: 'wss://ws.bitget.com' },
  tradeIds: 'unique',
  integrity: {
    trades:
      'trade ids are unique and do not follow one another; after a cut REST history is read back to the last trade before it',
    books: 'each message names the sequence of the one before it; until 2026 a checksum of 25 levels instead',
  },
  verified: { on: '2026-11-22', against: 'message samples of v2 and v3, documentation; v1 by its documentation' },
  past: BITGET_PAST,

  channelsOf: channelsOfInstrument,

  instrumentRequests(): readonly RestRequest[] {
    return REFERENCE_REQUESTS
  },

  instruments: readInstruments,

  plan(subscriptions: readonly Subscription[]): readonly ConnectionPlan[] {
    const isLiquidation = ({ channel }: Subscription) => channel === 'liquidation'
    const others = subscriptions.filter((subscription) => !isLiquidation(subscription))
    return [
      ...shardByInstrument(others, INSTRUMENTS_PER_CONNECTION).map((plan) => ({ ...plan, path: '/v2/ws/public' })),
      // One channel for each kind of product, and in v3 alone.
      ...shardByInstrument(subscriptions.filter(isLiquidation), LIQUIDATIONS_PER_CONNECTION).map((plan, index) => ({
        ...plan,
        name: `liquidations-${index}`,
        path: '/v3/ws/public',
      })),
    ]
  },

  session(options: SessionOptions): VenueSession {
    return new MarketSession(options, new BitgetWords())
  },

  recognise(evidence: CaptureEvidence, instruments: readonly Instrument[]): RecognisedSession | undefined {
    return recogniseBitget(evidence, instruments)
  },

  answers(url: string, request: RestRequest): boolean {
    // The definition of one market is not the list of them.
    if (/[?&]symbol=/.test(url) && !request.path.includes('symbol=')) return false
    const former = formerPath(request.path)
    return asksTheSame(url, request.path, ['limit']) || (former !== undefined && asksTheSame(url, former))
  },
}
