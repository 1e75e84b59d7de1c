import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aliveVenue, startGateway, TEST_TOKEN } from '../testing/gateway-under-test.ts'
import { assertProblem, get } from '../testing/rest-client.ts'
import { INSTRUMENT, VENUE } from '../testing/sample-events.ts'

const API = '/api/v1'
const OF = `venue=${VENUE}&instrument=${INSTRUMENT}`

test('every answer has the headers that keep browsers out of trouble', async (context) => {
  const gateway = await startGateway(context, { prepare: aliveVenue })
  for (const path of ['/', '/docs', `${API}/venues`, `${API}/nothing`, '/health']) {
    const { headers } = await get(gateway, path)
    assert.equal(headers.get('x-content-type-options'), 'nosniff', path)
    assert.match(headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/, path)
    assert.equal(headers.get('access-control-allow-origin'), null)
    assert.ok(headers.get('x-request-id'))
  }
  const foreign = await get(gateway, `${API}/venues`, { origin: 'http://evil.example' })
  assertProblem(foreign, 403, 'GATEWAY_ORIGIN_REFUSED')
})

test('where a token is required, nothing of the market is told without it', async (context) => {
  const gateway = await startGateway(context, { prepare: aliveVenue, gateway: { token: 'required' } })
  for (const path of [
    `${API}/venues`,
    `${API}/status`,
    `${API}/trades?${OF}`,
    '/metrics',
    `${API}/venues?token=${TEST_TOKEN}`,
  ]) {
    const answer = await get(gateway, path)
    assertProblem(answer, 401, 'GATEWAY_UNAUTHORIZED')
    assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer/)
  }
  assertProblem(await get(gateway, `${API}/venues`, { authorization: 'Bearer wrong' }), 401, 'GATEWAY_UNAUTHORIZED')
  assertProblem(await get(gateway, `${API}/stream/tickets`, {}, 'POST'), 401, 'GATEWAY_UNAUTHORIZED')
  assert.equal((await get(gateway, `${API}/venues`, { authorization: `Bearer ${TEST_TOKEN}` })).status, 200)
  assert.notEqual((await get(gateway, '/health')).status, 401)
})

test('who asks too often is told when to come back', async (context) => {
  const gateway = await startGateway(context, { prepare: aliveVenue, gateway: { requestsPerMinute: 6 } })
  const answers = await Promise.all(Array.from({ length: 12 }, () => get(gateway, `${API}/venues`)))
  const refused = answers.filter(({ status }) => status === 429)
  assert.equal(refused.length, 2)
  for (const answer of refused) {
    assertProblem(answer, 429, 'GATEWAY_RATE_LIMITED')
    assert.equal(answer.headers.get('retry-after'), '10')
  }
  assert.equal(answers[0]?.headers.get('ratelimit-limit'), '10')
})
