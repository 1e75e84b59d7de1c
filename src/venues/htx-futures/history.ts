import type { FundingEvent, Instrument, Micros } from '../../market/index.ts'
import { answered, newestPast, newestTrades } from '../htx/past.ts'
import { rowsIn, sideOf } from '../htx/row-members.ts'
import type { PastPage, PastRange, PastSource } from '../protocol.ts'
import type { TextObject } from '../shared/json-text.ts'
import { amountOf, decimalOrNull, objectOf, textOf, timeOf, wholeOrNull } from '../shared/text-members.ts'
import { ADDRESSES, familyOf } from './family.ts'
import { oneSideOf } from './one-side.ts'
import { candleOf } from './reader.ts'

/** "page_size: default 20, 50 at most" (swap_historical_funding_rate, 2026-11-22). */
const FUNDINGS = 50

function pathOf({ symbol }: Instrument, what: string): string {
  return `${ADDRESSES[familyOf(symbol)].history}/${what}?contract_code=${encodeURIComponent(symbol)}`
}

const NEWEST = {
  tradesPath: (instrument: Instrument) => pathOf(instrument, 'trade'),
  candlesPath: (instrument: Instrument) => `${pathOf(instrument, 'kline')}&period=1min`,
  trade: (row: TextObject) => ({
    id: textOf(row, 'id'),
    amount: oneSideOf(amountOf(row, 'amount')),
    side: sideOf(row),
  }),
  candle: candleOf,
}

/** The trades after a cut, as far as the venue still has them. */
export const HTX_FUTURES_TRADES = newestTrades(NEWEST)

/** What the venue gives of the past. */
export const HTX_FUTURES_PAST: readonly PastSource[] = [
  ...newestPast(NEWEST),
  {
    channel: 'funding',
    depth: 'everything, as far as is known',
    request: ({ instrument: { symbol } }, cursor = '1') => ({
      path: `${ADDRESSES[familyOf(symbol)].api}/swap_historical_funding_rate?contract_code=${encodeURIComponent(symbol)}&page_index=${cursor}&page_size=${FUNDINGS}`,
      weight: 1,
    }),
    read: (body, range, _cursor, at) => answered(body, (root) => readFundings(root, range, at)),
  },
]

/** `{"total_page","current_page","data":[{"funding_rate","funding_time",…}]}`, newest first; `funding_time` is when it was settled. */
function readFundings(root: TextObject, { instrument, from }: PastRange, at: Micros): PastPage {
  const page = objectOf(root, 'data')
  const events = rowsIn(page, 'data').map((row): FundingEvent => {
    const fundingTime = timeOf(row, 'funding_time')
    return {
      messageType: 'funding',
      venue: instrument.venue,
      instrument: instrument.id,
      symbol: instrument.symbol,
      rate: decimalOrNull(row, 'funding_rate'),
      predictedRate: null,
      fundingTime,
      intervalSeconds: null,
      exchangeTime: fundingTime,
      receiveTime: at,
    }
  })
  const current = wholeOrNull(page, 'current_page') ?? 1
  const isThereMore = current < (wholeOrNull(page, 'total_page') ?? 1)
  const oldest = events.at(-1)?.fundingTime
  const isBefore = oldest === undefined || oldest === null || oldest < from
  return { events, next: isThereMore && !isBefore ? String(current + 1) : undefined }
}
