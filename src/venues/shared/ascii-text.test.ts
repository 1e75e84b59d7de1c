import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { AsciiLiteral, BYTES, beginsWith, LONGEST_TEXT, standsAt, wordAt, wordOf, writeDown } from './ascii-text.ts'

const ascii = fc.string({ unit: 'binary-ascii', maxLength: 40 })
const anyText = fc.oneof(
  ascii,
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: LONGEST_TEXT + 3 }),
)

test('a text is written down if it is plain ASCII and not too long, a byte a character, and a zero behind', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const isPlain = text.length <= LONGEST_TEXT && [...text].every((character) => character < '\u0080')
      assert.equal(writeDown(text), isPlain)
      if (isPlain) assert.deepEqual([...BYTES.slice(0, text.length + 1)], [...Buffer.from(text), 0])
    }),
  )
})

test('a character that only looks like ASCII in its lower half is not taken for it', () => {
  assert.equal(writeDown('12\u013034'), false)
  assert.equal(writeDown(`${'x'.repeat(LONGEST_TEXT - 1)}\u0130`), false)
})

test('a literal stands where the text says it, never in what an older text left behind', () => {
  const literal = fc.stringMatching(/^[ab]{4,11}$/)
  const text = fc.stringMatching(/^[ab]{0,30}$/)
  fc.assert(
    fc.property(literal, text, text, (wanted, older, newer) => {
      const expected = new AsciiLiteral(wanted)
      writeDown(`${older}${wanted}${wanted}`)
      writeDown(newer)
      for (let at = 0; at <= newer.length; at++) assert.equal(standsAt(expected, at), newer.startsWith(wanted, at))
      assert.equal(beginsWith(expected), newer.startsWith(wanted))
    }),
    { numRuns: 2_000 },
  )
})

test('four characters at a place are compared as one number', () => {
  writeDown('{"price":1}')
  assert.equal(wordAt(1), wordOf('"pri'))
  assert.notEqual(wordAt(1), wordOf('"prj'))
})

test('a literal longer than any text that is written down stands nowhere', () => {
  const long = new AsciiLiteral('x'.repeat(5 * LONGEST_TEXT))
  assert.ok(writeDown('x'.repeat(LONGEST_TEXT)))
  for (const at of [0, 1, LONGEST_TEXT]) assert.equal(standsAt(long, at), false)
  assert.equal(beginsWith(long), false)
})

test('literals are four characters at least, words four exactly', () => {
  assert.throws(() => new AsciiLiteral('abc'), RangeError)
  assert.throws(() => wordOf('abc'), RangeError)
  assert.throws(() => wordOf('abcde'), RangeError)
})
