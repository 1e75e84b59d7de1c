import {
  amount as amountOf,
  type CoverageEvent,
  type FeedStateEvent,
  type GapEvent,
  type Instrument,
  type VenueId,
  type VenueLatency,
  type VenueStateEvent,
} from '../../market/index.ts'
import {
  decimalAt,
  flagAt,
  microsAt,
  nameAt,
  numberAt,
  optionalMicrosAt,
  optionalNumberAt,
  optionalTextAt,
  textAt,
} from '../answer.ts'
import { decodeCursor } from '../cursor.ts'
import { type CoverageQuery, type FeedQuery, type GapQuery, MAXIMUM_PAGE_SIZE, type StorePage } from '../store.ts'
import type { AnswerRow, StoreClient } from '../store-client.ts'
import { StoreError } from '../store-error.ts'
import { Conditions, checkedLimit, direction, moment } from './condition.ts'
import { page } from './tape.ts'

/** Gaps, the newest revision of each, by the time at which they begin. */
export async function queryGaps(client: StoreClient, query: GapQuery): Promise<StorePage<GapEvent>> {
  const limit = checkedLimit(query)
  const { beyond, sort } = direction(query.order)
  const conditions = new Conditions()
    .with('venue = {venue:String}', 'venue', query.venue)
    .with('instrument = {instrument:String}', 'instrument', query.instrument)
    .with('channel = {channel:String}', 'channel', query.channel)
    .with('state = {state:String}', 'state', query.state)
    .with('cause = {cause:String}', 'cause', query.cause)
    .with(`(to_time IS NULL OR to_time >= ${moment('from')})`, 'from', query.from)
    .with(`from_time < ${moment('to')}`, 'to', query.to)
  if (query.cursor !== undefined) {
    const kinds = ['number', 'text', 'text', 'text', 'text'] as const
    const [at = 0, venue = '', instrument = '', channel = '', id = ''] = decodeCursor(query.cursor, kinds)
    conditions.withAll(
      `(from_time, venue, instrument, channel, id) ${beyond}
        (${moment('at')}, {afterVenue:String}, {afterInstrument:String}, {afterChannel:String}, {afterId:String})`,
      { at, afterVenue: venue, afterInstrument: instrument, afterChannel: channel, afterId: id },
    )
  }
  const rows = await client.query(
    `SELECT id, revision, venue, instrument, symbol, channel, toUnixTimestamp64Micro(from_time),
       toUnixTimestamp64Micro(to_time), cause, state, missing, missing_ids, evidence, toUnixTimestamp64Micro(receive_time)
     FROM gaps FINAL ${conditions.where}
     ORDER BY from_time ${sort}, venue ${sort}, instrument ${sort}, channel ${sort}, id ${sort} LIMIT ${limit + 1}`,
    conditions.parameters,
  )
  return page(rows, limit, readGap, (row) => [
    numberAt(row, 6),
    textAt(row, 2),
    textAt(row, 3),
    textAt(row, 5),
    textAt(row, 0),
  ])
}

function readGap(row: AnswerRow): GapEvent {
  return {
    messageType: 'gap',
    id: textAt(row, 0),
    revision: numberAt(row, 1),
    venue: nameAt(row, 2),
    instrument: nameAt(row, 3),
    symbol: nameAt(row, 4),
    channel: nameAt(row, 5),
    from: microsAt(row, 6),
    to: optionalMicrosAt(row, 7),
    cause: nameAt(row, 8),
    state: nameAt(row, 9),
    missing: optionalNumberAt(row, 10),
    missingIds: optionalTextAt(row, 11),
    evidence: textAt(row, 12),
    receiveTime: microsAt(row, 13),
  }
}

/** The newest state of each feed. */
export async function queryFeeds(client: StoreClient, query: FeedQuery): Promise<readonly FeedStateEvent[]> {
  const conditions = new Conditions()
    .with('venue = {venue:String}', 'venue', query.venue)
    .with('instrument = {instrument:String}', 'instrument', query.instrument)
    .with('channel = {channel:String}', 'channel', query.channel)
  const rows = await client.query(
    `SELECT venue, instrument, channel, symbol, state, reason, toUnixTimestamp64Micro(last_message_time), last_sequence,
       resyncs, toUnixTimestamp64Micro(receive_time)
     FROM feed_states ${conditions.where}
     ORDER BY venue, instrument, channel, receive_time DESC, tape_position DESC, tape_index DESC
     LIMIT 1 BY venue, instrument, channel`,
    conditions.parameters,
  )
  return rows.map((row) => ({
    messageType: 'feed-state',
    venue: nameAt(row, 0),
    instrument: nameAt(row, 1),
    channel: nameAt(row, 2),
    symbol: nameAt(row, 3),
    state: nameAt(row, 4),
    reason: textAt(row, 5),
    lastMessageTime: optionalMicrosAt(row, 6),
    lastSequence: optionalTextAt(row, 7),
    resyncs: numberAt(row, 8),
    receiveTime: microsAt(row, 9),
  }))
}

