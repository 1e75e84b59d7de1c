import { CHANNELS, type Instrument } from '../../market/index.ts'
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
import { OKX_BULK } from './bulk.ts'
import { BUSINESS_CHANNELS, channelsOfInstrument } from './channels.ts'
import { OKX_PAST } from './history.ts'
import { REFERENCE_REQUESTS, readInstruments } from './instruments.ts'
import { recogniseOkx } from './recognise.ts'
import { OKX } from './symbols.ts'
import { OkxWords } from './words.ts'

/**
 * "If you need to subscribe to many 50 or 400 depth level channels, it is recommended to subscribe through multiple websocket connections, with
 * each of less than 30 channels" (#order-book-trading-market-data-ws-order-book-channel, 2026-11-22).
 */
const INSTRUMENTS_PER_CONNECTION = 25
/** Trades and candles are on an endpoint of their own, and light. */
const TRADES_PER_CONNECTION = 100
const PUBLIC = '/ws/v5/public'
const BUSINESS = '/ws/v5/business'

/** OKX: spot, perpetuals, futures and options on one feed. */
export const okx: VenueProtocol = {
  venue: OKX,
  name: 'OKX',
  channels: CHANNELS,
  limits: {
    subscriptionsPerConnection: INSTRUMENTS_PER_CONNECTION * CHANNELS.length,
    // "Connection limit: 3 requests per second (based on IP)": https://www.okx.com/docs-v5/en/#overview-websocket-connect (2026-11-22)
    connectionsPerMinute: 120,
    connectionAgeMilliseconds: null,
    // "The total number of 'subscribe'/'unsubscribe'/'login' requests per connection is limited to 480 times per hour", same page.
    messagesPerSecond: 3,
    // The channel of instruments begins with all of a kind: some 700 of 900 characters.
    frameBytes: 16 * 1024 * 1024,
    // "Rate Limit: 20 requests per 2 seconds" of each kind of request that is used here.
    requestWeight: 20,
    requestWindowMilliseconds: 2_000,
    // "The connection will break automatically if […] data has not been pushed for more than 30 seconds"; pings are answered.
    idleMilliseconds: 45_000,
  },
  endpoints: { rest: 'https://www.okx.com', ws: 'wss://ws.okx.com:8443' },
  tradeIds: 'consecutive',
  integrity: {
    trades: 'trade ids are consecutive in each instrument; a hole is filled from REST history',
    books: 'each message names the sequence of the one before it; until June 2026 a checksum of 25 levels instead',
  },
  verified: { on: '2026-11-22', against: 'recorded session of 2022-05-13, message samples, documentation' },
  past: OKX_PAST,
  bulk: OKX_BULK,

  channelsOf: channelsOfInstrument,

  instrumentRequests(): readonly RestRequest[] {
    return REFERENCE_REQUESTS
  },

  instruments: readInstruments,

  plan(subscriptions: readonly Subscription[]): readonly ConnectionPlan[] {
    const isBusiness = ({ channel }: Subscription) => BUSINESS_CHANNELS.has(channel)
    const light = shardByInstrument(subscriptions.filter(isBusiness), TRADES_PER_CONNECTION)
    const others = shardByInstrument(
      subscriptions.filter((subscription) => !isBusiness(subscription)),
      INSTRUMENTS_PER_CONNECTION,
    )
    return [
      ...others.map((plan) => ({ ...plan, path: PUBLIC })),
      ...light.map((plan, index) => ({ ...plan, name: `trades-${index}`, path: BUSINESS })),
    ]
  },

  session(options: SessionOptions): VenueSession {
    return new MarketSession(options, new OkxWords())
  },

  recognise(evidence: CaptureEvidence, instruments: readonly Instrument[]): RecognisedSession | undefined {
    return recogniseOkx(evidence, instruments)
  },

  answers(url: string, request: RestRequest): boolean {
    // Families of options were called underlyings until 2022.
    return asksTheSame(url.replace(/([?&])uly=/, '$1instFamily='), request.path, ['limit'])
  },
}
