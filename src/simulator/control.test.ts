import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test } from 'node:test'
import fc from 'fast-check'
import { type LedgerBook, type LedgerTrade, SimulatorError, startSimulator } from './index.ts'
import { endpoints, get, running } from './testing/running.ts'

async function send(
  method: string,
  url: string,
  body?: string,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(url, { method, ...(body !== undefined && { body }) })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

test('the control API says that it is simulated, and stops and resumes the market', async () => {
  await running({ rate: 1_000 }, async (simulator) => {
    const url = simulator.controlUrl
    assert.equal((await send('GET', `${url}/control/about`)).body.simulated, true)
    const quiet = await send('POST', `${url}/control/quiesce`)
    assert.equal(quiet.body.quiet, true)
    const first = await (await fetch(`${url}/control/ledger`)).text()
    const second = await (await fetch(`${url}/control/ledger`)).text()
    assert.equal(first, second)
    const books = (await (await fetch(`${url}/control/books?venue=kraken`)).text()).trimEnd().split('\n')
    assert.deepEqual(
      books.map((line) => (JSON.parse(line) as LedgerBook).symbol),
      ['BTC/USD', 'ETH/USD'],
    )
    await send('POST', `${url}/control/resume`)
    let trades = first
    while (trades === first) trades = await (await fetch(`${url}/control/ledger`)).text()
    const last = JSON.parse(trades.trimEnd().split('\n').at(-1) ?? '') as LedgerTrade
    assert.ok(Math.abs(last.exchangeTime / 1_000 - Date.now()) < 60_000)
  })
})

test('faults are added, shown and removed over HTTP; nonsense is refused with a code', async () => {
  await running({ rate: 100 }, async (simulator) => {
    const url = `${simulator.controlUrl}/control/faults`
    const added = await send('POST', url, JSON.stringify({ kind: 'slow', milliseconds: 5 }))
    assert.deepEqual([added.status, added.body.id], [201, 1])
    const shown = await get<{ active: { id: number; specification: unknown }[] }>(url)
    assert.deepEqual(shown.body.active[0]?.specification, { kind: 'slow', milliseconds: 5 })
    assert.equal((await send('DELETE', `${url}/1`)).status, 200)
    assert.equal((await send('DELETE', `${url}/1`)).status, 404)
    for (const body of ['{', '[]', '{"kind":"nope"}']) {
      const refused = await send('POST', url, body)
      assert.deepEqual([refused.status, refused.body.code], [400, 'SIMULATOR_FAULT_INVALID'])
    }
    assert.equal((await send('GET', `${simulator.controlUrl}/nothing`)).status, 404)
  })
})

test('a bad option is refused by name before anything starts', async () => {
  for (const [name, options] of [
    ['rate', { rate: 0 }],
    ['instruments', { instruments: 1_001 }],
    ['instruments', { instruments: ['BTC', 'BTC'] }],
    ['venues', { venues: [] }],
    ['port', { port: 70_000 }],
    ['seed', { seed: 0.5 }],
  ] as const) {
    await assert.rejects(
      startSimulator(options),
      (error) =>
        error instanceof SimulatorError && error.code === 'SIMULATOR_OPTIONS_INVALID' && error.message.startsWith(name),
    )
  }
})

test('a port that is taken is said, and nothing stays open', async () => {
  await running({ rate: 100 }, async (simulator) => {
    const port = Number(new URL(simulator.controlUrl).port)
    await assert.rejects(
      startSimulator({ port }),
      (error) => error instanceof SimulatorError && error.code === 'SIMULATOR_LISTEN_FAILED',
    )
  })
})

test('the control API speaks neither with web pages nor under a name that was made to point here', async () => {
  await running({ rate: 100 }, async (simulator) => {
    const statusWith = (headers: Record<string, string>) =>
      new Promise((resolve, reject) => {
        const asked = request(`${simulator.controlUrl}/control/quiesce`, { method: 'POST', headers }, (answer) => {
          answer.resume()
          resolve(answer.statusCode)
        })
        asked.on('error', reject).end()
      })
    assert.equal(await statusWith({ origin: 'https://evil.example' }), 403)
    assert.equal(await statusWith({ host: 'evil.example' }), 403)
    assert.equal((await get<{ quiet: boolean }>(`${simulator.controlUrl}/control/state`)).body.quiet, false)
  })
})

test('no request crashes the control API: it is done, or refused with a code', async () => {
  await running({ rate: 100 }, async (simulator) => {
    const { hostname, port } = new URL(simulator.controlUrl)
    const ask = (method: string, path: string, body: string) =>
      new Promise<{ status: number; text: string }>((resolve, reject) => {
        const asked = request({ hostname, port, method, path, agent: false }, (answer) => {
          let text = ''
          answer.setEncoding('utf8')
          answer.on('data', (piece: string) => {
            text += piece
          })
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
        })
        asked.on('error', reject).end(method === 'POST' || method === 'PUT' ? body : undefined)
      })
    const path = fc.oneof(
      fc.constantFrom('/control/faults', '/control/faults/1', '/control/faults/99999999999', '//', '//[', '/%', '/:80'),
      fc.webPath().map((text) => `/${text}`),
      fc.webQueryParameters().map((text) => `/control/ledger?venue=${text}`),
    )
    const kind = fc.constantFrom('drop', 'silence', 'skip', 'repeat', 'http-error', 'delist', '__proto__', 'nope')
    const fault = fc.dictionary(fc.constantFrom('venue', 'milliseconds', 'probability', 'assets', 'x'), fc.jsonValue())
    const body = fc.oneof(
      fc.json(),
      fc.string(),
      fc.tuple(kind, fault).map(([kind, rest]) => JSON.stringify({ kind, ...rest, unknown: 1 })),
    )
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('GET', 'POST', 'DELETE', 'PUT'), path, body, async (method, path, body) => {
        const { status, text } = await ask(method, path, body)
        assert.ok(status < 500, `${method} ${path} ${body}: ${status} ${text}`)
        if (status >= 400 && !text.includes('"removed"')) assert.match(text, /"code":"SIMULATOR_[A-Z_]+"/)
      }),
      { numRuns: 300 },
    )
    assert.equal((await get(`${simulator.controlUrl}/control/about`)).status, 200)
  })
})

test('whatever a client sends on a socket, the exchange goes on for others', async () => {
  await running({ rate: 100 }, async (simulator) => {
    const words = [
      'method',
      'SUBSCRIBE',
      'subscribe',
      'params',
      'channels',
      'product_ids',
      'symbol',
      'id',
      'type',
      'event',
    ]
    const word = fc.constantFrom(...words)
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.dictionary(word, fc.oneof(word, fc.jsonValue())).map((value) => JSON.stringify(value)),
    )
    for (const venue of ['binance', 'coinbase', 'kraken'] as const) {
      await fc.assert(
        fc.asyncProperty(fc.array(text, { minLength: 5, maxLength: 5 }), async (texts) => {
          const { ws } = endpoints(simulator, venue)
          const socket = new WebSocket(ws)
          await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }))
          for (const each of texts) socket.send(each)
          const closed = new Promise((resolve) => socket.addEventListener('close', resolve, { once: true }))
          socket.close()
          await closed
        }),
        { numRuns: 40 },
      )
      const answer = await fetch(new URL(venue === 'binance' ? '/api/v3/time' : '/', endpoints(simulator, venue).rest))
      assert.ok(answer.status < 500)
    }
  })
})
