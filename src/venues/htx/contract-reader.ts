import type { TextObject } from '../shared/json-text.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import {
  amountOf,
  decimalOrNull,
  objectOf,
  optionalTextOf,
  priceOf,
  priceOrNull,
  textOf,
  timeOf,
  timeOrNull,
  wholeOf,
} from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import { contractStatus } from './contracts.ts'
import { levelsIn, rowsIn } from './row-members.ts'

/** Funding is settled every eight hours. */
const FUNDING_SECONDS = 8 * 3_600

/** What a notification is about: `public.BTC-USDT.funding_rate`. */
export type NoticeKind = 'funding_rate' | 'liquidation_orders' | 'contract_info'

/** The kind of a notification's topic; undefined if it is not known. */
export function noticeKind(topic: string): NoticeKind | undefined {
  const kind = topic.slice(topic.lastIndexOf('.') + 1)
  if (!topic.startsWith('public.')) return undefined
  return kind === 'funding_rate' || kind === 'liquidation_orders' || kind === 'contract_info' ? kind : undefined
}

/** Says what a notification (`op: notify`) says. */
export function readNotice(kind: NoticeKind, root: TextObject, facts: MarketFacts): void {
  for (const row of rowsIn(root, 'data')) {
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
  for (const row of rowsIn(root, 'data')) {
    const openInterest = decimalOrNull(row, 'volume')
    facts.openInterest(symbol, {
      exchangeTime: timeOrNull(root, 'ts'),
      openInterest,
      value: decimalOrNull(row, 'value'),
    })
  }
}

/**
 * `event` tells a snapshot from an update; `version` counts the messages of a topic (market.$contract_code.depth.size_150.high_freq).
 * @param namesPrevious whether the change says which number goes before its own
 */
export function readContractBook(
  symbol: string,
  root: TextObject,
  tick: TextObject,
  facts: MarketFacts,
  namesPrevious: boolean,
): void {
  const kind = textOf(tick, 'event')
  if (kind !== 'snapshot' && kind !== 'update') {
    throw new VenueError('VENUE_TEXT_INVALID', `event is ${kind.slice(0, 40)}`)
  }
  const version = wholeOf(tick, 'version')
  facts.book(symbol, {
    kind,
    bids: levelsIn(tick, 'bids'),
    asks: levelsIn(tick, 'asks'),
    exchangeTime: timeOrNull(tick, 'ts') ?? timeOrNull(root, 'ts'),
    first: version,
    last: version,
    previous: namesPrevious && kind === 'update' ? version - 1 : null,
  })
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
  facts.status(symbol, { exchangeTime: timeOrNull(root, 'ts'), status: contractStatus(venueStatus), venueStatus })
}
