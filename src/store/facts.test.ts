import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  amount,
  decimal,
  FACT_KINDS,
  type FactEvent,
  type FactEvents,
  type FactKind,
  type InstrumentId,
  type Micros,
  price,
  type VenueId,
  type VenueSymbol,
} from '../market/index.ts'
import type { StorePage } from './store.ts'
import { StoreBatch } from './store-batch.ts'
import { type StoreForTests, startStoreForTests } from './testing/store-for-tests.ts'

let running: StoreForTests
before(async () => {
  running = await startStoreForTests()
})
after(() => running.stop())

const OF = {
  venue: 'bitmex' as VenueId,
  instrument: 'BTC-USD-PERP' as InstrumentId,
  symbol: 'XBTUSD' as VenueSymbol,
}
const T0 = 1_700_000_000_000_000
const at = (micros: number) => (T0 + micros) as Micros
const times = { exchangeTime: at(0), receiveTime: at(5) }

/** One of each kind, every field said. */
const SAMPLES: FactEvents = {
  'venue-candle': {
    messageType: 'venue-candle',
    ...OF,
    ...times,
    interval: '1m',
    openTime: at(-60_000_000),
    open: price('100'),
    high: price('101.5'),
    low: price('99.5'),
    close: price('100.25'),
    volume: decimal('1234.5'),
    quoteVolume: decimal('123456.75'),
    trades: 17,
    isClosed: true,
  },
  funding: {
    messageType: 'funding',
    ...OF,
    ...times,
    rate: decimal('-0.0001'),
    predictedRate: decimal('0.000123456789'),
    fundingTime: at(3_600_000_000),
    intervalSeconds: 28_800,
  },
  'mark-price': { messageType: 'mark-price', ...OF, ...times, markPrice: price('100.1'), indexPrice: price('100.2') },
  'open-interest': {
    messageType: 'open-interest',
    ...OF,
    ...times,
    openInterest: decimal('1000000'),
    value: decimal('99.000000000000000001'),
  },
  liquidation: {
    messageType: 'liquidation',
    ...OF,
    ...times,
    id: 'abc-1',
    price: price('99'),
    amount: amount('500'),
    side: 'sell',
  },
  'option-summary': {
    messageType: 'option-summary',
    ...OF,
    ...times,
    markPrice: price('0.05'),
    underlyingPrice: price('100'),
    markVolatility: decimal('0.65'),
    bidVolatility: decimal('0.64'),
    askVolatility: decimal('0.66'),
    delta: decimal('-0.4'),
    gamma: decimal('0.00002'),
    vega: decimal('12.5'),
    theta: decimal('-3.25'),
    rho: decimal('0.1'),
    openInterest: decimal('12'),
  },
  status: { messageType: 'status', ...OF, ...times, status: 'halted', venueStatus: 'Settlement' },
  audit: {
    messageType: 'audit',
    ...OF,
    ...times,
    subject: 'candle',
    field: 'volume',
    ours: decimal('12.5'),
    theirs: decimal('12.75'),
    of: at(-60_000_000),
    evidence: '17 prints of its minute',
  },
}

/** The same with everything unsaid that may be. */
const SPARSE: readonly FactEvent[] = [
  { ...SAMPLES['venue-candle'], exchangeTime: null, volume: null, quoteVolume: null, trades: null, isClosed: false },
  { ...SAMPLES.funding, exchangeTime: null, rate: null, predictedRate: null, fundingTime: null, intervalSeconds: null },
  { ...SAMPLES['mark-price'], exchangeTime: null, markPrice: null, indexPrice: null },
  { ...SAMPLES['open-interest'], exchangeTime: null, openInterest: null, value: null },
  { ...SAMPLES.liquidation, exchangeTime: null, id: null, side: 'unknown' },
  {
    ...SAMPLES['option-summary'],
    exchangeTime: null,
    markPrice: null,
    underlyingPrice: null,
    markVolatility: null,
    bidVolatility: null,
    askVolatility: null,
    delta: null,
    gamma: null,
    vega: null,
    theta: null,
    rho: null,
    openInterest: null,
  },
  { ...SAMPLES.status, exchangeTime: null, venueStatus: '' },
  { ...SAMPLES.audit, exchangeTime: null, subject: 'last-price', field: 'last' },
]

let ranges = 0
/** Writes events, each at a place of its own; a range is written once more if asked. */
async function insert(events: readonly FactEvent[], repeats = 1): Promise<void> {
  const range = `facts-${ranges++}`
  for (let time = 0; time < repeats; time++) {
    const batch = new StoreBatch()
    for (const [index, event] of events.entries()) assert(batch.addEvent(event, { position: ranges, index }))
    await running.store.insertBatch(batch, range)
  }
}

