import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Micros } from '../market/index.ts'
import { decodeFrames, encodeFrames, type RawFrame } from './frame-batch.ts'
import { LogError } from './log-error.ts'

const anyText = fc.string({ unit: 'binary' }).map((text) => text.toWellFormed())

const anyFrame: fc.Arbitrary<RawFrame> = fc.record(
  {
    receiveTime: fc.maxSafeNat().map((value) => value as Micros),
    connection: anyText,
    kind: fc.constantFrom('ws', 'http'),
    direction: fc.constantFrom('in', 'out', 'open', 'close'),
    url: anyText,
    data: anyText,
  },
  { noNullPrototype: true },
)

test('frames come back as they went in, whatever their text', () => {
  fc.assert(
    fc.property(fc.array(anyFrame), (frames) => {
      assert.deepEqual(decodeFrames(encodeFrames(frames)), frames)
    }),
  )
})

test('a damaged record of frames is refused with a code, or read as frames, but never anything else', () => {
  fc.assert(
    fc.property(fc.array(anyFrame, { minLength: 1 }), fc.nat(), fc.nat(255), fc.boolean(), (frames, at, byte, cut) => {
      const bytes = Uint8Array.from(encodeFrames(frames))
      const index = at % bytes.length
      bytes[index] = byte
      try {
        decodeFrames(cut ? bytes.subarray(0, index) : bytes)
      } catch (error) {
        assert.ok(error instanceof LogError)
        assert.equal(error.code, 'LOG_RECORD_INVALID')
      }
    }),
  )
})

test('an address that all frames share is written once', () => {
  const url = `wss://example.test/${'x'.repeat(1_000)}`
  const frames = Array.from({ length: 100 }, (_, index): RawFrame => {
    return { receiveTime: index as Micros, connection: 'market-0', kind: 'ws', direction: 'in', url, data: '{}' }
  })
  assert.ok(encodeFrames(frames).length < 3_000)
})
