import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  amount,
  type BookEvent,
  type BookLevel,
  type CoverageEvent,
  type DecimalText,
  decimal,
  type GapEvent,
  type Instrument,
  type InstrumentId,
  type Micros,
  now,
  price,
  type QuoteEvent,
  type TradeEvent,
  type VenueId,
  type VenueSymbol,
} from '../market/index.ts'
import { openStore } from './open-store.ts'
import { percentChange } from './queries/markets.ts'
import type { StorePage } from './store.ts'
import { StoreBatch } from './store-batch.ts'
import { StoreError, type StoreErrorCode } from './store-error.ts'
import { type StoreForTests, startStoreForTests } from './testing/store-for-tests.ts'

let running: StoreForTests
before(async () => {
  running = await startStoreForTests()
})
after(() => running.stop())

const OF = { venue: 'kraken' as VenueId, instrument: 'BTC-USD' as InstrumentId, symbol: 'XBT/USD' as VenueSymbol }
const T0 = 1_700_000_000_000_000
const at = (micros: number) => (T0 + micros) as Micros
const level = (priceText: string, amountText: string): BookLevel => [price(priceText), amount(amountText)]

let ranges = 0
async function insert(fill: (batch: StoreBatch) => void): Promise<StoreBatch> {
  const batch = new StoreBatch()
  fill(batch)
  await running.store.insertBatch(batch, `test-${ranges++}`)
  return batch
}

