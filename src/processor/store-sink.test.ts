import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { Registry } from 'prom-client'
import { type Log, openLog } from '../log/index.ts'
import { decimal, type MarketEvent, type Micros, price } from '../market/index.ts'
import { createLogger } from '../platform/index.ts'
import { ProcessorMetrics } from './processor-metrics.ts'
import { RecentRecords } from './recent-records.ts'
import { SINK_GROUP, SINK_TOPIC, type SinkPace, StoreSink, sinkLag } from './store-sink.ts'
import { FakeStore } from './testing/fake-store.ts'
import { Killed, MemoryLog } from './testing/memory-log.ts'
import { NAMES, sampleBook, sampleTrade, tapeValue } from './testing/sample-events.ts'

const logger = createLogger({ role: 'test', level: 'silent', format: 'json' })
const QUICK: SinkPace = {
  batchMilliseconds: 1,
  livelyBatchMilliseconds: 1,
  retryMilliseconds: 1,
  stateMilliseconds: 0,
  maximumEvents: 8,
  pollMilliseconds: 1,
}

function newSink(log: Log, store: FakeStore, pace: Partial<SinkPace> = QUICK): StoreSink {
  return new StoreSink({
    log,
    store,
    recent: new RecentRecords(),
    metrics: new ProcessorMetrics(new Registry()),
    logger,
    pace,
  })
}

/** Lets the sink run until it has stored all, or is killed. @returns whether it has stored all. */
async function runUntilStored(log: MemoryLog, store: FakeStore): Promise<boolean> {
  const stop = new AbortController()
  log.onKill = () => stop.abort()
  const sink = newSink(log, store)
  const running = sink.run(stop.signal).catch((error: unknown) => {
    if (!(error instanceof Killed)) throw error
  })
  let isStored = false
  const watch = (async () => {
    while (!stop.signal.aborted) {
      await new Promise((resolve) => setImmediate(resolve))
      if (log.committed(SINK_TOPIC, SINK_GROUP) > log.all(SINK_TOPIC).length) {
        isStored = true
        stop.abort()
      }
    }
  })()
  await Promise.all([running, watch])
  return isStored
}

test('killed at any step and started again, the sink stores every trade once, exactly, and everything else of the tape', async () => {
  const anyRecord = fc.array(fc.nat(25), { minLength: 1, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyRecord, { minLength: 1, maxLength: 12 }),
      fc.array(fc.record({ after: fc.integer({ min: 1, max: 60 }), takesEffect: fc.boolean() }), { maxLength: 5 }),
      fc.nat(6),
      async (records, kills, failures) => {
        const log = new MemoryLog()
        const store = new FakeStore((act) => log.step(act))
        store.failures = failures
        const ids = new Set<string>()
        let sequence = 0
        for (const record of records) {
          const events: MarketEvent[] = []
          for (const id of record) {
            ids.add(String(id))
            events.push(sampleTrade({ id: String(id), price: `${id}.5` }))
            sequence++
            events.push(sampleBook('update', [['99', '1']], [], sequence))
          }
          log.put(SINK_TOPIC, tapeValue(events))
        }
        for (const { after, takesEffect } of kills) {
          log.killAfter(after, takesEffect)
          await runUntilStored(log, store)
          log.revive()
        }
        assert.ok(await runUntilStored(log, store))
        const trades = store.rows('trades')
        assert.deepEqual(trades.map((row) => String(row[4])).toSorted(), [...ids].toSorted())
        for (const row of trades) assert.equal(row[7], `${row[4]}.5`)
        assert.deepEqual(
          store.rows('book_updates').map((row) => row[10]),
          Array.from({ length: sequence }, (_, index) => index + 1),
        )
      },
    ),
    { numRuns: 40 },
  )
})

