import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fixed, trimmed, widened } from './fixed.ts'
import { Ladder } from './ladder.ts'
import { MarketModel } from './market-model.ts'
import { Random } from './random.ts'
import { Schedule } from './schedule.ts'
import { TradeStore } from './trade-store.ts'

const OPTIONS = {
  seed: 5,
  venues: ['binance', 'coinbase', 'kraken'],
  instruments: 5,
  rate: 400,
  startMicros: 1_760_000_000_000_000,
  levels: 80,
  historyTrades: 200,
  historyMicros: 3_600_000_000,
  retainTrades: 1_000_000,
} as const

test('a side of a book behaves as a sorted map does', () => {
  const operations = fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 3 })), {
    maxLength: 200,
  })
  fc.assert(
    fc.property(fc.constantFrom('bid' as const, 'ask' as const), operations, (side, sets) => {
      const ladder = new Ladder(side)
      const naive = new Map<number, number>()
      for (const [price, lots] of sets) {
        ladder.set(price, lots)
        if (lots === 0) naive.delete(price)
        else naive.set(price, lots)
      }
      const best = [...naive.keys()].sort((left, right) => (side === 'bid' ? right - left : left - right))
      assert.equal(ladder.count, best.length)
      best.forEach((price, rank) => {
        assert.deepEqual(
          [ladder.priceAt(rank), ladder.lotsAt(rank), ladder.rankOf(price)],
          [price, naive.get(price), rank],
        )
      })
      assert.ok(Number.isNaN(ladder.priceAt(best.length)))
      for (let price = 0; price < 42; price++) assert.equal(ladder.lotsOf(price), naive.get(price) ?? 0)
    }),
  )
})

test('the schedule gives back in order of time', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 1_000 })), (times) => {
      const schedule = new Schedule()
      times.forEach((time, item) => {
        schedule.add(time, item)
      })
      const taken = times.map(() => times[schedule.take()])
      assert.deepEqual(
        taken,
        [...times].sort((left, right) => left - right),
      )
      assert.equal(schedule.take(), -1)
    }),
  )
})

test('the trade store keeps the newest trades with their ids, however it grows', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1_000 }),
      fc.integer({ min: 1, max: 500 }),
      fc.integer({ min: 0, max: 900 }),
      (first, capacity, count) => {
        const store = new TradeStore(first, capacity)
        for (let index = 0; index < count; index++)
          assert.equal(store.add(index, index + 1, index % 2 === 0, index * 10), first + index)
        const kept = Math.min(count, Math.max(64, capacity))
        assert.equal(store.lastId, first + count - 1)
        const trades = store.range(0, Number.MAX_SAFE_INTEGER)
        assert.equal(trades.length, kept)
        trades.forEach((trade, index) => {
          const number = count - kept + index
          assert.deepEqual(trade, {
            id: first + number,
            price: number,
            lots: number + 1,
            buy: number % 2 === 0,
            time: number * 10,
          })
        })
      },
    ),
  )
})

test('whole units become decimals with exactly the digits that a venue writes', () => {
  assert.deepEqual(
    [fixed(150, 2), fixed(5, 8), fixed(7, 0), fixed(-25, 1), fixed(0, 3)],
    ['1.50', '0.00000005', '7', '-2.5', '0.000'],
  )
  assert.deepEqual([trimmed(150, 2), trimmed(100, 2), trimmed(0, 8), trimmed(100, 0)], ['1.5', '1', '0', '100'])
  assert.deepEqual([widened(150, 2, 8), widened(7, 0, 8), widened(1, 8, 8)], ['1.50000000', '7.00000000', '0.00000001'])
})

test('random numbers are those of the seed, and look random', () => {
  const draw = (seed: number, stream: number) => {
    const random = new Random(seed, stream)
    return Array.from({ length: 20_000 }, () => random.uniform())
  }
  assert.deepEqual(draw(1, 1).slice(0, 50), draw(1, 1).slice(0, 50))
  assert.notDeepEqual(draw(1, 1).slice(0, 50), draw(1, 2).slice(0, 50))
  assert.notDeepEqual(draw(1, 1).slice(0, 50), draw(2, 1).slice(0, 50))
  const mean = draw(3, 3).reduce((sum, value) => sum + value, 0) / 20_000
  assert.ok(Math.abs(mean - 0.5) < 0.01)
})

