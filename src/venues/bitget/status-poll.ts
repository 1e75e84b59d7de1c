import { type Instrument, MICROS_PER_SECOND } from '../../market/index.ts'
import { isTextObject, parseJsonText } from '../shared/json-text.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import type { MarketPoll } from '../shared/market/market-words.ts'
import { VenueError } from '../venue-error.ts'
import { statusOf } from './instruments.ts'
import { partsOf } from './symbols.ts'

/** The feed does not say whether a market trades, so its definition is asked for now and then. */
export const statusPoll: MarketPoll = {
  channels: ['status'],
  everyMicros: 300 * MICROS_PER_SECOND,

  request({ symbol }: Instrument) {
    const { product, name } = partsOf(symbol)
    const isSpot = product === 'SPOT' || product === 'sp'
    const path = isSpot
      ? `/api/v2/spot/public/symbols?symbol=${encodeURIComponent(name)}`
      : `/api/v2/mix/market/contracts?symbol=${encodeURIComponent(name)}&productType=${product}`
    return { path, weight: 1 }
  },

  read(body: string, { symbol }: Instrument, facts: MarketFacts): void {
    const root = parseJsonText(body)
    const rows = isTextObject(root) && Array.isArray(root.data) ? root.data : undefined
    if (rows === undefined) throw new VenueError('VENUE_ANSWER_INVALID', 'bitget: no definitions were answered')
    const { name } = partsOf(symbol)
    for (const row of rows) {
      if (!isTextObject(row) || row.symbol !== name) continue
      const venueStatus = row.status ?? row.symbolStatus
      if (typeof venueStatus !== 'string') continue
      facts.status(symbol, { exchangeTime: null, status: statusOf(venueStatus), venueStatus })
    }
  },
}
