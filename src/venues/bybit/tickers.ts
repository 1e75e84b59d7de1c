import { type DecimalText, decimal, type Micros, type Price, price } from '../../market/index.ts'
import type { TextObject } from '../shared/json-text.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { decimalOrNull, epochTime } from '../shared/text-members.ts'
import type { Category } from './category.ts'

const TICKER = ['lastPrice', 'prevPrice24h', 'highPrice24h', 'lowPrice24h', 'volume24h', 'turnover24h']
const FUNDING = ['fundingRate', 'nextFundingTime', 'fundingIntervalHour']
const MARK = ['markPrice', 'indexPrice']
const INTEREST = ['openInterest', 'openInterestValue']
const READ = [...TICKER, ...FUNDING, ...MARK, ...INTEREST]

const SECONDS_PER_HOUR = 3_600

/**
 * The `tickers` of one connection. "This topic utilises the snapshot field and delta field. If a response param is not found
 * in the message, then its value has not changed": so they are put together here.
 * https://bybit-exchange.github.io/docs/v5/websocket/public/ticker (2026-11-22)
 */
export class Tickers {
  readonly #category: Category
  readonly #known = new Map<string, Map<string, string>>()

  constructor(category: Category) {
    this.#category = category
  }

  clear(): void {
    this.#known.clear()
  }

  /** One message: says what it names. A delta without a snapshot before it is half a truth, and says nothing. */
  read(name: string, type: string, data: TextObject, exchangeTime: Micros | null, facts: MarketFacts): void {
    if (type === 'snapshot') this.#known.set(name, new Map())
    const known = this.#known.get(name)
    if (known === undefined) return
    const named = new Set<string>()
    for (const member of READ) {
      const value = data[member]
      if (typeof value !== 'string') continue
      // Checked before it is kept, so that one bad message spoils none of the later ones.
      if (member === 'nextFundingTime') value === '' || epochTime(value)
      else decimalOrNull(data, member)
      named.add(member)
    }
    for (const member of named) known.set(member, data[member] as string)
    if (TICKER.some((member) => named.has(member))) this.#ticker(name, known, exchangeTime, facts)
    if (FUNDING.some((member) => named.has(member))) funding(name, known, exchangeTime, facts)
    if (MARK.some((member) => named.has(member))) {
      const markPrice = priceIn(known, 'markPrice')
      const indexPrice = priceIn(known, 'indexPrice')
      if (markPrice !== null || indexPrice !== null) facts.markPrice(name, { markPrice, indexPrice, exchangeTime })
    }
    if (INTEREST.some((member) => named.has(member))) {
      const openInterest = decimalIn(known, 'openInterest')
      const value = decimalIn(known, 'openInterestValue')
      if (openInterest !== null || value !== null) facts.openInterest(name, { openInterest, value, exchangeTime })
    }
  }

  /** Inverse contracts count `volume24h` in US dollars and `turnover24h` in the base asset, the others the other way round. */
  #ticker(name: string, known: Map<string, string>, exchangeTime: Micros | null, facts: MarketFacts): void {
    const volume = decimalIn(known, 'volume24h')
    const turnover = decimalIn(known, 'turnover24h')
    const isInverse = this.#category === 'inverse'
    facts.ticker(name, {
      last: priceIn(known, 'lastPrice'),
      open: priceIn(known, 'prevPrice24h'),
      high: priceIn(known, 'highPrice24h'),
      low: priceIn(known, 'lowPrice24h'),
      volume: isInverse ? turnover : volume,
      quoteVolume: isInverse ? volume : turnover,
      exchangeTime,
    })
  }
}

/** Futures have the members, empty. */
function funding(name: string, known: Map<string, string>, exchangeTime: Micros | null, facts: MarketFacts): void {
  const rate = decimalIn(known, 'fundingRate')
  if (rate === null) return
  const next = known.get('nextFundingTime') ?? ''
  const hours = known.get('fundingIntervalHour') ?? ''
  facts.funding(name, {
    rate,
    predictedRate: null,
    fundingTime: next === '' || next === '0' ? null : epochTime(next),
    intervalSeconds: /^\d{1,3}$/.test(hours) ? Number(hours) * SECONDS_PER_HOUR : null,
    exchangeTime,
  })
}

function decimalIn(known: Map<string, string>, member: string): DecimalText | null {
  const text = known.get(member) ?? ''
  return text === '' ? null : decimal(text)
}

function priceIn(known: Map<string, string>, member: string): Price | null {
  const text = known.get(member) ?? ''
  return text === '' ? null : price(text)
}
