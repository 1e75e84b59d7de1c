import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { constants, createZstdCompress, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { COMPRESSED, PLAIN, packValue, unpackValue } from './value-form.ts'

test('every value comes back as it was given', () => {
  const repeating = fc.tuple(fc.string(), fc.nat(5_000)).map(([text, times]) => Buffer.from(text.repeat(times)))
  const random = fc.uint8Array({ maxLength: 4_000 }).map((bytes) => Buffer.from(bytes))
  fc.assert(
    fc.property(fc.oneof(repeating, random), (value) => {
      const { form, body } = packValue(value)
      assert.ok(body.length <= value.length)
      assert.deepEqual(unpackValue(form, Buffer.from(body)), value)
    }),
  )
})

test('lengths at which the head of a compressed value changes its form come back too', () => {
  for (const length of [1_023, 1_024, 65_535 + 256, 65_536 + 256, 1_000_000]) {
    const value = Buffer.alloc(length, 'book ')
    const { form, body } = packValue(value)
    assert.equal(form, length < 1_024 ? PLAIN : COMPRESSED)
    assert.deepEqual(unpackValue(form, Buffer.from(body)), value)
  }
})

test('what does not get smaller is kept plain', () => {
  const value = Buffer.from(Array.from({ length: 2_000 }, (_, index) => (index * 7_919 * (index + 13)) % 251))
  const { form, body } = packValue(crypto.getRandomValues(value))
  assert.equal(form, PLAIN)
  assert.equal(body, value)
})

test('a value whose head does not tell its size is read all the same', async () => {
  const value = Buffer.alloc(100_000, 'trade ')
  const stream = createZstdCompress()
  stream.write(value.subarray(0, 50_000))
  stream.end(value.subarray(50_000))
  const body = await buffer(stream)
  assert.equal((body[4] ?? 0) >> 6, 0, 'no size in the head')
  assert.deepEqual(unpackValue(COMPRESSED, body), value)
})

test('a damaged value is refused, and one that lies about its size harms nothing', () => {
  const value = Buffer.alloc(70_000, 'quote ')
  const body = zstdCompressSync(value, { params: { [constants.ZSTD_c_compressionLevel]: 1 } })
  assert.throws(() => unpackValue(COMPRESSED, Buffer.alloc(40)))
  const lying = Buffer.from(body)
  const at = 5 + (((lying[4] ?? 0) & 0x20) === 0 ? 1 : 0)
  lying.writeUInt32LE(0xffff_ffff, at)
  assert.throws(() => unpackValue(COMPRESSED, lying))
})
