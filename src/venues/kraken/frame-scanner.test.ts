import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MarketError } from '../../market/index.ts'
import { VenueError } from '../venue-error.ts'
import { BookChange } from './book-change.ts'
import { FrameScanner } from './frame-scanner.ts'
import { TickerScanner } from './ticker-scanner.ts'
import { V1BookScanner } from './v1-book-scanner.ts'
import { V1LevelScanner } from './v1-level-scanner.ts'
import { readV1Frame } from './v1-wire.ts'
import { readFrame } from './wire.ts'

const digit = fc.integer({ min: 0, max: 9 }).map(String)
const number = fc
  .tuple(fc.integer({ min: 0, max: 99_999_999 }), fc.array(digit, { maxLength: 10 }))
  .map(([whole, fraction]) => (fraction.length === 0 ? `${whole}` : `${whole}.${fraction.join('')}`))
const seconds = fc.integer({ min: 1, max: 4_000_000_000 })
const fraction = fc.array(digit, { minLength: 6, maxLength: 6 }).map((digits) => digits.join(''))
const isoTime = fc
  .tuple(seconds, fraction)
  .map(([at, rest]) => `${new Date(at * 1_000).toISOString().slice(0, 19)}.${rest}Z`)
const checksum = fc.integer({ min: 0, max: 0xffffffff })

const level = fc.tuple(number, number).map(([price, amount]) => `{"price":${price},"qty":${amount}}`)
const levels = fc.array(level, { maxLength: 4 }).map((all) => `[${all.join()}]`)
const book = fc
  .tuple(fc.constantFrom('update', 'snapshot'), levels, levels, checksum, isoTime)
  .map(
    ([type, bids, asks, sum, time]) =>
      `{"channel":"book","type":"${type}","data":[{"symbol":"BTC/USD","bids":${bids},"asks":${asks},"checksum":${sum},"timestamp":"${time}"}]}`,
  )
const trade = fc
  .tuple(fc.constantFrom('buy', 'sell'), number, number, fc.nat(), isoTime)
  .map(
    ([side, price, amount, id, time]) =>
      `{"symbol":"BTC/USD","side":"${side}","price":${price},"qty":${amount},"ord_type":"limit","trade_id":${id},"timestamp":"${time}"}`,
  )
const trades = fc
  .tuple(fc.constantFrom('update', 'snapshot'), fc.array(trade, { minLength: 1, maxLength: 3 }))
  .map(([type, all]) => `{"channel":"trade","type":"${type}","data":[${all.join()}]}`)

const signed = fc.tuple(fc.boolean(), number).map(([isNegative, value]) => (isNegative ? `-${value}` : value))
const ticker = fc
  .tuple(
    fc.constantFrom('update', 'snapshot'),
    fc.array(number, { minLength: 9, maxLength: 9 }),
    signed,
    signed,
    isoTime,
  )
  .map(([type, [bid, bidQty, ask, askQty, last, volume, vwap, low, high], change, percent, time]) => {
    const statistics = `"last":${last},"volume":${volume},"vwap":${vwap},"low":${low},"high":${high},"change":${change}`
    const best = `"bid":${bid},"bid_qty":${bidQty},"ask":${ask},"ask_qty":${askQty}`
    const end = type === 'update' ? `,"timestamp":"${time}"` : ''
    return `{"channel":"ticker","type":"${type}","data":[{"symbol":"BTC/USD",${best},${statistics},"change_pct":${percent}${end}}]}`
  })

const oldLevel = fc
  .tuple(number, number, seconds, fraction, fc.boolean())
  .map(([price, amount, at, rest, again]) => `["${price}","${amount}","${at}.${rest}"${again ? ',"r"' : ''}]`)
const oldLevels = fc.array(oldLevel, { minLength: 1, maxLength: 3 }).map((all) => `[${all.join()}]`)
const oldBook = fc
  .tuple(fc.constantFrom('a', 'b', 'ab', 's'), oldLevels, oldLevels, checksum, fc.boolean())
  .map(([shape, one, two, sum, hasSum]) => {
    const end = hasSum && shape !== 's' ? `,"c":"${sum}"` : ''
    const payload = {
      a: `{"a":${one}${end}}`,
      b: `{"b":${one}${end}}`,
      ab: `{"a":${one}},{"b":${two}${end}}`,
      s: `{"as":${one},"bs":${two}}`,
    }[shape]
    return `[1920,${payload},"book-1000","XBT/USD"]`
  })

const mutation = fc.record({
  place: fc.nat(),
  removed: fc.nat({ max: 3 }),
  put: fc.constantFrom('', '0', '"', '-', 'e5', '\\', ',', ']', '}', ' ', '9', '\u0000', '.'),
})

function mutated(text: string, { place, removed, put }: { place: number; removed: number; put: string }): string {
  const at = place % (text.length + 1)
  return text.slice(0, at) + put + text.slice(at + removed)
}

/** As nearly every frame of v1 is: of one level, with numbers as the venue writes them. */
const plainNumber = fc
  .tuple(fc.integer({ min: 0, max: 999_999_999 }), fc.array(digit, { maxLength: 9 }))
  .map(([whole, rest]) => (rest.length === 0 ? `${whole}` : `${whole}.${rest.join('')}`))
