import { answersRequest } from '../binance/answers.ts'
import { INSTRUMENT_REQUESTS, readSpotInstruments } from '../binance/instruments.ts'
import { pastCandles } from '../binance/past.ts'
import { pastBundles } from '../binance/past-trades.ts'
import { planMarket } from '../binance/plan.ts'
import { recogniseMarket } from '../binance/recognise.ts'
import { BinanceSession } from '../binance/session.ts'
import type { VenueProtocol } from '../protocol.ts'
import { BUNDLES_WEIGHT, CANDLES_WEIGHT, US_LIMITS } from './limits.ts'
import { US_MARKET } from './market.ts'

/** Binance.US: spot. */
export const binanceUs: VenueProtocol = {
  venue: US_MARKET.venue,
  name: 'Binance.US',
  channels: ['trade', 'quote', 'book', 'ticker', 'candle'],
  limits: US_LIMITS,
  endpoints: { rest: 'https://api.binance.us', ws: 'wss://stream.binance.us:9443' },
  integrity: {
    trades: 'numbers of aggregate trades are consecutive in each symbol; a hole is filled from REST history',
    books: 'each update begins where the one before it ended, from a REST snapshot on',
  },
  tradeIds: 'consecutive',
  verified: { on: '2026-11-22', against: 'documentation; the recorded session of its sister, binance' },
  past: [
    pastBundles(US_MARKET.rest, BUNDLES_WEIGHT, 'every bundle of trades since the listing of its symbol'),
    pastCandles(US_MARKET.rest, CANDLES_WEIGHT),
  ],
  instrumentRequests: () => INSTRUMENT_REQUESTS,
  instruments: (bodies) => readSpotInstruments(US_MARKET.venue, bodies),
  plan: (subscriptions) => planMarket(US_MARKET, subscriptions, US_LIMITS.subscriptionsPerConnection),
  session: (options) => new BinanceSession(US_MARKET, options),
  recognise: (evidence, instruments) => recogniseMarket(US_MARKET, evidence, instruments),
  answers: answersRequest,
}
