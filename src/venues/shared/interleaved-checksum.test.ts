import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { amount, type BookLevel, OrderBook, price } from '../../market/index.ts'
import { InterleavedChecksum } from './interleaved-checksum.ts'

function levels(...texts: readonly string[]): BookLevel[] {
  return texts.map((text) => {
    const [at = '', size = ''] = text.split(':')
    return [price(at), amount(size)]
  })
}

function bookOf(bids: readonly BookLevel[], asks: readonly BookLevel[]): OrderBook {
  const book = new OrderBook()
  book.replace(bids, asks)
  return book
}

function has(bids: readonly BookLevel[], asks: readonly BookLevel[], text: string): boolean {
  return new InterleavedChecksum().verify(bookOf(bids, asks), crc32(text) | 0)
}

test('both sides take turns; the places of the shorter one are left out', () => {
  // The two texts of Bitget's documentation, Depth Channel, "Calculate checksum" (2026-11-22).
  const one = '43231.1:4:43232.8:9:43231:6:43232.9:8'
  assert.ok(has(levels('43231.1:4', '43231:6'), levels('43232.8:9', '43232.9:8'), one))
  assert.ok(!has(levels('43231.1:4', '43231:6'), levels('43232.8:9', '43232.9:7'), one))
  assert.ok(has(levels('3366.1:7'), levels('3366.8:9', '3368:8', '3372:8'), '3366.1:7:3366.8:9:3368:8:3372:8'))
  assert.ok(has([], levels('1:2'), '1:2'))
  assert.ok(has(levels('1:2'), [], '1:2'))
  assert.ok(has([], [], ''))
})

test('what the wire wrote counts, not what it means', () => {
  const bids = levels('1.50:2', '1.4:3')
  const checksum = new InterleavedChecksum()
  checksum.bids.written(price('1.5'), 'x1.50:2.0y', 1, 5, 6, 9)
  const written = crc32('1.50:2.0:1.4:3') | 0
  const canonical = crc32('1.5:2:1.4:3') | 0
  assert.ok(checksum.verify(bookOf(bids, []), written))
  assert.ok(!checksum.verifyCanonical(bookOf(bids, []), written))
  assert.ok(!checksum.verify(bookOf(bids, []), canonical))
  assert.ok(checksum.verifyCanonical(bookOf(bids, []), canonical))
  checksum.bids.canonical(price('1.5'))
  assert.ok(checksum.verify(bookOf(levels('1.5:2', '1.4:3'), []), canonical))
})

test('however a book changes, its checksum is that of the text of its best 25 levels', () => {
  const side = fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.nat({ max: 3 }), fc.boolean()), { maxLength: 40 })
  fc.assert(
    fc.property(fc.array(fc.tuple(side, side), { maxLength: 12 }), (updates) => {
      const checksum = new InterleavedChecksum()
      const book = new OrderBook()
      const texts = [new Map<string, string>(), new Map<string, string>()]
      for (const update of updates) {
        const said = update.map((changes, index) =>
          changes.map(([at, size, isPadded]): BookLevel => {
            const level: BookLevel = [price(String(at)), amount(String(size))]
            const text = isPadded ? `${at}.00:${size}.0` : `${at}:${size}`
            const witness = index === 0 ? checksum.bids : checksum.asks
            const colon = text.indexOf(':')
            if (isPadded && size > 0) witness.written(level[0], text, 0, colon, colon + 1, text.length)
            else witness.canonical(level[0])
            texts[index]?.set(level[0], text)
            return level
          }),
        )
        book.update(said[0] ?? [], said[1] ?? [])
        const [bids = [], asks = []] = [book.bids(25), book.asks(25)].map((best, index) =>
          best.map(([at]) => texts[index]?.get(at)),
        )
        const places = Array.from({ length: 25 }, (_, place) => [bids[place], asks[place]]).flat()
        const text = places.filter((one) => one !== undefined).join(':')
        assert.ok(checksum.verify(book, crc32(text) | 0), text)
        assert.ok(!checksum.verify(book, (crc32(text) ^ 1) | 0))
      }
    }),
  )
})
