import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { AsciiCursor } from './ascii-cursor.ts'
import { AsciiLiteral } from './ascii-text.ts'
import { endOfNumber } from './member-walker.ts'
import { WireCursor } from './wire-cursor.ts'

const digits = fc.stringMatching(/^[0-9]{0,18}$/)
const number = fc.oneof(
  fc.tuple(digits, digits).map(([whole, fraction]) => `${whole}.${fraction}`),
  digits,
  fc.stringMatching(/^-?[0-9]{1,3}(?:\.[0-9]{0,6})?(?:[eE][-+]?[0-9]{0,4})?$/),
  fc.stringMatching(/^[0-9.eE+-]{0,50}$/),
)
const behind = fc.constantFrom('', ',', '}', 'e', '.', 'x"')

/** What comes of a step, and where it ends. */
function outcome(cursor: { at: number }, step: () => unknown): unknown {
  const value = step()
  return [value, value === undefined || value === -1 || value === false ? 'stays' : cursor.at]
}

test('numbers are read, and stepped over, as the cursor over characters does', () => {
  fc.assert(
    fc.property(number, behind, (text, rest) => {
      const [bytes, characters] = [new AsciiCursor(), new WireCursor()]
      const frame = `["${text}${rest}`
      for (const read of ['number', 'whole'] as const) {
        assert.ok(bytes.start(frame))
        characters.start(frame)
        bytes.at = 2
        characters.at = 2
        const [mine, theirs] = [outcome(bytes, () => bytes[read]()), outcome(characters, () => characters[read]())]
        assert.deepEqual(mine, theirs, `${read} of ${text}`)
      }
      bytes.at = 2
      const end = endOfNumber(frame, 2)
      assert.equal(bytes.skipNumber(), end >= 0)
      assert.equal(bytes.at, end < 0 ? 2 : end)
    }),
    { numRuns: 5_000 },
  )
})

test('what comes otherwise than expected is not stepped over', () => {
  const cursor = new AsciiCursor()
  assert.ok(cursor.start('{"ts":1}'))
  assert.equal(cursor.literal(new AsciiLiteral('{"id":')), false)
  assert.equal(cursor.at, 0)
  assert.equal(cursor.literal(new AsciiLiteral('{"ts":')), true)
  assert.equal(cursor.whole(), 1)
  assert.equal(cursor.isAtEnd, false)
  assert.equal(cursor.character(','.charCodeAt(0)), false)
  assert.equal(cursor.character('}'.charCodeAt(0)), true)
  assert.equal(cursor.isAtEnd, true)
  assert.equal(cursor.start('{"tš":1}'), false)
})
