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

/** Tells a side how its levels are written: `price:amount`. */
function write(side: InterleavedChecksum['bids'], ...texts: readonly string[]): BookLevel[] {
  const said = levels(...texts)
  for (const [index, [at, size]] of said.entries()) {
    const text = `x${texts[index]}y`
    const colon = text.indexOf(':')
    side.level(at, size, text, 1, colon, colon + 1, text.length - 1)
  }
  return said
}

test('what the wire wrote counts, not what it means', () => {
  const checksum = new InterleavedChecksum()
  const book = bookOf(
    write(checksum.bids, '1.50:2.0', '1.40:3.1', '1.3:3.0', '1.00:5.0', '1:7', '0.9:8.10', '00.80:8.1'),
    [],
  )
  const text = '1.50:2.0:1.40:3.1:1.3:3.0:1:7:0.9:8.10:00.80:8.1'
  assert.ok(checksum.verify(book, crc32(text) | 0))
  assert.ok(!checksum.verifyCanonical(book, crc32(text) | 0))
  const canonical = crc32('1.5:2:1.4:3.1:1.3:3:1:7:0.9:8.1:0.8:8.1') | 0
  assert.ok(!checksum.verify(book, canonical))
  assert.ok(checksum.verifyCanonical(book, canonical))
  book.update(write(checksum.bids, '1.30:3.0', '1.50:0', '1.40:0.00'), [])
  assert.ok(checksum.verify(book, crc32('1.30:3.0:1:7:0.9:8.10:00.80:8.1') | 0))
})

test('whole numbers may be the usual ones, and have zeros later', () => {
  const checksum = new InterleavedChecksum()
  const book = bookOf(write(checksum.bids, '15:20', '14.0:30', '13.5:30', '12:3.0', '011:4'), [])
  assert.ok(checksum.verify(book, crc32('15:20:14.0:30:13.5:30:12:3.0:011:4') | 0))
})

test('levels of many digits count as others do', () => {
  const long = `${'9'.repeat(40)}:${'8'.repeat(40)}`
  assert.ok(has(levels(long, '7:6'), levels(`1${long}`), `${long}:1${long}:7:6`))
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
            witness.level(level[0], level[1], text, 0, colon, colon + 1, text.length)
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
