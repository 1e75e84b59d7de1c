import type { TradeEvent } from '../market/index.ts'
import { IdIntervals } from './id-intervals.ts'

/** Ids that are not numbers, and prints without id, remembered of each instrument. */
const MAXIMUM_RECENT = 20_000
const NUMBER_ID = /^(?:0|[1-9]\d{0,14})$/

interface InstrumentTrades {
  ids: IdIntervals
  /** Ids that are no numbers, oldest first. */
  texts: Set<string>
  /** The same of history, by itself: years of it that come at once must not push out what was heard a moment ago. */
  pastTexts: Set<string>
  /** How many prints without id look like this one, oldest first. */
  prints: Map<string, number>
}

/** The state as it is written down. */
export type TradeFilterState = Record<string, InstrumentTradesState>

interface InstrumentTradesState {
  ids: number[]
  texts: string[]
  /** Absent in states of older versions. */
  pastTexts?: string[]
  prints: [string, number][]
}

/**
 * Tells trades that are on the tape already. Whether a trade passes depends on nothing but the trades before it on the
 * tape, so that reading the same tape again lets the same trades pass.
 *
 * With ids, every second delivery is a duplicate. Prints without id are told apart by what they say: live ones always pass,
 * since two equal prints can be two trades; of history, the n-th equal print of one record is a duplicate if n have been
 * seen.
 */
export class TradeFilter {
  readonly #instruments = new Map<string, InstrumentTrades>()
  readonly #inRecord = new Map<string, number>()
  #record = -1

  /** Whether the trade is new; from then on it is not. `position` is that of its log record. */
  pass(trade: TradeEvent, position: number): boolean {
    const name = `${trade.venue}\n${trade.instrument}`
    let known = this.#instruments.get(name)
    if (known === undefined) {
      known = { ids: new IdIntervals(), texts: new Set(), pastTexts: new Set(), prints: new Map() }
      this.#instruments.set(name, known)
    }
    if (trade.id === null) return this.#passPrint(known, name, trade, position)
    if (NUMBER_ID.test(trade.id)) return known.ids.add(Number(trade.id))
    if (known.texts.has(trade.id) || known.pastTexts.has(trade.id)) return false
    const texts = trade.backlog === true ? known.pastTexts : known.texts
    texts.add(trade.id)
    forgetOldest(texts)
    return true
  }

  state(): TradeFilterState {
    return Object.fromEntries(
      [...this.#instruments].map(([name, { ids, texts, pastTexts, prints }]) => [
        name,
        { ids: ids.toJSON(), texts: [...texts], pastTexts: [...pastTexts], prints: [...prints] },
      ]),
    )
  }

  static restore(state: TradeFilterState): TradeFilter {
    const filter = new TradeFilter()
    for (const [name, { ids, texts, pastTexts, prints }] of Object.entries(state)) {
      filter.#instruments.set(name, {
        ids: IdIntervals.fromJSON(ids),
        texts: new Set(texts),
        pastTexts: new Set(pastTexts ?? []),
        prints: new Map(prints),
      })
    }
    return filter
  }

  #passPrint(known: InstrumentTrades, name: string, trade: TradeEvent, position: number): boolean {
    const look = `${trade.exchangeTime}|${trade.price}|${trade.amount}|${trade.side}`
    const seen = known.prints.get(look) ?? 0
    if (trade.backlog === true) {
      if (this.#record !== position) {
        this.#record = position
        this.#inRecord.clear()
      }
      const key = `${name}\n${look}`
      const occurrence = (this.#inRecord.get(key) ?? 0) + 1
      this.#inRecord.set(key, occurrence)
      if (occurrence <= seen) return false
    }
    known.prints.set(look, seen + 1)
    forgetOldest(known.prints)
    return true
  }
}

function forgetOldest(collection: Set<string> | Map<string, number>): void {
  if (collection.size <= MAXIMUM_RECENT) return
  for (const oldest of collection.keys()) {
    collection.delete(oldest)
    return
  }
}
