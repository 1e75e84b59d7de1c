import { type Amount, type BookLevel, isZero, type Micros, type Price } from '../../market/index.ts'
import { isTextObject, type TextObject, type TextValue } from '../shared/json-text.ts'
import type { BookChange } from '../shared/market/book-rule.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import {
  amountOf,
  decimalOrNull,
  levelsOf,
  listOf,
  objectOf,
  priceOf,
  textOf,
  timeOf,
  timeOrNull,
  wholeOf,
} from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import type { Category } from './category.ts'
import { Tickers } from './tickers.ts'

interface Touch {
  bid: BookLevel | null
  ask: BookLevel | null
}

/** Reads the messages of v5's public topics. It remembers what their deltas are deltas of. */
export class V5Reader {
  readonly #category: Category
  readonly #tickers: Tickers
  readonly #touches = new Map<string, Touch>()

  constructor(category: Category) {
    this.#category = category
    this.#tickers = new Tickers(category)
  }

  clear(): void {
    this.#tickers.clear()
    this.#touches.clear()
  }

  /** @returns false if the topic is of an unknown kind. @throws VenueError, MarketError if the message is malformed. */
  read(topic: string, frame: TextObject, facts: MarketFacts): boolean {
    const [kind, second] = topic.split('.')
    switch (kind) {
      case 'orderbook':
        if (second === '1') this.#quote(frame, facts)
        else {
          const data = objectOf(frame, 'data')
          facts.book(textOf(data, 's'), bookChange(frame, data))
        }
        return true
      case 'publicTrade':
        for (const row of listOf(frame, 'data')) readTrade(row, facts)
        return true
      case 'tickers': {
        const data = objectOf(frame, 'data')
        this.#tickers.read(textOf(data, 'symbol'), textOf(frame, 'type'), data, timeOrNull(frame, 'ts'), facts)
        return true
      }
      case 'kline':
        // Other widths are of no use here.
        if (second === '1') this.#candles(topic.slice('kline.1.'.length), frame, facts)
        return true
      case 'allLiquidation':
        for (const row of listOf(frame, 'data')) readLiquidation(row, facts)
        return true
      case 'liquidation':
        readOneLiquidation(objectOf(frame, 'data'), timeOrNull(frame, 'ts'), facts)
        return true
      default:
        return false
    }
  }

  /**
   * The best level of each side. "Linear, inverse, spot level 1 data has snapshot message only" today; captures of 2023 have
   * deltas, which name one new level of a side and perhaps the old one with size 0.
   * https://bybit-exchange.github.io/docs/v5/websocket/public/orderbook (2026-11-22)
   */
  #quote(frame: TextObject, facts: MarketFacts): void {
    const data = objectOf(frame, 'data')
    const name = textOf(data, 's')
    const bids = levelsOf(data, 'b')
    const asks = levelsOf(data, 'a')
    const time = timeOrNull(frame, 'cts') ?? timeOf(frame, 'ts')
    let touch = this.#touches.get(name)
    if (textOf(frame, 'type') === 'snapshot') {
      touch = { bid: bids[0] ?? null, ask: asks[0] ?? null }
      this.#touches.set(name, touch)
    } else if (touch === undefined) return
    else {
      touch.bid = moved(touch.bid, bids)
      touch.ask = moved(touch.ask, asks)
    }
    const [bidPrice, bidAmount] = touch.bid ?? [null, null]
    const [askPrice, askAmount] = touch.ask ?? [null, null]
    // `u` counts the messages of this topic, not those of the book: as a sequence it would be compared with those.
    facts.quote(name, bidPrice, bidAmount, askPrice, askAmount, time, null)
  }

  /** Volume is in the unit of the trades; the turnover of inverse contracts is in the base asset, their volume in dollars. */
  #candles(name: string, frame: TextObject, facts: MarketFacts): void {
    for (const row of listOf(frame, 'data')) {
      if (!isTextObject(row)) throw notA('candle', row)
      const volume = decimalOrNull(row, 'volume')
      facts.candle(name, {
        interval: '1m',
        openTime: timeOf(row, 'start'),
        open: priceOf(row, 'open'),
        high: priceOf(row, 'high'),
        low: priceOf(row, 'low'),
        close: priceOf(row, 'close'),
        volume,
        quoteVolume: this.#category === 'inverse' ? volume : decimalOrNull(row, 'turnover'),
        trades: null,
        isClosed: row.confirm === true,
        exchangeTime: timeOrNull(row, 'timestamp') ?? timeOrNull(frame, 'ts'),
      })
    }
  }
}

