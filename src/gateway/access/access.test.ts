import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { GatewayError } from '../gateway-error.ts'
import { bearerToken, openAuthenticator, requireScope, tokenAuthenticator } from './authenticator.ts'
import { guardOrigin } from './origin-guard.ts'
import { clientOfAddress, RateLimiter } from './rate-limiter.ts'
import { StreamTickets } from './stream-tickets.ts'

const hasCode = (code: string) => (error: unknown) => error instanceof GatewayError && error.code === code

test('a gateway on loopback answers to no other name', () => {
  for (const host of ['localhost:8080', '127.0.0.1', '127.0.0.1:9', '[::1]:8080', 'LOCALHOST'])
    guardOrigin({ host }, true)
  for (const host of [
    'evil.example:8080',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '',
    '10.0.0.1',
    '[::2]:80',
  ]) {
    assert.throws(() => guardOrigin({ host }, true), hasCode('GATEWAY_HOST_REFUSED'), host)
  }
  guardOrigin({ host: 'tape.example' }, false)
})

test('only pages of the gateway itself may call it', () => {
  guardOrigin({ host: 'localhost:8080', origin: 'http://localhost:8080' }, true)
  guardOrigin({ host: 'tape.example', origin: 'https://tape.example' }, false)
  for (const origin of [
    'http://localhost:3000',
    'http://evil.example',
    'null',
    'file://',
    '',
    'http://localhost:8080.evil.example',
  ]) {
    assert.throws(
      () => guardOrigin({ host: 'localhost:8080', origin }, true),
      hasCode('GATEWAY_ORIGIN_REFUSED'),
      origin,
    )
  }
})

test('a bearer token is read from its header and nothing else', () => {
  assert.equal(bearerToken('Bearer ot_abc-1_x'), 'ot_abc-1_x')
  assert.equal(bearerToken('bearer  t='), 't=')
  for (const header of [undefined, '', 'Bearer', 'Basic abc', 'Bearer a b', `Bearer ${'a'.repeat(600)}`]) {
    assert.equal(bearerToken(header), undefined)
  }
})

test('tokens are asked for, and verified ones are not looked up at every request', async () => {
  let asked = 0
  const authenticator = tokenAuthenticator({
    verify: async (text) => {
      asked++
      return text === 'good' ? { id: 'a', scopes: ['admin'] } : undefined
    },
  })
  await assert.rejects(authenticator.authenticate(undefined), hasCode('GATEWAY_UNAUTHORIZED'))
  await assert.rejects(authenticator.authenticate('bad'), hasCode('GATEWAY_UNAUTHORIZED'))
  const principal = await authenticator.authenticate('good')
  await authenticator.authenticate('good')
  assert.equal(asked, 2)
  requireScope(principal, 'read')
  requireScope(await openAuthenticator().authenticate(undefined), 'configure')
  assert.throws(() => requireScope({ id: 'b', scopes: new Set() }, 'read'), hasCode('GATEWAY_FORBIDDEN'))
})

test('a ticket is good once', () => {
  const tickets = new StreamTickets()
  const { ticket } = tickets.issue({ id: 'a', scopes: new Set(['read']) }, 'token')
  assert.equal(tickets.redeem(ticket)?.token, 'token')
  assert.equal(tickets.redeem(ticket), undefined)
  assert.equal(tickets.redeem(''), undefined)
})

test('no client gets more than its burst and its rate', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { maxLength: 300 }), (waits) => {
      const limiter = new RateLimiter(120)
      let at = 0
      let allowed = 0
      for (const wait of waits) {
        at += wait
        const decision = limiter.take('client', at)
        if (decision.allowed) allowed++
        else assert.ok(decision.retrySeconds >= 1)
        assert.ok(decision.remaining >= 0 && decision.remaining < decision.limit)
      }
      assert.ok(allowed <= 20 + at * 2 + 1)
    }),
  )
})

test('clients do not share a bucket, but the addresses of one IPv6 customer do', () => {
  const limiter = new RateLimiter(60)
  while (limiter.take('a', 0).allowed);
  assert.equal(limiter.take('b', 0).allowed, true)
  assert.equal(clientOfAddress('2001:db8:1:2:3:4:5:6'), clientOfAddress('2001:db8:1:2::9'))
  assert.notEqual(clientOfAddress('2001:db8:1:2::9'), clientOfAddress('2001:db8:1:3::9'))
  assert.equal(clientOfAddress('::ffff:10.0.0.1'), '10.0.0.1')
})
