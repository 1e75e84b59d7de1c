import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Micros } from '../market/index.ts'
import { decodeFrames, FrameBuffer, type KeptFrame, type RawFrame } from './frame-batch.ts'
import { LogError } from './log-error.ts'

const anyText = fc.string({ unit: 'binary' }).map((text) => text.toWellFormed())

const anyFrame: fc.Arbitrary<KeptFrame> = fc.record(
  {
    receiveTime: fc.maxSafeNat().map((value) => value as Micros),
    source: fc.record({ venue: anyText, connection: anyText, url: anyText }, { noNullPrototype: true }),
    kind: fc.constantFrom('ws', 'http'),
    direction: fc.constantFrom('in', 'out', 'open', 'close'),
    data: anyText,
  },
  { noNullPrototype: true },
)

const key = 'live'

function encode(frames: readonly RawFrame[]): readonly Uint8Array[] {
  const buffer = new FrameBuffer()
  for (const frame of frames) buffer.add(frame)
  return buffer.take()
}

function decode(values: readonly Uint8Array[]): KeptFrame[] {
  return values.flatMap((value) => decodeFrames({ key, value }))
}

test('frames come back as they went in, whatever their text', () => {
  fc.assert(
    fc.property(fc.array(anyFrame), (frames) => {
      assert.deepEqual(decode(encode(frames)), frames)
    }),
  )
})

test('a damaged record of frames is refused with a code, or read as frames, but never anything else', () => {
  fc.assert(
    fc.property(fc.array(anyFrame, { minLength: 1 }), fc.nat(), fc.nat(255), fc.boolean(), (frames, at, byte, cut) => {
      const bytes = Uint8Array.from(encode(frames)[0] ?? [])
      const index = at % bytes.length
      bytes[index] = byte
      try {
        decodeFrames({ key, value: cut ? bytes.subarray(0, index) : bytes })
      } catch (error) {
        assert.ok(error instanceof LogError)
        assert.equal(error.code, 'LOG_RECORD_INVALID')
      }
    }),
  )
})

test('text and its bytes are the same', () => {
  fc.assert(
    fc.property(fc.array(anyFrame), (frames) => {
      const asBytes = frames.map((frame) => ({ ...frame, data: Buffer.from(frame.data) }))
      assert.deepEqual(encode(asBytes), encode(frames))
    }),
  )
})

test('a source that many frames share is written once a record', () => {
  const source = { venue: 'kraken', connection: 'market-0', url: `wss://example.test/${'x'.repeat(1_000)}` }
  const frames = Array.from({ length: 100 }, (_, index): KeptFrame => {
    return { receiveTime: index as Micros, source, kind: 'ws', direction: 'in', data: '{}' }
  })
  const values = encode(frames)
  assert.equal(values.length, 1)
  assert.ok((values[0]?.length ?? 0) < 3_000)
  assert.deepEqual(decode(values), frames)
})

test('what is much becomes several records, each complete by itself, and memory is used again only when it was given back', () => {
  const buffer = new FrameBuffer()
  const frames = (round: string) =>
    Array.from({ length: 300 }, (_, index): KeptFrame => {
      const source = { venue: 'kraken', connection: `market-${index % 7}`, url: 'wss://x' }
      return { receiveTime: index as Micros, source, kind: 'ws', direction: 'in', data: round.repeat(10_000) }
    })
  let before: { readonly values: readonly Uint8Array[]; readonly round: string } | undefined
  for (const round of ['a', 'b', 'c', 'd']) {
    for (const frame of frames(round)) buffer.add(frame)
    const values = buffer.take()
    assert.ok(values.length > 3)
    for (const value of values) assert.ok(value.length <= 512 * 1024)
    assert.deepEqual(decode(values), frames(round))
    if (before !== undefined) {
      assert.deepEqual(decode(before.values), frames(before.round))
      buffer.giveBack(before.values)
    }
    before = { values, round }
  }
})

test('a record of the first version is read, its venue is that of its key', () => {
  const hex =
    '01020002000000010000006101000000750100000062000000000000000000c059400000000200000068690000000000005a4007010000000000'
  const value = Buffer.from(hex, 'hex')
  assert.deepEqual(decodeFrames({ key: 'kraken/live', value }), [
    {
      receiveTime: 103,
      source: { venue: 'kraken', connection: 'a', url: 'u' },
      kind: 'ws',
      direction: 'in',
      data: 'hi',
    },
    {
      receiveTime: 104,
      source: { venue: 'kraken', connection: 'b', url: '' },
      kind: 'http',
      direction: 'close',
      data: '',
    },
  ])
})
