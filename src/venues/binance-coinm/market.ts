import type { DecimalText, VenueId } from '../../market/index.ts'
import { CONTRACT_BOOK_RULE } from '../binance/book-rule.ts'
import { BUNDLES_WEIGHT, CONTRACT_BOOK_WEIGHTS, RECENT_WEIGHT } from '../binance/contract-limits.ts'
import { deriveContract } from '../binance/contracts.ts'
import { bundleHistory, recentTrades } from '../binance/history.ts'
import { splitSymbol } from '../binance/instruments.ts'
import type { BinanceMarket } from '../binance/market.ts'

const VENUE = 'binance-coinm' as VenueId
const REST = '/dapi/v1'
const BUNDLES = bundleHistory(REST, BUNDLES_WEIGHT)
const SINGLES = recentTrades(REST, RECENT_WEIGHT)

/** "contractSize": 100 USD for BTC, and 10 USD for every other coin (exchangeInfo). */
function contractSizeOf(base: string): DecimalText {
  return (base === 'BTC' ? '100' : '10') as DecimalText
}

/** binance.com, contracts of an amount of US dollars that are settled in the coin. */
export const COINM_MARKET: BinanceMarket = {
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
  // Only the market of stablecoins was split into several paths.
  path: () => '/stream',
  bundleIds: 'own',
  tradeHistory: (kind) => (kind === 'trade' ? SINGLES : BUNDLES),
  derive: (symbol) => deriveContract(VENUE, symbol, splitSymbol, contractSizeOf),
}
