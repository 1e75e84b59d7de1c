import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { TableLines } from './table-lines.ts'

function filled(lines: readonly string[]): TableLines {
  const table = new TableLines()
  for (const line of lines) table.add(line)
  return table
}

test('the pieces are the lines, one after the other', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => JSON.stringify(text))),
      (lines) => {
        const table = filled(lines)
        assert.equal(table.count, lines.length)
        assert.equal(Buffer.concat(table.pieces()).toString('utf8'), lines.map((line) => `${line}\n`).join(''))
      },
    ),
  )
})

test('a piece ends after 100,000 rows, and after some 8 MiB', () => {
  const rows = filled(new Array<string>(250_000).fill('[1]')).pieces()
  assert.deepEqual(
    rows.map((piece) => piece.length / 4),
    [100_000, 100_000, 50_000],
  )
  const long = filled(new Array<string>(50).fill('x'.repeat(1_048_575))).pieces()
  assert.deepEqual(
    long.map((piece) => piece.length / 1_048_576),
    [8, 8, 8, 8, 8, 8, 2],
  )
})

test('asked again, the pieces are the same; more may come after', () => {
  const table = filled(['[1]', '[2]'])
  assert.deepEqual(table.pieces(), table.pieces())
  table.add('[3]')
  assert.equal(Buffer.concat(table.pieces()).toString(), '[1]\n[2]\n[3]\n')
  assert.deepEqual(new TableLines().pieces(), [])
})

test('memory is used again only after the rows in it are stored', () => {
  const first = filled(['["first"]'])
  const kept = first.pieces()
  const second = filled(['["second"]'])
  assert.equal(Buffer.concat(second.pieces()).toString(), '["second"]\n')
  assert.equal(Buffer.concat(kept).toString(), '["first"]\n')
  first.release()
  const third = filled(['["third"]'])
  const [piece] = third.pieces()
  assert.equal(piece?.buffer, kept[0]?.buffer, 'the memory of the first')
  assert.equal(Buffer.concat(second.pieces()).toString(), '["second"]\n')
  assert.deepEqual(first.pieces(), [])
})
