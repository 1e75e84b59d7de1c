import { amount, type BookLevel, type OrderBook, price } from '../../market/index.ts'
import { InterleavedChecksum } from '../shared/interleaved-checksum.ts'
import type { TextObject, TextValue } from '../shared/json-text.ts'
import type { LevelWitness } from '../shared/level-scanner.ts'
import type { BookChange } from '../shared/market/book-rule.ts'
import { CandleCloser } from '../shared/market/candle-closer.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import {
  amountOf,
  epochTime,
  levelsOf,
  listOf,
  optionalTextOf,
  priceOf,
  textOf,
  timeOf,
} from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import { hasChecksums } from './book-rule.ts'
import { readCandle } from './candle.ts'
import type { FrameArgument } from './frame.ts'
import { FrameScanner } from './frame-scanner.ts'
import { objectIn, takerSide } from './history.ts'
import { Sequences } from './sequences.ts'
import { TickerReader } from './ticker-reader.ts'

/** Says what the rows of a frame say, of whichever version. */
export class RowReader {
  /** Of the books that have a checksum; where it is noted what the wire writes of them. */
  readonly #checksums = new Map<string, InterleavedChecksum>()
  readonly #candles = new CandleCloser()
  readonly #sequences = new Sequences()
  readonly #tickers = new TickerReader()
  readonly #scanner = new FrameScanner((symbol, isSnapshot) => this.#checksumOf(symbol, isSnapshot))
  /** That of the book that is being changed just now. */
  #current: InterleavedChecksum | undefined

  /** The connection is another one. */
  forget(): void {
    this.#checksums.clear()
    this.#current = undefined
    this.#candles.clear()
    this.#sequences.clear()
    this.#tickers.forget()
  }

  /** Reads a frequent frame of v2 straight from its text. @returns false if it is another one, or is not written as usual */
  scan(text: string, facts: MarketFacts): boolean {
    const read = this.#scanner.read(text)
    if (read === undefined) return false
    const { symbol } = read
    if (read.kind === 'trade') {
      for (const { id, price: at, amount: size, side, time } of read.trades) {
        facts.trade(symbol, id, at, size, side, time, read.isBacklog)
      }
    } else if (read.kind === 'ticker') this.#tickers.say(symbol, read.values, read.sentAt, facts)
    else if (read.kind === 'books') {
      this.#sayBook(symbol, read.change, facts)
    } else {
      const [bidPrice, bidAmount] = read.change.bids[0] ?? [null, null]
      const [askPrice, askAmount] = read.change.asks[0] ?? [null, null]
      const { exchangeTime, last } = read.change
      facts.quote(symbol, bidPrice, bidAmount, askPrice, askAmount, exchangeTime, last)
    }
    return true
  }

