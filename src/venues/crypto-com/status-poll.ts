import { MICROS_PER_SECOND } from '../../market/index.ts'
import { isTextObject } from '../shared/json-text.ts'
import type { MarketPoll } from '../shared/market/market-words.ts'
import { optionalTextOf } from '../shared/text-members.ts'
import { INSTRUMENTS_PATH, instrumentRows, statusOf } from './instruments.ts'

/**
 * No stream tells whether an instrument trades: the list of all is asked for now and then.
 * @param symbols the instruments of this connection, as they become known
 */
export function cryptoComStatusPoll(symbols: ReadonlySet<string>): MarketPoll {
  return {
    channels: ['status'],
    everyMicros: 120 * MICROS_PER_SECOND,
    isForAll: true,

    request: () => ({ path: INSTRUMENTS_PATH, weight: 1 }),

    read(body, _instrument, facts): void {
      for (const row of instrumentRows(body)) {
        const symbol = isTextObject(row) ? optionalTextOf(row, 'symbol') : undefined
        if (!isTextObject(row) || symbol === undefined || !symbols.has(symbol)) continue
        const venueStatus = `tradable ${String(row.tradable ?? null)}`
        facts.status(symbol, { exchangeTime: null, status: statusOf(row), venueStatus })
      }
    },
  }
}
