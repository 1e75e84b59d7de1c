import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { EngineError } from './engine-error.ts'
import { ByteBudget, insertPieces, MAXIMUM_INSERT_BYTES, withoutEmptyLines } from './insert-body.ts'

test('empty lines are taken out of JSON, and nothing else is', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('[1]', '\n', '\n\n', '{"a":"x\\n\\n"}', ' ', '\r\n')), (pieces) => {
      const text = pieces.join('')
      const kept = withoutEmptyLines(Buffer.from(text), 'JSONEachRow').toString()
      assert(!kept.includes('\n\n') && !kept.startsWith('\n'))
      assert.equal(kept.replaceAll(/[\r\n]/g, ''), text.replaceAll(/[\r\n]/g, ''))
    }),
  )
})

test('empty lines in other formats are refused: the engine would run what follows as SQL', () => {
  assert.throws(
    () => withoutEmptyLines(Buffer.from('1\n\nDROP TABLE t'), 'TSV'),
    (error) => error instanceof EngineError && error.number === 117,
  )
  assert.equal(withoutEmptyLines(Buffer.from('1\n2\n'), 'CSV').toString(), '1\n2\n')
})

async function* chunksOf(data: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size)
}

test('a long insert is cut at the same lines however it arrives, and is whole', async () => {
  const line = `${JSON.stringify(['x'.repeat(1_000)])}\n`
  const data = Buffer.from(line.repeat(Math.ceil((MAXIMUM_INSERT_BYTES * 2.2) / line.length)))
  const cuts: string[] = []
  for (const size of [data.length, 1_048_573]) {
    const pieces: Buffer[] = []
    for await (const piece of insertPieces(chunksOf(data, size), 'JSONCompactEachRow')) pieces.push(piece)
    assert.equal(Buffer.compare(Buffer.concat(pieces), data), 0)
    assert(pieces.every((piece) => piece.length <= MAXIMUM_INSERT_BYTES && piece.at(-1) === 10))
    cuts.push(pieces.map((piece) => piece.length).join())
  }
  assert.equal(cuts[0], cuts[1])
  await assert.rejects(
    async () => {
      for await (const piece of insertPieces(chunksOf(data, 1_048_573), 'CSV')) assert.equal(piece.length, 0)
    },
    (error) => error instanceof EngineError && error.number === 307,
  )
})

test('a budget of bytes is never exceeded and serves in order', async () => {
  const budget = new ByteBudget(10)
  const order: string[] = []
  await budget.take(6)
  const second = budget.take(6).then(() => order.push('second'))
  const third = budget.take(1).then(() => order.push('third'))
  await Promise.resolve()
  assert.deepEqual(order, [])
  budget.give(6)
  await Promise.all([second, third])
  assert.deepEqual(order, ['second', 'third'])
})