async function all<Kind extends FactKind>(
  kind: Kind,
  instrument: string,
  limit = 100,
  order: 'oldest-first' | 'newest-first' = 'oldest-first',
): Promise<FactEvents[Kind][]> {
  const items: FactEvents[Kind][] = []
  let cursor: string | undefined
  do {
    const query = { venue: OF.venue, instrument: instrument as InstrumentId, limit, order, cursor }
    const page: StorePage<FactEvents[Kind]> = await running.store.facts(kind, query)
    items.push(...page.items)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return items
}

const on = <Event extends FactEvent>(event: Event, instrument: string): Event => ({
  ...event,
  instrument: instrument as InstrumentId,
})

test('a fact of every kind comes back as it went in, said fully or sparsely', async () => {
  for (const [index, kind] of FACT_KINDS.entries()) {
    const sparse = SPARSE[index]
    assert(sparse !== undefined && sparse.messageType === kind)
    await insert([on(SAMPLES[kind], 'FULL'), on(sparse, 'SPARSE')], 2)
    assert.deepEqual(await all(kind, 'FULL'), [on(SAMPLES[kind], 'FULL')])
    assert.deepEqual(await all(kind, 'SPARSE'), [on(sparse, 'SPARSE')])
  }
})

test('facts come page by page, in both directions, within a range', async () => {
  const marks = [0, 1, 1, 2, 3].map((micros, index) => ({
    ...on(SAMPLES['mark-price'], 'PAGES'),
    exchangeTime: at(micros),
    markPrice: price(`10${index}`),
  }))
  await insert(marks)
  const whole = await all('mark-price', 'PAGES')
  assert.deepEqual(new Set(whole.map((mark) => mark.markPrice)), new Set(marks.map((mark) => mark.markPrice)))
  assert.deepEqual(
    whole.map((mark) => mark.exchangeTime),
    marks.map((mark) => mark.exchangeTime),
  )
  for (const limit of [1, 2, 5]) {
    assert.deepEqual(await all('mark-price', 'PAGES', limit), whole)
    assert.deepEqual(await all('mark-price', 'PAGES', limit, 'newest-first'), [...whole].reverse())
  }
  const query = { venue: OF.venue, instrument: 'PAGES' as InstrumentId, limit: 10, from: at(1), to: at(3) }
  assert.deepEqual((await running.store.facts('mark-price', query)).items, whole.slice(1, 4))
})

test('a fact that is delivered again is one row; a candle is as it was said last', async () => {
  const funding = on(SAMPLES.funding, 'AGAIN')
  await insert([funding])
  await insert([{ ...funding, receiveTime: at(99) }])
  assert.deepEqual(await all('funding', 'AGAIN'), [{ ...funding, receiveTime: at(99) }])

  const candle = on(SAMPLES['venue-candle'], 'AGAIN')
  await insert([{ ...candle, isClosed: false, close: price('99.75'), receiveTime: at(1) }])
  await insert([candle])
  assert.deepEqual(await all('venue-candle', 'AGAIN', 1), [candle])

  const liquidation = on(SAMPLES.liquidation, 'AGAIN')
  await insert([liquidation])
  await insert([{ ...liquidation, receiveTime: at(7) }])
  assert.equal((await all('liquidation', 'AGAIN')).length, 1)
  // Without an id two that are alike are two.
  const nameless = { ...on(SAMPLES.liquidation, 'NAMELESS'), id: null }
  await insert([nameless, nameless])
  assert.equal((await all('liquidation', 'NAMELESS')).length, 2)
})

test('the newest of each instrument is found', async () => {
  const status = on(SAMPLES.status, 'NEWEST')
  await insert([
    { ...status, exchangeTime: at(10) },
    { ...status, exchangeTime: at(20), status: 'trading' },
  ])
  const found = await running.store.latestFacts('status', at(10))
  assert.deepEqual(
    found.filter((event) => event.instrument === status.instrument),
    [{ ...status, exchangeTime: at(20), status: 'trading' }],
  )
  assert.deepEqual(await running.store.latestFacts('status', at(1_000_000_000)), [])
})

test('a fact that the tables cannot hold exactly is kept whole', async () => {
  const batch = new StoreBatch()
  const event = { ...SAMPLES.funding, rate: decimal('0.0000000000000000001') }
  assert.equal(batch.addEvent(event, { position: 1, index: 0 }), false)
  assert.deepEqual(batch.counts, { rejected_events: 1 })
})
