import type { InstrumentStatus } from '../../market/index.ts'
import { isTextObject, type TextObject } from '../shared/json-text.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import {
  amountOf,
  decimalOrNull,
  listOf,
  objectOf,
  optionalTextOf,
  priceOf,
  priceOrNull,
  textOf,
  timeOf,
  timeOrNull,
} from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'

/** Funding is settled every eight hours. */
const FUNDING_SECONDS = 8 * 3_600

/** "0: Delisting,1: Listing,2: Pending Listing,3: Suspension,4: Suspending of Listing,6: Delivering,8: Delivered" (contract_status). */
const STATUS: Readonly<Record<string, InstrumentStatus>> = { '0': 'delisted', '1': 'trading', '8': 'delisted' }

/** What a notification is about: `public.BTC-USDT.funding_rate`. */
export type NoticeKind = 'funding_rate' | 'liquidation_orders' | 'contract_info'

/** The kind of a notification's topic; undefined if it is not known. */
export function noticeKind(topic: string): NoticeKind | undefined {
  const kind = topic.slice(topic.lastIndexOf('.') + 1)
  if (!topic.startsWith('public.')) return undefined
  return kind === 'funding_rate' || kind === 'liquidation_orders' || kind === 'contract_info' ? kind : undefined
}

/** The rows of a notification, or of the open interest. */
export function contractRows(root: TextObject): TextObject[] {
  return listOf(root, 'data').map((row) => {
    if (!isTextObject(row)) throw new VenueError('VENUE_TEXT_INVALID', 'a row is no object')
    return row
  })
}

/** Says what a notification (`op: notify`) says. */
export function readNotice(kind: NoticeKind, root: TextObject, facts: MarketFacts): void {
  for (const row of contractRows(root)) {
    const symbol = textOf(row, 'contract_code')
    if (kind === 'funding_rate') readFunding(symbol, root, row, facts)
    else if (kind === 'liquidation_orders') readLiquidation(symbol, row, facts)
    else readInfo(symbol, root, row, facts)
  }
}

/** Index price of a minute: `basis` is the distance of the contract from it. */
export function readBasis(symbol: string, root: TextObject, facts: MarketFacts): void {
  const indexPrice = priceOrNull(objectOf(root, 'tick'), 'index_price')
  facts.markPrice(symbol, { exchangeTime: timeOrNull(root, 'ts'), markPrice: null, indexPrice })
}

/** `volume` counts contracts, `amount` the coins that they stand for, `value` the quote currency. */
export function readOpenInterest(symbol: string, root: TextObject, facts: MarketFacts): void {
  for (const row of contractRows(root)) {
    const openInterest = decimalOrNull(row, 'volume')
    facts.openInterest(symbol, {
      exchangeTime: timeOrNull(root, 'ts'),
      openInterest,
      value: decimalOrNull(row, 'value'),
    })
  }
}

function readFunding(symbol: string, root: TextObject, row: TextObject, facts: MarketFacts): void {
  facts.funding(symbol, {
    exchangeTime: timeOrNull(root, 'ts'),
    rate: decimalOrNull(row, 'funding_rate'),
    predictedRate: decimalOrNull(row, 'estimated_rate'),
    fundingTime: timeOrNull(row, 'settlement_time'),
    intervalSeconds: FUNDING_SECONDS,
  })
}

/** `direction` is that of the order that closes the position (`offset: close`). */
function readLiquidation(symbol: string, row: TextObject, facts: MarketFacts): void {
  const side = textOf(row, 'direction')
  facts.liquidation(symbol, {
    id: null,
    price: priceOf(row, 'price'),
    amount: amountOf(row, 'volume'),
    side: side === 'buy' || side === 'sell' ? side : 'unknown',
    exchangeTime: timeOf(row, 'created_at'),
  })
}

function readInfo(symbol: string, root: TextObject, row: TextObject, facts: MarketFacts): void {
  const venueStatus = optionalTextOf(row, 'contract_status')
  if (venueStatus === undefined) return
  facts.status(symbol, { exchangeTime: timeOrNull(root, 'ts'), status: STATUS[venueStatus] ?? 'halted', venueStatus })
}