test('the market never crosses its books, never lacks levels, and every event says all that it changed', () => {
  const model = new MarketModel(OPTIONS)
  const copies = model.listings.map((listing) => {
    const copy = { bids: new Map<number, number>(), asks: new Map<number, number>() }
    for (let rank = 0; rank < listing.bids.count; rank++)
      copy.bids.set(listing.bids.priceAt(rank), listing.bids.lotsAt(rank))
    for (let rank = 0; rank < listing.asks.count; rank++)
      copy.asks.set(listing.asks.priceAt(rank), listing.asks.lotsAt(rank))
    return copy
  })
  const updateIds = model.listings.map((listing) => listing.updateId)
  model.advance(OPTIONS.startMicros + 60_000_000, Number.POSITIVE_INFINITY, (listing) => {
    assert.ok(listing.bids.priceAt(0) < listing.asks.priceAt(0))
    assert.ok(listing.bids.count >= 12 && listing.asks.count >= 12)
    const copy = copies[listing.index]
    for (const { side, price, lots } of listing.changes) {
      const levels = side === 'bid' ? copy?.bids : copy?.asks
      if (lots === 0) levels?.delete(price)
      else levels?.set(price, lots)
    }
    assert.equal(listing.updateId, (updateIds[listing.index] ?? 0) + listing.changes.length)
    updateIds[listing.index] = listing.updateId
  })
  assert.ok(model.eventCount > 10_000 && model.tradeCount > 1_000)
  model.listings.forEach((listing, index) => {
    assert.equal(copies[index]?.bids.size, listing.bids.count)
    for (const [price, lots] of copies[index]?.asks ?? []) assert.equal(listing.asks.lotsOf(price), lots)
  })
})

test('the market looks like one: venues agree, activity comes in bursts, large moves are commoner than chance', () => {
  const model = new MarketModel({ ...OPTIONS, historyTrades: 0 })
  const counts: number[] = []
  const returns: number[] = []
  const spreads: number[] = []
  let previous = 0
  for (let second = 1; second <= 900; second++) {
    const before = model.eventCount
    model.advance(OPTIONS.startMicros + second * 1_000_000, Number.POSITIVE_INFINITY, () => undefined)
    counts.push(model.eventCount - before)
    const middles = model.listings.slice(0, 3).map((listing) => {
      return (listing.bids.priceAt(0) + listing.asks.priceAt(0)) / 2 / 10 ** listing.specification.priceDecimals
    })
    spreads.push(Math.max(...middles) / Math.min(...middles) - 1)
    const first = middles[0] ?? 0
    if (previous > 0) returns.push(Math.log(first / previous))
    previous = first
  }
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = (values: number[]) => mean(values.map((value) => (value - mean(values)) ** 2))
  assert.ok(mean(spreads) < 3e-4, 'arbitrage keeps the venues together')
  assert.ok(variance(counts) / mean(counts) > 3, 'more than a Poisson process varies')
  assert.ok(mean(returns.map((value) => value ** 4)) / variance(returns) ** 2 > 3.2, 'fat tails')
  assert.ok(mean(counts) > OPTIONS.rate * 0.5 && mean(counts) < OPTIONS.rate * 1.9, 'about the rate that was asked for')
})

test('a steady market has the rate that was asked for at all times', () => {
  for (const levels of [20, 150]) {
    const model = new MarketModel({ ...OPTIONS, levels, rate: 2_000, steady: true })
    model.advance(OPTIONS.startMicros + 5_000_000, Number.POSITIVE_INFINITY, () => undefined)
    for (let second = 15; second <= 65; second += 10) {
      const before = model.eventCount
      model.advance(OPTIONS.startMicros + second * 1_000_000, Number.POSITIVE_INFINITY, () => undefined)
      const rate = (model.eventCount - before) / 10
      assert.ok(Math.abs(rate / 2_000 - 1) < 0.06, `${levels} levels: ${rate} a second`)
    }
  }
})
