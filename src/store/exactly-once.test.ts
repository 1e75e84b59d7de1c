import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import type { Amount, InstrumentId, Micros, Price, TradeEvent, VenueId, VenueSymbol } from '../market/index.ts'
import { StoreBatch } from './store-batch.ts'
import { StoreError } from './store-error.ts'
import { type StoreForTests, startStoreForTests } from './testing/store-for-tests.ts'

let running: StoreForTests
before(async () => {
  running = await startStoreForTests()
})
after(() => running.stop())

const BATCHES = 24
const TRADES_A_BATCH = 400
const KILLS = 4

function batchOf(number: number): StoreBatch {
  const batch = new StoreBatch()
  for (let index = 0; index < TRADES_A_BATCH; index++) {
    const id = number * TRADES_A_BATCH + index
    const time = (1_700_000_000_000_000 + id * 50_000) as Micros
    const event: TradeEvent = {
      messageType: 'trade',
      venue: 'binance' as VenueId,
      instrument: `I${id % 3}` as InstrumentId,
      symbol: `I${id % 3}` as VenueSymbol,
      id: String(id),
      price: String(100 + (id % 17)) as Price,
      amount: '0.5' as Amount,
      side: 'sell',
      exchangeTime: time,
      receiveTime: time,
    }
    batch.addEvent(event, { position: number, index })
  }
  return batch
}

async function insertUntilAcknowledged(number: number): Promise<void> {
  for (;;) {
    try {
      await running.store.insertBatch(batchOf(number), String(number))
      return
    } catch (error) {
      if (!(error instanceof StoreError) || !error.transient) throw error
      await wait(20)
    }
  }
}

test('the store child killed in the middle of inserts leaves every trade once, in the table and in its candles', async () => {
  let next = 0
  const workers = [0, 1].map(async () => {
    while (next < BATCHES) await insertUntilAcknowledged(next++)
  })
  let kills = 0
  const killer = (async () => {
    for (let step = 1; step <= KILLS; step++) {
      while (next < (BATCHES / (KILLS + 1)) * step) await wait(1)
      const pid = running.child.pid
      if (pid === undefined) continue
      // Some moments into the next insert, differing from kill to kill.
      await wait(step * 7)
      process.kill(pid, 'SIGKILL')
      kills++
    }
  })()
  await Promise.all([...workers, killer])
  assert(kills > 0)
  const expected = BATCHES * TRADES_A_BATCH
  const [trades] = await running.client.query('SELECT count(), uniqExact(venue, instrument, ordinal) FROM trades')
  assert.deepEqual(trades?.map(Number), [expected, expected])
  const widths = await running.client.query(
    'SELECT width, sum(trades), toString(sum(volume)), toString(sum(quote_volume)) FROM candles GROUP BY width ORDER BY width',
  )
  const [turnover] = await running.client.query(
    'SELECT toString(sum(toDecimal256(price, 18) * toDecimal256(amount, 18))) FROM trades',
  )
  assert.equal(widths.length, 7)
  for (const row of widths) {
    assert.deepEqual(
      [Number(row[1]), row[2], row[3]],
      [expected, String(expected / 2), turnover?.[0]],
      `width ${row[0]}`,
    )
  }
})

test('a batch sent again with its token counts once, with another token twice', async () => {
  const count = async () => Number((await running.client.query('SELECT count() FROM trades'))[0]?.[0])
  const before = await count()
  await running.store.insertBatch(batchOf(1_000), 'again')
  await running.store.insertBatch(batchOf(1_000), 'again')
  assert.equal(await count(), before + TRADES_A_BATCH)
  await running.store.insertBatch(batchOf(1_000), 'other')
  assert.equal(await count(), before + 2 * TRADES_A_BATCH)
})

test('a child that was killed is there again at the same address', async () => {
  const pid = running.child.pid
  assert(pid !== undefined)
  process.kill(pid, 'SIGKILL')
  for (;;) {
    try {
      await running.store.ping()
      if (running.child.pid !== undefined && running.child.pid !== pid) break
    } catch (error) {
      assert(error instanceof StoreError && error.transient, String(error))
    }
    await wait(10)
  }
  assert.notEqual(running.child.pid, pid)
})
