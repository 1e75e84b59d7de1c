import { MICROS_PER_SECOND } from '../../market/index.ts'
import { contractStatus } from '../htx/contracts.ts'
import { isTextObject, parseJsonText, type TextObject } from '../shared/json-text.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import type { MarketPoll } from '../shared/market/market-words.ts'
import { decimalOrNull, textOf, timeOrNull } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import { ADDRESSES, familyOf } from './family.ts'
import { contractsPath, rowsOf } from './instruments.ts'

/**
 * Open interest and states are in no stream that all contracts have: the list of all is asked for now and then.
 * @param symbols the contracts of this connection, as they become known
 */
export function htxFuturesPolls(symbols: ReadonlySet<string>): readonly MarketPoll[] {
  const each = (body: string, say: (symbol: string, row: TextObject) => void): void => {
    for (const row of rowsOf(body) ?? failed(body)) {
      if (!isTextObject(row)) continue
      const symbol = textOf(row, 'contract_code')
      if (symbols.has(symbol)) say(symbol, row)
    }
  }
  return [
    {
      channels: ['status'],
      everyMicros: 120 * MICROS_PER_SECOND,
      isForAll: true,
      request: ({ symbol }) => ({ path: contractsPath(familyOf(symbol)), weight: 1 }),
      read: (body, _instrument, facts) =>
        each(body, (symbol, row) => {
          const venueStatus = textOf(row, 'contract_status')
          facts.status(symbol, { exchangeTime: null, status: contractStatus(venueStatus), venueStatus })
        }),
    },
    {
      channels: ['open-interest'],
      everyMicros: 60 * MICROS_PER_SECOND,
      isForAll: true,
      request: ({ symbol }) => {
        const family = familyOf(symbol)
        const query = family === 'linear' ? '?business_type=all' : ''
        return { path: `${ADDRESSES[family].api}/swap_open_interest${query}`, weight: 1 }
      },
      read: (body, _instrument, facts) => readOpenInterest(body, facts, each),
    },
  ]
}

/**
 * `volume` counts contracts. Its page says "Sum of both buy and sell sides"; odd numbers were seen, which no such sum is, so it is said
 * as it comes.
 */
function readOpenInterest(
  body: string,
  facts: MarketFacts,
  each: (body: string, say: (symbol: string, row: TextObject) => void) => void,
): void {
  const root = parseJsonText(body)
  const exchangeTime = isTextObject(root) ? timeOrNull(root, 'ts') : null
  each(body, (symbol, row) => {
    const openInterest = decimalOrNull(row, 'volume')
    if (openInterest === null) return
    facts.openInterest(symbol, { exchangeTime, openInterest, value: decimalOrNull(row, 'value') })
  })
}

function failed(body: string): never {
  throw new VenueError('VENUE_ANSWER_INVALID', `htx-futures: the venue answered ${body.slice(0, 80)}`)
}
