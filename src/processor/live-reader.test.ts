import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Registry } from 'prom-client'
import { type BookEvent, decodeEvent, type MarketEvent, OrderBook } from '../market/index.ts'
import { createLogger } from '../platform/index.ts'
import type { Candle } from '../store/index.ts'
import type { AnalyticsMessage } from './analytics-message.ts'
import type { BookSnapshot } from './kept-book.ts'
import { LiveReader } from './live-reader.ts'
import { ProcessorMetrics } from './processor-metrics.ts'
import { RecentRecords } from './recent-records.ts'
import { FakeStore } from './testing/fake-store.ts'
import { Killed, MemoryLog } from './testing/memory-log.ts'
import { sampleBook, sampleTrade, tapeValue } from './testing/sample-events.ts'

const TOPIC = 'market-data'
const logger = createLogger({ role: 'test', level: 'silent', format: 'json' })
const PACE = { tickMilliseconds: 1, stateMilliseconds: 3, bookMilliseconds: 2 }

function published(log: MemoryLog): AnalyticsMessage[] {
  return log
    .all('analytics')
    .filter(({ key }) => !key.startsWith('processor/'))
    .flatMap(({ value }) => Buffer.from(value).toString().trimEnd().split('\n'))
    .map((line) => JSON.parse(line) as AnalyticsMessage)
}

function snapshots(log: MemoryLog): BookSnapshot[] {
  return published(log).flatMap((message) => (message.messageType === 'book-snapshot' ? [message.payload] : []))
}

function candles(log: MemoryLog): Candle[] {
  return published(log).flatMap((message) => (message.messageType === 'candle' ? [message.payload] : []))
}

/** The book of the tape's records before a position. */
function bookBefore(log: MemoryLog, next: number): OrderBook {
  const book = new OrderBook()
  for (const { position, value } of log.all(TOPIC)) {
    if (position >= next) break
    for (const line of Buffer.from(value).toString().trimEnd().split('\n')) {
      const event = decodeEvent(line)
      if (event.messageType !== 'book') continue
      if (event.kind === 'snapshot') book.replace(event.bids, event.asks)
      else book.update(event.bids, event.asks)
    }
  }
  return book
}

/** Lets the reader run until `done` holds, or it is killed. */
async function runUntil(log: MemoryLog, done: () => boolean): Promise<LiveReader> {
  const stop = new AbortController()
  log.onKill = () => stop.abort()
  const reader = new LiveReader({
    log,
    store: new FakeStore(),
    recent: new RecentRecords(),
    metrics: new ProcessorMetrics(new Registry()),
    logger,
    storedBookMilliseconds: 0,
    pace: PACE,
  })
  const running = reader.run(stop.signal).catch((error: unknown) => {
    if (!(error instanceof Killed)) throw error
  })
  const deadline = Date.now() + 60_000
  while (!stop.signal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, 1))
    assert.ok(Date.now() < deadline, 'what was waited for did not come')
    if (done()) stop.abort()
  }
  await running
  return reader
}

const anyLevel = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.nat(3))
const anyUpdate = fc.record({ bids: fc.array(anyLevel, { maxLength: 3 }), asks: fc.array(anyLevel, { maxLength: 3 }) })

test('killed at any step and started again, its books and candles are those of the whole tape', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyUpdate, { minLength: 1, maxLength: 15 }),
      fc.array(fc.record({ after: fc.integer({ min: 1, max: 40 }), takesEffect: fc.boolean() }), { maxLength: 3 }),
      async (updates, kills) => {
        const log = new MemoryLog()
        const put = (events: readonly MarketEvent[]): void => void log.put(TOPIC, tapeValue(events))
        put([sampleBook('snapshot', [['50', '1']], [['150', '1']], 0)])
        for (const [index, { bids, asks }] of updates.entries()) {
          const bidLevels = bids.map(([price, amount]) => [String(90 + price), String(amount)] as const)
          const askLevels = asks.map(([price, amount]) => [String(100 + price), String(amount)] as const)
          // Each trade comes twice: in its record, and in the next.
          const trades = [index, index + 1].map((id) => sampleTrade({ id: String(id), price: String(100 + id) }))
          put([sampleBook('update', bidLevels, askLevels, index + 1), ...trades])
        }
        for (const { after, takesEffect } of kills) {
          log.killAfter(after, takesEffect)
          await runUntil(log, isComplete)
          log.revive()
        }
        await runUntil(log, isComplete)
        for (const snapshot of snapshots(log)) {
          const expected = bookBefore(log, snapshot.marketDataPosition)
          assert.deepEqual([snapshot.bids, snapshot.asks], [expected.bids(), expected.asks()])
        }

        function isComplete(): boolean {
          const last = snapshots(log).at(-1)
          const total = candles(log).findLast(({ interval }) => interval === '1s')
          return last?.marketDataPosition === updates.length + 2 && total?.trades === updates.length + 1
        }
      },
    ),
    { numRuns: 30 },
  )
})

test('a crossed book is suspect until its next snapshot, and is not published meanwhile', async () => {
  const log = new MemoryLog()
  log.put(TOPIC, tapeValue([sampleBook('snapshot', [['99', '1']], [['101', '1']], 1)]))
  log.put(TOPIC, tapeValue([sampleBook('update', [['102', '1']], [], 2)]))
  const health = () => published(log).flatMap((each) => (each.messageType === 'book-health' ? [each.payload] : []))
  await runUntil(log, () => health().some(({ crossed }) => crossed === 1))
  assert.equal(health().at(-1)?.state, 'recovering')
  assert.ok(snapshots(log).every(({ bids }) => bids[0]?.[0] !== '102'))
  log.put(TOPIC, tapeValue([sampleBook('snapshot', [['98', '1']], [['103', '1']], 3)]))
  await runUntil(log, () => snapshots(log).at(-1)?.bids[0]?.[0] === '98')
  assert.equal(health().at(-1)?.state, 'synchronised')
})

test('updates before any snapshot make no book', async () => {
  const log = new MemoryLog()
  const update: BookEvent = sampleBook('update', [['99', '1']], [], 1)
  log.put(TOPIC, tapeValue([update]))
  await runUntil(log, () => published(log).some(({ messageType }) => messageType === 'book-health'))
  assert.deepEqual(snapshots(log), [])
  const [first] = published(log)
  assert.ok(first?.messageType === 'book-health' && first.payload.state === 'unknown')
})