const plainAmount = fc.oneof(fc.constantFrom('0.00000000', '0', '5.00000000', '0.00120000'), plainNumber)
const oldChange = fc
  .tuple(
    fc.record({ side: fc.constantFrom('a', 'b'), price: plainNumber, amount: plainAmount, again: fc.boolean() }),
    fc.integer({ min: 1_000_000_000, max: 9_999_999_999 }),
    fraction,
    checksum,
    fc.constantFrom('"book-1000","XBT/USD"', '"book-10","WAVES/EUR"'),
  )
  .map(([{ side, price, amount, again }, at, rest, sum, end]) => {
    const one = `["${price}","${amount}","${at}.${rest}"${again ? ',"r"' : ''}]`
    return `[${end.length},{"${side}":[${one}],"c":"${sum}"},${end}]`
  })

/** What a careful reading of a book says; undefined if it cannot be read. */
function carefully(text: string, read: (text: string, change: BookChange) => { kind: string } | undefined) {
  const change = new BookChange()
  try {
    return read(text, change)?.kind === 'book' ? change : undefined
  } catch (error) {
    if (error instanceof VenueError || error instanceof MarketError || error instanceof SyntaxError) return undefined
    throw error
  }
}

test('book frames are read from their text exactly as from their JSON', () => {
  const scanner = new FrameScanner()
  fc.assert(
    fc.property(book, (text) => {
      const fast = new BookChange()
      assert.ok(scanner.readBook(text, fast))
      assert.deepEqual(fast, carefully(text, readFrame))
    }),
  )
})

test('trade frames are read from their text exactly as from their JSON', () => {
  const scanner = new FrameScanner()
  fc.assert(
    fc.property(trades, (text) => assert.deepEqual(scanner.readTrades(text), readFrame(text, new BookChange()))),
  )
})

test('tickers are read from their text exactly as from their JSON', () => {
  const scanner = new TickerScanner()
  fc.assert(fc.property(ticker, (text) => assert.deepEqual(scanner.read(text), readFrame(text, new BookChange()))))
})

test('book frames of v1 are read from their text exactly as from their JSON', () => {
  const scanner = new V1BookScanner()
  fc.assert(
    fc.property(oldBook, (text) => {
      const fast = new BookChange()
      assert.ok(scanner.read(text, fast), text)
      assert.deepEqual(fast, carefully(text, readV1Frame))
    }),
  )
})

test('frames of v1 with one level are read from their bytes exactly as from their JSON', () => {
  const scanner = new V1LevelScanner()
  // One after the other: each is written over the one before.
  const fast = new BookChange()
  fc.assert(
    fc.property(oldChange, (text) => {
      const expected = carefully(text, readV1Frame)
      assert.ok(scanner.read(text, fast), text)
      for (const side of ['bids', 'asks'] as const) assert.deepEqual(fast[side], expected?.[side])
      const numbers = fast.bids.length > 0 ? 'bidNumbers' : 'askNumbers'
      assert.deepEqual(fast[numbers], expected?.[numbers])
      for (const member of ['isSnapshot', 'symbol', 'checksum', 'depth', 'time'] as const)
        assert.equal(fast[member], expected?.[member])
    }),
  )
})

test('whatever is done to a frame, it is read from its text as from its JSON, or not at all', () => {
  const scanner = new FrameScanner()
  const oldScanner = new V1BookScanner()
  fc.assert(
    fc.property(fc.oneof(book, trades), mutation, (text, change) => {
      const frame = mutated(text, change)
      const fast = new BookChange()
      if (scanner.readBook(frame, fast)) assert.deepEqual(fast, carefully(frame, readFrame))
      const fastTrades = scanner.readTrades(frame)
      if (fastTrades !== undefined) assert.deepEqual(fastTrades, readFrame(frame, new BookChange()))
    }),
    { numRuns: 2_000 },
  )
  const tickerScanner = new TickerScanner()
  fc.assert(
    fc.property(ticker, mutation, (text, change) => {
      const frame = mutated(text, change)
      const fast = tickerScanner.read(frame)
      if (fast !== undefined) assert.deepEqual(fast, readFrame(frame, new BookChange()))
    }),
    { numRuns: 2_000 },
  )
  fc.assert(
    fc.property(oldBook, mutation, (text, change) => {
      const frame = mutated(text, change)
      const fast = new BookChange()
      if (oldScanner.read(frame, fast)) assert.deepEqual(fast, carefully(frame, readV1Frame))
    }),
    { numRuns: 2_000 },
  )
  const levelScanner = new V1LevelScanner()
  fc.assert(
    fc.property(fc.oneof(oldBook, { weight: 4, arbitrary: oldChange }), mutation, (text, change) => {
      const frame = mutated(text, change)
      const fast = new BookChange()
      if (levelScanner.read(frame, fast)) assert.deepEqual(fast, carefully(frame, readV1Frame))
      else assert.deepEqual(fast, new BookChange())
    }),
    { numRuns: 4_000 },
  )
})
