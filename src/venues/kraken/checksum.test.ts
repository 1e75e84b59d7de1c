import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { type Amount, decimal, OrderBook, type Price } from '../../market/index.ts'
import { BookChange } from './book-change.ts'
import { CheckedBook } from './checked-book.ts'
import { appendLevel, checksumLevel, EMPTY_REGISTER, finishChecksum } from './checksum.ts'
import { digitsOf } from './wire.ts'

type WrittenLevel = readonly [price: string, amount: string]

/** The rule word for word: no point, no leading zeros. */
function written(text: string): string {
  return text.replace('.', '').replace(/^0+/, '')
}

function byTheText(asks: readonly WrittenLevel[], bids: readonly WrittenLevel[]): number {
  return crc32([...asks.slice(0, 10), ...bids.slice(0, 10)].flat().map(written).join(''))
}

function changeOf(asks: readonly WrittenLevel[], bids: readonly WrittenLevel[], isSnapshot: boolean): BookChange {
  const change = new BookChange()
  change.reset(isSnapshot)
  for (const [price, amount] of asks)
    change.add(false, decimal(price), digitsOf(price), decimal(amount), digitsOf(amount))
  for (const [price, amount] of bids)
    change.add(true, decimal(price), digitsOf(price), decimal(amount), digitsOf(amount))
  return change
}

test('the example of the guide to v2 has its documented checksum', () => {
  // https://docs.kraken.com/exchange/guides/websockets/book-checksum-v2.md (2026-11-22)
  const bids: WrittenLevel[] = [
    ['45283.5', '0.10000000'],
    ['45283.4', '1.54582015'],
    ['45282.1', '0.10000000'],
    ['45281.0', '0.10000000'],
    ['45280.3', '1.54592586'],
    ['45279.0', '0.07990000'],
    ['45277.6', '0.03310103'],
    ['45277.5', '0.30000000'],
    ['45277.3', '1.54602737'],
    ['45276.6', '0.15445238'],
  ]
  const asks: WrittenLevel[] = [
    ['45285.2', '0.00100000'],
    ['45286.4', '1.54571953'],
    ['45286.6', '1.54571109'],
    ['45289.6', '1.54560911'],
    ['45290.2', '0.15890660'],
    ['45291.8', '1.54553491'],
    ['45294.7', '0.04454749'],
    ['45296.1', '0.35380000'],
    ['45297.5', '0.09945542'],
    ['45299.5', '0.18772827'],
  ]
  const book = new CheckedBook(10, undefined)
  book.apply(changeOf(asks, bids, true))
  assert.equal(book.checksum(), 3_310_070_434)
  assert.ok(book.hasChecksum(3_310_070_434))
  assert.ok(!book.hasChecksum(3_310_070_435))
})

test('the example of the guide to v1 has its documented checksum', () => {
  // https://docs.kraken.com/exchange/guides/websockets/book-checksum-v1.md (2026-11-22)
  const level = (price: string): WrittenLevel => [price, '0.00000500']
  const asks = ['05005', '05010', '05015', '05020', '05025', '05030', '05035', '05040', '05045', '05050']
  const bids = ['05000', '04995', '04990', '04980', '04975', '04970', '04965', '04960', '04955', '04950']
  const book = new CheckedBook(1_000, undefined)
  book.apply(
    changeOf(
      asks.map((digits) => level(`0.${digits}`)),
      bids.map((digits) => level(`0.${digits}`)),
      true,
    ),
  )
  assert.equal(book.checksum(), 974_947_235)
})

test('numbers whose trailing zeros the wire dropped are proved with the digits of the reference data', () => {
  const asks: WrittenLevel[] = [['101.50', '0.10000000']]
  const bids: WrittenLevel[] = [['100.00', '2.00000000']]
  const book = new CheckedBook(10, { price: 2, amount: 8 })
  book.apply(changeOf([['101.5', '0.1']], [['100', '2']], true))
  assert.ok(book.hasChecksum(byTheText(asks, bids)))
  book.apply(changeOf([['101.25', '3']], [], false))
  assert.ok(book.hasChecksum(byTheText([['101.25', '3.00000000'], ...asks], bids)))
  assert.ok(!book.hasChecksum(1))
  assert.ok(book.hasChecksum(byTheText([['101.25', '3.00000000'], ...asks], bids)))
})

