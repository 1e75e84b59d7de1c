import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { unpackFrame } from './unpack-frame.ts'

const LIMIT = 1_000_000

test('what was packed comes back, whatever it is', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5_000 }), fc.integer({ min: 1, max: 50 }), (part, times) => {
      const text = Buffer.concat(Array.from({ length: times }, () => part))
      assert.deepEqual(unpackFrame(gzipSync(text), LIMIT), text)
    }),
  )
})

test('what was not packed stays as it is', () => {
  for (const text of ['', 'pong', '{"ch":"market.btcusdt.trade.detail"}']) {
    assert.equal(unpackFrame(Buffer.from(text), LIMIT).toString(), text)
  }
})

test('a size that is not the true one harms nothing, and a frame beyond the limit is refused', () => {
  const text = Buffer.from('x'.repeat(100_000))
  for (const said of [0, 1, 0xffff_ffff]) {
    const packed = gzipSync(text)
    packed.writeUInt32LE(said, packed.length - 4)
    assert.throws(() => unpackFrame(packed, LIMIT), { code: 'Z_DATA_ERROR' })
  }
  assert.throws(() => unpackFrame(gzipSync(text), 50_000), { code: 'ERR_BUFFER_TOO_LARGE' })
  assert.throws(() => unpackFrame(gzipSync(text).subarray(0, 60), LIMIT), { code: 'Z_BUF_ERROR' })
})