  /** That of a book which a message changes; a snapshot begins a new one. Undefined where the book has none. */
  #checksumOf(symbol: string, isSnapshot: boolean): InterleavedChecksum | undefined {
    this.#current = isSnapshot ? new InterleavedChecksum() : this.#checksums.get(symbol)
    return this.#current
  }

  #sayBook(symbol: string, change: BookChange, facts: MarketFacts): void {
    if (change.kind === 'snapshot') {
      if (this.#current !== undefined && hasChecksums(change)) this.#checksums.set(symbol, this.#current)
      else this.#checksums.delete(symbol)
    }
    facts.book(symbol, change)
  }

  /** Whether the book that is being changed has this checksum: over what the wire wrote, or else over canonical numbers. */
  verify(book: OrderBook, checksum: number): boolean {
    const current = this.#current
    return current !== undefined && (current.verify(book, checksum) || current.verifyCanonical(book, checksum))
  }

  /** @returns false if the channel is of no known kind */
  read(
    argument: FrameArgument,
    action: TextValue | undefined,
    rows: readonly TextValue[],
    sentAt: string | undefined,
    facts: MarketFacts,
  ): boolean {
    const { symbol, channel, product, version } = argument
    switch (channel) {
      case 'trade':
      case 'publicTrade':
        // "v: fill size. COIN-Futures: the unit is quote coin" (uta/websocket/public/New-Trades-Channel, 2026-11-22): not that of v2.
        if (version === 3 && product === 'COIN-FUTURES') return false
        for (const row of rows) readTrade(symbol, row, action === 'snapshot', facts)
        return true
      case 'books':
        for (const row of rows) this.#book(symbol, action, objectIn(row), facts)
        return true
      case 'books1':
        for (const row of rows) this.#quote(symbol, objectIn(row), facts)
        return true
      case 'ticker':
        for (const row of rows) this.#tickers.read(symbol, objectIn(row), sentAt, facts)
        return true
      case 'candle1m':
        for (const row of rows) this.#candles.say(symbol, facts, readCandle(row))
        return true
      default:
        return false
    }
  }

  #book(symbol: string, action: TextValue | undefined, row: TextObject, facts: MarketFacts): void {
    if (action !== 'snapshot' && action !== 'update') {
      throw new VenueError('VENUE_TEXT_INVALID', `not an action of a book: ${String(action).slice(0, 20)}`)
    }
    const bids = sideOf(row, 'bids', 'b')
    const asks = sideOf(row, 'asks', 'a')
    const written = this.#checksumOf(symbol, action === 'snapshot')
    if (written !== undefined) {
      note(written.bids, bids)
      note(written.asks, asks)
    }
    const last = this.#sequences.read(symbol, row, 'seq')
    const change: BookChange = {
      kind: action,
      bids: bids.levels,
      asks: asks.levels,
      exchangeTime: timeOf(row, 'ts'),
      first: last,
      last,
      previous: this.#sequences.read(symbol, row, 'pseq'),
      checksum: checksumOf(row),
    }
    this.#sayBook(symbol, change, facts)
  }

  #quote(symbol: string, row: TextObject, facts: MarketFacts): void {
    const [bidPrice, bidAmount] = bestOf(row, 'bids', 'b')
    const [askPrice, askAmount] = bestOf(row, 'asks', 'a')
    const sequence = this.#sequences.read(symbol, row, 'seq')
    facts.quote(symbol, bidPrice, bidAmount, askPrice, askAmount, timeOf(row, 'ts'), sequence)
  }
}

/**
 * v1: `[time, price, amount, side]`, without an id; v2: `{ts, price, size, side, tradeId}`; v3: `{T, p, v, S, i}`. The history at the beginning comes
 * newest first, and is said as it comes.
 */
function readTrade(symbol: string, row: TextValue, isBacklog: boolean, facts: MarketFacts): void {
  if (Array.isArray(row)) {
    const [time, at, size, side] = row as readonly TextValue[]
    if (typeof time !== 'string' || typeof at !== 'string' || typeof size !== 'string') {
      throw new VenueError('VENUE_TEXT_INVALID', `not a trade: ${JSON.stringify(row).slice(0, 100)}`)
    }
    facts.trade(symbol, null, price(at), amount(size), takerSide(side), epochTime(time), isBacklog)
    return
  }
  const trade = objectIn(row)
  if (trade.tradeId !== undefined) {
    const id = textOf(trade, 'tradeId')
    const size = amountOf(trade, 'size')
    facts.trade(symbol, id, priceOf(trade, 'price'), size, takerSide(trade.side), timeOf(trade, 'ts'), isBacklog)
  } else {
    const id = textOf(trade, 'i')
    facts.trade(
      symbol,
      id,
      priceOf(trade, 'p'),
      amountOf(trade, 'v'),
      takerSide(trade.S),
      timeOf(trade, 'T'),
      isBacklog,
    )
  }
}

/** One side of a book, and what the wire wrote of each level. */
function sideOf(row: TextObject, long: string, short: string) {
  const name = row[long] === undefined ? short : long
  const levels: BookLevel[] = levelsOf(row, name)
  const written = listOf(row, name).map((level) => (Array.isArray(level) ? `${level[0]}:${level[1]}` : ''))
  return { levels, written }
}

function note(witness: LevelWitness, { levels, written }: ReturnType<typeof sideOf>): void {
  for (const [index, [price, amount]] of levels.entries()) {
    const text = written[index] ?? ''
    const colon = text.indexOf(':')
    witness.level(price, amount, text, 0, colon, colon + 1, text.length)
  }
}

function bestOf(row: TextObject, long: string, short: string): BookLevel | readonly [null, null] {
  const [best] = levelsOf(row, row[long] === undefined ? short : long)
  return best ?? [null, null]
}

/** A snapshot of v2 has 0, which stands for none. */
function checksumOf(row: TextObject): number | null {
  const text = optionalTextOf(row, 'checksum')
  if (text === undefined || text === '0') return null
  if (!/^-?\d{1,10}$/.test(text)) throw new VenueError('VENUE_TEXT_INVALID', `not a checksum: ${text.slice(0, 20)}`)
  // Some clients write it without its sign.
  return Number(text) | 0
}