const digits = (length: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length }).map((all) => all.join(''))
const number = fc
  .tuple(fc.integer({ min: 0, max: 9_999_999 }), fc.integer({ min: 0, max: 10 }).chain(digits))
  .map(([whole, fraction]) => (fraction === '' ? `${whole}` : `${whole}.${fraction}`))

test('joined level by level, the checksum is that of the whole text', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(number, number), { maxLength: 20 }), (levels) => {
      let register = EMPTY_REGISTER
      for (const [price, amount] of levels) {
        const level = { register: 0, length: 0 }
        checksumLevel(decimal(price) as Price, digitsOf(price), decimal(amount) as Amount, digitsOf(amount), level)
        // The rule leaves nothing of a number that is zero, and no book has such a level.
        fc.pre(decimal(price) !== '0' && decimal(amount) !== '0')
        register = appendLevel(register, level)
      }
      assert.equal(finishChecksum(register), crc32(levels.flat().map(written).join('')))
    }),
  )
})

const cents = fc.integer({ min: 1, max: 60 })
const step = fc.record({
  isBid: fc.boolean(),
  cents,
  amount: fc.oneof(
    { weight: 2, arbitrary: fc.constant('0.00000000') },
    { weight: 5, arbitrary: fc.integer({ min: 1, max: 999 }).map((value) => `${value}.50000000`) },
  ),
})

type Step = { readonly isBid: boolean; readonly cents: number; readonly amount: string }

function followsModel(messages: readonly (readonly Step[])[], depth: number): void {
  const book = new CheckedBook(depth, undefined)
  const tape = new OrderBook()
  const sides = { bids: new Map<number, string>(), asks: new Map<number, string>() }
  for (const message of messages) {
    const asks: WrittenLevel[] = []
    const bids: WrittenLevel[] = []
    for (const { isBid, cents: at, amount } of message) {
      const price = (isBid ? 100 - at / 100 : 100 + at / 100).toFixed(2)
      ;(isBid ? bids : asks).push([price, amount])
      const side = isBid ? sides.bids : sides.asks
      if (amount === '0.00000000') side.delete(at)
      else side.set(at, amount)
    }
    const change = changeOf(asks, bids, false)
    book.apply(change)
    tape.update(change.bids, change.asks)
    for (const side of [sides.bids, sides.asks]) {
      for (const at of [...side.keys()].sort((left, right) => left - right).slice(depth)) side.delete(at)
    }
    const model = (side: Map<number, string>, sign: number): WrittenLevel[] =>
      [...side]
        .sort(([left], [right]) => left - right)
        .map(([at, amount]) => [(100 + (sign * at) / 100).toFixed(2), amount])
    const modelBids = model(sides.bids, -1)
    const modelAsks = model(sides.asks, 1)
    assert.deepEqual(
      book.bids(),
      modelBids.map((level) => level.map(decimal)),
    )
    assert.deepEqual(
      book.asks(),
      modelAsks.map((level) => level.map(decimal)),
    )
    assert.deepEqual([tape.bids(), tape.asks()], [book.bids(), book.asks()], 'the tape has the very same book')
    assert.equal(book.checksum(), byTheText(modelAsks, modelBids))
  }
}

test('after any changes, levels, depth and checksum are those of a plain model of the book', () => {
  const messages = fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 60 })
  fc.assert(fc.property(messages, fc.constantFrom(10, 25), followsModel), { numRuns: 60 })
})

test('the same after so many changes that hundreds of levels were cut off', () => {
  const messages = fc.array(fc.array(step, { minLength: 2, maxLength: 4 }), { minLength: 900, maxLength: 900 })
  fc.assert(fc.property(messages, fc.constant(10), followsModel), { numRuns: 2 })
})

test('prices of more digits than a double holds keep their order', () => {
  const book = new CheckedBook(10, undefined)
  const prices = ['1.00000000000000000002', '1.00000000000000000001', '12345678901234567890', '1', '0.5']
  book.apply(
    changeOf(
      prices.map((price) => [price, '1']),
      prices.map((price) => [price, '1']),
      true,
    ),
  )
  const ascending = ['0.5', '1', '1.00000000000000000001', '1.00000000000000000002', '12345678901234567890']
  assert.deepEqual(
    book.asks().map(([price]) => price),
    ascending,
  )
  assert.deepEqual(
    book.bids().map(([price]) => price),
    ascending.toReversed(),
  )
})
