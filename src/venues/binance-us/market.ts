import type { VenueId } from '../../market/index.ts'
import { SPOT_BOOK_RULE } from '../binance/book-rule.ts'
import { bundleHistory, recentTrades } from '../binance/history.ts'
import { deriveSpotInstrument } from '../binance/instruments.ts'
import type { BinanceMarket } from '../binance/market.ts'
import { BOOK_WEIGHTS, BUNDLES_WEIGHT, RECENT_WEIGHT } from './limits.ts'

const VENUE = 'binance-us' as VenueId
const REST = '/api/v3'
const BUNDLES = bundleHistory(REST, BUNDLES_WEIGHT)
const SINGLES = recentTrades(REST, RECENT_WEIGHT)

/** binance.us: an exchange of its own, which speaks as binance.com did a few years ago. */
export const US_MARKET: BinanceMarket = {
  venue: VENUE,
  wire: 'spot',
  rest: REST,
  // "Drop any event where u is <= lastUpdateId in the snapshot … each new event's U should be equal to the previous event's
  // u+1" (github.com/binance-us/binance-us-api-docs, web-socket-streams.md, 6b62304 of 2024-06-17, read 2026-11-22).
  bookRule: SPOT_BOOK_RULE,
  weights: BOOK_WEIGHTS,
  // Bundles, since their past can be read by number without a key: "Old trade lookup (MARKET_DATA)" needs one (rest-api.md).
  kinds: { trade: 'agg-trade', quote: 'book-ticker', book: 'depth', ticker: 'ticker', candle: 'kline' },
  path: () => '/stream',
  bundleIds: 'own',
  tradeHistory: (kind) => (kind === 'trade' ? SINGLES : BUNDLES),
  derive: (symbol) => deriveSpotInstrument(VENUE, symbol),
}
