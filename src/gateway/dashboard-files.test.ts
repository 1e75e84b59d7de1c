import assert from 'node:assert/strict'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { startGateway } from './testing/gateway-under-test.ts'
import { assertProblem, get } from './testing/rest-client.ts'

const BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

async function builtDashboard(context: TestContext): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'opentape-dashboard-'))
  context.after(() => rm(parent, { recursive: true, force: true }))
  const directory = join(parent, 'dist')
  await mkdir(join(directory, 'assets'), { recursive: true })
  await writeFile(join(directory, 'index.html'), '<!doctype html><title>the dashboard</title>')
  await writeFile(join(directory, 'assets', 'index-abc123.js'), 'export {}')
  await writeFile(join(directory, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
  await writeFile(join(parent, 'secret.txt'), 'secret')
  return directory
}

/** Asks for a path as it is; `fetch` would tidy it. */
function rawGet(url: string, path: string): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const asking = request({ hostname, port, path }, (response) => {
      let text = ''
      response.on('data', (part: Buffer) => {
        text += part.toString()
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    asking.on('error', reject)
    asking.end()
  })
}

test('every address of the dashboard shows its page, and hashed files may be kept for ever', async (context) => {
  const gateway = await startGateway(context, { dashboardDirectory: await builtDashboard(context) })
  for (const path of ['/', '/markets/binance/BTC-USDT', '/feeds']) {
    const page = await get(gateway, path, BROWSER)
    assert.deepEqual([page.status, page.headers.get('cache-control')], [200, 'no-cache'], path)
    assert.match(page.text, /the dashboard/)
  }
  const script = await get(gateway, '/assets/index-abc123.js')
  assert.equal(script.headers.get('cache-control'), 'public, max-age=31536000, immutable')
  assert.match(script.headers.get('content-type') ?? '', /javascript/)
  assert.equal((await get(gateway, '/icon.svg')).headers.get('cache-control'), 'no-cache')
  assertProblem(await get(gateway, '/assets/gone-def456.js'), 404, 'GATEWAY_NOT_FOUND')
  assertProblem(await get(gateway, '/api/v1/none', BROWSER), 404, 'GATEWAY_NOT_FOUND')
})

test('nothing outside the dashboard’s directory is served, and no odd path harms', async (context) => {
  const gateway = await startGateway(context, { dashboardDirectory: await builtDashboard(context) })
  for (const path of [
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/../../secret.txt',
    '/assets/..%5c..%5csecret.txt',
    '/%',
    '/%zz',
    '/api/v1/%',
    `/api/v1/books/a/${'b'.repeat(5_000)}`,
    '/%00',
    '//',
  ]) {
    const answer = await rawGet(gateway.url, path)
    assert.ok(answer.status >= 400 && answer.status < 500, `${path}: ${answer.status}`)
    assert.doesNotMatch(answer.text, /^secret/)
  }
})

test('where the dashboard is not built, its page says what to run, and it is there when it was built', async (context) => {
  const directory = await builtDashboard(context)
  const later = join(directory, 'later')
  const gateway = await startGateway(context, { dashboardDirectory: later })
  const page = await get(gateway, '/', BROWSER)
  assert.equal(page.status, 503)
  assert.match(page.text, /npm run prepare/)
  await cp(join(directory, 'assets'), join(later, 'assets'), { recursive: true })
  await cp(join(directory, 'index.html'), join(later, 'index.html'))
  assert.match((await get(gateway, '/', BROWSER)).text, /the dashboard/)
  assert.equal((await get(gateway, '/assets/index-abc123.js')).status, 200)
})

test('a port that is taken is said with a code, and an open gateway without a token does not start', async (context) => {
  const first = await startGateway(context)
  const port = Number(new URL(first.url).port)
  await assert.rejects(startGateway(context, { gateway: { port } }), { code: 'GATEWAY_START_REFUSED' })
  await assert.rejects(startGateway(context, { gateway: { host: '0.0.0.0', token: 'off' } }), {
    code: 'GATEWAY_START_REFUSED',
  })
})
