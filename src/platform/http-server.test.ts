import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, test } from 'node:test'
import { Type } from 'typebox'
import { Parse } from 'typebox/value'
import { createLogger, HttpProblem } from './index.ts'
import { createHttpServer, createMetrics, listen } from './serving.ts'

const lines: string[] = []
const logger = createLogger({
  role: 'test',
  level: 'error',
  format: 'json',
  destination: { write: (line) => lines.push(line) },
})
const server = createHttpServer({ logger, metrics: createMetrics('test'), bodyLimitBytes: 100 })
server.get('/broken', async () => {
  throw new Error('the password is hunter2')
})
server.get('/busy', async () => {
  throw new HttpProblem('HTTP_TOO_MANY_REQUESTS', 'slow down', { retryAfterSeconds: 1.2, extensions: { limit: 5 } })
})
server.get('/number', { schema: { querystring: Type.Object({ n: Type.Integer() }) } }, async (request) => ({
  n: request.query.n,
}))
server.post('/body', async () => 'ok')
const url = await listen(server, { host: '127.0.0.1', port: 0 })
after(() => server.close())

const Problem = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  instance: Type.String(),
  code: Type.String(),
  limit: Type.Optional(Type.Integer()),
  problems: Type.Optional(Type.Array(Type.Object({ where: Type.String() }))),
})

async function problem(path: string, init?: RequestInit) {
  const response = await fetch(url + path, init)
  assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/)
  const document = Parse(Problem, await response.json())
  return { response, document }
}

test('an address that does not exist is a problem document that names the request', async () => {
  const { response, document } = await problem('/nowhere?x=1', { headers: { 'x-request-id': 'my-own-id' } })
  assert.equal(response.headers.get('x-request-id'), 'my-own-id')
  assert.deepEqual(document, {
    type: 'urn:opentape:error:HTTP_NOT_FOUND',
    title: 'There is nothing here',
    status: 404,
    detail: 'GET /nowhere does not exist',
    instance: 'urn:opentape:request:my-own-id',
    code: 'HTTP_NOT_FOUND',
  })
})

test('what went wrong inside is in the log and not in the answer', async () => {
  const { response, document } = await problem('/broken')
  assert.equal(response.status, 500)
  assert.doesNotMatch(JSON.stringify(document), /hunter2/)
  assert.match(lines.join(''), /hunter2/)
  assert.ok(lines.join('').includes(response.headers.get('x-request-id') ?? 'none'))
})

test('a problem carries its extensions and when to try again', async () => {
  const { response, document } = await problem('/busy')
  assert.equal(response.headers.get('retry-after'), '2')
  assert.equal(document.limit, 5)
})

test('a parameter that is not valid is named', async () => {
  const { document } = await problem('/number?n=x')
  assert.equal(document.status, 400)
  assert.equal(document.problems?.[0]?.where, 'querystring/n')
})

test('a body that is too large, broken or of no known kind is refused', async () => {
  const send = (body: string, type = 'application/json') =>
    problem('/body', { method: 'POST', body, headers: { 'content-type': type } })
  assert.equal((await send(JSON.stringify('x'.repeat(200)))).document.code, 'HTTP_TOO_LARGE')
  assert.equal((await send('{')).document.code, 'HTTP_BAD_REQUEST')
  assert.equal((await send('x', 'text/odd')).document.code, 'HTTP_UNSUPPORTED_MEDIA_TYPE')
})

test("a request id that could harm the log is replaced, and metrics are in Prometheus' format", async () => {
  const response = await fetch(`${url}/metrics`, { headers: { 'x-request-id': 'a"b c' } })
  assert.match(response.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/)
  assert.match(await response.text(), /opentape_process_resident_memory_bytes\{role="test"\} \d+/)
})

test('on loopback no other host name is answered: a web page whose name was made to point here reads nothing', async () => {
  const statusUnder = (host: string, path: string) =>
    new Promise((resolve, reject) => {
      const asked = request(url + path, { headers: { host } }, (answer) => {
        answer.resume()
        resolve(answer.statusCode)
      })
      asked.on('error', reject).end()
    })
  for (const host of ['evil.example', '127.0.0.1.evil.example:80', '10.0.0.1'])
    for (const path of ['/number?n=1', '/metrics', '/nowhere']) assert.equal(await statusUnder(host, path), 421)
  for (const host of ['localhost', '127.0.0.1:1', '[::1]:8081'])
    assert.equal(await statusUnder(host, '/number?n=1'), 200)
})
