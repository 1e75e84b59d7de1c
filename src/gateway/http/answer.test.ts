import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { GatewayError } from '../gateway-error.ts'
import { asCsv, asNdjson, wantedFormat } from './answer.ts'
import { acceptsGzip } from './response-hooks.ts'

/** Reads RFC 4180, independently of the writer. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]]
  const cell = /("(?:[^"]|"")*"|[^,\r\n]*)(,|\r\n|$)/gy
  while (cell.lastIndex < text.length) {
    const [, raw = '', end = ''] = cell.exec(text) ?? []
    rows.at(-1)?.push(raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw)
    if (end === '\r\n') rows.push([])
  }
  return rows.slice(0, -1)
}

test('CSV keeps every text, whatever is in it', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ a: fc.string(), b: fc.string() }), { minLength: 1 }), (items) => {
      const rows = readCsv(asCsv(['a', 'b'], items))
      assert.deepEqual(rows, [['a', 'b'], ...items.map(({ a, b }) => [a, b])])
    }),
  )
})

test('CSV writes null as nothing and lists as JSON', () => {
  assert.equal(asCsv(['a', 'b', 'c'], [{ a: null, b: ['1', '2'], c: false }]), 'a,b,c\r\n,"[""1"",""2""]",false\r\n')
})

test('NDJSON is one object a line', () => {
  assert.equal(asNdjson([{ a: 'x\ny' }, { a: null }]), '{"a":"x\\ny"}\n{"a":null}\n')
})

test('the format is the one that is named, or the heaviest of Accept', () => {
  assert.equal(wantedFormat('csv', 'application/json'), 'csv')
  assert.equal(wantedFormat(undefined, undefined), 'json')
  assert.equal(wantedFormat(undefined, 'text/csv'), 'csv')
  assert.equal(wantedFormat(undefined, 'text/csv;q=0.5, application/x-ndjson;q=0.8, */*;q=0.1'), 'ndjson')
  assert.equal(wantedFormat(undefined, 'text/html, */*'), 'json')
  for (const accept of ['image/png', 'application/json;q=0']) {
    assert.throws(
      () => wantedFormat(undefined, accept),
      (error) => error instanceof GatewayError && error.status === 406,
    )
  }
})

test('gzip is used only where it is wanted', () => {
  assert.equal(acceptsGzip('br, gzip;q=0.5'), true)
  assert.equal(acceptsGzip('gzip;q=0'), false)
  assert.equal(acceptsGzip('gzip; q=0.0, br'), false)
  assert.equal(acceptsGzip('deflate'), false)
  assert.equal(acceptsGzip(undefined), false)
})
