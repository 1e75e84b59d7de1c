import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import {
  type Amount,
  compareDecimals,
  DecimalSum,
  decimal,
  type InstrumentId,
  type Micros,
  type Price,
  type TakerSide,
  type TradeEvent,
  type VenueId,
  type VenueSymbol,
} from '../market/index.ts'
import { CANDLE_INTERVALS, type Candle, type CandleInterval, candleOpenTime, candleSeconds } from './candle.ts'
import type { Order } from './store.ts'
import { StoreBatch } from './store-batch.ts'
import { type StoreForTests, startStoreForTests } from './testing/store-for-tests.ts'

let running: StoreForTests
before(async () => {
  running = await startStoreForTests()
})
after(() => running.stop())

const NOW = 1_702_000_000_000_000 as Micros
let batches = 0

async function insert(trades: readonly TradeEvent[]): Promise<StoreBatch> {
  const batch = new StoreBatch()
  for (const [index, trade] of trades.entries()) batch.addEvent(trade, { position: batches, index })
  batches++
  await running.store.insertBatch(batch, String(batches))
  return batch
}

async function allCandles(
  venue: VenueId,
  instrument: InstrumentId,
  interval: CandleInterval,
  more: { limit?: number; order?: Order; fill?: boolean; to?: Micros } = {},
): Promise<Candle[]> {
  const candles: Candle[] = []
  let cursor: string | undefined
  do {
    const query = { venue, instrument, interval, now: NOW, limit: 10_000, cursor, ...more }
    const page = await running.store.candles(query)
    candles.push(...page.items)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return candles
}

/** Candles by the plainest way: put trades in order, walk through them, add exactly. */
function candlesOf(trades: readonly TradeEvent[], interval: CandleInterval): Candle[] {
  const ordered = [...trades].sort(
    (left, right) =>
      (left.exchangeTime ?? 0) - (right.exchangeTime ?? 0) || (BigInt(left.id ?? 0) < BigInt(right.id ?? 0) ? -1 : 1),
  )
  const groups = new Map<Micros, TradeEvent[]>()
  for (const trade of ordered) {
    const openTime = candleOpenTime(interval, trade.exchangeTime ?? (0 as Micros))
    groups.set(openTime, [...(groups.get(openTime) ?? []), trade])
  }
  return [...groups].map(([openTime, group]) => {
    const [first] = group
    const last = group.at(-1)
    assert(first !== undefined && last !== undefined)
    const sum = (values: (trade: TradeEvent, total: DecimalSum) => void) => {
      const total = new DecimalSum()
      for (const trade of group) values(trade, total)
      return total.value
    }
    const prices = group.map((trade) => trade.price).sort(compareDecimals)
    const closeTime = (openTime + candleSeconds(interval) * 1_000_000) as Micros
    return {
      venue: first.venue,
      instrument: first.instrument,
      interval,
      openTime,
      closeTime,
      open: first.price,
      high: prices.at(-1) ?? first.price,
      low: prices[0] ?? first.price,
      close: last.price,
      volume: sum((trade, total) => total.add(trade.amount)),
      buyVolume: sum((trade, total) => trade.side === 'buy' && total.add(trade.amount)),
      quoteVolume: sum((trade, total) => total.addProduct(trade.price, trade.amount)),
      trades: group.length,
      filled: false,
      final: closeTime <= NOW,
    }
  })
}

/** Decimals of every size that the store takes, most of them as markets write them. */
const decimals = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.bigInt(1n, 10n ** 9n), fc.integer({ min: 0, max: 8 })) },
  { weight: 1, arbitrary: fc.tuple(fc.bigInt(1n, 10n ** 37n), fc.constant(18)) },
)

