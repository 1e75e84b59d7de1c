import { type InstrumentStatus, MICROS_PER_SECOND } from '../../market/index.ts'
import { isTextObject, parseJsonText, type TextObject } from '../shared/json-text.ts'
import type { MarketPoll } from '../shared/market/market-words.ts'
import { objectOf } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'

/** "enableTrading: Available for transaction or not" (Get Symbol, 2026-11-22). */
export function statusOf({ enableTrading }: TextObject): InstrumentStatus {
  if (enableTrading === true) return 'trading'
  return enableTrading === false ? 'halted' : 'unknown'
}

/** No stream tells whether a symbol trades: its definition is asked for now and then, with weight 4. */
export const KUCOIN_STATUS_POLL: MarketPoll = {
  channels: ['status'],
  everyMicros: 300 * MICROS_PER_SECOND,

  request: ({ symbol }) => ({ path: `/api/v2/symbols/${encodeURIComponent(symbol)}`, weight: 4 }),

  read(body, { symbol }, facts): void {
    const root = parseJsonText(body)
    if (!isTextObject(root)) throw new VenueError('VENUE_ANSWER_INVALID', 'the answer is no object')
    const data = objectOf(root, 'data')
    const venueStatus = `enableTrading ${String(data.enableTrading ?? null)}`
    facts.status(symbol, { exchangeTime: null, status: statusOf(data), venueStatus })
  },
}
