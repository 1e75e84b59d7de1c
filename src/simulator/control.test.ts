import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type LedgerBook, type LedgerTrade, SimulatorError, startSimulator } from './index.ts'
import { get, running } from './testing/running.ts'

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
    assert.ok(Math.abs(last.exchangeTime / 1_000 - Date.now()) < 10_000)
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
