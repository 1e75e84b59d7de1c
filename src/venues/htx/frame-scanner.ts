import { type Amount, type BookLevel, MICROS_PER_MILLISECOND, type Micros, type Price } from '../../market/index.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { WireCursor } from '../shared/wire-cursor.ts'
import { readTopic } from './topics.ts'

const COMMA = 44
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93
/** Milliseconds have thirteen digits from 2001 to 2286; other units are left to the careful reader. */
const FIRST_MILLISECOND = 1e12
const END_OF_MILLISECONDS = 1e13

const cursor = new WireCursor()
/** What the members of a frame said, in whichever order they came. */
let topic = ''
let messageTime = -1
let bookTime = -1
let version = -1
let sequence = -1
let previous = -1
let bids: BookLevel[] | undefined
let asks: BookLevel[] | undefined

/**
 * Says a book, whole or changed, straight from its text: nearly all that comes is such.
 * @returns false, having said nothing, for every other frame and for one that is not written as expected
 */
export function scanBook(frame: string, facts: MarketFacts): boolean {
  cursor.start(frame)
  topic = ''
  messageTime = -1
  bookTime = -1
  version = -1
  sequence = -1
  previous = -1
  bids = undefined
  asks = undefined
  const isRead = cursor.members(readRoot) && cursor.isAtEnd
  cursor.clear()
  const read = isRead && messageTime >= 0 ? readTopic(topic) : undefined
  if (read?.kind === 'mbp' && sequence >= 0 && previous >= 0) {
    const change = { bids: bids ?? [], asks: asks ?? [], exchangeTime: messageTime as Micros }
    facts.book(read.symbol, { kind: 'update', ...change, first: sequence, last: sequence, previous })
    return true
  }
  if (read?.kind !== 'depth' || version < 0 || bids === undefined || asks === undefined) return false
  const exchangeTime = (bookTime < 0 ? messageTime : bookTime) as Micros
  facts.book(read.symbol, {
    kind: 'snapshot',
    bids,
    asks,
    exchangeTime,
    first: version,
    last: version,
    previous: null,
  })
  return true
}

function readRoot(name: string): boolean {
  switch (name) {
    case 'ch':
      topic = cursor.quoted() ?? ''
      return topic.includes('.depth.') || topic.includes('.mbp.')
    case 'ts':
      messageTime = time()
      return messageTime >= 0
    case 'tick':
      return cursor.members(readTick)
  }
  return false
}

function readTick(name: string): boolean {
  switch (name) {
    case 'bids':
      bids = levels()
      return bids !== undefined
    case 'asks':
      asks = levels()
      return asks !== undefined
    case 'version':
      version = cursor.whole()
      return version >= 0
    case 'seqNum':
      sequence = cursor.whole()
      return sequence >= 0
    case 'prevSeqNum':
      previous = cursor.whole()
      return previous >= 0
    // Contracts number their messages, and say their topic again.
    case 'id':
    case 'mrid':
      return cursor.whole() >= 0
    case 'ch':
      return cursor.quoted() !== undefined
    case 'ts':
      bookTime = time()
      return bookTime >= 0
  }
  return false
}

function time(): number {
  const milliseconds = cursor.whole()
  const isKnown = milliseconds >= FIRST_MILLISECOND && milliseconds < END_OF_MILLISECONDS
  return isKnown ? milliseconds * MICROS_PER_MILLISECOND : -1
}

function levels(): BookLevel[] | undefined {
  if (!cursor.character(OPEN_BRACKET)) return undefined
  const found: BookLevel[] = []
  if (cursor.character(CLOSE_BRACKET)) return found
  do {
    if (!cursor.character(OPEN_BRACKET)) return undefined
    const price = cursor.decimal()
    if (price === undefined || !cursor.character(COMMA)) return undefined
    const amount = cursor.decimal()
    if (amount === undefined || !cursor.character(CLOSE_BRACKET)) return undefined
    found.push([price as Price, amount as Amount])
  } while (cursor.character(COMMA))
  return cursor.character(CLOSE_BRACKET) ? found : undefined
}
