import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Log, LogEntry } from '../log/index.ts'
import type { Micros, VenueId, VenueStateEvent } from '../market/index.ts'
import { TapeWriter } from './tape-writer.ts'

const EVENT: VenueStateEvent = {
  messageType: 'venue-state',
  venue: 'toy' as VenueId,
  state: 'connected',
  reason: 'x'.repeat(1_000),
  connectionsOpen: 1,
  connectionsPlanned: 1,
  instruments: 1,
  simulated: false,
  latency: null,
  receiveTime: 1 as Micros,
}

/** A log whose appends resolve when the test says so. */
function slowLog(): { log: Pick<Log, 'append'>; appended: LogEntry[]; release: () => void } {
  const appended: LogEntry[] = []
  let open: () => void = () => undefined
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  const log = {
    append: async (_topic: string, entries: readonly LogEntry[]) => {
      await gate
      appended.push(...entries)
      return appended.length
    },
  }
  return { log, appended, release: () => open() }
}

function writer(log: Pick<Log, 'append'>, onPressure: (paused: boolean) => void = () => undefined): TapeWriter {
  return new TapeWriter({ log, raw: 'live', onPressure, onAppended: () => undefined, onAppendFailed: () => undefined })
}

test('the sockets are held back before the memory grows, and read again when the log has caught up', async () => {
  const { log, release } = slowLog()
  const pressure: boolean[] = []
  const tape = writer(log, (paused) => pressure.push(paused))
  while (pressure.length === 0) tape.event('a', EVENT)
  assert.ok(tape.waitingBytes < 64 * 1024 * 1024)
  release()
  await tape.flush()
  assert.deepEqual(pressure, [true, false])
  assert.equal(tape.waitingBytes, 0)
})

test('a large batch becomes several records, each whole lines in order', async () => {
  const { log, appended, release } = slowLog()
  release()
  const tape = writer(log)
  for (let count = 0; count < 2_000; count++) tape.event('a', { ...EVENT, instruments: count })
  await tape.flush()
  assert.ok(appended.length > 1)
  const lines = appended
    .map(({ value }) => Buffer.from(value).toString())
    .join('')
    .split('\n')
    .filter(Boolean)
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).payload.instruments),
    [...Array(2_000).keys()],
  )
  for (const { value } of appended) assert.equal(Buffer.from(value).at(-1), 10)
})

test('flush resolves only when everything that was given is durable', async () => {
  const { log, appended, release } = slowLog()
  const tape = writer(log)
  tape.event('a', EVENT)
  let flushed = false
  const flushing = tape.flush().then(() => {
    flushed = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(flushed, false)
  release()
  await flushing
  assert.equal(appended.length, 1)
})
