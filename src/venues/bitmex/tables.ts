import { type Amount, MICROS_PER_SECOND, type Micros, type Price, type TakerSide } from '../../market/index.ts'
import type { TextObject } from '../shared/json-text.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import {
  amountOf,
  amountOrNull,
  decimalOrNull,
  optionalTextOf,
  priceOf,
  priceOrNull,
  textOf,
  wholeOrNull,
} from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import { BookReader } from './book-reader.ts'
import { InstrumentTable } from './instrument-table.ts'
import { type Best, PoolQuotes } from './pool-quotes.ts'
import { type Action, secondsOrNull, type TableMessage, timeOrNull, tradedRows } from './table-message.ts'

/** Liquidation orders that are remembered as said. */
const MAXIMUM_LIQUIDATIONS = 10_000
const MINUTE = 60 * MICROS_PER_SECOND

/** A row of the table `quote`. */
export interface QuoteRow {
  readonly symbol: string
  readonly bid: Best
  readonly ask: Best
  readonly pool: string | undefined
  readonly time: Micros | null
}

/** A row of the table `trade`. */
export interface TradeRow {
  readonly symbol: string
  readonly id: string | null
  readonly price: Price
  readonly amount: Amount
  readonly side: TakerSide
  readonly time: Micros | null
}

/** What the tables of one connection say. */
export class Tables {
  readonly books = new BookReader()
  readonly #instruments = new InstrumentTable()
  readonly #quotes = new PoolQuotes()
  /** Orders of the table `liquidation`, so that the partial after a reconnection says none again. */
  readonly #liquidations = new Set<string>()

  /** The connection is open anew. */
  opened(): void {
    this.books.forget()
    this.#instruments.forget()
    this.#quotes.forget()
  }

  /** @returns false if the table is not read here */
  read(message: TableMessage, facts: MarketFacts): boolean {
    switch (message.table) {
      case 'orderBookL2':
      case 'orderBookL2_25':
        this.books.read(message, facts)
        return true
      case 'trade':
        for (const row of tradedRows(message)) this.sayTrade(tradeRow(row), message.action === 'partial', facts)
        return true
      case 'quote':
        for (const row of tradedRows(message)) this.sayQuote(quoteRow(row), facts)
        return true
      case 'instrument':
        this.#instruments.read(message.action, tradedRows(message), facts)
        return true
      case 'funding':
        if (message.action !== 'delete') for (const row of tradedRows(message)) readFunding(row, facts)
        return true
      case 'liquidation':
        for (const row of tradedRows(message)) this.#liquidation(row, message.action, facts)
        return true
      case 'tradeBin1m':
        if (message.action !== 'delete') for (const row of tradedRows(message)) readCandle(row, facts)
        return true
      default:
        return false
    }
  }

  sayQuote({ symbol, bid: ownBid, ask: ownAsk, pool, time }: QuoteRow, facts: MarketFacts): void {
    const { bid, ask } = this.#quotes.joined(symbol, pool, { bid: ownBid, ask: ownAsk })
    const bidAmount = bid?.amount ?? null
    const askAmount = ask?.amount ?? null
    facts.quote(symbol, bid?.price ?? null, bidAmount, ask?.price ?? null, askAmount, time, null)
  }

  /** @param isBacklog for trades of a partial: they are from before the subscription */
  sayTrade({ symbol, id, price, amount, side, time }: TradeRow, isBacklog: boolean, facts: MarketFacts): void {
    facts.trade(symbol, id, price, amount, side, time, isBacklog)
  }

  /** An order is said when it is placed; its amendments (`update`) and its end (`delete`) are no further liquidations. */
  #liquidation(row: TextObject, action: Action, facts: MarketFacts): void {
    const id = textOf(row, 'orderID')
    if (action === 'delete') this.#liquidations.delete(id)
    if (action === 'delete' || action === 'update' || this.#liquidations.has(id)) return
    if (this.#liquidations.size >= MAXIMUM_LIQUIDATIONS) this.#liquidations.clear()
    this.#liquidations.add(id)
    facts.liquidation(textOf(row, 'symbol'), {
      exchangeTime: timeOrNull(row),
      id,
      price: priceOf(row, 'price'),
      amount: amountOf(row, 'leavesQty'),
      side: sideOf(row.side),
    })
  }
}

function bestOf(row: TextObject, priceName: string, sizeName: string): Best {
  const price = priceOrNull(row, priceName)
  const amount = amountOrNull(row, sizeName)
  return price === null || amount === null ? null : { price, amount }
}

/** The side of a trade is its taker's. Trades of other kinds than matches (settlements) may have none. */
function sideOf(side: unknown): TakerSide {
  if (side === 'Buy') return 'buy'
  return side === 'Sell' ? 'sell' : 'unknown'
}

function tradeRow(row: TextObject): TradeRow {
  return {
    symbol: textOf(row, 'symbol'),
    id: optionalTextOf(row, 'trdMatchID') ?? null,
    price: priceOf(row, 'price'),
    amount: amountOf(row, 'size'),
    side: sideOf(row.side),
    time: timeOrNull(row),
  }
}

function quoteRow(row: TextObject): QuoteRow {
  return {
    symbol: textOf(row, 'symbol'),
    bid: bestOf(row, 'bidPrice', 'bidSize'),
    ask: bestOf(row, 'askPrice', 'askSize'),
    pool: optionalTextOf(row, 'pool'),
    time: timeOrNull(row),
  }
}

/** What was exchanged at the row's time. */
function readFunding(row: TextObject, facts: MarketFacts): void {
  const time = timeOrNull(row)
  facts.funding(textOf(row, 'symbol'), {
    exchangeTime: time,
    rate: decimalOrNull(row, 'fundingRate'),
    predictedRate: null,
    fundingTime: time,
    intervalSeconds: secondsOrNull(row, 'fundingInterval'),
  })
}

/** The times of bins are those of their ends; a bin's `open` is the last price before it. Bins without trades have no prices. */
function readCandle(row: TextObject, facts: MarketFacts): void {
  const end = timeOrNull(row)
  const open = priceOrNull(row, 'open')
  const high = priceOrNull(row, 'high')
  const low = priceOrNull(row, 'low')
  const close = priceOrNull(row, 'close')
  if (end === null) throw new VenueError('VENUE_TEXT_INVALID', 'a bin without its time')
  if (open === null || high === null || low === null || close === null) return
  facts.candle(textOf(row, 'symbol'), {
    exchangeTime: end,
    interval: '1m',
    openTime: (end - MINUTE) as Micros,
    open,
    high,
    low,
    close,
    volume: decimalOrNull(row, 'volume'),
    quoteVolume: decimalOrNull(row, 'foreignNotional'),
    trades: wholeOrNull(row, 'trades'),
    isClosed: true,
  })
}
