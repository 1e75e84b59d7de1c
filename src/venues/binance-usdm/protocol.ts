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
import { USDM_MARKET } from './market.ts'

const REQUESTS = contractRequests(USDM_MARKET.rest)

/** Binance USD-M: perpetuals and futures that are settled in stablecoins. */
export const binanceUsdm: VenueProtocol = {
  venue: USDM_MARKET.venue,
  name: 'Binance USD-M futures',
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
  endpoints: { rest: 'https://fapi.binance.com', ws: 'wss://fstream.binance.com' },
  integrity: {
    trades: 'numbers of aggregate trades are consecutive in each symbol; a hole is filled from REST history',
    books: 'each update names the one before it (pu), from a REST snapshot on',
  },
  tradeIds: 'consecutive',
  verified: { on: '2026-11-22', against: 'recorded session of 2021-07-22, message samples, documentation' },
  past: [
    pastBundles(USDM_MARKET.rest, BUNDLES_WEIGHT, 'the last day'),
    pastCandles(USDM_MARKET.rest, CANDLES_WEIGHT),
    // It has a limit of its own, "500/5min/IP": weight 24 keeps to a fifth of that at 2,400 a minute.
    pastFunding(USDM_MARKET.rest, 24),
  ],
  bulk: [BULK_BUNDLES, BULK_CANDLES, BULK_FUNDING],
  instrumentRequests: () => REQUESTS,
  instruments: (bodies) => readContracts(USDM_MARKET.venue, bodies),
  plan: (subscriptions) => planMarket(USDM_MARKET, subscriptions, CONTRACT_LIMITS.subscriptionsPerConnection),
  session: (options) => new BinanceSession(USDM_MARKET, options),
  recognise: (evidence, instruments) => recogniseMarket(USDM_MARKET, evidence, instruments),
  answers: answersRequest,
}
