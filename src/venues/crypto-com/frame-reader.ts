import { MICROS_PER_SECOND, type Micros } from '../../market/index.ts'
import { isTextObject, type TextObject } from '../shared/json-text.ts'
import type { CandleCloser } from '../shared/market/candle-closer.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import {
  amountOf,
  amountOrNull,
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
import { VenueError } from '../venue-error.ts'
import type { TickerRow } from './push-scanner.ts'

const HOUR = 3_600 * MICROS_PER_SECOND

/** The rows of a pushed frame. */
export function rowsOf(result: TextObject): TextObject[] {
  return listOf(result, 'data').map((row) => {
    if (!isTextObject(row)) throw new VenueError('VENUE_TEXT_INVALID', 'a row is no object')
    return row
  })
}

/**
 * "Side is the side of the taker order" (trade.{instrument_name}, 2026-11-22). Rows come newest first.
 * @param live from when on a trade is live: the first frame holds the last 50 trades
 */
export function readTrades(symbol: string, rows: readonly TextObject[], live: Micros | null, facts: MarketFacts): void {
  for (const row of [...rows].reverse()) {
    const side = textOf(row, 's').toLowerCase()
    if (side !== 'buy' && side !== 'sell') throw new VenueError('VENUE_TEXT_INVALID', `s is ${side.slice(0, 40)}`)
    const time = timeOf(row, 't')
    const isBacklog = live !== null && time < live
    facts.trade(symbol, textOf(row, 'd'), priceOf(row, 'p'), amountOf(row, 'q'), side, time, isBacklog)
  }
}

/** A whole book, as `bids` and `asks`, or changes, in `update`. */
export function readBook(symbol: string, result: TextObject, row: TextObject, facts: MarketFacts): void {
  const depth = wholeOrNull(result, 'depth') ?? 0
  const update = row.update === undefined ? undefined : objectOf(row, 'update')
  const levels = update ?? row
  const sequence = wholeOrNull(row, 'u') ?? wholeOrNull(row, 's')
  facts.book(symbol, {
    kind: update === undefined ? 'snapshot' : 'update',
    bids: levels.bids === undefined ? [] : levelsOf(levels, 'bids'),
    asks: levels.asks === undefined ? [] : levelsOf(levels, 'asks'),
    // `tt` is when the book was so, `t` when it was published.
    exchangeTime: timeOrNull(row, 'tt') ?? timeOrNull(row, 't'),
    first: sequence,
    last: sequence,
    previous: wholeOrNull(row, 'pu'),
    ...(depth > 0 && { depth }),
  })
}

export function readTicker(symbol: string, row: TextObject, facts: MarketFacts): void {
  sayTicker(
    symbol,
    {
      time: timeOrNull(row, 't'),
      bidPrice: priceOrNull(row, 'b'),
      bidAmount: amountOrNull(row, 'bs'),
      askPrice: priceOrNull(row, 'k'),
      askAmount: amountOrNull(row, 'ks'),
      last: priceOrNull(row, 'a'),
      high: priceOrNull(row, 'h'),
      low: priceOrNull(row, 'l'),
      volume: decimalOrNull(row, 'v'),
      turnover: decimalOrNull(row, 'vv'),
      openInterest: decimalOrNull(row, 'oi'),
    },
    facts,
  )
}

/** Says what a ticker says: statistics of 24 hours, the best bid and offer, and what is open of contracts. */
export function sayTicker(symbol: string, row: TickerRow, facts: MarketFacts): void {
  const { time, last, high, low, volume, turnover, openInterest } = row
  facts.quote(symbol, row.bidPrice, row.bidAmount, row.askPrice, row.askAmount, time, null)
  facts.ticker(symbol, {
    exchangeTime: time,
    last,
    // `c` is a change: absolute until 2022, relative since.
    open: null,
    high,
    low,
    volume,
    // "the total 24h traded volume value (in USD)": of the quote asset only where that is USD.
    quoteVolume: isInDollars(symbol) ? turnover : null,
  })
  if (openInterest !== null && !symbol.includes('_')) {
    facts.openInterest(symbol, { exchangeTime: time, openInterest, value: null })
  }
}

function isInDollars(symbol: string): boolean {
  return /(?:_|[A-Z0-9])USD(?:-|$)/.test(symbol)
}

/** Candles come newest last; the first frame holds many. `t` is the beginning, `ut` (where there is one) the publication. */
export function readCandles(
  symbol: string,
  rows: readonly TextObject[],
  facts: MarketFacts,
  candles: CandleCloser,
): void {
  const sorted = [...rows].sort((left, right) => timeOf(left, 't') - timeOf(right, 't'))
  for (const row of sorted) {
    candles.say(symbol, facts, {
      interval: '1m',
      openTime: timeOf(row, 't'),
      open: priceOf(row, 'o'),
      high: priceOf(row, 'h'),
      low: priceOf(row, 'l'),
      close: priceOf(row, 'c'),
      volume: decimalOrNull(row, 'v'),
      quoteVolume: null,
      trades: null,
      exchangeTime: optionalTextOf(row, 'ut') === undefined ? null : timeOf(row, 'ut'),
    })
  }
}

/** "Hourly funding rate that will settle at end of current hour" (funding.{instrument_name}, 2026-11-22). */
export function readFunding(
  symbol: string,
  row: TextObject,
  predicted: TextObject | undefined,
  facts: MarketFacts,
): void {
  const time = timeOf(row, 't')
  facts.funding(symbol, {
    exchangeTime: time,
    rate: decimalOrNull(row, 'v'),
    predictedRate: predicted === undefined ? null : decimalOrNull(predicted, 'v'),
    fundingTime: ((Math.floor(time / HOUR) + 1) * HOUR) as Micros,
    intervalSeconds: HOUR / MICROS_PER_SECOND,
  })
}
