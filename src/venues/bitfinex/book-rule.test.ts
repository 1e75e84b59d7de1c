import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { amount, type BookLevel, OrderBook, price } from '../../market/index.ts'
import { bitfinexBookRule } from './book-rule.ts'

/** The rule word for word: the best 25 of both sides in turn, numbers as JavaScript writes them, amounts of asks negative. */
function byTheText(book: OrderBook): number {
  const bids = book.bids(25)
  const asks = book.asks(25)
  const words: number[] = []
  for (let index = 0; index < 25; index++) {
    const bid = bids[index]
    const ask = asks[index]
    if (bid !== undefined) words.push(Number(bid[0]), Number(bid[1]))
    if (ask !== undefined) words.push(Number(ask[0]), -Number(ask[1]))
  }
  return crc32(words.join(':')) | 0
}

const size = fc.oneof(
  { weight: 2, arbitrary: fc.constant('0') },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 99_999_999 }).map((units) => `${units / 1_000}`) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 99 }).map((units) => `0.00000${units < 10 ? '0' : ''}${units}`) },
)
const step = fc.record({ isBid: fc.boolean(), at: fc.integer({ min: 1, max: 60 }), size })

test('after any changes, the checksum is that of the whole text', () => {
  for (const priceOf of [
    (at: number, isBid: boolean) => `${isBid ? 1_000 - at / 2 : 1_000 + at / 2}`,
    // Below 0.000001 the venue writes an exponent.
    (at: number, isBid: boolean) => (isBid ? 0.000_001 - at * 1e-8 : 0.000_001 + at * 1e-8).toFixed(8),
  ]) {
    fc.assert(
      fc.property(fc.array(fc.array(step, { minLength: 1, maxLength: 30 }), { maxLength: 20 }), (messages) => {
        const book = new OrderBook()
        for (const message of messages) {
          for (const { isBid, at, size } of message) {
            const level: BookLevel = [price(priceOf(at, isBid)), amount(size)]
            book.update(isBid ? [level] : [], isBid ? [] : [level])
          }
          const checksum = byTheText(book)
          assert.ok(bitfinexBookRule.verify?.(book, checksum))
          assert.ok(!bitfinexBookRule.verify?.(book, checksum ^ 1))
        }
      }),
    )
  }
})
