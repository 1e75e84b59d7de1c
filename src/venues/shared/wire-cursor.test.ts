import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decimal, microsFromIso, microsFromSecondsText } from '../../market/index.ts'
import { WireCursor } from './wire-cursor.ts'

const cursorAt = (text: string): WireCursor => {
  const cursor = new WireCursor()
  cursor.start(text)
  return cursor
}

/** Texts that look like numbers, and some that nearly do. */
const numberish = fc.oneof(
  fc.stringMatching(/^[0-9]{1,18}(\.[0-9]{1,12})?$/),
  fc.stringMatching(/^[-+.0-9eE]{0,10}$/),
  fc.string({ maxLength: 6 }),
)

test('a decimal is taken only where JSON has that number, and in the same canonical form', () => {
  fc.assert(
    fc.property(numberish, fc.constantFrom('"', ',', ']', ''), (text, behind) => {
      const cursor = cursorAt(text + behind)
      const taken = cursor.decimal()
      if (taken === undefined) return
      const written = text.slice(0, cursor.at)
      assert.equal(typeof JSON.parse(written), 'number')
      assert.equal(taken, decimal(written))
      // It stops where the number ends: no digit and no exponent follows. A second point is the caller's to refuse.
      assert.doesNotMatch((text + behind).slice(cursor.at), /^[0-9eE]/)
    }),
    { numRuns: 3_000 },
  )
})

test('usual decimals are taken', () => {
  for (const text of ['0.35130000', '17', '0', '6195.00000000', '8010.10', '0.00000001']) {
    assert.equal(cursorAt(`"${text}"`).quotedDecimal(), decimal(text))
  }
})

test('a whole number is taken as JSON reads it, while a double holds it', () => {
  fc.assert(
    fc.property(numberish, (text) => {
      const cursor = cursorAt(`${text},`)
      const taken = cursor.whole()
      if (taken < 0) return
      assert.equal(taken, JSON.parse(text.slice(0, cursor.at)))
    }),
    { numRuns: 2_000 },
  )
  assert.equal(cursorAt('1672515782136123,').whole(), 1672515782136123)
  assert.equal(cursorAt('9007199254740991').whole(), 9007199254740991)
  for (const large of ['9007199254740992', '9999999999999999', '12345678901234567'])
    assert.equal(cursorAt(large).whole(), -1)
  assert.equal(cursorAt('007').whole(), -1)
})

test('a string is taken only if it has no escapes, and then as JSON reads it', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (text) => {
      const written = JSON.stringify(text)
      const cursor = cursorAt(`${written}:`)
      const taken = cursor.quoted()
      if (written.includes('\\')) assert.equal(taken, undefined)
      else assert.equal(taken, text)
    }),
    { numRuns: 1_000 },
  )
  assert.equal(cursorAt('"no end').quoted(), undefined)
  assert.equal(cursorAt('"tab\t"').quoted(), undefined)
})

test('times are read as the careful readers read them', () => {
  const cursor = new WireCursor()
  const fraction = fc.stringMatching(/^(\.[0-9]{1,9})?$/)
  fc.assert(
    fc.property(
      fc.date({ min: new Date(0), max: new Date('2199-01-01'), noInvalidDate: true }),
      fraction,
      (date, digits) => {
        const iso = `${date.toISOString().slice(0, 19)}${digits}Z`
        for (let twice = 0; twice < 2; twice++) {
          cursor.start(`"${iso}",`)
          assert.equal(cursor.quotedIsoTime(), microsFromIso(iso))
          assert.ok(cursor.literal(','))
        }
        const seconds = `${Math.floor(date.getTime() / 1_000)}${digits === '' ? '.0' : digits}`
        cursor.start(`"${seconds}"`)
        assert.equal(cursor.quotedEpochSeconds(), microsFromSecondsText(seconds))
        assert.ok(cursor.isAtEnd)
      },
    ),
  )
})

test('a number with an exponent is the decimal that it stands for, or left to the careful reader', () => {
  const cursor = new WireCursor()
  const digits = fc.array(fc.constantFrom('0', '1', '5', '9', '.', 'e', 'E', '-', '+'), { maxLength: 8 })
  fc.assert(
    fc.property(
      fc.constantFrom('2', '7.50', '0', '1'),
      fc.constantFrom('', 'e-', 'E-', 'e'),
      digits,
      (head, e, tail) => {
        const text = `${head}${e}${tail.join('')},`
        cursor.start(text)
        const read = cursor.number()
        if (read === undefined) {
          assert.equal(cursor.at, 0)
          return
        }
        const written = text.slice(0, cursor.at)
        assert.ok(Number.isFinite(JSON.parse(written)), `${written} is a number of JSON`)
        assert.equal(read, decimal(written))
      },
    ),
    { numRuns: 3_000 },
  )
  cursor.start('2.240e-4')
  assert.equal(cursor.number(), '0.000224')
})

test('a text has bytes only if it is plain ASCII, each time it is another one', () => {
  const cursor = new WireCursor()
  const text = fc.oneof(fc.string({ maxLength: 60 }), fc.string({ unit: 'binary', maxLength: 60 }))
  const long = fc.tuple(text, fc.nat({ max: 20_000 })).map(([end, length]) => 'x'.repeat(length) + end)
  fc.assert(
    fc.property(fc.oneof(text, long), (some) => {
      cursor.start(some)
      const bytes = cursor.bytes()
      const isPlain = Buffer.from(some).length === some.length
      assert.equal(bytes !== undefined, isPlain)
      if (bytes === undefined) return
      assert.deepEqual(Buffer.from(bytes.subarray(0, some.length + 1)), Buffer.from(`${some}\0`))
      assert.equal(cursor.bytes(), bytes)
    }),
  )
})
