import { type InstrumentId, type Micros, OrderBook, type VenueId, type VenueSymbol } from '../../market/index.ts'
import { flagAt, levelsAt, microsAt, nameAt, numberAt, optionalMicrosAt, optionalNumberAt, textAt } from '../answer.ts'
import type { StoredBook } from '../store.ts'
import type { AnswerRow, StoreClient } from '../store-client.ts'
import { moment } from './condition.ts'

/** Changes that are read at a time. */
const CHANGES_AT_A_TIME = 5_000

export interface BookQuery {
  readonly venue: VenueId
  readonly instrument: InstrumentId
  readonly at: Micros
}

const LEVELS = (side: string) => `arrayMap(level -> [toString(level.1), toString(level.2)], ${side})`
const COLUMNS = `symbol, toUnixTimestamp64Micro(receive_time), toString(tape_position), tape_index,
  toUnixTimestamp64Micro(exchange_time), ${LEVELS('bids')}, ${LEVELS('asks')}, sequence`
const WHERE = 'WHERE venue = {venue:String} AND instrument = {instrument:String}'
const BACKWARDS = 'ORDER BY venue DESC, instrument DESC, receive_time DESC, tape_position DESC, tape_index DESC'

/** Where a change stands on the tape. */
interface Place {
  readonly receiveTime: Micros
  readonly position: string
  readonly index: number
}

/** The book at a receive time: the whole book last before it, and the changes from there on. */
export async function queryBookAsOf(client: StoreClient, query: BookQuery): Promise<StoredBook | null> {
  const start = await wholeBookBefore(client, query)
  if (start === undefined) return null
  const book = new OrderBook()
  book.replace(levelsAt(start, 5), levelsAt(start, 6))
  let last = start
  for (;;) {
    const changes = await changesAfter(client, query, placeOf(last))
    for (const row of changes) {
      if (textAt(row, 8) === 'snapshot') book.replace(levelsAt(row, 5), levelsAt(row, 6))
      else book.update(levelsAt(row, 5), levelsAt(row, 6))
      last = row
    }
    if (changes.length < CHANGES_AT_A_TIME) break
  }
  return {
    venue: query.venue,
    instrument: query.instrument,
    symbol: nameAt<VenueSymbol>(last, 0),
    receiveTime: microsAt(last, 1),
    exchangeTime: optionalMicrosAt(last, 4),
    sequence: optionalNumberAt(last, 7),
    bids: book.bids(),
    asks: book.asks(),
    inGap: await isInGap(client, query),
  }
}

function placeOf(row: AnswerRow): Place {
  return { receiveTime: microsAt(row, 1), position: textAt(row, 2), index: numberAt(row, 3) }
}

/** The newest of our own snapshots and the venue's. */
async function wholeBookBefore(client: StoreClient, query: BookQuery): Promise<AnswerRow | undefined> {
  const parameters = { venue: query.venue, instrument: query.instrument, at: query.at }
  const [[ours], [venues]] = await Promise.all([
    client.query(
      `SELECT ${COLUMNS}, 'snapshot' FROM book_snapshots ${WHERE} AND receive_time <= ${moment('at')} ${BACKWARDS} LIMIT 1`,
      parameters,
    ),
    client.query(
      `SELECT ${COLUMNS}, kind FROM book_updates ${WHERE} AND receive_time <= ${moment('at')} AND kind = 'snapshot'
       ${BACKWARDS} LIMIT 1`,
      parameters,
    ),
  ])
  if (ours === undefined || venues === undefined) return ours ?? venues
  return isAfter(placeOf(ours), placeOf(venues)) ? ours : venues
}

function isAfter(left: Place, right: Place): boolean {
  if (left.receiveTime !== right.receiveTime) return left.receiveTime > right.receiveTime
  if (left.position !== right.position) return BigInt(left.position) > BigInt(right.position)
  return left.index >= right.index
}

async function changesAfter(client: StoreClient, query: BookQuery, after: Place): Promise<readonly AnswerRow[]> {
  return client.query(
    `SELECT ${COLUMNS}, kind FROM book_updates ${WHERE}
       AND receive_time <= ${moment('at')} AND receive_time >= ${moment('after')}
       AND (receive_time > ${moment('after')} OR (tape_position, tape_index) > ({position:UInt64}, {index:UInt32}))
     ORDER BY venue, instrument, receive_time, tape_position, tape_index LIMIT ${CHANGES_AT_A_TIME}`,
    {
      venue: query.venue,
      instrument: query.instrument,
      at: query.at,
      after: after.receiveTime,
      position: after.position,
      index: after.index,
    },
  )
}

async function isInGap(client: StoreClient, query: BookQuery): Promise<boolean> {
  const [row] = await client.query(
    `SELECT count() > 0 FROM gaps FINAL ${WHERE} AND channel = 'book' AND state != 'repaired'
       AND from_time <= ${moment('at')} AND (to_time IS NULL OR to_time > ${moment('at')})`,
    { venue: query.venue, instrument: query.instrument, at: query.at },
  )
  return row !== undefined && flagAt(row, 0)
}
