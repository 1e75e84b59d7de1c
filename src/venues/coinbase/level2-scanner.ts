import type { Amount, BookLevel, Micros, Price } from '../../market/index.ts'
import { detached, WireCursor } from '../shared/wire-cursor.ts'
import type { SnapshotFrame, UpdateFrame } from './wire.ts'

const COMMA = 44
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93
const SMALL_B = 98
const CLOSE_BRACE = 125

/** How far behind the bracket of a change its side begins. */
const BEFORE_SIDE = '["'.length

/** Of the side that an update says nothing of; nobody adds to it. */
const NOTHING: readonly BookLevel[] = []

/**
 * Reads the frames of a book straight from their text, without building objects of JSON first:
 *
 *     {"type":"l2update","product_id":"SKL-BTC","changes":[["sell","0.00001306","660.5"]],"time":"2021-04-17T16:43:37.075687Z"}
 *     {"type":"snapshot","product_id":"BAND-GBP","asks":[["14.8024","12.77"],…],"bids":[["14.7550","7.30"],…]}
 *
 * with `changes` and `time`, and `bids` and `asks`, in either order.
 */
export class Level2Scanner {
  readonly #cursor = new WireCursor()
  /** Levels of the update that is being read; undefined where it has none of that side. */
  #bids: BookLevel[] | undefined
  #asks: BookLevel[] | undefined

  /** @returns undefined where the text is anything else: then it is read as JSON. */
  read(text: string): UpdateFrame | SnapshotFrame | undefined {
    const cursor = this.#cursor
    cursor.start(text)
    let frame: UpdateFrame | SnapshotFrame | undefined
    if (cursor.literal('{"type":"l2update","product_id":')) frame = this.#update(cursor)
    else if (cursor.literal('{"type":"snapshot","product_id":')) frame = readSnapshot(cursor)
    cursor.clear()
    return frame
  }

  #update(cursor: WireCursor): UpdateFrame | undefined {
    const product = cursor.quoted()
    if (product === undefined || product === '') return undefined
    let time: number
    if (cursor.literal(',"changes":[')) {
      if (!this.#changes(cursor) || !cursor.literal(',"time":')) return undefined
      time = cursor.quotedIsoTime()
    } else {
      if (!cursor.literal(',"time":')) return undefined
      time = cursor.quotedIsoTime()
      if (!cursor.literal(',"changes":[') || !this.#changes(cursor)) return undefined
    }
    if (time < 0 || !cursor.character(CLOSE_BRACE) || !cursor.isAtEnd) return undefined
    const bids = this.#bids ?? NOTHING
    const asks = this.#asks ?? NOTHING
    return { type: 'l2update', product, bids, asks, time: time as Micros }
  }

  #changes(cursor: WireCursor): boolean {
    this.#bids = undefined
    this.#asks = undefined
    if (cursor.character(CLOSE_BRACKET)) return true
    do {
      const isBid = cursor.text.charCodeAt(cursor.at + BEFORE_SIDE) === SMALL_B
      if (!cursor.literal(isBid ? '["buy",' : '["sell",')) return false
      const level = readPair(cursor)
      if (level === undefined) return false
      // Most messages have one level: a list made with it is smaller than one that grows.
      if (isBid) {
        if (this.#bids === undefined) this.#bids = [level]
        else this.#bids.push(level)
      } else if (this.#asks === undefined) this.#asks = [level]
      else this.#asks.push(level)
    } while (cursor.character(COMMA))
    return cursor.character(CLOSE_BRACKET)
  }
}

function readSnapshot(cursor: WireCursor): SnapshotFrame | undefined {
  const product = cursor.quoted()
  if (product === undefined || product === '') return undefined
  const bids: BookLevel[] = []
  const asks: BookLevel[] = []
  if (cursor.literal(',"asks":[')) {
    if (!readLevels(cursor, asks) || !cursor.literal(',"bids":[') || !readLevels(cursor, bids)) return undefined
  } else if (!cursor.literal(',"bids":[') || !readLevels(cursor, bids)) return undefined
  else if (!cursor.literal(',"asks":[') || !readLevels(cursor, asks)) return undefined
  let time = -1
  if (cursor.literal(',"time":')) {
    time = cursor.quotedIsoTime()
    if (time < 0) return undefined
  }
  if (!cursor.literal('}') || !cursor.isAtEnd) return undefined
  return { type: 'snapshot', product, bids, asks, unreadable: [], time: time < 0 ? null : (time as Micros) }
}

function readLevels(cursor: WireCursor, into: BookLevel[]): boolean {
  if (cursor.character(CLOSE_BRACKET)) return true
  do {
    if (!cursor.character(OPEN_BRACKET)) return false
    const level = readPair(cursor)
    // A level of nothing is left to the careful reader, as are those that are not numbers.
    if (level === undefined || level[1] === '0') return false
    // These outlive their frame, which may be megabytes.
    into.push([detached(level[0]), detached(level[1])])
  } while (cursor.character(COMMA))
  return cursor.character(CLOSE_BRACKET)
}

/** `"price","size"]` */
function readPair(cursor: WireCursor): BookLevel | undefined {
  const price = cursor.quotedDecimal()
  if (price === undefined || !cursor.character(COMMA)) return undefined
  const size = cursor.quotedDecimal()
  if (size === undefined || !cursor.character(CLOSE_BRACKET)) return undefined
  return [price as Price, size as Amount]
}
