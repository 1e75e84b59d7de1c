import type { Amount, Micros, Price } from '../../market/index.ts'
import { readContractBook } from '../htx/contract-reader.ts'
import { minuteOf, rowOf, sideOf } from '../htx/row-members.ts'
import type { TextObject } from '../shared/json-text.ts'
import type { CandleCloser } from '../shared/market/candle-closer.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import {
  amountOf,
  decimalOrNull,
  levelsOf,
  listOf,
  objectOf,
  optionalTextOf,
  priceOf,
  priceOrNull,
  textOf,
  timeOf,
  timeOrNull,
  wholeOrNull,
} from '../shared/text-members.ts'
import { detached } from '../shared/wire-cursor.ts'
import { VenueError } from '../venue-error.ts'
import { oneSideOf } from './one-side.ts'
import type { Topic } from './topics.ts'

/** What a connection remembers for its readers. */
export interface Memory {
  readonly candles: CandleCloser
  /** The newest index price, by code. */
  readonly indices: Map<string, Price>
}

/** Says what a pushed frame (`ch`, `ts`, `tick`) says. */
export function readPush({ symbol, kind }: Topic, root: TextObject, facts: MarketFacts, memory: Memory): void {
  const tick = objectOf(root, 'tick')
  switch (kind) {
    case 'trade':
      readTrades(symbol, tick, facts)
      return
    case 'bbo':
      readQuote(symbol, tick, facts)
      return
    case 'detail':
      readDetail(symbol, root, tick, facts)
      return
    case 'candle':
      readCandle(symbol, root, tick, facts, memory)
      return
    case 'book':
      readContractBook(symbol, root, tick, facts, false)
      return
    case 'index':
      memory.indices.set(symbol, detached(priceOf(tick, 'close')))
      return
    case 'mark':
      // "close: the latest mark price" of the minute; nothing else tells it.
      facts.markPrice(symbol, {
        exchangeTime: timeOrNull(root, 'ts'),
        markPrice: priceOf(tick, 'close'),
        indexPrice: memory.indices.get(symbol) ?? null,
      })
  }
}

/** Says what a notice (`op: notify`) says. */
export function readNotice({ kind }: Topic, root: TextObject, facts: MarketFacts): void {
  for (const value of listOf(root, 'data')) {
    const row = rowOf(value)
    const symbol = textOf(row, 'contract_code')
    if (kind === 'liquidation') readLiquidation(symbol, row, facts)
    else readFunding(symbol, root, row, facts)
  }
}

/** "direction: the direction of the taker"; "amount: Quantity(Cont.). Sum of both buy and sell sides" (trade.detail, 2026-11-22). */
function readTrades(symbol: string, tick: TextObject, facts: MarketFacts): void {
  for (const value of listOf(tick, 'data')) {
    const trade = rowOf(value)
    const amount = oneSideOf(amountOf(trade, 'amount'))
    facts.trade(symbol, textOf(trade, 'id'), priceOf(trade, 'price'), amount, sideOf(trade), timeOf(trade, 'ts'), false)
  }
}

/** `bid` and `ask` are a price and a number of contracts; absent where a side is empty. */
function readQuote(symbol: string, tick: TextObject, facts: MarketFacts): void {
  const bid = touchOf(tick, 'bid')
  const ask = touchOf(tick, 'ask')
  facts.quote(
    symbol,
    bid?.[0] ?? null,
    bid?.[1] ?? null,
    ask?.[0] ?? null,
    ask?.[1] ?? null,
    timeOrNull(tick, 'ts'),
    wholeOrNull(tick, 'version'),
  )
}

function touchOf(tick: TextObject, name: string): readonly [Price, Amount] | undefined {
  const value = tick[name]
  if (value === undefined || value === null) return undefined
  if (!Array.isArray(value)) throw new VenueError('VENUE_TEXT_INVALID', `${name} is no list`)
  if (value.length === 0) return undefined
  return levelsOf({ [name]: [value] }, name)[0]
}

/** A rolling window of 24 hours; `vol` counts contracts of both sides. */
function readDetail(symbol: string, root: TextObject, tick: TextObject, facts: MarketFacts): void {
  facts.ticker(symbol, {
    exchangeTime: timeOrNull(root, 'ts'),
    last: priceOrNull(tick, 'close'),
    open: priceOrNull(tick, 'open'),
    high: priceOrNull(tick, 'high'),
    low: priceOrNull(tick, 'low'),
    volume: oneSideOrNull(tick, 'vol'),
    quoteVolume: oneSideOrNull(tick, 'trade_turnover'),
  })
}

/** `count` is of both sides, and is not said. */
function readCandle(symbol: string, root: TextObject, tick: TextObject, facts: MarketFacts, { candles }: Memory): void {
  candles.say(symbol, facts, { ...candleOf(tick), exchangeTime: timeOrNull(root, 'ts') })
}

/** What a row of candles says by itself, over the socket and over REST. */
export function candleOf(row: TextObject) {
  return {
    ...minuteOf(row),
    volume: oneSideOrNull(row, 'vol'),
    quoteVolume: oneSideOrNull(row, 'trade_turnover'),
    trades: null,
  }
}

function oneSideOrNull(row: TextObject, name: string) {
  const both = decimalOrNull(row, name)
  return both === null ? null : oneSideOf(both)
}

/** `settlement_time` is when this rate is paid; `funding_time` is when it was computed. Contracts that expire have no rate. */
function readFunding(symbol: string, root: TextObject, row: TextObject, facts: MarketFacts): void {
  const rate = rateOrNull(row, 'funding_rate')
  if (rate === null) return
  const predictedRate = rateOrNull(row, 'estimated_rate')
  const fundingTime: Micros | null = timeOrNull(row, 'settlement_time')
  facts.funding(symbol, {
    exchangeTime: timeOrNull(root, 'ts'),
    rate,
    predictedRate,
    fundingTime,
    intervalSeconds: null,
  })
}

/** "estimated_rate: Deprecated, default is null"; examples have the text "null". */
function rateOrNull(row: TextObject, name: string) {
  return optionalTextOf(row, name) === 'null' ? null : decimalOrNull(row, name)
}

/** `direction` is that of the order that closes the position (`offset: close`); `volume` is the order's, in contracts. */
function readLiquidation(symbol: string, row: TextObject, facts: MarketFacts): void {
  facts.liquidation(symbol, {
    id: null,
    price: priceOf(row, 'price'),
    amount: amountOf(row, 'volume'),
    side: sideOf(row),
    exchangeTime: timeOf(row, 'created_at'),
  })
}
