import type { Amount, BookLevel, Price } from '../../market/index.ts'
import type { BookChange } from '../shared/market/book-rule.ts'
import { DECIMAL_PATTERN } from './decimal-pattern.ts'

/** An update of more changes may be the state of a book, which the careful reader tells apart. */
const MAXIMUM_CHANGES = 19

// Patterns, whose machine code the engine makes: twice as fast as a loop over the characters, which asks at each of them how the text is kept.
const HEAD = '\\{"type":"l2_updates","symbol":"([A-Z0-9]+)","changes":\\['
const CHANGE = `\\["(?:(buy)|sell)","${DECIMAL_PATTERN}","${DECIMAL_PATTERN}"\\]`
const END = '\\]\\}$'

/** Most updates are of one change. */
const ONE_CHANGE = new RegExp(`^${HEAD}${CHANGE}${END}`)
const BEGINNING = new RegExp(`^${HEAD}`)
const NEXT_CHANGE = new RegExp(`${CHANGE}(?:(,)|${END})`, 'y')

const NOTHING: readonly BookLevel[] = []

/** What an update says. */
interface ScannedUpdate {
  readonly symbol: string
  readonly change: BookChange
}

/**
 * Reads an update of Market Data v2 straight from its text; what is written otherwise is left to the careful reader.
 * @returns undefined if the frame is not such an update, word for word
 */
export function scanBook(text: string): ScannedUpdate | undefined {
  const found = ONE_CHANGE.exec(text)
  if (found === null) return scanSeveral(text)
  const levels = [[found[3] as Price, found[4] as Amount] as const]
  const isBid = found[2] !== undefined
  return { symbol: found[1] as string, change: isBid ? changeOf(levels, NOTHING) : changeOf(NOTHING, levels) }
}

function scanSeveral(text: string): ScannedUpdate | undefined {
  const beginning = BEGINNING.exec(text)
  if (beginning === null) return undefined
  const bids: BookLevel[] = []
  const asks: BookLevel[] = []
  let at = beginning[0].length
  for (let changes = 0; changes < MAXIMUM_CHANGES; changes++) {
    NEXT_CHANGE.lastIndex = at
    const found = NEXT_CHANGE.exec(text)
    if (found === null) return undefined
    const side = found[1] === undefined ? asks : bids
    side.push([found[2] as Price, found[3] as Amount])
    if (found[4] === undefined) return { symbol: beginning[1] as string, change: changeOf(bids, asks) }
    at = NEXT_CHANGE.lastIndex
  }
  return undefined
}

/** The message has no time and no number. */
function changeOf(bids: readonly BookLevel[], asks: readonly BookLevel[]): BookChange {
  return { kind: 'update', bids, asks, exchangeTime: null, first: null, last: null, previous: null }
}
