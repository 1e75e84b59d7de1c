import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { SimulatedVenue } from './model/catalogue.ts'
import { trimmed } from './model/fixed.ts'
import type { Ladder } from './model/ladder.ts'
import type { Listing } from './model/listing.ts'
import { tradeIdText } from './model/trade-identity.ts'
import type { SimulatedTrade } from './model/trade-store.ts'
import { SimulatorError } from './simulator-error.ts'

/** A trade that really happened. Decimals are canonical; the time is the venue's, as it wrote it. */
export interface LedgerTrade {
  /** `history`: laid down before the start, to be had by REST only. */
  readonly kind: 'trade' | 'history'
  readonly venue: SimulatedVenue
  readonly instrument: string
  readonly symbol: string
  readonly id: string
  readonly price: string
  readonly amount: string
  /** The taker's. */
  readonly side: 'buy' | 'sell'
  readonly exchangeTime: number
}

/** A fault that was really injected. */
export interface LedgerFault {
  readonly kind: 'fault'
  readonly fault: string
  readonly venue: SimulatedVenue
  readonly time: number
  readonly instrument?: string
  readonly channel?: string
  /** Number of the client's connection. */
  readonly connection?: number
  readonly detail?: string
}

/** All levels of a book, best first. */
export interface LedgerBook {
  readonly kind: 'book'
  readonly venue: SimulatedVenue
  readonly instrument: string
  readonly symbol: string
  readonly active: boolean
  readonly sequence: number
  readonly time: number
  readonly bids: readonly (readonly [string, string])[]
  readonly asks: readonly (readonly [string, string])[]
}

const WRITE_CHARACTERS = 128 * 1024
const FAULTS_KEPT = 100_000

/** What really happened: every trade, every book, every fault. Tests compare it with what was collected. */
export class Ledger {
  readonly #listings: readonly Listing[]
  readonly #faults: LedgerFault[] = []
  #file: number | undefined
  #buffer = ''

  /** @throws SimulatorError SIMULATOR_LEDGER_FAILED if the file cannot be written. */
  constructor(listings: readonly Listing[], path: string | undefined) {
    this.#listings = listings
    if (path === undefined) return
    try {
      mkdirSync(dirname(path), { recursive: true })
      this.#file = openSync(path, 'w')
    } catch (cause) {
      throw new SimulatorError('SIMULATOR_LEDGER_FAILED', `cannot write the ledger ${path}: ${String(cause)}`, {
        cause,
      })
    }
    for (const listing of listings) this.#writeTrades(listing, listing.trades.firstId, listing.firstLiveId - 1)
  }

  /** Takes down the trades of the event that a listing has just gone through. */
  record(listing: Listing): void {
    if (this.#file === undefined || listing.eventTradeCount === 0) return
    this.#writeTrades(listing, listing.firstEventTradeId, listing.trades.lastId)
  }

  fault(fault: Omit<LedgerFault, 'kind'>): void {
    const record: LedgerFault = { kind: 'fault', ...fault }
    if (this.#faults.length >= FAULTS_KEPT) this.#faults.splice(0, FAULTS_KEPT / 10)
    this.#faults.push(record)
    if (this.#file !== undefined) this.#write(`${JSON.stringify(record)}\n`)
  }

  /** Injected faults, oldest first. */
  faults(): readonly LedgerFault[] {
    return this.#faults
  }

  /** Whether every live trade is still held in memory. */
  get complete(): boolean {
    return this.#listings.every((listing) => listing.trades.firstId <= listing.firstLiveId)
  }

  /** Whether anything is listed that a filter lets through. */
  has(filter: { venue?: string; instrument?: string }): boolean {
    return this.#listings.some((listing) => matches(listing, filter))
  }

  /** Trades in memory by listing and id; live ones, or with `history` also those from before the start. */
  *trades(filter: { venue?: string; instrument?: string; history?: boolean } = {}): Generator<LedgerTrade> {
    for (const listing of this.#listings) {
      if (!matches(listing, filter)) continue
      const from = filter.history === true ? listing.trades.firstId : listing.firstLiveId
      const last = listing.trades.lastId
      for (let id = Math.max(from, listing.trades.firstId); id <= last; id++) {
        const trade = listing.trades.get(id)
        if (trade !== undefined) yield ledgerTrade(listing, trade)
      }
    }
  }

  /** The books as they are now. */
  books(filter: { venue?: string; instrument?: string } = {}): LedgerBook[] {
    return this.#listings.filter((listing) => matches(listing, filter)).map(ledgerBook)
  }

  /** Writes the books as they are now to the file. */
  recordBooks(): void {
    if (this.#file === undefined) return
    for (const listing of this.#listings) this.#write(`${JSON.stringify(ledgerBook(listing))}\n`)
    this.flush()
  }

  flush(): void {
    if (this.#file === undefined || this.#buffer === '') return
    writeSync(this.#file, this.#buffer)
    this.#buffer = ''
  }

  close(): void {
    if (this.#file === undefined) return
    this.flush()
    closeSync(this.#file)
    this.#file = undefined
  }

  #writeTrades(listing: Listing, from: number, to: number): void {
    for (let id = from; id <= to; id++) {
      const trade = listing.trades.get(id)
      if (trade !== undefined) this.#write(`${JSON.stringify(ledgerTrade(listing, trade))}\n`)
    }
  }

  #write(text: string): void {
    this.#buffer += text
    if (this.#buffer.length > WRITE_CHARACTERS) this.flush()
  }
}

function matches(listing: Listing, filter: { venue?: string; instrument?: string }): boolean {
  const { venue, instrument, symbol } = listing.specification
  if (filter.venue !== undefined && filter.venue !== venue) return false
  return filter.instrument === undefined || filter.instrument === instrument || filter.instrument === symbol
}

function ledgerTrade(listing: Listing, trade: SimulatedTrade): LedgerTrade {
  const { venue, instrument, symbol, priceDecimals, sizeDecimals } = listing.specification
  return {
    kind: trade.id < listing.firstLiveId ? 'history' : 'trade',
    venue,
    instrument,
    symbol,
    id: tradeIdText(listing.specification, trade.id),
    price: trimmed(trade.price, priceDecimals),
    amount: trimmed(trade.lots, sizeDecimals),
    side: trade.buy ? 'buy' : 'sell',
    exchangeTime: trade.time,
  }
}

function ledgerBook(listing: Listing): LedgerBook {
  const { venue, instrument, symbol, priceDecimals, sizeDecimals } = listing.specification
  const levels = (ladder: Ladder) =>
    Array.from(
      { length: ladder.count },
      (_, rank) => [trimmed(ladder.priceAt(rank), priceDecimals), trimmed(ladder.lotsAt(rank), sizeDecimals)] as const,
    )
  return {
    kind: 'book',
    venue,
    instrument,
    symbol,
    active: listing.active,
    sequence: listing.updateId,
    time: listing.eventTime,
    bids: levels(listing.bids),
    asks: levels(listing.asks),
  }
}
