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

test('what is released is gone, and how far the tape was read is still known', () => {
  const recent = new RecentRecords()
  for (const position of [3, 4, 5]) recent.put(record(position))
  recent.release(5)
  assert.deepEqual(positions(recent, 4), [])
  assert.deepEqual(positions(recent, 5), [5])
  recent.release(6)
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
  recent.release(6)
  recent.put(record(4))
  assert.equal(recent.newest, 4)
  assert.deepEqual(positions(recent, 4), [4])
})