/** The newest state of each venue. */
export async function queryVenueStates(client: StoreClient): Promise<readonly VenueStateEvent[]> {
  const rows = await client.query(
    `SELECT venue, state, reason, connections_open, connections_planned, instruments, simulated,
       toUnixTimestamp64Micro(receive_time), latency_minimum, latency_p50, latency_p90, latency_p99
     FROM venue_states ORDER BY venue, receive_time DESC, tape_position DESC, tape_index DESC LIMIT 1 BY venue`,
  )
  return rows.map((row) => ({
    messageType: 'venue-state',
    venue: nameAt(row, 0),
    state: nameAt(row, 1),
    reason: textAt(row, 2),
    connectionsOpen: numberAt(row, 3),
    connectionsPlanned: numberAt(row, 4),
    instruments: numberAt(row, 5),
    simulated: flagAt(row, 6),
    latency: latencyAt(row, 8),
    receiveTime: microsAt(row, 7),
  }))
}

function latencyAt(row: AnswerRow, at: number): VenueLatency | null {
  if (row[at] === null) return null
  return {
    minimum: numberAt(row, at),
    p50: numberAt(row, at + 1),
    p90: numberAt(row, at + 2),
    p99: numberAt(row, at + 3),
  }
}

/** Stretches of a feed that touch a range, each as it was said last, by their beginning. */
export async function queryCoverages(client: StoreClient, query: CoverageQuery): Promise<readonly CoverageEvent[]> {
  const { venue, instrument, channel, from, to } = query
  const conditions = new Conditions()
    .with('venue = {venue:String}', 'venue', venue)
    .with('instrument = {instrument:String}', 'instrument', instrument)
    .with('channel = {channel:String}', 'channel', channel)
    .with(`since < ${moment('to')}`, 'to', to)
    .with(`until > ${moment('from')}`, 'from', from)
  const rows = await client.query(
    `SELECT venue, instrument, channel, symbol, toUnixTimestamp64Micro(since), toUnixTimestamp64Micro(until), source,
       toUnixTimestamp64Micro(receive_time)
     FROM coverages FINAL ${conditions.where} ORDER BY since LIMIT ${MAXIMUM_PAGE_SIZE + 1}`,
    conditions.parameters,
  )
  if (rows.length > MAXIMUM_PAGE_SIZE) {
    throw new StoreError('STORE_QUERY_TOO_LARGE', `more than ${MAXIMUM_PAGE_SIZE} stretches; ask for a shorter range`)
  }
  return rows.map((row) => ({
    messageType: 'coverage',
    venue: nameAt(row, 0),
    instrument: nameAt(row, 1),
    channel: nameAt(row, 2),
    symbol: nameAt(row, 3),
    since: microsAt(row, 4),
    until: microsAt(row, 5),
    source: nameAt(row, 6),
    receiveTime: microsAt(row, 7),
  }))
}

/** What is known of instruments. */
export async function queryInstruments(
  client: StoreClient,
  venue: VenueId | undefined,
): Promise<readonly Instrument[]> {
  const conditions = new Conditions().with('venue = {venue:String}', 'venue', venue)
  const rows = await client.query(
    `SELECT venue, instrument, symbol, kind, base, quote, settle_currency, toString(contract_size), contract_unit,
       toString(base_multiplier), toString(tick_size), toString(lot_size), toString(minimum_amount), status, toUnixTimestamp64Micro(listed_at),
       toUnixTimestamp64Micro(expires_at)
     FROM instruments FINAL ${conditions.where} ORDER BY venue, instrument`,
    conditions.parameters,
  )
  return rows.map(readInstrument)
}

function readInstrument(row: AnswerRow): Instrument {
  const absent = (at: number) => row[at] === null
  return {
    venue: nameAt(row, 0),
    id: nameAt(row, 1),
    symbol: nameAt(row, 2),
    kind: nameAt(row, 3),
    base: nameAt(row, 4),
    quote: nameAt(row, 5),
    ...(absent(6) ? {} : { settleCurrency: nameAt(row, 6) }),
    ...(absent(7) ? {} : { contractSize: decimalAt(row, 7) }),
    ...(absent(8) ? {} : { contractUnit: nameAt(row, 8) }),
    ...(absent(9) ? {} : { baseMultiplier: decimalAt(row, 9) }),
    ...(absent(10) ? {} : { tickSize: decimalAt(row, 10) }),
    ...(absent(11) ? {} : { lotSize: amountOf(textAt(row, 11)) }),
    ...(absent(12) ? {} : { minimumAmount: amountOf(textAt(row, 12)) }),
    status: nameAt(row, 13),
    ...(absent(14) ? {} : { listedAt: microsAt(row, 14) }),
    ...(absent(15) ? {} : { expiresAt: microsAt(row, 15) }),
  }
}
