import type { Amount, BookLevel, Micros, Price } from '../../market/index.ts'
import { detached, WireCursor } from '../shared/wire-cursor.ts'

const CLOSE_LIST = 93
const CLOSE_OBJECT = 125
const COMMA = 44

export interface Level2Event {
  readonly kind: 'snapshot' | 'update'
  readonly product: string
  readonly bids: BookLevel[]
  readonly asks: BookLevel[]
}

export interface Level2Frame {
  readonly time: Micros
  readonly sequence: number
  readonly events: readonly Level2Event[]
}

/** Reads the most frequent frames, `l2_data`, straight from their text. Whatever is not as expected is left to the careful reader. */
export class Level2Scanner {
  readonly #cursor = new WireCursor()

  /** @returns undefined if the frame is another, or not written as they mostly are */
  read(frame: string): Level2Frame | undefined {
    const cursor = this.#cursor
    cursor.start(frame)
    const read = scan(cursor)
    cursor.clear()
    return read
  }
}

function scan(cursor: WireCursor): Level2Frame | undefined {
  if (!cursor.literal('{"channel":"l2_data",')) return undefined
  // The venue has left it out since 2026.
  cursor.literal('"client_id":"",')
  if (!cursor.literal('"timestamp":')) return undefined
  const time = cursor.quotedIsoTime()
  if (time < 0 || !cursor.literal(',"sequence_num":')) return undefined
  const sequence = cursor.whole()
  if (sequence < 0 || !cursor.literal(',"events":[')) return undefined
  const events: Level2Event[] = []
  do {
    const event = eventIn(cursor)
    if (event === undefined) return undefined
    events.push(event)
  } while (cursor.character(COMMA))
  if (!cursor.character(CLOSE_LIST) || !cursor.character(CLOSE_OBJECT) || !cursor.isAtEnd) return undefined
  return { time: time as Micros, sequence, events }
}

function eventIn(cursor: WireCursor): Level2Event | undefined {
  if (!cursor.literal('{"type":')) return undefined
  const kind = cursor.quoted()
  if ((kind !== 'snapshot' && kind !== 'update') || !cursor.literal(',"product_id":')) return undefined
  const product = cursor.quoted()
  if (product === undefined || !cursor.literal(',"updates":[')) return undefined
  const bids: BookLevel[] = []
  const asks: BookLevel[] = []
  if (!cursor.character(CLOSE_LIST)) {
    let eventTime: string | undefined
    do {
      const isBid = cursor.literal('{"side":"bid","event_time":')
      if (!isBid && !cursor.literal('{"side":"offer","event_time":')) return undefined
      // Mostly the same for all levels of a frame.
      if (eventTime === undefined || !cursor.literal(eventTime)) {
        const first = cursor.at
        if (cursor.quoted() === undefined) return undefined
        eventTime = cursor.text.slice(first, cursor.at)
      }
      if (!cursor.literal(',"price_level":"')) return undefined
      const price = cursor.decimal()
      if (price === undefined || !cursor.literal('","new_quantity":"')) return undefined
      const amount = cursor.decimal()
      if (amount === undefined || !cursor.literal('"}')) return undefined
      // A snapshot of tens of thousands of levels must not be kept in memory by the few that stay.
      const level: BookLevel =
        kind === 'snapshot'
          ? [detached(price) as Price, detached(amount) as Amount]
          : [price as Price, amount as Amount]
      if (isBid) bids.push(level)
      else asks.push(level)
    } while (cursor.character(COMMA))
    if (!cursor.character(CLOSE_LIST)) return undefined
  }
  return cursor.character(CLOSE_OBJECT) ? { kind, product, bids, asks } : undefined
}
