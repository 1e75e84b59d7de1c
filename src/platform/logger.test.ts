import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLogger, hasColour, isLoopback, nearest, withoutSecrets } from './index.ts'
import { prettyDestination } from './pretty-log.ts'

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

const ANY_STYLE = /\p{Cc}\[\d+m/gu

test('a log line for people has no character that steers their terminal, and keeps our colours', () => {
  const lines: string[] = []
  const destination = prettyDestination({ colour: true, write: (line) => lines.push(line) })
  destination.write(
    '{"level":"warn","time":"2026-01-31T12:34:56.789Z","role":"gateway","msg":"a\\u001b[2Jb","venue":"k\\u0007"}',
  )
  assert.equal(lines[0]?.replaceAll(ANY_STYLE, ''), '12:34:56.789 warn  gateway: a\ufffd[2Jb venue=k\ufffd\n')
  assert.ok(lines[0]?.includes('\u001b[33mwarn'))
})

test('NO_COLOR, a dumb terminal and a pipe get no colour', () => {
  const before = { ...process.env }
  try {
    delete process.env.NO_COLOR
    process.env.TERM = 'xterm'
    assert.equal(hasColour({ isTTY: true }), true)
    assert.equal(hasColour({}), false)
    process.env.NO_COLOR = '1'
    assert.equal(hasColour({ isTTY: true }), false)
    delete process.env.NO_COLOR
    process.env.TERM = 'dumb'
    assert.equal(hasColour({ isTTY: true }), false)
  } finally {
    process.env = before
  }
})
