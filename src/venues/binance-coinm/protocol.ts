import { answersRequest } from '../binance/answers.ts'
import { BULK_BUNDLES, BULK_CANDLES, BULK_FUNDING } from '../binance/bulk.ts'
import { BUNDLES_WEIGHT, CANDLES_WEIGHT, CONTRACT_LIMITS } from '../binance/contract-limits.ts'
import { contractRequests, readContracts } from '../binance/contracts.ts'
import { pastCandles, pastFunding } from '../binance/past.ts'
import { pastBundles } from '../binance/past-trades.ts'
import { planMarket } from '../binance/plan.ts'
import { recogniseMarket } from '../binance/recognise.ts'
import { BinanceSession } from '../binance/session.ts'
import type { VenueProtocol } from '../protocol.ts'
import { COINM_MARKET } from './market.ts'

const REQUESTS = contractRequests(COINM_MARKET.rest)

/** Binance COIN-M: inverse perpetuals and futures, settled in the coin. */
export const binanceCoinm: VenueProtocol = {
  venue: COINM_MARKET.venue,
  name: 'Binance COIN-M futures',
  channels: [
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
  ],
  limits: CONTRACT_LIMITS,
  endpoints: { rest: 'https://dapi.binance.com', ws: 'wss://dstream.binance.com' },
  integrity: {
    trades: 'numbers of aggregate trades are consecutive in each symbol; a hole is filled from REST history',
    books: 'each update names the one before it (pu), from a REST snapshot on',
  },
  tradeIds: 'consecutive',
  verified: { on: '2026-11-22', against: 'documentation; the recorded session of its sister market, binance-usdm' },
  past: [
    pastBundles(COINM_MARKET.rest, BUNDLES_WEIGHT, 'the last day'),
    pastCandles(COINM_MARKET.rest, CANDLES_WEIGHT),
    pastFunding(COINM_MARKET.rest, 1),
  ],
  bulk: [BULK_BUNDLES, BULK_CANDLES, BULK_FUNDING],
  instrumentRequests: () => REQUESTS,
  instruments: (bodies) => readContracts(COINM_MARKET.venue, bodies),
  plan: (subscriptions) => planMarket(COINM_MARKET, subscriptions, CONTRACT_LIMITS.subscriptionsPerConnection),
  session: (options) => new BinanceSession(COINM_MARKET, options),
  recognise: (evidence, instruments) => recogniseMarket(COINM_MARKET, evidence, instruments),
  answers: answersRequest,
}
