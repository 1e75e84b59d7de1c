import type { Channel, Instrument, Micros } from '../../market/index.ts'
import type { Subscription } from '../protocol.ts'
import { isTextObject, parseJsonText } from '../shared/json-text.ts'
import type { BookRule } from '../shared/market/book-rule.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import type { MarketWords } from '../shared/market/market-words.ts'
import { RetiredBookScanner } from './book-scanner.ts'
import { type Category, categoryOf, nameOf } from './category.ts'
import { RetiredReader } from './retired-reader.ts'

/** No rule of sequence was documented: what is left is that a book is never crossed. */
const retiredBookRule: BookRule = { snapshot: 'stream', refusesCrossed: true }

/**
 * The sockets before v5, for captures: `/realtime` (inverse) and `/realtime_public` (linear). They were closed in 2023, so
 * nothing is subscribed to here.
 */
export class RetiredWords implements MarketWords {
  readonly tradeIds = 'unique'
  readonly tradeHistory = null
  readonly bookRule = retiredBookRule
  readonly quotesFromBook = false
  readonly confirmsSubscriptions = false
  readonly rareChannels: readonly Channel[] = ['liquidation']
  readonly #category: Category
  readonly #reader: RetiredReader
  readonly #books = new RetiredBookScanner()

  constructor(category: Category) {
    this.#category = category
    this.#reader = new RetiredReader(category)
  }

  wireSymbol(instrument: Instrument): string {
    const category = categoryOf(instrument)
    const name = nameOf(instrument.symbol)
    return category === this.#category ? name : `${category}:${name}`
  }

  opened(_at: Micros): readonly string[] {
    this.#reader.clear()
    return []
  }

  subscribe(_subscriptions: readonly Subscription[]): readonly string[] {
    return []
  }

  unsubscribe(_subscriptions: readonly Subscription[]): readonly string[] {
    return []
  }

  read(text: string, facts: MarketFacts): boolean {
    const book = this.#books.scan(text)
    if (book !== undefined) {
      facts.book(book.name, book.change)
      return true
    }
    const frame = parseJsonText(text)
    if (!isTextObject(frame)) return false
    if (typeof frame.topic === 'string') return this.#reader.read(frame.topic, frame, facts)
    if (typeof frame.success !== 'boolean') return false
    if (!frame.success) facts.venueError(String(frame.ret_msg))
    return true
  }

  bookOfMalformed(text: string): string | undefined {
    return /"topic":"orderBook(?:L2_25|_200\.100ms)\.([A-Z0-9]+)"/.exec(text)?.[1]
  }
}
