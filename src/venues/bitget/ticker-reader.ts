import { type DecimalText, decimal, type Micros, type Price, price } from '../../market/index.ts'
import type { TextObject } from '../shared/json-text.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { type MemberValues, ObjectValues } from '../shared/member-values.ts'
import { epochTime } from '../shared/text-members.ts'

/** What each version calls the same. */
const NAMES = {
  time: ['ts', 'systemTime'],
  last: ['lastPr', 'last', 'lastPrice'],
  open: ['open24h', 'openPrice24h'],
  high: ['high24h', 'highPrice24h'],
  low: ['low24h', 'lowPrice24h'],
  volume: ['baseVolume', 'volume24h'],
  turnover: ['quoteVolume', 'turnover24h'],
  funding: ['fundingRate', 'capitalRate'],
  fundingTime: ['nextFundingTime', 'nextSettleTime'],
  mark: ['markPrice'],
  index: ['indexPrice'],
  interest: ['holdingAmount', 'holding', 'openInterest'],
} as const

/** The names of all versions: a reader is asked for them by their places here. */
export const TICKER_NAMES: readonly string[] = Object.values(NAMES).flat()
const PLACES = {
  time: placesOf('time'),
  last: placesOf('last'),
  open: placesOf('open'),
  high: placesOf('high'),
  low: placesOf('low'),
  volume: placesOf('volume'),
  turnover: placesOf('turnover'),
  funding: placesOf('funding'),
  fundingTime: placesOf('fundingTime'),
  mark: placesOf('mark'),
  index: placesOf('index'),
  interest: placesOf('interest'),
}

function placesOf(what: keyof typeof NAMES): readonly number[] {
  return NAMES[what].map((name) => TICKER_NAMES.indexOf(name))
}

/** What was said last of an instrument, besides statistics. */
interface Said {
  funding: string
  mark: string
  interest: string
}

/**
 * The ticker of a contract says funding, mark and index price and open interest too, several times a second: those are said when they change.
 * (https://www.bitget.com/api-doc/contract/websocket/public/Tickers-Channel; v1: bitgetlimited.github.io/apidoc/en/mix/#tickers-channel, 2026-11-22)
 */
export class TickerReader {
  readonly #said = new Map<string, Said>()

  forget(): void {
    this.#said.clear()
  }

  /** @param sentAt when the frame was sent, in milliseconds: rows of v3 have no time of their own */
  read(symbol: string, row: TextObject, sentAt: string | undefined, facts: MarketFacts): void {
    this.say(symbol, new ObjectValues(TICKER_NAMES, row), sentAt, facts)
  }

  /** @param row the values of a ticker, by the places of {@link TICKER_NAMES} */
  say(symbol: string, row: MemberValues, sentAt: string | undefined, facts: MarketFacts): void {
    const time = member(row, 'time') ?? sentAt
    const exchangeTime: Micros | null = time === undefined ? null : epochTime(time)
    facts.ticker(symbol, {
      exchangeTime,
      last: priceIn(row, 'last'),
      open: priceIn(row, 'open'),
      high: priceIn(row, 'high'),
      low: priceIn(row, 'low'),
      volume: decimalIn(row, 'volume'),
      quoteVolume: decimalIn(row, 'turnover'),
    })
    const fundingTime = member(row, 'fundingTime')
    // Deliveries have none, and say so by 0.
    if (
      fundingTime !== undefined &&
      fundingTime !== '0' &&
      this.#isNew(symbol, 'funding', fundingTime, member(row, 'funding'))
    ) {
      facts.funding(symbol, {
        exchangeTime,
        rate: decimalIn(row, 'funding'),
        predictedRate: null,
        fundingTime: epochTime(fundingTime),
        intervalSeconds: null,
      })
    }
    const markPrice = priceIn(row, 'mark')
    const indexPrice = priceIn(row, 'index')
    if ((markPrice !== null || indexPrice !== null) && this.#isNew(symbol, 'mark', markPrice, indexPrice)) {
      facts.markPrice(symbol, { exchangeTime, markPrice, indexPrice })
    }
    const openInterest = decimalIn(row, 'interest')
    if (openInterest !== null && this.#isNew(symbol, 'interest', openInterest)) {
      facts.openInterest(symbol, { exchangeTime, openInterest, value: null })
    }
  }

  #isNew(symbol: string, what: keyof Said, one: string | null | undefined, other?: string | null): boolean {
    let held = this.#said.get(symbol)
    if (held === undefined) {
      held = { funding: '', mark: '', interest: '' }
      this.#said.set(symbol, held)
    }
    const said = `${one ?? ''} ${other ?? ''}`
    if (held[what] === said) return false
    held[what] = said
    return true
  }
}

function member(row: MemberValues, what: keyof typeof NAMES): string | undefined {
  const places = PLACES[what]
  for (let index = 0; index < places.length; index++) {
    const value = row.value(places[index] as number)
    if (value !== undefined) return value
  }
  return undefined
}

function priceIn(row: MemberValues, what: keyof typeof NAMES): Price | null {
  const value = member(row, what)
  return value === undefined ? null : price(value)
}

function decimalIn(row: MemberValues, what: keyof typeof NAMES): DecimalText | null {
  const value = member(row, what)
  return value === undefined ? null : decimal(value)
}