function moved(best: BookLevel | null, levels: readonly BookLevel[]): BookLevel | null {
  let now = best
  for (const level of levels) {
    if (!isZero(level[1])) now = level
    else if (now !== null && now[0] === level[0]) now = null
  }
  return now
}

/**
 * "Occasionally, you'll receive "u"=1, which is a snapshot data due to the restart of the service. So please overwrite your
 * local orderbook": whatever its type says. https://bybit-exchange.github.io/docs/v5/websocket/public/orderbook (2026-11-22)
 */
function bookChange(frame: TextObject, data: TextObject): BookChange {
  const type = textOf(frame, 'type')
  if (type !== 'snapshot' && type !== 'delta') throw notA('kind of book message', type)
  const last = wholeOf(data, 'u')
  return changeOf(
    type === 'snapshot' || last === 1,
    levelsOf(data, 'b'),
    levelsOf(data, 'a'),
    timeOrNull(frame, 'cts') ?? timeOf(frame, 'ts'),
    last,
  )
}

/** A change of a v5 book. Snapshots have no empty levels. */
function changeOf(
  isSnapshot: boolean,
  bids: readonly BookLevel[],
  asks: readonly BookLevel[],
  exchangeTime: Micros | null,
  last: number,
): BookChange {
  const isThere = (level: BookLevel) => !isSnapshot || !isZero(level[1])
  return {
    kind: isSnapshot ? 'snapshot' : 'update',
    bids: bids.filter(isThere),
    asks: asks.filter(isThere),
    exchangeTime,
    first: last,
    last,
    previous: null,
  }
}

/** "S: Side of taker": https://bybit-exchange.github.io/docs/v5/websocket/public/trade (2026-11-22) */
function readTrade(row: TextValue, facts: MarketFacts): void {
  if (!isTextObject(row)) throw notA('trade', row)
  const side = takerSide(textOf(row, 'S'))
  facts.trade(textOf(row, 's'), textOf(row, 'i'), priceOf(row, 'p'), amountOf(row, 'v'), side, timeOf(row, 'T'), false)
}

export function takerSide(side: string): 'buy' | 'sell' {
  if (side === 'Buy') return 'buy'
  if (side === 'Sell') return 'sell'
  throw notA('side', side)
}

/**
 * "S: Position side. Buy, Sell. When you receive a Buy update, this means that a long position has been liquidated": the order
 * that closes it sells. https://bybit-exchange.github.io/docs/v5/websocket/public/all-liquidation (2026-11-22)
 */
function readLiquidation(row: TextValue, facts: MarketFacts): void {
  if (!isTextObject(row)) throw notA('liquidation', row)
  liquidated(textOf(row, 's'), textOf(row, 'S'), priceOf(row, 'p'), amountOf(row, 'v'), timeOf(row, 'T'), facts)
}

/** The topic `liquidation` of before, one position a message. */
function readOneLiquidation(data: TextObject, time: Micros | null, facts: MarketFacts): void {
  const at = timeOrNull(data, 'updatedTime') ?? time
  liquidated(textOf(data, 'symbol'), textOf(data, 'side'), priceOf(data, 'price'), amountOf(data, 'size'), at, facts)
}

/** @param positionSide whose position it was: the order that closes it is on the other side */
export function liquidated(
  name: string,
  positionSide: string,
  price: Price,
  amount: Amount,
  exchangeTime: Micros | null,
  facts: MarketFacts,
): void {
  const side = takerSide(positionSide) === 'buy' ? 'sell' : 'buy'
  facts.liquidation(name, { id: null, price, amount, side, exchangeTime })
}

export function notA(what: string, found: unknown): VenueError {
  return new VenueError('VENUE_TEXT_INVALID', `not a ${what}: ${JSON.stringify(found)?.slice(0, 80)}`)
}
