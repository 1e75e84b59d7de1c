import type { Instrument, InstrumentId } from '../../../market/index.ts'
import type { SessionOptions, Subscription } from '../../protocol.ts'
import { FeedMaker } from '../feed-maker.ts'
import { Market } from './market.ts'
import { MarketBook } from './market-book.ts'
import type { MarketWords } from './market-words.ts'
import { NumberedTrades } from './numbered-trades.ts'
import { OverlappingTrades } from './overlapping-trades.ts'

/** The markets of a session: those that are subscribed to, and the names of all that the venue has. */
export class Markets {
  readonly #options: SessionOptions
  readonly #words: MarketWords
  readonly #newRequestId: () => number
  readonly #feeds: FeedMaker
  readonly #byName = new Map<string, Market>()
  readonly #byInstrument = new Map<InstrumentId, Market>()
  readonly #known = new Set<string>()
  /** The one that was named last, and how: several facts of one frame, and many frames in a row, are of one market. */
  #lastName: string | undefined
  #lastNamed: Market | undefined

  constructor(options: SessionOptions, words: MarketWords, newRequestId: () => number) {
    this.#options = options
    this.#words = words
    this.#newRequestId = newRequestId
    this.#feeds = new FeedMaker(options.outages)
  }

  [Symbol.iterator](): IterableIterator<Market> {
    return this.#byName.values()
  }

  /** The market that frames name so; undefined if it is not subscribed to. */
  named(name: string): Market | undefined {
    if (name === this.#lastName) return this.#lastNamed
    const market = this.#byName.get(name)
    if (market === undefined) return undefined
    // Its own text of the name: a piece of the frame would keep that in memory.
    this.#lastName = market.wireSymbol
    this.#lastNamed = market
    return market
  }

  /** Whether the venue has an instrument of this name, subscribed to or not. */
  isKnown(name: string): boolean {
    return this.#known.has(name)
  }

  of(instrument: InstrumentId): Market | undefined {
    return this.#byInstrument.get(instrument)
  }

  isWanted({ instrument, channel }: Subscription): boolean {
    return this.#byInstrument.get(instrument.id)?.wanted.has(channel) === true
  }

  /** Instruments that the venue has. */
  learn(instruments: readonly Instrument[]): void {
    for (const instrument of instruments) this.#known.add(this.#wireSymbol(instrument))
  }

  /** The market of an instrument; made when it is first asked for. */
  for(instrument: Instrument): Market {
    const known = this.#byInstrument.get(instrument.id)
    if (known !== undefined) return known
    const { repairTrades, resume } = this.#options
    const { tradeIds, tradeHistory, bookRule, quotesFromBook } = this.#words
    const feeds = this.#feeds
    const options = {
      feed: feeds.make(instrument, 'trade'),
      history: repairTrades ? tradeHistory : null,
      resume: resume.get(instrument.id),
      newRequestId: this.#newRequestId,
    }
    const trades = tradeIds === 'consecutive' ? new NumberedTrades(options) : new OverlappingTrades(options)
    const book = bookRule === null ? null : new MarketBook({ instrument, feeds, rule: bookRule, quotesFromBook })
    const name = this.#wireSymbol(instrument)
    const market = new Market(instrument, name, trades, book, feeds)
    this.#byName.set(name, market)
    this.#byInstrument.set(instrument.id, market)
    this.#known.add(name)
    this.#lastName = undefined
    return market
  }

  /** Nothing of it is subscribed to any more. Its name stays known: frames of it may still be under way. */
  drop(market: Market): void {
    this.#byName.delete(market.wireSymbol)
    this.#byInstrument.delete(market.instrument.id)
    this.#lastName = undefined
  }

  #wireSymbol(instrument: Instrument): string {
    return this.#words.wireSymbol?.(instrument) ?? instrument.symbol
  }
}
