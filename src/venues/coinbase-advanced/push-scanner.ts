import {
  type Amount,
  type DecimalText,
  MarketError,
  type Micros,
  microsFromIso,
  type Price,
} from '../../market/index.ts'
import { isWord, numberOf, wholeNumber } from '../shared/member-values.ts'
import { MemberWalker } from '../shared/member-walker.ts'
import type { TradeRow } from './trades.ts'

const COMMA = 44
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93

// Places in the lists of names.
const ROOT_NAMES = ['channel', 'timestamp', 'sequence_num', 'events', 'type']
const CHANNEL = 0
const TIMESTAMP = 1
const SEQUENCE = 2
const EVENTS = 3
/** Of errors, which have it instead of a channel. */
const ROOT_TYPE = 4
const EVENT_NAMES = ['type', 'trades', 'tickers']
const TYPE = 0
const TRADES = 1
const TICKERS = 2
const TRADE_NAMES = ['trade_id', 'product_id', 'price', 'size', 'side', 'time']
const TICKER_NAMES = ['product_id', 'price', 'high_24_h', 'low_24_h', 'volume_24_h']

/** Statistics of 24 hours. */
export interface TickerRow {
  readonly product: string
  readonly last: Price | null
  readonly high: Price | null
  readonly low: Price | null
  readonly volume: DecimalText | null
}

interface ScannedTrades {
  readonly kind: 'trades'
  readonly sequence: number
  readonly events: readonly { readonly isBacklog: boolean; readonly trades: readonly TradeRow[] }[]
}

interface ScannedTickers {
  readonly kind: 'tickers'
  readonly sequence: number
  readonly time: Micros
  readonly tickers: readonly TickerRow[]
}

/**
 * Reads frames of trades and tickers straight from their text, in whichever order their members come; what is not as expected is left
 * to the careful reader.
 */
