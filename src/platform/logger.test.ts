import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLogger, isLoopback, nearest, withoutSecrets } from './index.ts'

test('secrets do not reach the log', () => {
  const lines: string[] = []
  const logger = createLogger({
    role: 'test',
    level: 'info',
    format: 'json',
    destination: { write: (line) => lines.push(line) },
  })
  logger.info(
    { token: 'hunter2', inner: { password: 'hunter2' }, headers: { authorization: 'Bearer hunter2' }, venue: 'kraken' },
    'hello',
  )
  const line = JSON.parse(lines[0] ?? '')
  assert.doesNotMatch(lines[0] ?? '', /hunter2/)
  assert.deepEqual([line.role, line.level, line.venue, line.msg], ['test', 'info', 'kraken', 'hello'])
})

test('the password in an address is hidden, the rest stays', () => {
  assert.equal(
    withoutSecrets('postgres://me:p%40ss@db:5432/x and nats://a:b@c'),
    'postgres://me:***@db:5432/x and nats://a:***@c',
  )
  assert.equal(withoutSecrets('http://db:8123/tape'), 'http://db:8123/tape')
})

test('loopback addresses are told from others', () => {
  for (const host of ['127.0.0.1', '127.9.9.9', 'localhost', 'LOCALHOST', '::1', '[::1]'])
    assert.equal(isLoopback(host), true, host)
  for (const host of ['0.0.0.0', '::', '10.0.0.1', 'example.org', '127.0.0.1.example.org', ''])
    assert.equal(isLoopback(host), false, host)
})

test('a misspelt word is recognised, a different one is not', () => {
  const words = ['binance', 'coinbase', 'kraken']
  assert.equal(nearest('krakn', words), 'kraken')
  assert.equal(nearest('Binanse', words), 'binance')
  assert.equal(nearest('bitstamp', words), undefined)
  assert.equal(nearest('', words), undefined)
})
