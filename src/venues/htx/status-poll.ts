import { MICROS_PER_SECOND } from '../../market/index.ts'
import { isTextObject } from '../shared/json-text.ts'
import type { MarketPoll } from '../shared/market/market-words.ts'
import { textOf } from '../shared/text-members.ts'
import { rowsOf, STATUS, SYMBOLS_PATH } from './instruments.ts'

/**
 * No stream tells whether a pair trades: the list of all is asked for now and then.
 * @param symbols the pairs of this connection, as they become known
 */
export function htxStatusPoll(symbols: ReadonlySet<string>): MarketPoll {
  return {
    channels: ['status'],
    everyMicros: 120 * MICROS_PER_SECOND,
    isForAll: true,

    request: () => ({ path: SYMBOLS_PATH, weight: 1 }),

    read(body, _instrument, facts): void {
      for (const row of rowsOf(body)) {
        if (!isTextObject(row)) continue
        const symbol = textOf(row, 'symbol')
        const venueStatus = textOf(row, 'state')
        if (!symbols.has(symbol)) continue
        facts.status(symbol, { exchangeTime: null, status: STATUS[venueStatus] ?? 'unknown', venueStatus })
      }
    },
  }
}
