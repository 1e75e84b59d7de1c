import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type LedgerTrade, SimulatorError, startSimulator } from './index.ts'
import { get } from './testing/running.ts'

const OPTIONS = { seed: 3, instruments: 2, rate: 5_000, historyTrades: 100, maximumEvents: 2_000 } as const

async function inDirectory(work: (statePath: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'simulator-'))
  try {
    await work(join(directory, 'deep', 'simulator.json'))
  } finally {
    await rm(directory, { recursive: true })
  }
}

/** Runs a market to its end; gives its trades of one instrument, those that REST knew, and the state as it was saved meanwhile. */
async function run(statePath: string): Promise<{ live: LedgerTrade[]; known: number[]; savedMeanwhile: string }> {
  const simulator = await startSimulator({ ...OPTIONS, statePath })
  try {
    const savedMeanwhile = await readFile(statePath, 'utf8')
    await simulator.control.untilQuiet()
    const url = `${simulator.endpoints.binance?.rest}/api/v3/historicalTrades?symbol=BTCUSDT&fromId=1&limit=1000`
    const known = (await get<{ id: number }[]>(url)).body.map((row) => row.id)
    return {
      live: [...simulator.control.ledger.trades({ venue: 'binance', instrument: 'BTC-USDT' })],
      known,
      savedMeanwhile,
    }
  } finally {
    await simulator.stop()
  }
}

test('with a state file a restarted market goes on: ids follow, prices follow, the newest trades are still known', async () => {
  await inDirectory(async (statePath) => {
    const first = await run(statePath)
    const second = await run(statePath)
    const last = first.live.at(-1)
    const next = second.live[0]
    assert.equal(Number(next?.id), Number(last?.id) + 1)
    assert.ok(Math.abs(Number(next?.price) / Number(last?.price) - 1) < 0.01)
    assert.ok((next?.exchangeTime ?? 0) > (last?.exchangeTime ?? 0))
    assert.ok(second.known.includes(Number(last?.id)))
  })
})

test('after a crash no trade id is used twice', async () => {
  await inDirectory(async (statePath) => {
    const first = await run(statePath)
    await writeFile(statePath, first.savedMeanwhile)
    const second = await run(statePath)
    assert.ok(Number(second.live[0]?.id) > Number(first.live.at(-1)?.id))
  })
})

test('a state that cannot be read is said', async () => {
  await inDirectory(async (statePath) => {
    await run(statePath)
    await writeFile(statePath, '{"version":1}')
    await assert.rejects(
      startSimulator({ ...OPTIONS, statePath }),
      (error) => error instanceof SimulatorError && error.code === 'SIMULATOR_STATE_UNREADABLE',
    )
  })
})
