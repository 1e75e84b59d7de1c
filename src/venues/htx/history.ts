import { amount, type Instrument } from '../../market/index.ts'
import type { TextObject } from '../shared/json-text.ts'
import { optionalTextOf, textOf } from '../shared/text-members.ts'
import { candleOf } from './frame-reader.ts'
import { newestPast, newestTrades } from './past.ts'

function pathOf({ symbol }: Instrument, what: string): string {
  return `/market/history/${what}?symbol=${encodeURIComponent(symbol)}`
}

const NEWEST = {
  tradesPath: (instrument: Instrument) => pathOf(instrument, 'trade'),
  candlesPath: (instrument: Instrument) => `${pathOf(instrument, 'kline')}&period=1min`,

  /** The id is called `trade-id` here, and `tradeId` in the stream. */
  trade(row: TextObject) {
    const side = textOf(row, 'direction')
    return {
      id: optionalTextOf(row, 'trade-id') ?? textOf(row, 'id'),
      amount: amount(textOf(row, 'amount')),
      side: side === 'buy' || side === 'sell' ? side : 'unknown',
    } as const
  },

  candle: candleOf,
}

/** The trades after a cut, as far as the venue still has them. */
export const HTX_TRADE_HISTORY = newestTrades(NEWEST)

/** What the venue gives of the past. */
export const HTX_PAST = newestPast(NEWEST)
