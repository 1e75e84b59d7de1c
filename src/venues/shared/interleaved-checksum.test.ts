import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import { amount, type BookLevel, price } from '../../market/index.ts'
import { interleavedChecksum } from './interleaved-checksum.ts'

function levels(...texts: readonly string[]): BookLevel[] {
  return texts.map((text) => {
    const [at = '', size = ''] = text.split(':')
    return [price(at), amount(size)]
  })
}

test('both sides take turns; the places of the shorter one are left out', () => {
  // The two texts of Bitget's documentation, Depth Channel, "Calculate checksum" (2026-11-22).
  assert.equal(
    interleavedChecksum(levels('43231.1:4', '43231:6'), levels('43232.8:9', '43232.9:8')),
    crc32('43231.1:4:43232.8:9:43231:6:43232.9:8') | 0,
  )
  assert.equal(
    interleavedChecksum(levels('3366.1:7'), levels('3366.8:9', '3368:8', '3372:8')),
    crc32('3366.1:7:3366.8:9:3368:8:3372:8') | 0,
  )
  assert.equal(interleavedChecksum([], levels('1:2')), crc32('1:2') | 0)
  assert.equal(interleavedChecksum([], []), 0)
})

test('what the wire wrote counts, not what it means', () => {
  const bids = levels('1.50:2', '1.4:3')
  const written = new Map([['1.5', '1.50:2.0']])
  assert.equal(interleavedChecksum(bids, [], written), crc32('1.50:2.0:1.4:3') | 0)
})

test('levels past the twenty-fifth do not count', () => {
  const many = levels(...Array.from({ length: 30 }, (_, index) => `${index + 1}:1`))
  assert.equal(interleavedChecksum(many, []), interleavedChecksum(many.slice(0, 25), []))
})
