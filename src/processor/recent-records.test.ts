import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Micros } from '../market/index.ts'
import { RecentRecords } from './recent-records.ts'
import type { TapeRecord } from './tape-record.ts'

function record(position: number, bytes = 100): TapeRecord {
  return { position, time: position as Micros, bytes, events: [], unreadable: [] }
}

function positions(recent: RecentRecords, from: number): number[] {
  return recent.from(from, () => true).map(({ position }) => position)
}

test('records are given from exactly the position that is asked for', () => {
  const recent = new RecentRecords()
  for (const position of [3, 4, 5]) recent.put(record(position))
  assert.deepEqual(positions(recent, 4), [4, 5])
  assert.deepEqual(positions(recent, 2), [], 'what came before is not here: the log has it')
  assert.deepEqual(positions(recent, 6), [])
})

test('what all readers are beyond is gone, and how far the tape was read is still known', () => {
  const recent = new RecentRecords()
  const sink = recent.join()
  const audit = recent.join()
  for (const position of [3, 4, 5]) recent.put(record(position))
  sink.beyond(6)
  assert.deepEqual(positions(recent, 3), [3, 4, 5], 'the other has not taken them')
  audit.beyond(5)
  assert.deepEqual(positions(recent, 4), [])
  assert.deepEqual(positions(recent, 5), [5])
  audit.leave()
  audit.beyond(3)
  sink.beyond(6)
  assert.deepEqual(positions(recent, 5), [], 'who has left holds nothing back')
  assert.equal(recent.newest, 5)
  recent.put(record(6))
  assert.deepEqual(positions(recent, 6), [6])
})

test('the oldest are dropped where nobody releases them', () => {
  const recent = new RecentRecords()
  for (const position of [1, 2, 3]) recent.put(record(position, 10 * 1_024 * 1_024))
  assert.deepEqual(positions(recent, 1), [])
  assert.deepEqual(positions(recent, 2), [2, 3])
})

test('a reader that begins anew somewhere else leaves no run of records with a hole', () => {
  const recent = new RecentRecords()
  for (const position of [3, 4, 5]) recent.put(record(position))
  recent.join().beyond(6)
  recent.put(record(4))
  assert.equal(recent.newest, 4)
  assert.deepEqual(positions(recent, 4), [4])
})

test('all who wait for a record learn that one came, and time ends a wait', async () => {
  const recent = new RecentRecords()
  const waits = [recent.arrival(10_000), recent.arrival(10_000)]
  recent.put(record(1))
  assert.deepEqual(await Promise.all(waits), [true, true])
  assert.equal(await recent.arrival(1), false)
})
