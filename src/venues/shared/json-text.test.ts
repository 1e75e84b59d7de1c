import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { VenueError } from '../venue-error.ts'
import { objectInText, parseJsonText } from './json-text.ts'

/** What JSON.parse makes of it, with the source text of each number in its place. */
function model(text: string): unknown {
  // The library's types do not know the third argument yet.
  return JSON.parse(text, (_key: string, value: unknown, ...more: ReadonlyArray<{ readonly source?: string }>) =>
    typeof value === 'number' ? more[0]?.source : value,
  )
}

const spaced = fc
  .tuple(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(undefined, 1, '\t'))
  .map(([value, space]) => JSON.stringify(value, null, space))

test('reads every JSON text as JSON.parse does, with numbers as their text', () => {
  fc.assert(
    fc.property(spaced, (text) => {
      fc.pre(!text.includes('__proto__'))
      assert.deepEqual(parseJsonText(text), model(text))
    }),
    { numRuns: 1_000 },
  )
})

test('keeps the digits of numbers', () => {
  assert.deepEqual(
    parseJsonText('{"price":100.10,"qty":0.00000000,"big":12345678901234567890.5,"small":2e-8,"minus":-0.50}'),
    {
      price: '100.10',
      qty: '0.00000000',
      big: '12345678901234567890.5',
      small: '2e-8',
      minus: '-0.50',
    },
  )
})

test('accepts and refuses the same texts as JSON.parse, and refuses by a coded error', () => {
  const base = fc.constantFrom('{"a":[1,2.50,{"b":"x\\n"}],"c":null,"d":true}', '[]', '{"e":-1.5e+10}', ' "x" ')
  const cut = fc.tuple(
    fc.nat(50),
    fc.nat(4),
    fc.oneof(fc.string({ maxLength: 4 }), fc.stringMatching(/^[-+.0-9eE{}[\]",:\\ ]{0,4}$/)),
  )
  fc.assert(
    fc.property(base, fc.array(cut, { maxLength: 3 }), (original, cuts) => {
      let text = original
      for (const [at, drop, put] of cuts) text = text.slice(0, at) + put + text.slice(at + drop)
      let expected: unknown
      let isJson = true
      try {
        expected = model(text)
      } catch {
        isJson = false
      }
      if (isJson) assert.deepEqual(parseJsonText(text), expected)
      else assert.throws(() => parseJsonText(text), VenueError)
    }),
    { numRuns: 5_000 },
  )
})

test('hostile texts are refused: nesting without end, and members that would change an object', () => {
  assert.throws(() => parseJsonText('['.repeat(100_000)), { code: 'VENUE_TEXT_INVALID' })
  assert.throws(() => parseJsonText('{"a":'.repeat(1_000)), { code: 'VENUE_TEXT_INVALID' })
  assert.throws(() => parseJsonText('{"__proto__":{"x":1}}'), { code: 'VENUE_TEXT_INVALID' })
  assert.throws(() => parseJsonText('{"__pr\\u006fto__":{"x":1}}'), { code: 'VENUE_TEXT_INVALID' })
})

test('what is tried to be an object is one, or nothing', () => {
  assert.deepEqual(objectInText('{"a":1.50}'), { a: '1.50' })
  for (const text of ['[1]', '"x"', 'null', '{"a":', '']) assert.equal(objectInText(text), undefined, text)
})