test('the embedded log and the sink agree to the record: positions, note and rows after restarts', async (context) => {
  const directory = await mkdtemp(join(tmpdir(), 'opentape-sink-'))
  const log = await openLog(directory)
  context.after(async () => {
    await log.close()
    await rm(directory, { recursive: true, force: true })
  })
  const store = new FakeStore()
  let id = 0
  for (let round = 1; round <= 3; round++) {
    for (let record = 0; record < 40; record++) {
      // The last trade of each record comes again with the next.
      const events = [id, id + 1, id + 2].map((each) => sampleTrade({ id: String(each) }))
      id += 2
      await log.append(SINK_TOPIC, [{ key: 'testex/0', value: tapeValue(events) }])
    }
    const stop = new AbortController()
    const running = newSink(log, store).run(stop.signal)
    await until(async () => (await log.groupPosition(SINK_TOPIC, SINK_GROUP)).next === round * 40 + 1)
    stop.abort()
    await running
    assert.deepEqual(await sinkLag(log), { records: 0, age: 0 })
    assert.deepEqual(
      store.rows('trades').map((row) => Number(row[4])),
      Array.from({ length: id + 1 }, (_, index) => index),
    )
  }
  const ranges = store.rows('ingestion_statistics').map((row) => [row[2], row[3]])
  assert.equal(ranges[0]?.[0], 1)
  for (const [index, [from]] of ranges.entries()) if (index > 0) assert.equal(from, ranges[index - 1]?.[1])
  const counted = store.rows('ingestion_statistics').reduce((sum, row) => sum + Number(row[7]), 0)
  assert.equal(counted, 40 * 3 - 1, 'every repeated trade was counted')
})

test('a line that cannot be read is kept as rejected, and the rest of its record is stored', async () => {
  const log = new MemoryLog()
  const store = new FakeStore()
  const good = Buffer.from(tapeValue([sampleTrade({ id: '1' })])).toString()
  log.put(SINK_TOPIC, Buffer.from(`not json\n${good}{"messageType":"omen","timestamp":1,"payload":{}}\n`))
  assert.ok(await runUntilStored(log, store))
  assert.equal(store.rows('trades').length, 1)
  assert.deepEqual(
    store.rows('rejected_events').map((row) => [row[4], row[5], row[7]]),
    [
      [0, 'unreadable', 'not json'],
      [2, 'unreadable', '{"messageType":"omen","timestamp":1,"payload":{}}'],
    ],
  )
})

test('facts of the tape are stored, each in the table of its kind', async () => {
  const log = new MemoryLog()
  const store = new FakeStore()
  const times = { exchangeTime: null, receiveTime: 1_700_000_000_000_000 as Micros }
  log.put(
    SINK_TOPIC,
    tapeValue([
      { messageType: 'mark-price', ...NAMES, ...times, markPrice: price('100.5'), indexPrice: null },
      { messageType: 'status', ...NAMES, ...times, status: 'halted', venueStatus: 'BREAK' },
      { messageType: 'open-interest', ...NAMES, ...times, openInterest: decimal('12'), value: null },
    ]),
  )
  assert.ok(await runUntilStored(log, store))
  assert.deepEqual(
    store.rows('mark_prices').map((row) => row.slice(7)),
    [['100.5', null]],
  )
  assert.deepEqual(
    store.rows('instrument_status').map((row) => row.slice(7)),
    [['halted', 'BREAK']],
  )
  assert.equal(store.rows('open_interest').length, 1)
  assert.equal(store.rows('rejected_events').length, 0)
})

test('while the store is away the sink waits, says so, and goes on when it is back', async () => {
  const log = new MemoryLog()
  const store = new FakeStore()
  store.failures = 1_000_000
  log.put(SINK_TOPIC, tapeValue([sampleTrade({ id: '1' }), { ...sampleTrade({ id: '2' }), ...NAMES }]))
  const stop = new AbortController()
  const sink = newSink(log, store)
  const running = sink.run(stop.signal)
  await until(async () => sink.failingSince !== undefined)
  store.failures = 0
  await until(async () => sink.isCaughtUp)
  assert.equal(sink.failingSince, undefined)
  stop.abort()
  await running
  assert.equal(store.rows('trades').length, 2)
})

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, 'what was waited for did not come')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
