import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MarketError } from '../../market/index.ts'
import { VenueError } from '../venue-error.ts'
import { Level2Scanner } from './level2-scanner.ts'
import { type Frame, readFrame } from './wire.ts'

const digits = fc.integer({ min: 0, max: 9 }).map(String)
const number = fc
  .tuple(fc.integer({ min: 0, max: 99_999_999 }), fc.array(digits, { maxLength: 10 }))
  .map(([whole, fraction]) => (fraction.length === 0 ? `${whole}` : `${whole}.${fraction.join('')}`))
const pair = fc.tuple(number, number)
const time = fc
  .tuple(fc.integer({ min: 0, max: 4_000_000_000 }), fc.integer({ min: 0, max: 999_999 }))
  .map(
    ([seconds, micros]) =>
      `${new Date(seconds * 1_000).toISOString().slice(0, 19)}.${String(micros).padStart(6, '0')}Z`,
  )
const update = fc
  .record({
    type: fc.constant('l2update'),
    product_id: fc.constantFrom('BTC-USD', 'SKL-BTC'),
    changes: fc.array(
      fc.tuple(fc.constantFrom('buy', 'sell'), pair).map(([side, [price, size]]) => [side, price, size]),
      { maxLength: 5 },
    ),
    time,
  })
  .map((frame) => JSON.stringify(frame))
const snapshot = fc
  .record({
    type: fc.constant('snapshot'),
    product_id: fc.constant('BTC-USD'),
    asks: fc.array(pair),
    bids: fc.array(pair),
  })
  .map((frame) => JSON.stringify(frame))

function carefully(text: string): Frame | undefined | 'unreadable' {
  try {
    return readFrame(text)
  } catch (error) {
    if (error instanceof VenueError || error instanceof MarketError || error instanceof SyntaxError) return 'unreadable'
    throw error
  }
}

test('an update is read from its text exactly as from its JSON', () => {
  const scanner = new Level2Scanner()
  fc.assert(
    fc.property(update, (text) => {
      assert.deepEqual(scanner.read(text), readFrame(text))
    }),
  )
})

test('a snapshot is read from its text as from its JSON, or left to it', () => {
  const scanner = new Level2Scanner()
  fc.assert(
    fc.property(snapshot, (text) => {
      const fast = scanner.read(text)
      if (fast !== undefined) assert.deepEqual(fast, readFrame(text))
      else assert.match(text, /"0(?:\.0*)?"\]/, 'only levels of nothing are left to the careful reader')
    }),
  )
})

test('whatever is done to a frame, it is read from its text as from its JSON, or not at all', () => {
  const scanner = new Level2Scanner()
  fc.assert(
    fc.property(
      fc.oneof(update, snapshot),
      fc.nat(),
      fc.nat({ max: 3 }),
      fc.constantFrom('', '0', '"', '-', 'e5', '\\', ',', ']', ' ', '{}', '\u0000', '9'),
      (text, place, removed, put) => {
        const at = place % (text.length + 1)
        const mutated = text.slice(0, at) + put + text.slice(at + removed)
        const fast = scanner.read(mutated)
        if (fast !== undefined) assert.deepEqual(fast, carefully(mutated))
      },
    ),
    { numRuns: 2_000 },
  )
})

test('the frames of today, with the time before the changes, are read from their text too', () => {
  const text =
    '{"type":"l2update","product_id":"BTC-USD","time":"2026-11-22T10:00:00.25Z","changes":[["buy","10101.80000000","0.16256700"]]}'
  assert.deepEqual(new Level2Scanner().read(text), {
    type: 'l2update',
    product: 'BTC-USD',
    bids: [['10101.8', '0.162567']],
    asks: [],
    time: Date.UTC(2026, 10, 22, 10) * 1_000 + 250_000,
  })
})