async function everyPage<Item>(ask: (cursor: string | undefined) => Promise<StorePage<Item>>): Promise<Item[]> {
  const items: Item[] = []
  let cursor: string | undefined
  do {
    const page = await ask(cursor)
    items.push(...page.items)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return items
}

const coded = (code: StoreErrorCode) => (error: unknown) => error instanceof StoreError && error.code === code

function trade(over: Partial<TradeEvent>): TradeEvent {
  const base = { messageType: 'trade', ...OF, id: '1', price: decimal('100.5'), amount: decimal('0.1') } as TradeEvent
  return { ...base, side: 'buy', exchangeTime: at(0), receiveTime: at(5), ...over }
}

test('trades come back as they went in, page by page, in both directions', async () => {
  const trades: TradeEvent[] = [
    trade({ id: '7' }),
    trade({ id: '8', side: 'sell' }),
    trade({ id: '18446744073709551615', exchangeTime: at(1), side: 'unknown', backlog: true }),
    trade({ id: 'abc-1', exchangeTime: at(2) }),
    trade({ id: '007', exchangeTime: at(3) }),
    trade({ id: null, exchangeTime: at(4) }),
    trade({ id: '9', exchangeTime: null, receiveTime: at(6) }),
    trade({ id: '10', exchangeTime: at(7), price: decimal('-0.000000000000000001') as TradeEvent['price'] }),
  ]
  await insert((batch) => {
    for (const [index, event] of trades.entries()) batch.addEvent(event, { position: 3, index })
  })
  for (const limit of [1, 3, 100]) {
    for (const order of ['oldest-first', 'newest-first'] as const) {
      const found = await everyPage((cursor) => running.store.trades({ ...OF, limit, order, cursor }))
      assert.deepEqual(found, order === 'oldest-first' ? trades : [...trades].reverse())
    }
  }
  const some = await running.store.trades({ ...OF, limit: 10, from: at(1), to: at(4) })
  assert.deepEqual(some, { items: trades.slice(2, 5), nextCursor: null })
})

test('quotes come back in the order of the tape', async () => {
  const quotes = [0, 1, 2, 3].map(
    (index): QuoteEvent => ({
      messageType: 'quote',
      ...OF,
      exchangeTime: index === 1 ? at(index) : null,
      receiveTime: at(index < 3 ? 10 : 20),
      bidPrice: decimal(`99.${index + 1}`) as QuoteEvent['bidPrice'],
      bidAmount: decimal('1') as QuoteEvent['bidAmount'],
      askPrice: index === 2 ? null : (decimal('101') as QuoteEvent['askPrice']),
      askAmount: index === 2 ? null : (decimal('2') as QuoteEvent['askAmount']),
      sequence: index === 0 ? null : index,
    }),
  )
  await insert((batch) => {
    for (const [index, event] of quotes.entries()) batch.addEvent(event, { position: 10 + (index >> 1), index })
  })
  for (const order of ['oldest-first', 'newest-first'] as const) {
    const found = await everyPage((cursor) => running.store.quotes({ ...OF, limit: 1, order, cursor }))
    assert.deepEqual(found, order === 'oldest-first' ? quotes : [...quotes].reverse())
  }
})

test('an event that the tables cannot hold exactly is kept whole, and said', async () => {
  const tooFine = decimal('0.0000000000000000001') as TradeEvent['amount']
  const event = trade({ id: '99', amount: tooFine, instrument: 'ODD-USD' as InstrumentId })
  const batch = await insert((filling) => {
    assert.equal(filling.addEvent(event, { position: 4, index: 0 }), false)
  })
  assert.deepEqual(batch.counts, { rejected_events: 1 })
  const [row] = await running.client.query(
    "SELECT message_type, envelope FROM rejected_events WHERE instrument = 'ODD-USD'",
  )
  assert.equal(row?.[0], 'trade')
  assert.equal(JSON.parse(String(row?.[1])).payload.amount, tooFine)
  const query = { venue: OF.venue, instrument: event.instrument, limit: 5 }
  assert.deepEqual((await running.store.trades(query)).items, [])
})

test('of a gap the newest revision counts', async () => {
  const gap = (over: Partial<GapEvent>): GapEvent => {
    const base = {
      messageType: 'gap',
      ...OF,
      id: 'g1',
      revision: 1,
      channel: 'trade',
      from: at(100),
      to: null,
    } as GapEvent
    return {
      ...base,
      cause: 'disconnect',
      state: 'open',
      missing: null,
      missingIds: null,
      evidence: 'code 1006',
      receiveTime: at(101),
      ...over,
    }
  }
  const closed = gap({ revision: 2, to: at(200), state: 'repaired', missing: 0 })
  const other = gap({ id: 'g2', channel: 'book', from: at(150), state: 'beyond-repair' })
  await insert((batch) => batch.addEvent(gap({}), { position: 5, index: 0 }))
  await insert((batch) => {
    batch.addEvent(other, { position: 6, index: 0 })
    batch.addEvent(closed, { position: 6, index: 1 })
  })
  assert.deepEqual(await everyPage((cursor) => running.store.gaps({ limit: 1, cursor })), [closed, other])
  assert.deepEqual((await running.store.gaps({ limit: 5, state: 'open' })).items, [])
  assert.deepEqual((await running.store.gaps({ limit: 5, from: at(201) })).items, [other])
  assert.deepEqual((await running.store.gaps({ limit: 5, cause: 'stall' })).items, [])
  assert.deepEqual((await running.store.gaps({ limit: 5, cause: 'disconnect', channel: 'book' })).items, [other])
  assert.deepEqual((await running.store.gaps({ limit: 5, to: at(150), channel: 'trade' })).items, [closed])
})

test('a book of the past is the last whole one and the changes up to then', async () => {
  const instrument = 'ETH-USD' as InstrumentId
  const book = (receive: number, kind: BookEvent['kind'], bids: BookLevel[], asks: BookLevel[]): BookEvent => ({
    messageType: 'book',
    ...OF,
    instrument,
    exchangeTime: null,
    receiveTime: at(receive),
    kind,
    bids,
    asks,
    sequence: receive,
  })
  const events = [
    book(10, 'snapshot', [level('99', '1'), level('98', '2')], [level('101', '1')]),
    book(20, 'update', [level('99', '0')], [level('102', '3')]),
    book(30, 'update', [level('98.5', '1')], []),
    book(40, 'snapshot', [level('50', '1')], []),
  ]
  await insert((batch) => {
    for (const [index, event] of events.entries()) batch.addEvent(event, { position: 20, index })
  })
  const asOf = (moment: number) => running.store.bookAsOf({ venue: OF.venue, instrument, at: at(moment) })
  assert.equal(await asOf(9), null)
  assert.deepEqual((await asOf(10))?.bids, [level('99', '1'), level('98', '2')])
  const later = await asOf(39)
  assert.deepEqual(
    [later?.bids, later?.asks],
    [
      [level('98.5', '1'), level('98', '2')],
      [level('101', '1'), level('102', '3')],
    ],
  )
  assert.deepEqual([later?.receiveTime, later?.sequence, later?.inGap], [at(30), 30, false])
  assert.deepEqual((await asOf(1_000))?.bids, [level('50', '1')])
  const missing: GapEvent = {
    messageType: 'gap',
    ...OF,
    instrument,
    id: 'book-gap',
    revision: 1,
    channel: 'book',
    from: at(30),
    to: at(40),
    cause: 'disconnect',
    state: 'beyond-repair',
    missing: null,
    missingIds: null,
    evidence: '',
    receiveTime: at(40),
  }
  await insert((batch) => batch.addEvent(missing, { position: 21, index: 0 }))
  assert.deepEqual([(await asOf(35))?.inGap, (await asOf(45))?.inGap], [true, false])
})

test('the newest state of feeds and venues is told', async () => {
  await insert((batch) => {
    for (const [index, state] of (['unknown', 'synchronised', 'stale'] as const).entries()) {
      batch.addEvent(
        {
          messageType: 'feed-state',
          ...OF,
          channel: 'book',
          state,
          reason: state,
          lastMessageTime: index === 0 ? null : at(index),
          lastSequence: index === 0 ? null : '12',
          resyncs: index,
          receiveTime: at(50),
        },
        { position: 30, index },
      )
    }
    batch.addEvent(
      {
        messageType: 'venue-state',
        venue: OF.venue,
        state: 'partly',
        reason: 'one of two',
        connectionsOpen: 1,
        connectionsPlanned: 2,
        instruments: 3,
        simulated: true,
        latency: { minimum: -3, p50: 20, p90: 40, p99: 90 },
        receiveTime: at(51),
      },
      { position: 30, index: 9 },
    )
  })
  const [feed] = await running.store.feeds({ venue: OF.venue })
  assert.deepEqual([feed?.state, feed?.resyncs, feed?.lastMessageTime, feed?.lastSequence], ['stale', 2, at(2), '12'])
  const [venue] = await running.store.venueStates()
  assert.deepEqual([venue?.state, venue?.simulated, venue?.receiveTime], ['partly', true, at(51)])
  assert.deepEqual(venue?.latency, { minimum: -3, p50: 20, p90: 40, p99: 90 })
})

test('of a stretch that was watched what was said last counts; those that touch a range are found', async () => {
  const stretch = (since: number, until: number, said: number): CoverageEvent => ({
    messageType: 'coverage',
    ...OF,
    channel: 'trade',
    since: at(since),
    until: at(until),
    source: 'live',
    receiveTime: at(said),
  })
  const said = [stretch(100, 200, 200), stretch(100, 300, 300), stretch(400, 500, 500), stretch(100, 250, 250)]
  for (const [index, event] of said.entries()) {
    await insert((batch) => batch.addEvent(event, { position: 60 + index, index: 0 }))
  }
  const within = (from: number, to: number) =>
    running.store.coverages({
      venue: OF.venue,
      instrument: OF.instrument,
      channel: 'trade',
      from: at(from),
      to: at(to),
    })
  assert.deepEqual(await within(0, 1_000), [said[1], said[2]])
  assert.deepEqual(await within(299, 400), [said[1]])
  assert.deepEqual(await within(300, 400), [])
})

test('instruments come back as their newest definition, absent facts absent', async () => {
  const full: Instrument = {
    venue: OF.venue,
    id: OF.instrument,
    symbol: OF.symbol,
    kind: 'spot',
    base: 'BTC' as Instrument['base'],
    quote: 'USD' as Instrument['quote'],
    tickSize: decimal('0.1') as NonNullable<Instrument['tickSize']>,
    minimumAmount: decimal('0.0001') as NonNullable<Instrument['minimumAmount']>,
    status: 'trading',
    listedAt: at(-1_000),
  }
  for (const [index, definition] of [{ ...full, status: 'halted' as const }, full].entries()) {
    await insert((batch) =>
      batch.addEvent(
        { messageType: 'instrument', ...OF, definition, receiveTime: at(index) },
        { position: 40 + index, index: 0 },
      ),
    )
  }
  assert.deepEqual(await running.store.instruments({ venue: OF.venue }), [full])
  const contract: Instrument = {
    ...full,
    id: 'PEPE-USDT-PERP' as InstrumentId,
    kind: 'perpetual',
    settleCurrency: 'USDT' as Instrument['base'],
    contractSize: decimal('10'),
    contractUnit: 'base',
    baseMultiplier: decimal('1000'),
    expiresAt: at(1_000),
  }
  await insert((batch) =>
    batch.addEvent(
      { messageType: 'instrument', ...OF, definition: contract, receiveTime: at(9) },
      { position: 43, index: 0 },
    ),
  )
  assert.deepEqual(await running.store.instruments({ venue: OF.venue }), [full, contract])
})

test('the list of markets has last price, change of a day and points for a small chart', async () => {
  const venue = 'coinbase' as VenueId
  const hour = 3_600_000_000
  const today = (1_700_006_400_000_000 + 30 * hour) as Micros
  const prices = [
    [40, '200'],
    [20, '100'],
    [10, '110'],
    [0.01, '125'],
  ] as const
  await insert((batch) => {
    for (const [index, [hoursAgo, text]] of prices.entries()) {
      const time = (today - hoursAgo * hour) as Micros
      const event = trade({
        venue,
        id: String(index),
        price: price(text),
        exchangeTime: time,
      })
      batch.addEvent(event, { position: 50, index })
    }
    const old = trade({ venue, instrument: 'OLD-USD' as InstrumentId, exchangeTime: (today - 72 * hour) as Micros })
    batch.addEvent(old, { position: 51, index: 0 })
  })
  const [market, old] = await running.store.markets({ venue, now: today })
  assert.equal(market?.last, '125')
  assert.equal(market?.open24h, '100')
  assert.equal(market?.change24h, '25')
  assert.equal(market?.volume24h, '0.3')
  assert.equal(market?.quoteVolume24h, '33.5')
  assert.equal(market?.trades24h, 3)
  assert.deepEqual(market?.spark, ['100', '110', '125'])
  assert.deepEqual([old?.instrument, old?.last, old?.change24h, old?.spark], ['OLD-USD', '100.5', null, []])
})

test('a change in percent is exact to two digits', () => {
  const change = (from: string, to: string) => percentChange(from as DecimalText, to as DecimalText)
  assert.deepEqual(
    [change('3', '4'), change('3', '2'), change('200', '199.99'), change('1', '1.00005'), change('0', '1')],
    ['33.33', '-33.33', '-0.01', '0.01', null],
  )
})

test('batches taken from the log and sizes of tables are told', async () => {
  // Of the present: this table lets go of what is older than a month.
  const writtenAt = now()
  await insert((batch) =>
    batch.add('ingestion_statistics', [
      'store',
      'market-data',
      1,
      5,
      writtenAt,
      4,
      { trades: 12, quotes: 3 },
      2,
      1,
      1_500,
      900,
    ]),
  )
  const page = await running.store.ingestion({ limit: 5 })
  assert.deepEqual(page.items, [
    {
      consumer: 'store',
      topic: 'market-data',
      fromPosition: 1,
      toPosition: 5,
      writtenAt,
      records: 4,
      rows: { trades: 12, quotes: 3 },
      duplicateTrades: 2,
      rejected: 1,
      lag: 1_500,
      duration: 900,
    },
  ])
  assert((await running.store.tableSizes()).some((table) => table.table === 'trades' && table.bytes > 0))
})

test('errors are coded: bad pages, bad cursors, tables that are not there, a store that is away or refuses', async () => {
  const { store } = running
  await assert.rejects(store.trades({ ...OF, limit: 0 }), coded('STORE_QUERY_TOO_LARGE'))
  await assert.rejects(store.trades({ ...OF, limit: 10_001 }), coded('STORE_QUERY_TOO_LARGE'))
  for (const cursor of ['', 'x', 'W10', Buffer.from('["1","2"]').toString('base64url')]) {
    await assert.rejects(store.trades({ ...OF, limit: 1, cursor }), coded('STORE_CURSOR_INVALID'), cursor)
  }
  const elsewhere = openStore({ ...running.child.writer, database: 'nowhere' })
  await assert.rejects(elsewhere.venueStates(), coded('STORE_SCHEMA'))
  const refused = openStore({ ...running.child.writer, password: 'wrong' })
  await assert.rejects(refused.ping(), coded('STORE_REFUSED'))
  const away = openStore({ ...running.child.writer, url: 'http://127.0.0.1:1' })
  await assert.rejects(away.ping(), coded('STORE_UNREACHABLE'))
  await Promise.all([elsewhere.close(), refused.close(), away.close()])
})

test('the reader can ask everything and write nothing', async () => {
  const reader = openStore(running.child.reader)
  assert((await reader.trades({ ...OF, limit: 1 })).items.length === 1)
  await reader.markets({ now: at(0) })
  await reader.bookAsOf({ venue: OF.venue, instrument: OF.instrument, at: at(0) })
  await reader.tableSizes()
  await assert.rejects(
    reader.insert('trades', [], 't').then(() => reader.insertBatch(filled(), 'r')),
    coded('STORE_REFUSED'),
  )
  await reader.close()
})

function filled(): StoreBatch {
  const batch = new StoreBatch()
  batch.addEvent(trade({}), { position: 1, index: 0 })
  return batch
}
