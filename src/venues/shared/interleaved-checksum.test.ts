import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import { interleavedChecksum } from './interleaved-checksum.ts'

test('both sides take turns; the places of the shorter one are left out', () => {
  // The two texts of Bitget's documentation, Depth Channel, "Calculate checksum" (2026-11-22).
  assert.equal(
    interleavedChecksum(['43231.1:4', '43231:6'], ['43232.8:9', '43232.9:8']),
    crc32('43231.1:4:43232.8:9:43231:6:43232.9:8') | 0,
  )
  assert.equal(
    interleavedChecksum(['3366.1:7'], ['3366.8:9', '3368:8', '3372:8']),
    crc32('3366.1:7:3366.8:9:3368:8:3372:8') | 0,
  )
  assert.equal(interleavedChecksum([], ['1:2']), crc32('1:2') | 0)
  assert.equal(interleavedChecksum([], []), 0)
})

test('levels past the twenty-fifth do not count', () => {
  const levels = Array.from({ length: 30 }, (_, index) => `${index + 1}:1`)
  assert.equal(interleavedChecksum(levels, []), interleavedChecksum(levels.slice(0, 25), []))
})
