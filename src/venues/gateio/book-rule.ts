import type { BookLevel, Instrument } from '../../market/index.ts'
import { isTextObject, parseJsonText, type TextObject } from '../shared/json-text.ts'
import type { BookChange, BookPosition, BookRule, Verdict } from '../shared/market/book-rule.ts'
import { amountOf, levelsOf, listOf, priceOf, wholeOf } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import { timeAmong } from './time.ts'

/**
 * The chain of both book channels. "If U = local depth ID + 1, the depth update is continuous […] If U ≠ local depth ID + 1,
 * the depth data is not continuous. In this case, unsubscribe from the symbol and resubscribe" (channel `obu`:
 * https://www.gate.com/announcements/article/45317, 2026-11-22). "Find the first one that contains baseID, i.e. U <= baseID+1
 * and u >= baseID+1 […] dump all notifications which satisfy u < baseID+1 […] if any subsequent U > baseID+1 is found, some
 * updates are lost" (channel `order_book_update`: https://www.gate.com/docs/developers/apiv4/ws/en/, 2026-11-22).
 */
function judge({ first, last }: BookChange, position: BookPosition): Verdict {
  if (first === null || last === null || position.last === null) return 'next'
  if (last <= position.last) return 'stale'
  return first > position.last + 1 ? 'gap' : 'next'
}

/**
 * The rule of one session's books. The channel `obu` sends its snapshot by itself; for `order_book_update`, which captures have,
 * it is fetched. Which of the two a connection carries may be seen only when the first book comes.
 */
export class GateBookRule implements BookRule {
  snapshot: 'stream' | 'rest'
  readonly partialLevels?: number
  readonly #path: (instrument: Instrument) => string

  /** @param partialLevels how many levels a fetched snapshot has at most, where changes beyond them come too */
  constructor(snapshot: 'stream' | 'rest', path: (instrument: Instrument) => string, partialLevels?: number) {
    this.snapshot = snapshot
    this.#path = path
    if (partialLevels !== undefined) this.partialLevels = partialLevels
  }

  readonly judge = judge

  request(instrument: Instrument): { readonly path: string; readonly weight: number } {
    return { path: this.#path(instrument), weight: 1 }
  }

  read(body: string): BookChange {
    const book = parseJsonText(body)
    if (!isTextObject(book)) throw new VenueError('VENUE_ANSWER_INVALID', 'an order book is not an object')
    return {
      kind: 'snapshot',
      bids: gateLevels(book, 'bids'),
      asks: gateLevels(book, 'asks'),
      exchangeTime: timeAmong(book, 'update', 'current'),
      first: null,
      last: wholeOf(book, 'id'),
      previous: null,
    }
  }
}

/** Levels as `["1.5", "2"]` (spot) or `{"p": "1.5", "s": 2}` (futures). @throws VenueError, MarketError */
export function gateLevels(object: TextObject, name: string): BookLevel[] {
  // A side without changes is left out on channel obu.
  if (object[name] === undefined || object[name] === null) return []
  const list = listOf(object, name)
  if (!isTextObject(list[0])) return levelsOf(object, name)
  const levels: BookLevel[] = []
  for (const level of list) {
    if (!isTextObject(level)) throw new VenueError('VENUE_TEXT_INVALID', `a level of ${name} is not an object`)
    levels.push([priceOf(level, 'p'), amountOf(level, 's')])
  }
  return levels
}

/** A message of `order_book_update` or `obu`. */
export function readBookUpdate(result: TextObject): BookChange {
  // "true means the full depth; the user replaces the local depth": the same on both channels.
  const isFull = result.full === true
  return {
    kind: isFull ? 'snapshot' : 'update',
    bids: gateLevels(result, 'b'),
    asks: gateLevels(result, 'a'),
    exchangeTime: timeAmong(result, 't'),
    first: isFull ? null : wholeOf(result, 'U'),
    last: wholeOf(result, 'u'),
    previous: null,
  }
}

const STREAM = /^ob\.(.{1,40})\.\d{1,4}$/

/** The pair or contract of a stream's name `ob.BTC_USDT.400`. */
export function symbolOfStream(name: string): string {
  return STREAM.exec(name)?.[1] ?? name
}

const BOOK_FRAME = /"channel"\s*:\s*"(?:spot|futures)\.(?:order_book|order_book_update|obu)"/
const BOOK_SYMBOL = /"(?:s|contract)"\s*:\s*"([^"\\]{1,60})"/

/** The pair or contract whose book a malformed frame was for. */
export function symbolOfMalformedBook(frame: string): string | undefined {
  if (!BOOK_FRAME.test(frame)) return undefined
  const name = BOOK_SYMBOL.exec(frame)?.[1]
  return name === undefined ? undefined : symbolOfStream(name)
}
