import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { keyOf, parseJetStreamAddress, subjectOf } from './jetstream-address.ts'
import { LogError } from './log-error.ts'

test('an address names servers, credentials, replicas and prefix', () => {
  assert.deepEqual(parseJetStreamAddress('nats://me:p%40ss@a:4222,b.example,[::1]:4223/?replicas=3&prefix=tape_1'), {
    servers: ['a:4222', 'b.example', '[::1]:4223'],
    tls: false,
    credentials: { user: 'me', pass: 'p@ss' },
    replicas: 3,
    prefix: 'tape_1',
  })
  assert.deepEqual(parseJetStreamAddress('tls://host'), {
    servers: ['host'],
    tls: true,
    credentials: {},
    replicas: 1,
    prefix: 'opentape',
  })
})

test('what is not an address is refused with a code, and a password in it is not repeated', () => {
  for (const text of [
    'nats://',
    'http://a',
    'nats://a b',
    'nats://a?x=1',
    'nats://a?replicas=9',
    'nats://a?prefix=a.b',
  ]) {
    assert.throws(() => parseJetStreamAddress(text), { name: 'LogError', code: 'LOG_ADDRESS_INVALID' })
  }
  assert.throws(
    () => parseJetStreamAddress('nats://me:secret@?'),
    (error) => error instanceof LogError && !error.message.includes('secret'),
  )
})

test('any key survives its way through a subject', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const key = text.toWellFormed()
      const subject = subjectOf('opentape', 'market-data', key)
      assert.match(subject, /^opentape\.market-data\.[A-Za-z0-9_-]+$/)
      assert.equal(keyOf('opentape', 'market-data', subject), key)
    }),
  )
})
