import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sqlTokens } from '../sql-text.ts'
import { withParameters } from './bound-parameters.ts'

test('parameters become literals of their type, and nothing else is touched', () => {
  assert.equal(
    withParameters("SELECT '{no:String}', {name:String} -- {no:String}\n WHERE a = {count:UInt32}", {
      name: "it\\'s",
      count: '5',
    }),
    "SELECT '{no:String}', _CAST('it\\'s', 'String') -- {no:String}\n WHERE a = _CAST('5', 'UInt32')",
  )
})

test('what only the engine should read is left to it', () => {
  assert.equal(withParameters('SELECT {a:Identifier}', { a: 'x' }), undefined)
  assert.equal(withParameters('SELECT {a:Nullable(String)}', { a: 'x' }), undefined)
  assert.equal(withParameters('SELECT {a:String}', { a: '\\N' }), undefined)
  assert.equal(withParameters('SELECT {a:String}', {}), undefined)
})

test('no value is ever more than one literal', () => {
  fc.assert(
    fc.property(fc.string(), (value) => {
      const escaped = value
        .replaceAll('\\', '\\\\')
        .replaceAll('\t', '\\t')
        .replaceAll('\n', '\\n')
        .replaceAll("'", "\\'")
      const sql = withParameters('SELECT {a:String}', { a: escaped })
      assert.ok(sql !== undefined)
      const kinds = [...sqlTokens(sql)].map(({ kind, text }) => (kind === 'string' ? 'string' : text))
      assert.deepEqual(kinds, ['SELECT', '_CAST', '(', 'string', ',', 'string', ')'])
    }),
  )
})
