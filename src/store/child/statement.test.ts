import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { splitStatements, sqlName, sqlString, sqlTokens } from '../sql-text.ts'
import { EngineError } from './engine-error.ts'
import { parseStatement } from './statement.ts'

test('statements are split at semicolons outside of strings, names and comments', () => {
  const script = 'a \'x;y\' `q;` "z;" -- c;\n; /* ; /* ; */ ; */ b $t$;$t$;;  # no;\n'
  assert.deepEqual(splitStatements(script), ['a \'x;y\' `q;` "z;"', 'b $t$;$t$'])
})

test('a second statement in one text is refused', () => {
  for (const text of ['SELECT 1; DROP TABLE t', 'SELECT 1;;SELECT 2', "SELECT ';'; SELECT 2"]) {
    assert.throws(
      () => parseStatement(text),
      (error) => error instanceof EngineError && error.number === 62,
      text,
    )
  }
  assert.equal(parseStatement("SELECT ';' ; -- end").kind, 'other')
})

test('the format, the parameters and the first word of a query are found', () => {
  assert.deepEqual(parseStatement('/* x */ select {a:String}, {b:Array(UInt8)} FROM t\nFORMAT JSONEachRow'), {
    kind: 'other',
    text: 'select {a:String}, {b:Array(UInt8)} FROM t',
    format: 'JSONEachRow',
    parameters: ['a', 'b'],
    verb: 'SELECT',
  })
  assert.deepEqual(parseStatement("SELECT '{a:String} FORMAT X'"), {
    kind: 'other',
    text: "SELECT '{a:String} FORMAT X'",
    format: undefined,
    parameters: [],
    verb: 'SELECT',
  })
})

test('the data of an insert is not read as SQL', () => {
  assert.deepEqual(parseStatement('INSERT INTO t (a) SETTINGS x = 1, y = \'z\' FORMAT JSONEachRow\n{"a":";\';"}\n'), {
    kind: 'insert-data',
    head: 'INSERT INTO t (a)',
    settings: "x = 1, y = 'z'",
    format: 'JSONEachRow',
    inlineData: '{"a":";\';"}\n',
  })
})

test('any text in quotes is one token, and nothing behind it is swallowed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      for (const [quoted, kind] of [
        [sqlString(text), 'string'],
        [sqlName(text), 'quoted-name'],
      ] as const) {
        const tokens = [...sqlTokens(`${quoted} end`)]
        assert.deepEqual(
          tokens.map((token) => [token.kind, token.end - token.start]),
          [
            [kind, quoted.length],
            ['word', 3],
          ],
        )
      }
    }),
  )
})

test('any text at all comes to tokens that do not overlap, or to a coded error', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      let end = 0
      for (const token of sqlTokens(text)) {
        assert(token.start >= end && token.end > token.start && token.end <= text.length)
        end = token.end
      }
      try {
        parseStatement(text)
      } catch (error) {
        assert(error instanceof EngineError)
      }
    }),
    { numRuns: 500 },
  )
})
