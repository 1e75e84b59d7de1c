import assert from 'node:assert/strict'
import { test } from 'node:test'
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
      await run(log, dying)
      dying.abort()
      log.revive()
      log.onKill = () => undefined
      const living = new AbortController()
      const running = run(log, living)
      await say(log, 'A', [100])
      while (!(await tape(log)).includes('100')) await new Promise((resolve) => setImmediate(resolve))
      living.abort()
      await running
      const expected = [...Array.from({ length: 13 }, (_, index) => `${index + 1}`), '100']
      assert.deepEqual(await tape(log), expected, `killed at ${operations}, ${takesEffect ? 'after' : 'before'} it`)
    }
  }
})

async function run(log: MemoryLog, stop: AbortController): Promise<void> {
  const reader = new LineReader({ log, logger, stateMilliseconds: 0 })
  const ends = new Promise<void>((resolve) => setTimeout(resolve, 60))
  const running = reader.run(stop.signal).catch((error: unknown) => {
    if (!(error instanceof Killed)) throw error
  })
  await Promise.race([running, ends])
  if (stop.signal.aborted) await running
}
