import { InstrumentMap, type TradeEvent } from '../market/index.ts'
import { TradeIds, type TradeIdsState } from './trade-ids.ts'

/** Prints without id that are remembered of each instrument. */
const MAXIMUM_PRINTS = 20_000

interface InstrumentTrades {
  /** Venue and instrument, as they are written down. */
  readonly name: string
  readonly ids: TradeIds
  /** How many prints without id look like this one, oldest first. */
  readonly prints: Map<string, number>
}

/** The state as it is written down. */
export type TradeFilterState = Record<string, InstrumentTradesState>

interface InstrumentTradesState {
  readonly ids: TradeIdsState
  readonly prints: readonly (readonly [look: string, count: number])[]
}

/**
 * Tells trades that are on the tape already. Whether a trade passes depends on nothing but the trades before it on the
 * tape, so that reading the same tape again lets the same trades pass.
 *
 * With ids, every second delivery is a duplicate, within the bounds of {@link TradeIds}. Prints without id are told apart by what they say: live ones always pass,
 * since two equal prints can be two trades; of history, the n-th equal print of one record is a duplicate if n have been
 * seen.
 */
export class TradeFilter {
  readonly #instruments = new InstrumentMap<InstrumentTrades>()
  readonly #inRecord = new Map<string, number>()
  #record = -1

  /** Whether the trade is new; from then on it is not. `position` is that of its log record. */
  pass(trade: TradeEvent, position: number): boolean {
    let known = this.#instruments.get(trade)
    if (known === undefined) {
      known = { name: `${trade.venue}\n${trade.instrument}`, ids: new TradeIds(), prints: new Map() }
      this.#instruments.set(trade, known)
    }
    if (trade.id === null) return this.#passPrint(known, trade, position)
    return known.ids.add(trade.id, trade.backlog === true, trade.receiveTime)
  }

  state(): TradeFilterState {
    return Object.fromEntries(
      [...this.#instruments.values()].map(({ name, ids, prints }) => [name, { ids: ids.state(), prints: [...prints] }]),
    )
  }

  static restore(state: TradeFilterState): TradeFilter {
    const filter = new TradeFilter()
    for (const [name, { ids, prints }] of Object.entries(state)) {
      const [venue = '', instrument = ''] = name.split('\n')
      filter.#instruments.set({ venue, instrument }, { name, ids: TradeIds.restore(ids), prints: new Map(prints) })
    }
    return filter
  }

  #passPrint(known: InstrumentTrades, trade: TradeEvent, position: number): boolean {
    const look = `${trade.exchangeTime}|${trade.price}|${trade.amount}|${trade.side}`
    const seen = known.prints.get(look) ?? 0
    if (trade.backlog === true) {
      if (this.#record !== position) {
        this.#record = position
        this.#inRecord.clear()
      }
      const key = `${known.name}\n${look}`
      const occurrence = (this.#inRecord.get(key) ?? 0) + 1
      this.#inRecord.set(key, occurrence)
      if (occurrence <= seen) return false
    }
    known.prints.set(look, seen + 1)
    if (known.prints.size > MAXIMUM_PRINTS) {
      const [oldest] = known.prints.keys()
      if (oldest !== undefined) known.prints.delete(oldest)
    }
    return true
  }
}
