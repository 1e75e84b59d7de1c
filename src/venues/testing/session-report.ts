import { createHash } from 'node:crypto'
import {
  type BookLevel,
  DecimalSum,
  type MarketEvent,
  OrderBook,
  type TradeEvent,
  type VenueSymbol,
} from '../../market/index.ts'
import type { BookState } from '../capture-books.ts'
import { CaptureReplay, type CaptureReplayOptions, type CaptureSummary } from '../capture-replay.ts'
import type { VenueProtocol } from '../protocol.ts'

/** Everything that a replay of a session says of one symbol, in the words of the truth files. */
export interface SymbolReport {
  readonly trades: TradesReport
  readonly backlog: TradesReport
  readonly quotes: number
  readonly tickers: number
  readonly book: BookReport | undefined
}

export interface TradesReport {
  count: number
  readonly amount: DecimalSum
  readonly turnover: DecimalSum
  firstPrice: string | undefined
  lastPrice: string | undefined
  buys: number
  sells: number
  readonly ids: string[]
}

export interface BookReport {
  snapshots: number
  updates: number
  lastSequence: number | null
  /** Quotes of the same sequence as the book, and those of them whose best levels are equal to the book's. */
  quotesCompared: number
  quotesEqual: number
  state: BookState
  /** sha256 over `b PRICE SIZE` (high to low) and then `a PRICE SIZE` (low to high), a line each. */
  sha256: string
}

export interface SessionReport {
  readonly symbols: ReadonlyMap<string, SymbolReport>
  readonly events: readonly MarketEvent[]
  readonly summary: CaptureSummary
  readonly problems: readonly string[]
}

interface Work {
  trades: TradesReport
  backlog: TradesReport
  quotes: number
  tickers: number
  snapshots: number
  updates: number
  lastSequence: number | null
  quotesCompared: number
  quotesEqual: number
  book: OrderBook
  /** Quotes that no update of the book has reached yet. */
  quotesBySequence: Map<number, readonly string[]>
  /** The best levels after each update: a quote may come later than the book that it is of. */
  bestBySequence: Map<number, readonly string[]>
}

/** Replays the lines of a capture and sums up what came out. */
export function replaySession(
  protocol: VenueProtocol,
  lines: Iterable<string>,
  options: Partial<CaptureReplayOptions> = {},
): SessionReport {
  const problems: string[] = []
  const replay = new CaptureReplay({
    protocol,
    books: true,
    problem: ({ line, error }) => {
      problems.push(`${line}: ${'code' in error ? error.message : `${error.kind}: ${error.reason}`}`)
    },
    ...options,
  })
  const events: MarketEvent[] = []
  for (const line of lines) events.push(...replay.push(line))
  events.push(...replay.finish())
  const works = new Map<string, Work>()
  for (const event of events) if (event.messageType !== 'venue-state') digest(event, works)
  const states = new Map<VenueSymbol, BookState>(replay.bookStates().map((state) => [state.symbol, state]))
  const symbols = new Map<string, SymbolReport>()
  for (const [symbol, work] of works) {
    const state = states.get(symbol as VenueSymbol)
    const { trades, backlog, quotes, tickers, snapshots, updates, lastSequence, quotesCompared, quotesEqual } = work
    const book =
      state === undefined || snapshots === 0
        ? undefined
        : {
            snapshots,
            updates,
            lastSequence,
            quotesCompared,
            quotesEqual,
            state,
            sha256: bookHash(state.bids, state.asks),
          }
    symbols.set(symbol, { trades, backlog, quotes, tickers, book })
  }
  return { symbols, events, summary: replay.summary, problems }
}

function digest(event: Exclude<MarketEvent, { readonly messageType: 'venue-state' }>, works: Map<string, Work>): void {
  let work = works.get(event.symbol)
  if (work === undefined) {
    work = newWork()
    works.set(event.symbol, work)
  }
  if (event.messageType === 'trade') addTrade(event.backlog === true ? work.backlog : work.trades, event)
  else if (event.messageType === 'ticker') work.tickers++
  else if (event.messageType === 'quote') {
    work.quotes++
    const best = [event.bidPrice, event.bidAmount, event.askPrice, event.askAmount].map(String)
    if (event.sequence === null) return
    const held = work.bestBySequence.get(event.sequence)
    if (held === undefined) work.quotesBySequence.set(event.sequence, best)
    else compareQuote(work, best, held)
  } else if (event.messageType === 'book') {
    if (event.kind === 'snapshot') {
      work.snapshots++
      work.book.replace(event.bids, event.asks)
    } else {
      work.updates++
      work.book.update(event.bids, event.asks)
    }
    work.lastSequence = event.sequence
    if (event.sequence === null || event.kind === 'snapshot') return
    const held = [...(work.book.bestBid ?? [null, null]), ...(work.book.bestAsk ?? [null, null])].map(String)
    work.bestBySequence.set(event.sequence, held)
    const best = work.quotesBySequence.get(event.sequence)
    if (best !== undefined) compareQuote(work, best, held)
  }
}

function compareQuote(work: Work, best: readonly string[], held: readonly string[]): void {
  work.quotesCompared++
  if (held.join(' ') === best.join(' ')) work.quotesEqual++
}

function newWork(): Work {
  return {
    trades: newTrades(),
    backlog: newTrades(),
    quotes: 0,
    tickers: 0,
    snapshots: 0,
    updates: 0,
    lastSequence: null,
    quotesCompared: 0,
    quotesEqual: 0,
    book: new OrderBook(),
    quotesBySequence: new Map(),
    bestBySequence: new Map(),
  }
}

function newTrades(): TradesReport {
  return {
    count: 0,
    amount: new DecimalSum(),
    turnover: new DecimalSum(),
    firstPrice: undefined,
    lastPrice: undefined,
    buys: 0,
    sells: 0,
    ids: [],
  }
}

function addTrade(report: TradesReport, trade: TradeEvent): void {
  report.count++
  report.amount.add(trade.amount)
  report.turnover.addProduct(trade.price, trade.amount)
  report.firstPrice ??= trade.price
  report.lastPrice = trade.price
  if (trade.side === 'buy') report.buys++
  if (trade.side === 'sell') report.sells++
  if (trade.id !== null) report.ids.push(trade.id)
}

/** The hash that the truth files hold of a book. */
export function bookHash(bids: readonly BookLevel[], asks: readonly BookLevel[]): string {
  const hash = createHash('sha256')
  for (const [price, amount] of bids) hash.update(`b ${price} ${amount}\n`)
  for (const [price, amount] of asks) hash.update(`a ${price} ${amount}\n`)
  return hash.digest('hex')
}
