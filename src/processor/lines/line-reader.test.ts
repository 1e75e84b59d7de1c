import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../../log/index.ts'
import { type Amount, encodeEvent, type MarketEvent, type Micros, type Price } from '../../market/index.ts'
import { createLogger } from '../../platform/index.ts'
import { readTapeRecord } from '../tape-record.ts'
import { Killed, MemoryLog } from '../testing/memory-log.ts'
import { LineReader } from './line-reader.ts'

const logger = createLogger({ role: 'processor', level: 'silent', format: 'json' })

function trade(id: number): MarketEvent {
  return {
    messageType: 'trade',
    venue: 'toy' as never,
    instrument: 'BTC-USD' as never,
    symbol: 'BTC' as never,
    id: `${id}`,
    price: '1' as Price,
    amount: '1' as Amount,
    side: 'buy',
    exchangeTime: id as Micros,
    receiveTime: id as Micros,
  }
}

async function say(log: Log, line: string, ids: readonly number[]): Promise<void> {
  const value = Buffer.from(ids.map((id) => `${encodeEvent(trade(id))}\n`).join(''))
  await log.append('line-data', [{ key: `toy/${line}-market-0`, value }])
}

async function tape(log: Log): Promise<string[]> {
  const records = await log.read('market-data', 1, { records: 10_000 })
  return records.flatMap((record) =>
    readTapeRecord(record).events.map((event) => (event?.messageType === 'trade' ? String(event.id) : '?')),
  )
}

test('wherever the arbiter is killed, the tape has every event of the lines once, in order', async () => {
  for (let operations = 1; operations < 60; operations++) {
    for (const takesEffect of [false, true]) {
      const log = new MemoryLog()
      for (let id = 1; id <= 12; id += 2) {
        await say(log, 'A', [id, id + 1])
        await say(log, 'B', [id, id + 1, id + 2])
      }
      const dying = new AbortController()
      log.onKill = () => dying.abort()
      log.killAfter(operations, takesEffect)
      const killed = run(log, dying.signal)
      await Promise.race([killed, sleep(60)])
      dying.abort()
      await killed
      log.revive()
      log.onKill = () => undefined
      const living = new AbortController()
      const running = run(log, living.signal)
      await say(log, 'A', [100])
      while (!(await tape(log)).includes('100')) await new Promise((resolve) => setImmediate(resolve))
      living.abort()
      await running
      const expected = [...Array.from({ length: 13 }, (_, index) => `${index + 1}`), '100']
      assert.deepEqual(await tape(log), expected, `killed at ${operations}, ${takesEffect ? 'after' : 'before'} it`)
    }
  }
})

test('what a line reads from history goes to the tape though another one is followed', async () => {
  const log = new MemoryLog()
  const fact = (minute: number): MarketEvent => ({
    messageType: 'funding',
    venue: 'toy' as never,
    instrument: 'BTC-USD' as never,
    symbol: 'BTC' as never,
    rate: '0.01' as never,
    predictedRate: null,
    fundingTime: minute as Micros,
    intervalSeconds: null,
    exchangeTime: null,
    receiveTime: minute as Micros,
  })
  const append = (connection: string, minute: number) =>
    log.append('line-data', [{ key: `toy/${connection}`, value: Buffer.from(`${encodeEvent(fact(minute))}\n`) }])
  await append('A-market-0', 1)
  await append('B-market-0', 1)
  await append('B-backfill', 2)
  await append('A-backfill', 2)
  const stop = new AbortController()
  const running = run(log, stop.signal)
  await say(log, 'A', [100])
  while (!(await tape(log)).includes('100')) await new Promise((resolve) => setImmediate(resolve))
  stop.abort()
  await running
  assert.equal((await tape(log)).filter((id) => id === '?').length, 2)
})

async function run(log: MemoryLog, signal: AbortSignal): Promise<void> {
  const reader = new LineReader({ log, logger, stateMilliseconds: 0 })
  await reader.run(signal).catch((error: unknown) => {
    if (!(error instanceof Killed)) throw error
  })
}
