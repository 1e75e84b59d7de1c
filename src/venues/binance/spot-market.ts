import type { VenueId } from '../../market/index.ts'
import { SPOT_BOOK_RULE } from './book-rule.ts'
import { TRADE_HISTORY } from './history.ts'
import { deriveSpotInstrument } from './instruments.ts'
import { BOOK_WEIGHTS } from './limits.ts'
import type { BinanceMarket } from './market.ts'

const VENUE = 'binance' as VenueId

/** binance.com, spot. */
export const SPOT_MARKET: BinanceMarket = {
  venue: VENUE,
  wire: 'spot',
  rest: '/api/v3',
  bookRule: SPOT_BOOK_RULE,
  weights: BOOK_WEIGHTS,
  kinds: { trade: 'trade', quote: 'book-ticker', book: 'depth', ticker: 'ticker', candle: 'kline' },
  // Times in microseconds, as the tape has them.
  path: () => '/stream?timeUnit=MICROSECOND',
  bundleIds: 'of-trades',
  tradeHistory: () => TRADE_HISTORY,
  derive: (symbol) => deriveSpotInstrument(VENUE, symbol),
}
