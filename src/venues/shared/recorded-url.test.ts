import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asksTheSame } from './recorded-url.ts'

test('a recorded URL asks the same on any host, in any order, with more parameters', () => {
  const path = '/api/trades?symbol=A&count=10'
  assert.ok(asksTheSame('https://old.example/api/trades?count=10&x=1&symbol=A', path))
  assert.ok(asksTheSame('https://old.example/api/trades?symbol=A', path, ['count']))
  assert.ok(asksTheSame('https://old.example/api/trades?count=99&symbol=A', path, ['count']))
})

test('another path, symbol or something that is no URL does not', () => {
  const path = '/api/trades?symbol=A'
  assert.ok(!asksTheSame('https://old.example/api/trades?symbol=B', path))
  assert.ok(!asksTheSame('https://old.example/api/trades', path))
  assert.ok(!asksTheSame('https://old.example/v2/api/trades?symbol=A', path))
  assert.ok(!asksTheSame('https://', path))
})
