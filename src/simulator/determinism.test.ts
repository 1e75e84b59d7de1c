import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type LedgerTrade, type SimulatorOptions, startSimulator } from './index.ts'
import { Listener } from './testing/followers.ts'

const OPTIONS: SimulatorOptions = {
  seed: 42,
  instruments: 4,
  rate: 20_000,
  historyTrades: 100,
  startTime: 1_760_000_000_000_000,
  maximumEvents: 8_000,
}

async function ledgerOf(options: SimulatorOptions, watched: boolean): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'simulator-'))
  const ledgerPath = join(directory, 'deep', 'ledger.ndjson')
  const simulator = await startSimulator({ ...options, ledgerPath })
  try {
    const listener = watched
      ? await new Listener(`${simulator.endpoints.binance?.ws}/ws/btcusdt@trade`).open()
      : undefined
    await simulator.control.untilQuiet()
    listener?.close()
  } finally {
    await simulator.stop()
  }
  const text = await readFile(ledgerPath, 'utf8')
  await rm(directory, { recursive: true })
  return text
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

test('the same seed gives the same ledger, whoever listens; another seed gives another', async () => {
  const first = await ledgerOf(OPTIONS, false)
  const second = await ledgerOf(OPTIONS, true)
  const other = await ledgerOf({ ...OPTIONS, seed: 43 }, false)
  assert.ok(first.length > 100_000)
  assert.equal(digest(first), digest(second))
  assert.notEqual(digest(first), digest(other))
})

test('the ledger has every trade once, with consecutive ids, and one book for each listing', async () => {
  const lines = (await ledgerOf(OPTIONS, false))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as LedgerTrade | { kind: 'book'; venue: string; symbol: string })
  const next = new Map<string, number>()
  let books = 0
  let live = 0
  for (const line of lines) {
    if (line.kind === 'book') {
      books++
      continue
    }
    const key = `${line.venue} ${line.symbol}`
    const expected = next.get(key)
    if (expected !== undefined) assert.equal(Number(line.id), expected, key)
    next.set(key, Number(line.id) + 1)
    assert.match(line.price, /^(0|[1-9]\d*)(\.\d*[1-9])?$/)
    assert.match(line.amount, /^(0|[1-9]\d*)(\.\d*[1-9])?$/)
    if (line.kind === 'trade') live++
  }
  assert.equal(books, 12)
  assert.equal(next.size, 12)
  assert.ok(live > 500)
})
