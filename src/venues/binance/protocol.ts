import type { VenueProtocol } from '../protocol.ts'
import { answersRequest } from './answers.ts'
import { BULK_CANDLES, BULK_TRADES } from './bulk.ts'
import { INSTRUMENT_REQUESTS, readSpotInstruments } from './instruments.ts'
import { LIMITS } from './limits.ts'
import { pastCandles } from './past.ts'
import { SPOT_PAST_TRADES } from './past-trades.ts'
import { planMarket } from './plan.ts'
import { recogniseMarket } from './recognise.ts'
import { BinanceSession } from './session.ts'
import { SPOT_MARKET } from './spot-market.ts'

/** Binance spot: combined streams, and REST v3 for snapshots, history and reference data. */
export const binance: VenueProtocol = {
  venue: SPOT_MARKET.venue,
  name: 'Binance',
  channels: ['trade', 'quote', 'book', 'ticker', 'candle'],
  limits: LIMITS,
  // Hosts for market data only, which need no account and serve more regions: "only market data messages" (rest-api.md,
  // web-socket-streams.md). `api.binance.com` and `stream.binance.com:9443` speak the same.
  endpoints: { rest: 'https://data-api.binance.vision', ws: 'wss://data-stream.binance.vision' },
  integrity: {
    trades: 'trade ids are consecutive in each symbol; a hole is filled from REST history',
    books: 'each update begins where the one before it ended, from a REST snapshot on',
  },
  tradeIds: 'consecutive',
  verified: { on: '2026-11-22', against: 'recorded session of 2021-10-12, message samples, documentation' },
  // Klines cost 2 (rest-api.md).
  past: [SPOT_PAST_TRADES, pastCandles('/api/v3', 2)],
  bulk: [BULK_TRADES, BULK_CANDLES],
  instrumentRequests: () => INSTRUMENT_REQUESTS,
  instruments: (bodies) => readSpotInstruments(SPOT_MARKET.venue, bodies),
  plan: (subscriptions) => planMarket(SPOT_MARKET, subscriptions, LIMITS.subscriptionsPerConnection),
  session: (options) => new BinanceSession(SPOT_MARKET, options),
  recognise: (evidence, instruments) => recogniseMarket(SPOT_MARKET, evidence, instruments),
  answers: answersRequest,
}
