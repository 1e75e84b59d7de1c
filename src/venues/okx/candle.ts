import { decimal, price, type VenueCandleEvent } from '../../market/index.ts'
import { VenueError } from '../venue-error.ts'
import { readSymbol } from './symbols.ts'
import { timeOf } from './wire.ts'

/** What a row of candles says by itself. */
export type CandleFacts = Omit<VenueCandleEvent, 'messageType' | 'venue' | 'instrument' | 'symbol' | 'receiveTime'>

/**
 * "[ts,o,h,l,c,vol,volCcy,volCcyQuote,confirm] · vol: if it is a derivatives contract, the value is the number of contracts. If it is SPOT/MARGIN,
 * the value is the quantity in base currency · volCcyQuote: the value is the quantity in quote currency · confirm: 0: K line is uncompleted"
 * https://www.okx.com/docs-v5/en/#order-book-trading-market-data-get-candlesticks-history (2026-11-22). In 2022 there were the first seven only.
 * @throws VenueError VENUE_TEXT_INVALID, or MarketError
 */
export function readCandle(row: unknown, symbol: string): CandleFacts {
  if (!Array.isArray(row) || row.length < 7 || row.some((value) => typeof value !== 'string')) {
    throw new VenueError('VENUE_TEXT_INVALID', `not a candle: ${JSON.stringify(row)?.slice(0, 100)}`)
  }
  const [ts, open = '', high = '', low = '', close = '', volume = '', currency, quote, confirm] = row as string[]
  const turnover = quote ?? (readSymbol(symbol)?.kind === 'spot' ? currency : undefined)
  return {
    exchangeTime: null,
    interval: '1m',
    openTime: timeOf(ts),
    open: price(open),
    high: price(high),
    low: price(low),
    close: price(close),
    volume: decimal(volume),
    quoteVolume: turnover === undefined ? null : decimal(turnover),
    trades: null,
    isClosed: confirm === '1',
  }
}