export class PushScanner {
  readonly #root = new MemberWalker(ROOT_NAMES, (text, at, member) =>
    member === EVENTS ? this.#readEvents(text, at) : -1,
  )
  readonly #event = new MemberWalker(EVENT_NAMES, (text, at, member) => this.#readRows(text, at, member))
  readonly #trade = new MemberWalker(TRADE_NAMES)
  readonly #ticker = new MemberWalker(TICKER_NAMES)
  #channel: 'trades' | 'tickers' | undefined
  #hasRows = false
  #eventsEnd = 0
  #rowsEnd = 0
  #events: { readonly isBacklog: boolean; readonly trades: readonly TradeRow[] }[] = []
  #trades: TradeRow[] = []
  #tickers: TickerRow[] = []

  /** @returns undefined if the frame is another, or not written as expected. */
  read(frame: string): ScannedTrades | ScannedTickers | undefined {
    this.#channel = undefined
    this.#events = []
    this.#tickers = []
    const root = this.#root
    const isRead = root.read(frame, 0) === frame.length && !isSaidAgain(frame, this.#eventsEnd, frame.length)
    const kind = this.#channel
    // It said how the events were to be read: said again, it has to be the same.
    const isSame = kind === channelOf(root.value(CHANNEL))
    const sequence = wholeNumber(root.value(SEQUENCE))
    const timestamp = root.value(TIMESTAMP)
    const type = root.value(ROOT_TYPE)
    root.clear()
    this.#event.clear()
    this.#trade.clear()
    this.#ticker.clear()
    if (!isRead || kind === undefined || !isSame || sequence < 0 || type !== undefined) return undefined
    if (kind === 'trades') return { kind, sequence, events: this.#events }
    const time = isoTime(timestamp)
    return time === undefined ? undefined : { kind, sequence, time, tickers: this.#tickers }
  }

  #readEvents(text: string, from: number): number {
    const channel = channelOf(this.#root.value(CHANNEL))
    // One list, of one kind.
    if (channel === undefined || this.#channel !== undefined) return -1
    this.#channel = channel
    if (text.charCodeAt(from) !== OPEN_BRACKET) return -1
    const event = this.#event
    let at = from
    do {
      this.#hasRows = false
      this.#trades = []
      at = event.read(text, at + 1)
      if (at < 0 || !this.#hasRows || isSaidAgain(text, this.#rowsEnd, at)) return -1
      if (channel === 'trades') {
        // At subscription come the newest trades of before.
        this.#events.push({ isBacklog: event.value(TYPE) === 'snapshot', trades: inOrder(this.#trades) })
      }
    } while (text.charCodeAt(at) === COMMA)
    this.#eventsEnd = at + 1
    return text.charCodeAt(at) === CLOSE_BRACKET ? at + 1 : -1
  }

  #readRows(text: string, from: number, member: number): number {
    const isTrades = member === TRADES && this.#channel === 'trades'
    const isTickers = member === TICKERS && this.#channel === 'tickers'
    if ((!isTrades && !isTickers) || this.#hasRows || text.charCodeAt(from) !== OPEN_BRACKET) return -1
    this.#hasRows = true
    let at = from
    do {
      at = isTrades ? this.#readTrade(text, at + 1) : this.#readTicker(text, at + 1)
      if (at < 0) return -1
    } while (text.charCodeAt(at) === COMMA)
    this.#rowsEnd = at + 1
    return text.charCodeAt(at) === CLOSE_BRACKET ? at + 1 : -1
  }

  #readTrade(text: string, from: number): number {
    const row = this.#trade
    const end = row.read(text, from)
    if (end < 0) return -1
    const id = row.value(0)
    const product = row.value(1)
    const price = numberOf(row.value(2))
    const amount = numberOf(row.value(3))
    const maker = row.value(4)
    const time = isoTime(row.value(5))
    if (id === undefined || wholeNumber(id) < 0 || product === undefined || isWord(product)) return -1
    if (price === undefined || price === null || amount === undefined || amount === null) return -1
    if (time === undefined || (maker !== 'BUY' && maker !== 'SELL')) return -1
    const side = maker === 'BUY' ? 'sell' : 'buy'
    this.#trades.push({ product, id, price: price as Price, amount: amount as Amount, side, time })
    return end
  }

  #readTicker(text: string, from: number): number {
    const row = this.#ticker
    const end = row.read(text, from)
    if (end < 0) return -1
    const product = row.value(0)
    const last = numberOf(row.value(1))
    const high = numberOf(row.value(2))
    const low = numberOf(row.value(3))
    const volume = numberOf(row.value(4))
    if (product === undefined || isWord(product) || last === undefined) return -1
    if (high === undefined || low === undefined || volume === undefined) return -1
    this.#tickers.push({
      product,
      last: last as Price | null,
      high: high as Price | null,
      low: low as Price | null,
      volume,
    })
    return end
  }
}

/** What was read of a list does not count if it comes once more in its object, were it only as null. */
function isSaidAgain(text: string, from: number, end: number): boolean {
  // Mostly only the bracket of the object is left.
  return end - from > 1 && /"(?:events|trades|tickers)":/.test(text.slice(from, end))
}

function channelOf(name: string | undefined): 'trades' | 'tickers' | undefined {
  if (name === 'market_trades') return 'trades'
  return name === 'ticker' || name === 'ticker_batch' ? 'tickers' : undefined
}

/** In the order of their ids: the venue writes the newest first. */
function inOrder(rows: TradeRow[]): readonly TradeRow[] {
  return rows.length === 1 ? rows : rows.sort((left, right) => wholeNumber(left.id) - wholeNumber(right.id))
}

function isoTime(text: string | undefined): Micros | undefined {
  if (text === undefined) return undefined
  try {
    return microsFromIso(text)
  } catch (error) {
    // Not a time: the careful reader says so.
    if (error instanceof MarketError) return undefined
    throw error
  }
}
