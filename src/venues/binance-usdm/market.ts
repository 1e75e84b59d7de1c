import type { VenueId } from '../../market/index.ts'
import { CONTRACT_BOOK_RULE } from '../binance/book-rule.ts'
import { BUNDLES_WEIGHT, CONTRACT_BOOK_WEIGHTS, RECENT_WEIGHT } from '../binance/contract-limits.ts'
import { deriveContract } from '../binance/contracts.ts'
import { bundleHistory, recentTrades } from '../binance/history.ts'
import { splitSymbol } from '../binance/instruments.ts'
import type { BinanceMarket } from '../binance/market.ts'

const VENUE = 'binance-usdm' as VenueId
const REST = '/fapi/v1'
const BUNDLES = bundleHistory(REST, BUNDLES_WEIGHT)
const SINGLES = recentTrades(REST, RECENT_WEIGHT)

/** binance.com, contracts that are settled in stablecoins. */
export const USDM_MARKET: BinanceMarket = {
  venue: VENUE,
  wire: 'contract',
  rest: REST,
  bookRule: CONTRACT_BOOK_RULE,
  weights: CONTRACT_BOOK_WEIGHTS,
  kinds: {
    trade: 'agg-trade',
    quote: 'book-ticker',
    book: 'depth',
    ticker: 'ticker',
    candle: 'kline',
    funding: 'mark-price',
    'mark-price': 'mark-price',
    'open-interest': 'open-interest',
    liquidation: 'force-order',
    status: 'contract-info',
  },
  // "Public (high-frequency public market data): wss://fstream.binance.com/public; Market (regular market data):
  // wss://fstream.binance.com/market", since 2026-04-23 no other (Important WebSocket Change Notice, read 2026-11-22). A
  // stream that is asked for on the wrong one is acknowledged, and never comes.
  path: (kind) =>
    kind === 'depth' || kind === 'book-ticker' || kind === 'trade' ? '/public/stream' : '/market/stream',
  bundleIds: 'own',
  tradeHistory: (kind) => (kind === 'trade' ? SINGLES : BUNDLES),
  derive: (symbol) => deriveContract(VENUE, symbol, splitSymbol),
}