const positive = decimals.map(([units, scale]) => {
  const digits = units.toString().padStart(scale + 1, '0')
  const point = digits.length - scale
  return decimal(scale === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`)
})

const sides: readonly TakerSide[] = ['buy', 'sell', 'unknown']

/** Trades of few instruments within some weeks: many share a second, some a microsecond. Ids are unique. */
const randomTrades: fc.Arbitrary<readonly TradeEvent[]> = fc
  .array(
    fc.record({
      instrument: fc.constantFrom('BTC-USDT', 'ETH-USDT'),
      second: fc.oneof(fc.integer({ min: 0, max: 120 }), fc.integer({ min: 0, max: 1_500_000 })),
      micros: fc.constantFrom(0, 1, 500_000, 999_999),
      price: positive,
      amount: positive,
      side: fc.constantFrom(...sides),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((drafts) =>
    drafts.map((draft, index) => {
      const time = (1_700_000_000_000_000 + draft.second * 1_000_000 + draft.micros) as Micros
      return {
        messageType: 'trade',
        venue: 'binance' as VenueId,
        instrument: draft.instrument as InstrumentId,
        symbol: draft.instrument.replace('-', '') as VenueSymbol,
        // Ids that go down, so that ids and arrival disagree.
        id: String(10_000 - index),
        price: draft.price as Price,
        amount: draft.amount as Amount,
        side: draft.side,
        exchangeTime: time,
        receiveTime: (time + 1_000 + index) as Micros,
      }
    }),
  )

test('candles of every width equal those computed from the trades, whatever came late or twice', async () => {
  let runs = 0
  await fc.assert(
    fc.asyncProperty(randomTrades, fc.integer({ min: 1, max: 3 }), async (trades, pieces) => {
      const venue = `property-${runs++}` as VenueId
      const own = trades.map((trade) => ({ ...trade, venue }))
      const size = Math.ceil(own.length / pieces)
      for (let at = 0; at < own.length; at += size) {
        const batch = await insert(own.slice(at, at + size))
        // A batch that was not acknowledged is sent again, with the same token.
        await running.store.insertBatch(batch, String(batches))
      }
      for (const instrument of new Set(own.map((trade) => trade.instrument))) {
        const ofInstrument = own.filter((trade) => trade.instrument === instrument)
        for (const interval of CANDLE_INTERVALS) {
          assert.deepEqual(await allCandles(venue, instrument, interval), candlesOf(ofInstrument, interval), interval)
        }
      }
    }),
    { numRuns: 12 },
  )
})

const VENUE = 'kraken' as VenueId
const INSTRUMENT = 'BTC-USD' as InstrumentId
const START = 1_700_000_040_000_000

function trade(minute: number, id: number, price: string): TradeEvent {
  const time = (START + minute * 60_000_000) as Micros
  return {
    messageType: 'trade',
    venue: VENUE,
    instrument: INSTRUMENT,
    symbol: 'XBT/USD' as VenueSymbol,
    id: String(id),
    price: decimal(price) as Price,
    amount: decimal('1') as Amount,
    side: 'buy',
    exchangeTime: time,
    receiveTime: time,
  }
}

test('pages of candles, with and without filling, in both directions, give each candle once', async () => {
  const trades = [trade(0, 1, '10'), trade(3, 2, '12'), trade(4, 3, '11'), trade(200, 4, '13'), trade(5_000, 5, '9')]
  await insert(trades)
  const whole = candlesOf(trades, '1m')
  for (const order of ['oldest-first', 'newest-first'] as const) {
    const expected = order === 'oldest-first' ? whole : [...whole].reverse()
    for (const limit of [1, 2, 3, 100]) {
      assert.deepEqual(await allCandles(VENUE, INSTRUMENT, '1m', { order, limit }), expected, `${order} by ${limit}`)
    }
    const to = (START + 210 * 60_000_000) as Micros
    for (const limit of [7, 1_000]) {
      const filled = await allCandles(VENUE, INSTRUMENT, '1m', { order, limit, fill: true, to })
      const forward = order === 'oldest-first' ? filled : [...filled].reverse()
      assert.equal(forward.length, 210)
      assert.deepEqual(
        forward.map((candle) => candle.openTime),
        forward.map((_, index) => START + index * 60_000_000),
      )
      assert.deepEqual(
        forward.filter((candle) => !candle.filled),
        whole.slice(0, 4),
      )
      const gap = forward[1]
      assert.equal(gap?.filled, true)
      assert.equal(gap?.open, '10')
      assert.equal(gap?.trades, 0)
      assert.equal(forward[209]?.close, '13')
    }
  }
})

test('a candle whose time is not over says so', async () => {
  const query = { venue: VENUE, instrument: INSTRUMENT, interval: '1m', limit: 1 } as const
  const openTime = START as Micros
  const before = await running.store.candles({ ...query, now: (openTime + 59_999_999) as Micros })
  const after = await running.store.candles({ ...query, now: (openTime + 60_000_000) as Micros })
  assert.deepEqual([before.items[0]?.final, after.items[0]?.final], [false, true])
})

test('an unknown instrument has no candles', async () => {
  const query = { venue: VENUE, instrument: 'NO-SUCH' as InstrumentId, interval: '1h', limit: 5, now: NOW } as const
  assert.deepEqual(await running.store.candles(query), { items: [], nextCursor: null })
  assert.deepEqual(await running.store.candles({ ...query, fill: true }), { items: [], nextCursor: null })
})
