import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { amount, type BookLevel, price } from '../../../src/market/index.ts'
import { BookView } from './book-view.ts'

const level = fc
  .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 9 }))
  .map(([at, size]): BookLevel => [price(`${at}.5`), amount(size === 0 ? '0' : `0.${size}`)])
const side = fc.array(level, { maxLength: 12 })

test('a snapshot and any updates give the ladder of a plain map, with exact running totals', () => {
  fc.assert(
    fc.property(side, side, fc.array(fc.tuple(side, side), { maxLength: 8 }), (bids, asks, updates) => {
      const view = new BookView()
      view.snapshot(bids, asks)
      const plain = { bids: new Map<string, string>(), asks: new Map<string, string>() }
      const put = (into: Map<string, string>, levels: readonly BookLevel[]) => {
        for (const [at, size] of levels) {
          if (size === '0') into.delete(at)
          else into.set(at, size)
        }
      }
      put(plain.bids, bids)
      put(plain.asks, asks)
      for (const [bidUpdate, askUpdate] of updates) {
        view.update(bidUpdate, askUpdate)
        put(plain.bids, bidUpdate)
        put(plain.asks, askUpdate)
      }
      const ladder = view.ladder(100)
      const expected = (levels: Map<string, string>, sign: 1 | -1) => {
        let tenths = 0
        return [...levels]
          .sort((left, right) => sign * (Number(left[0]) - Number(right[0])))
          .map(([at, size]) => {
            tenths += Math.round(Number(size) * 10)
            const total = tenths % 10 === 0 ? String(tenths / 10) : `${Math.floor(tenths / 10)}.${tenths % 10}`
            return [at, size, total]
          })
      }
      assert.deepEqual(
        ladder.bids.map((row) => [row.price, row.amount, row.total]),
        expected(plain.bids, -1),
      )
      assert.deepEqual(
        ladder.asks.map((row) => [row.price, row.amount, row.total]),
        expected(plain.asks, 1),
      )
      for (const row of [...ladder.bids, ...ladder.asks]) assert.ok(row.share >= 0 && row.share <= 1)
    }),
  )
})

test('updates without a snapshot before them show nothing', () => {
  const view = new BookView()
  view.update([[price('1'), amount('1')]], [])
  assert.deepEqual(view.ladder(10).bids, [])
  view.snapshot([[price('1'), amount('1')]], [])
  assert.equal(view.ladder(10).bids.length, 1)
  view.forget()
  assert.equal(view.known, false)
  assert.deepEqual(view.ladder(10).bids, [])
})

test('the spread is exact and unknown while a side is empty', () => {
  const view = new BookView()
  view.snapshot([[price('0.1'), amount('1')]], [])
  assert.equal(view.ladder(5).spread, null)
  view.update([], [[price('0.3'), amount('1')]])
  assert.equal(view.ladder(5).spread, '0.2')
})
