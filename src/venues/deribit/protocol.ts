import { CHANNELS, type Channel, type Instrument } from '../../market/index.ts'
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
import { PAST } from './history.ts'
import { DERIBIT } from './instrument-name.ts'
import { CURRENCIES, readInstruments } from './instruments.ts'
import { recogniseDeribit } from './recognise.ts'
import { channelsOfKind } from './wire.ts'
import { DeribitWords } from './words.ts'

/** The venue sets no number; five channels of the wire each. */
const INSTRUMENTS_PER_CONNECTION = 200

/** Deribit: futures, perpetuals, options and spot. */
export const deribit: VenueProtocol = {
  venue: DERIBIT,
  name: 'Deribit',
  channels: CHANNELS,
  limits: {
    subscriptionsPerConnection: INSTRUMENTS_PER_CONNECTION * CHANNELS.length,
    // At most 32 at a time from an address; no number is published on how fast: https://docs.deribit.com/articles/rate-limits
    // (2026-11-22)
    connectionsPerMinute: 20,
    connectionAgeMilliseconds: null,
    messagesPerSecond: 5,
    frameBytes: 16 * 1024 * 1024,
    // Requests without a key are limited by address, and the number is not published; those with one refill 20 a second.
    requestWeight: 10,
    requestWindowMilliseconds: 1_000,
    // We ask for a heartbeat every 30 s.
    idleMilliseconds: 70_000,
  },
  endpoints: { rest: 'https://www.deribit.com', ws: 'wss://www.deribit.com/ws/api/v2' },
  integrity: {
    trades: 'trade_seq of an instrument has no holes; those that come are filled from history',
    books: 'prev_change_id names the message before; after a break the book is subscribed to anew',
  },
  tradeIds: 'consecutive',
  verified: { on: '2026-11-22', against: 'recorded session of 2021-07-22, message samples, documentation' },
  past: PAST,

  channelsOf(instrument: Instrument): readonly Channel[] {
    return channelsOfKind(instrument.kind)
  },

  instrumentRequests(): readonly RestRequest[] {
    const path = (method: string, currency: string) => `/api/v2/public/${method}?currency=${currency}`
    return [
      ...CURRENCIES.map((currency, index) => ({
        id: index + 1,
        purpose: `instruments ${currency}`,
        path: path('get_instruments', currency),
        weight: 5,
      })),
      ...CURRENCIES.map((currency, index) => ({
        id: CURRENCIES.length + index + 1,
        purpose: `volumes ${currency}`,
        path: path('get_book_summary_by_currency', currency),
        weight: 1,
      })),
    ]
  },

  instruments: readInstruments,

  plan(subscriptions: readonly Subscription[]): readonly ConnectionPlan[] {
    return shardByInstrument(subscriptions, INSTRUMENTS_PER_CONNECTION)
  },

  session(options: SessionOptions): VenueSession {
    return new MarketSession(options, new DeribitWords())
  },

  recognise(evidence: CaptureEvidence, instruments: readonly Instrument[]): RecognisedSession | undefined {
    return recogniseDeribit(evidence, instruments)
  },

  answers(url: string, request: RestRequest): boolean {
    return asksTheSame(url, request.path, ['count', 'sorting'])
  },
}
