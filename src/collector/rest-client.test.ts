import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import type { RestRequest } from '../venues/index.ts'
import { RestClient } from './rest-client.ts'
import { WeightBudget } from './weight-budget.ts'

async function client(
  t: TestContext,
  listener: RequestListener,
): Promise<{ client: RestClient; stop(): void; statuses: number[] }> {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const stopping = new AbortController()
  const statuses: number[] = []
  const { port } = server.address() as AddressInfo
  return {
    statuses,
    stop: () => stopping.abort(),
    client: new RestClient({
      base: `http://127.0.0.1:${port}`,
      headers: { 'x-own': '1' },
      budget: new WeightBudget(1_000, 60_000),
      backOff: { baseMilliseconds: 1, capMilliseconds: 2 },
      signal: stopping.signal,
      onBody: () => undefined,
      onStatus: (status) => statuses.push(status),
    }),
  }
}

const REQUEST: RestRequest = { id: 1, purpose: 'test', path: '/x?y=1', weight: 1 }

test('an answer comes back with its status, also one that says no', async (t) => {
  const { client: rest } = await client(t, (request, response) => {
    response.writeHead(404).end(request.url)
  })
  assert.deepEqual(await rest.get(REQUEST), { kind: 'answered', response: { status: 404, body: '/x?y=1' } })
})

test("the venue's own headers are sent", async (t) => {
  const { client: rest } = await client(t, (request, response) => {
    response.end(`${request.headers['x-own']} ${request.headers['user-agent']}`)
  })
  assert.deepEqual(await rest.get(REQUEST), { kind: 'answered', response: { status: 200, body: '1 opentape' } })
})

test('429 holds every request back for as long as the venue says', async (t) => {
  const arrivals: number[] = []
  const { client: rest, statuses } = await client(t, (_request, response) => {
    arrivals.push(performance.now())
    if (arrivals.length === 1) response.writeHead(429, { 'retry-after': '0.3' }).end()
    else response.end('ok')
  })
  const first = rest.get(REQUEST)
  while (statuses.length === 0) await new Promise((resolve) => setTimeout(resolve, 2))
  const second = rest.get({ ...REQUEST, id: 2 })
  assert.equal((await first).kind, 'answered')
  assert.equal((await second).kind, 'answered')
  for (const at of arrivals.slice(1)) assert.ok(at - (arrivals[0] ?? 0) >= 290, `a request went out after ${at} ms`)
})

test('a server in trouble is asked again, a bounded number of times', async (t) => {
  let asked = 0
  const { client: rest } = await client(t, (_request, response) => {
    asked++
    response.writeHead(503).end()
  })
  const outcome = await rest.get(REQUEST)
  assert.deepEqual(outcome, { kind: 'failed', reason: 'the venue answered 503; tried 5 times' })
  assert.equal(asked, 5)
})

test('a connection that breaks off is asked again', async (t) => {
  let asked = 0
  const { client: rest } = await client(t, (request, response) => {
    asked++
    if (asked < 3) request.socket.destroy()
    else response.end('at last')
  })
  assert.deepEqual(await rest.get(REQUEST), { kind: 'answered', response: { status: 200, body: 'at last' } })
})

test('whoever waits when the collector stops is told so', async (t) => {
  const { client: rest, stop } = await client(t, () => undefined)
  const waiting = Array.from({ length: 10 }, (_, id) => rest.get({ ...REQUEST, id }))
  stop()
  for (const outcome of await Promise.all(waiting)) assert.equal(outcome.kind, 'failed')
})

test('what can wait goes one at a time, after everything else that waits', async (t) => {
  const paths: string[] = []
  let underWay = 0
  let most = 0
  const { client: rest } = await client(t, (request, response) => {
    paths.push(request.url ?? '')
    if (request.url?.startsWith('/past') === true) most = Math.max(most, ++underWay)
    setTimeout(() => {
      if (request.url?.startsWith('/past') === true) underWay--
      response.end('ok')
    }, 10)
  })
  const past = [1, 2, 3].map((id) => rest.getPatiently({ ...REQUEST, id, path: `/past${id}` }))
  const live = Array.from({ length: 8 }, (_, id) => rest.get({ ...REQUEST, id, path: `/live${id}` }))
  const outcomes = await Promise.all([...past, ...live])
  assert.ok(outcomes.every(({ kind }) => kind === 'answered'))
  assert.equal(most, 1)
  // The first went out when nothing else was waiting; the second when no other waited any more, though the last four were under way.
  assert.ok(paths.indexOf('/past2') > 4, paths.join(' '))
  assert.ok(paths.indexOf('/past3') > paths.indexOf('/past2'))
})

test('what can wait ends with the collector', async (t) => {
  const { client: rest, stop } = await client(t, () => undefined)
  const waiting = [rest.getPatiently(REQUEST), rest.getPatiently(REQUEST)]
  stop()
  for (const outcome of await Promise.all(waiting)) assert.equal(outcome.kind, 'failed')
  assert.equal((await rest.getPatiently(REQUEST)).kind, 'failed')
})
