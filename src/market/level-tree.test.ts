import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { amount, compareDecimals, type Price, price } from './decimal.ts'
import type { BookLevel } from './event.ts'
import { LevelTree } from './level-tree.ts'
import { OrderBook } from './order-book.ts'

/** The same side as a sorted list: slow and plainly right. */
class SortedLevels {
  readonly #sign: number
  levels: BookLevel[] = []

  constructor(order: 'ascending' | 'descending') {
    this.#sign = order === 'ascending' ? 1 : -1
  }

  set(level: BookLevel): void {
    this.levels = this.levels.filter(([at]) => at !== level[0])
    if (level[1] === '0') return
    this.levels.push(level)
    this.levels.sort((left, right) => this.#sign * compareDecimals(left[0], right[0]))
  }

  cut(depth: number): BookLevel[] {
    return this.levels.splice(depth)
  }
}

/** Prices of several scales, some negative; few enough to meet again. */
const narrowPrice = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 400 }).map((cents) => price((cents / 100).toFixed(2))) },
  { weight: 1, arbitrary: fc.integer({ min: -50, max: 50 }).map((whole) => price(String(whole))) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 30 }).map((low) => price(`0.00000000${low}`)) },
  // The most digits that a double tells apart.
  { weight: 1, arbitrary: fc.integer({ min: 10, max: 40 }).map((low) => price(`9.999999999999${low}`)) },
)
/** Some with more digits than that. */
const anyPrice = fc.oneof(
  { weight: 400, arbitrary: narrowPrice },
  { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 20n }).map((low) => price(`1234567890123456789${low}.5`)) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 9 }).map((low) => price(`0.1000000000000000${low}`)) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 9 }).map((low) => price(`0.0000000000000000000000${low}`)) },
)
const size = fc.integer({ min: 0, max: 3 }).map((whole) => amount(String(whole)))
const stepWith = (prices: fc.Arbitrary<Price>) =>
  fc.oneof(
    { weight: 40, arbitrary: fc.tuple(prices, size).map((one) => ({ kind: 'set' as const, one })) },
    { weight: 1, arbitrary: fc.nat(60).map((depth) => ({ kind: 'cut' as const, depth })) },
    { weight: 1, arbitrary: fc.constant({ kind: 'clear' as const }) },
    { weight: 1, arbitrary: snapshotOf(prices).map((levels) => ({ kind: 'replace' as const, levels })) },
  )

/** Levels of a snapshot: best first, worst first or as they come; some name a price twice, some have no amount. */
function snapshotOf(prices: fc.Arbitrary<Price>): fc.Arbitrary<BookLevel[]> {
  const levels = fc.array(fc.tuple(prices, size), { maxLength: 200, size: 'max' })
  return fc.tuple(levels, fc.constantFrom(-1, 0, 1), fc.boolean()).map(([all, sign, isPlain]) => {
    const sorted = [...all].sort(([left], [right]) => sign * compareDecimals(left, right))
    return isPlain ? sorted.filter(([at, much], index) => much !== '0' && at !== sorted[index - 1]?.[0]) : sorted
  })
}

for (const [order, prices, of] of [
  ['ascending', narrowPrice, ''],
  ['descending', narrowPrice, ''],
  ['ascending', anyPrice, ' of long prices'],
  ['descending', anyPrice, ' of long prices'],
] as const) {
  test(`a tree${of} in ${order} order holds what a sorted list holds`, () => {
    fc.assert(
      fc.property(fc.array(stepWith(prices), { maxLength: 600, size: 'max' }), (steps) => {
        const tree = new LevelTree(order)
        const model = new SortedLevels(order)
        for (const action of steps) {
          if (action.kind === 'set') {
            tree.set(action.one)
            model.set(action.one)
          } else if (action.kind === 'replace') {
            tree.replace(action.levels)
            model.levels = []
            for (const one of action.levels) model.set(one)
          } else if (action.kind === 'cut') assert.deepEqual(tree.cut(action.depth), model.cut(action.depth))
          else {
            tree.clear()
            model.levels = []
          }
          assert.equal(tree.size, model.levels.length)
          assert.equal(tree.best, model.levels[0])
        }
        assert.deepEqual(tree.levels(), model.levels)
        assert.deepEqual(tree.levels(7), model.levels.slice(0, 7))
      }),
      { numRuns: 60 },
    )
  })
}

test('thousands of levels, filled and emptied in any order, stay in order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9_999), { minLength: 3_000, maxLength: 3_000 }), (ticks) => {
      const tree = new LevelTree('descending')
      for (const tick of ticks) tree.set([price(String(tick)), amount('1')])
      const expected = [...new Set(ticks)].sort((left, right) => right - left).map(String)
      assert.deepEqual(
        tree.levels().map(([at]) => at),
        expected,
      )
      for (const tick of ticks.slice(0, 2_900)) tree.set([price(String(tick)), amount('0')])
      const gone = new Set(ticks.slice(0, 2_900).map(String))
      assert.deepEqual(
        tree.levels().map(([at]) => at),
        expected.filter((at) => !gone.has(at)),
      )
    }),
    { numRuns: 5 },
  )
})

test('a book replaces, updates, cuts and knows when it is crossed', () => {
  const book = new OrderBook()
  const levels = (...pairs: Array<[string, string]>): BookLevel[] =>
    pairs.map(([at, size]) => [price(at), amount(size)])
  book.replace(levels(['10', '1'], ['9.5', '2'], ['9', '3']), levels(['11', '1'], ['12', '1']))
  assert.deepEqual(book.bestBid, ['10', '1'])
  assert.deepEqual(book.bestAsk, ['11', '1'])
  assert.deepEqual(book.cutBids(2), [['9', '3']])
  book.update(levels(['10', '0'], ['8', '0']), levels(['10.5', '4']))
  assert.deepEqual(book.bids(), [['9.5', '2']])
  assert.deepEqual(book.asks(1), [['10.5', '4']])
  assert.equal(book.isCrossed, false)
  book.update(levels(['10.50', '1']), [])
  assert.equal(book.isCrossed, true)
  book.replace([], levels(['1', '1']))
  assert.equal(book.bidCount, 0)
  assert.equal(book.askCount, 1)
  assert.equal(book.bestBid, undefined)
})

test('prices that differ beyond what a double holds are told apart', () => {
  const book = new OrderBook()
  const bid = price('1000000000000000.1')
  const ask = price('1000000000000000.2')
  book.replace([[price('1'), amount('1')]], [[price('2'), amount('1')]])
  book.update([[bid, amount('1')]], [[ask, amount('1')]])
  assert.equal(book.isCrossed, true)
  book.update([], [[price('2'), amount('0')]])
  assert.equal(book.isCrossed, false)
  book.update([[ask, amount('1')]], [])
  assert.equal(book.isCrossed, true)
  assert.deepEqual(book.bids(2), [
    [ask, '1'],
    [bid, '1'],
  ])
  book.clear()
  assert.equal(book.bestBid, undefined)
  assert.equal(book.isCrossed, false)
})
