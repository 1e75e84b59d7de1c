import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { forEachLine } from './record-lines.ts'

test('the lines of a record are all that is between its line ends, however long it is', () => {
  const line = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 30 }),
    fc
      .tuple(fc.integer({ min: 1, max: 250_000 }), fc.constantFrom('x', 'ü', '数'))
      .map(([count, of]) => of.repeat(count)),
  )
  const lines = fc.array(
    line.map((text) => text.replaceAll('\n', ' ')),
    { maxLength: 12 },
  )
  fc.assert(
    fc.property(lines, fc.boolean(), (written, ends) => {
      const found: string[] = []
      forEachLine(Buffer.from(written.join('\n') + (ends ? '\n' : '')), (each) => found.push(each))
      assert.deepEqual(
        found,
        written.filter((text) => text !== ''),
      )
    }),
  )
})
