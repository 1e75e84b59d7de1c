import type { ListingSpecification } from './catalogue.ts'
import { Ladder } from './ladder.ts'
import { TradeStore, turnoverOf } from './trade-store.ts'

/** One level that an event changed, with what is left there. */
export interface LevelChange {
  readonly side: 'bid' | 'ask'
  readonly price: number
  readonly lots: number
}

/** Running figures of a listing since its history begins. */
export interface ListingStatistics {
  open: number
  high: number
  low: number
  last: number
  lastLots: number
  volumeLots: number
  /** Sum of ticks times lots. */
  turnover: bigint
  count: number
}

/** An instrument on its venue: the book, the trades, and what the last event did to them. */
export class Listing {
  readonly specification: ListingSpecification
  readonly index: number
  readonly assetIndex: number
  readonly bids = new Ladder('bid')
  readonly asks = new Ladder('ask')
  readonly trades: TradeStore
  readonly statistics: ListingStatistics
  /** Counts every change of a level, as the venues' own sequence numbers do. */
  updateId: number
  active = true
  /** Logarithmic distance of this venue's prices from the coin's fair price. */
  basis = 0
  /** The sign of recent order flow: it persists. */
  flow: 1 | -1 = 1
  /** Id of the first trade that happened live; smaller ids are history laid down at the start. */
  firstLiveId = 0

  /** What the event that is under way has done so far. */
  readonly changes: LevelChange[] = []
  /** Ids of its trades: from here up to `trades.lastId`. */
  firstEventTradeId = 0
  eventTime = 0

  constructor(
    specification: ListingSpecification,
    index: number,
    assetIndex: number,
    identity: { firstTradeId: number; updateId: number },
    retainTrades: number,
  ) {
    this.specification = specification
    this.index = index
    this.assetIndex = assetIndex
    this.trades = new TradeStore(identity.firstTradeId, retainTrades)
    this.updateId = identity.updateId
    this.firstLiveId = identity.firstTradeId
    this.statistics = {
      open: 0,
      high: 0,
      low: 0,
      last: 0,
      lastLots: 0,
      volumeLots: 0,
      turnover: 0n,
      count: 0,
    }
  }

  get eventTradeCount(): number {
    return this.trades.lastId + 1 - this.firstEventTradeId
  }

  begin(time: number): void {
    // The list keeps its room; with its length set to 0 it would not.
    while (this.changes.length > 0) this.changes.pop()
    this.firstEventTradeId = this.trades.lastId + 1
    this.eventTime = time
  }

  set(side: 'bid' | 'ask', price: number, lots: number): void {
    const ladder = side === 'bid' ? this.bids : this.asks
    ladder.set(price, lots)
    this.updateId++
    this.changes.push({ side, price, lots })
  }

  trade(price: number, lots: number, buy: boolean, time: number): void {
    this.trades.add(price, lots, buy, time)
    const statistics = this.statistics
    if (statistics.count === 0) {
      statistics.open = price
      statistics.high = price
      statistics.low = price
    }
    if (price > statistics.high) statistics.high = price
    if (price < statistics.low) statistics.low = price
    statistics.last = price
    statistics.lastLots = lots
    statistics.volumeLots += lots
    statistics.turnover += turnoverOf(price, lots)
    statistics.count++
  }
}
