import assert from 'node:assert/strict'
import { after, before, describe, type TestContext, test } from 'node:test'
import { CHILD_GROUP, CHILD_TOPIC, heard, killed, startChild } from './conformance-child.ts'
import type { Log, LogEntry, LogRecord, Topic } from './log.ts'
import { isLogError, LogError } from './log-error.ts'
import { type LogOptions, openLog } from './open-log.ts'

/** Addresses of empty logs, and what is needed to have them. */
export interface LogHarness {
  start(): Promise<void>
  /** The address of a log that nobody has used yet. */
  freshAddress(): string
  stop(): Promise<void>
}

const TOPIC: Topic = 'market-data'
/** Much longer than a busy machine holds a process up, or a member loses its lease through no fault of its own. */
const LEASE_MILLISECONDS = 1_500
const PATIENCE_MILLISECONDS = 60_000
/** A test file is given this long by the suite as a whole; each wait inside gives up before. */
const WAIT_STEP_MILLISECONDS = 10

function entry(key: string, text: string): LogEntry {
  return { key, value: Buffer.from(text) }
}

function text(record: LogRecord): string {
  return Buffer.from(record.value).toString()
}

/** Every test of the log's contract. Both implementations run all of them. */
export function describeLog(name: string, harness: LogHarness): void {
  describe(name, { timeout: 120_000 }, () => {
    before(() => harness.start())
    after(() => harness.stop())

    async function opened(
      context: TestContext,
      address = harness.freshAddress(),
      options: LogOptions = {},
    ): Promise<Log> {
      const log = await openLog(address, { leaseMilliseconds: LEASE_MILLISECONDS, ...options })
      context.after(() => log.close())
      return log
    }

    test('records are read back in order, each as it was appended, with positions that grow from 1', async (context) => {
      const log = await opened(context)
      assert.deepEqual(await log.bounds(TOPIC), { first: 1, next: 1 })
      assert.deepEqual(await log.read(TOPIC, 1), [])
      const entries = [
        entry('a/b', 'one'),
        entry('', ''),
        entry('ключ *>.', 'x'.repeat(100_000)),
        entry('a/b', 'four\n'),
      ]
      const last = await log.append(TOPIC, entries)
      assert.equal(last, 4)
      const records = await log.read(TOPIC, 1)
      assert.deepEqual(
        records.map(({ position }) => position),
        [1, 2, 3, 4],
      )
      const byPosition = records.map((record) => [record.key, text(record)])
      assert.deepEqual(
        new Set(byPosition.map(String)),
        new Set(entries.map(({ key, value }) => String([key, Buffer.from(value).toString()]))),
      )
      for (const { time } of records)
        assert.ok(Math.abs(time / 1_000 - Date.now()) < 60_000, `time ${time} is not of today`)
      assert.deepEqual(await log.bounds(TOPIC), { first: 1, next: 5 })
      assert.equal(await log.append(TOPIC, []), 4)
    })

    test('topics do not mix', async (context) => {
      const log = await opened(context)
      await log.append('raw-market-data', [entry('k', 'raw')])
      assert.equal(await log.append('alerts', [entry('k', 'alert')]), 1)
      assert.deepEqual((await log.read('alerts', 1)).map(text), ['alert'])
      assert.deepEqual(await log.read(TOPIC, 1), [])
    })

    test('a read keeps to its limits, but always gives a record', async (context) => {
      const log = await opened(context)
      await log.append(
        TOPIC,
        Array.from({ length: 10 }, (_, index) => entry('k', String(index).padEnd(1_000, '.'))),
      )
      assert.equal((await log.read(TOPIC, 3, { records: 4 })).length, 4)
      assert.equal((await log.read(TOPIC, 3, { bytes: 2_500 })).length, 2)
      assert.equal((await log.read(TOPIC, 3, { bytes: 1 })).length, 1)
      assert.deepEqual(
        (await log.read(TOPIC, 9)).map(({ position }) => position),
        [9, 10],
      )
      assert.deepEqual(await log.read(TOPIC, 11), [])
    })

    test('order holds among the records of one key, however many append at once', async (context) => {
      const address = harness.freshAddress()
      const logs = [await opened(context, address), await opened(context, address)]
      const appends: Promise<number>[] = []
      for (let index = 0; index < 50; index++) {
        for (const [which, log] of logs.entries()) {
          appends.push(log.append(TOPIC, [entry(`key-${which}`, `${index}:0`), entry(`key-${which}`, `${index}:1`)]))
        }
      }
      await Promise.all(appends)
      const reader = logs[0]
      assert.ok(reader !== undefined)
      const records = await reader.read(TOPIC, 1)
      const expected = Array.from({ length: 50 }, (_, index) => [`${index}:0`, `${index}:1`]).flat()
      for (const key of ['key-0', 'key-1']) {
        assert.deepEqual(records.filter((record) => record.key === key).map(text), expected)
      }
    })

    test('what was appended is there after closing and opening again', async (context) => {
      const address = harness.freshAddress()
      const first = await opened(context, address)
      await first.append(TOPIC, [entry('k', 'kept')])
      await first.close()
      const second = await opened(context, address)
      assert.deepEqual((await second.read(TOPIC, 1)).map(text), ['kept'])
      assert.equal(await second.append(TOPIC, [entry('k', 'next')]), 2)
    })

    test('a writer killed while it writes loses nothing that was acknowledged, and leaves nothing half or twice', async (context) => {
      const address = harness.freshAddress()
      const log = await opened(context, address)
      const child = startChild('append', address, LEASE_MILLISECONDS)
      context.after(() => killed(child))
      let acknowledged = 0
      child.on('message', (word: { last: number }) => {
        acknowledged = word.last
      })
      await heard(child, (word) => word.said === 'appended' && word.last >= 90)
      await killed(child)
      const numbers: number[] = []
      for (let from = 1; ; ) {
        const records = await log.read(TOPIC, from, { records: 50 })
        const last = records.at(-1)
        if (last === undefined) break
        for (const record of records) {
          assert.equal(record.value.length, 2_000)
          numbers.push(
            Number.parseInt(
              text(record)
                .replace(/x+$/, '')
                .slice(0, numberLength(numbers.length + 1)),
              10,
            ),
          )
        }
        from = last.position + 1
      }
      assert.ok(numbers.length >= acknowledged, `${numbers.length} are stored, ${acknowledged} were acknowledged`)
      assert.deepEqual(
        numbers,
        numbers.map((_, index) => index + 1),
      )
      await log.append(TOPIC, [entry('k', 'life goes on')])
    })

    test('a tail gives what is there, then what comes from anybody, then ends with its signal', async (context) => {
      const address = harness.freshAddress()
      const log = await opened(context, address)
      const other = await opened(context, address)
      await log.append(TOPIC, [entry('k', '1'), entry('k', '2')])
      const stop = new AbortController()
      const seen: string[] = []
      for await (const records of log.tail(TOPIC, 2, { signal: stop.signal })) {
        seen.push(...records.map(text))
        if (seen.length === 1) await log.append(TOPIC, [entry('k', '3')])
        if (seen.length === 2) await other.append(TOPIC, [entry('k', '4'), entry('k', '5')])
        if (seen.length === 4) stop.abort()
      }
      assert.deepEqual(seen, ['2', '3', '4', '5'])
    })

    test('a tail that nobody feeds ends when it is told to', async (context) => {
      const log = await opened(context)
      const stop = new AbortController()
      const ended = (async () => {
        for await (const records of log.tail(TOPIC, 1, { signal: stop.signal })) assert.fail(`came: ${records.length}`)
      })()
      setImmediate(() => stop.abort())
      await ended
    })

    test('many tails see everything while much is written, and timers get their turn', async (context) => {
      const log = await opened(context)
      const count = 400
      const stop = new AbortController()
      let ticks = 0
      const ticker = setInterval(() => ticks++, 1)
      context.after(() => clearInterval(ticker))
      const readers = Array.from({ length: 3 }, async () => {
        let next = 1
        for await (const records of log.tail(TOPIC, 1, { signal: stop.signal, limits: { records: 7 } })) {
          for (const { position } of records) assert.equal(position, next++)
          if (next > count) return
        }
      })
      for (let index = 0; index < count; index += 20) {
        await log.append(
          TOPIC,
          Array.from({ length: 20 }, () => entry('k', 'v'.repeat(500))),
        )
      }
      await Promise.all(readers)
      assert.ok(ticks > 0)
    })

    test('a group keeps position and note, and gives what was not committed to the next member', async (context) => {
      const address = harness.freshAddress()
      const log = await opened(context, address)
      const { signal } = new AbortController()
      assert.deepEqual(await log.groupPosition(TOPIC, 'sink'), { next: 1, note: null })
      const first = await log.join(TOPIC, 'sink', { signal })
      assert.deepEqual(first.start, { next: 1, note: null })
      await first.commit(5, '{"to":9}')
      await first.leave()
      await log.close()
      const again = await opened(context, address)
      const second = await again.join(TOPIC, 'sink', { signal })
      assert.deepEqual(second.start, { next: 5, note: '{"to":9}' })
      await second.commit(9)
      assert.deepEqual(await again.groupPosition(TOPIC, 'sink'), { next: 9, note: null })
      assert.deepEqual(await again.groupPosition(TOPIC, 'another'), { next: 1, note: null })
    })

    test('one member is active at a time; the next waits for it to leave, and its signal ends the wait', async (context) => {
      const address = harness.freshAddress()
      const log = await opened(context, address)
      const other = await opened(context, address)
      const first = await log.join(TOPIC, 'one', { signal: new AbortController().signal })
      const impatient = new AbortController()
      const waiting = other.join(TOPIC, 'one', { signal: impatient.signal })
      setTimeout(() => impatient.abort(), LEASE_MILLISECONDS * 1.5)
      await assert.rejects(waiting, { name: 'AbortError' })
      const patient = other.join(TOPIC, 'one', { signal: new AbortController().signal })
      await first.commit(3)
      await first.leave()
      assert.deepEqual((await patient).start, { next: 3, note: null })
      await assert.rejects(first.commit(4), (error) => isLogError(error, 'LOG_LEASE_LOST'))
    })

    test('a member that was killed is replaced', async (context) => {
      const address = harness.freshAddress()
      const log = await opened(context, address)
      const child = startChild('hold-group', address, LEASE_MILLISECONDS)
      context.after(() => killed(child))
      await heard(child, (word) => word.said === 'joined')
      const committed = heard(child, (word) => word.said === 'committed')
      child.send(7)
      await committed
      await killed(child)
      const member = await log.join(CHILD_TOPIC, CHILD_GROUP, { signal: AbortSignal.timeout(PATIENCE_MILLISECONDS) })
      assert.deepEqual(member.start, { next: 7, note: 'by the child' })
    })

    test('a member that was silent for longer than its lease can commit nothing any more', async (context) => {
      const address = harness.freshAddress()
      const log = await opened(context, address)
      const child = startChild('hold-group', address, LEASE_MILLISECONDS)
      context.after(() => killed(child))
      await heard(child, (word) => word.said === 'joined')
      child.kill('SIGSTOP')
      const member = await log.join(CHILD_TOPIC, CHILD_GROUP, { signal: AbortSignal.timeout(PATIENCE_MILLISECONDS) })
      const refused = heard(child, (word) => word.said !== 'joined')
      child.send(99)
      child.kill('SIGCONT')
      assert.deepEqual(await refused, { said: 'refused', code: 'LOG_LEASE_LOST' })
      await member.commit(2)
      assert.deepEqual(await log.groupPosition(CHILD_TOPIC, CHILD_GROUP), { next: 2, note: null })
    })

    test('retention by bytes removes the oldest, and positions are never used again', async (context) => {
      const address = harness.freshAddress()
      const log = await opened(context, address)
      const count = 600
      for (let index = 0; index < count; index += 100) {
        await log.append(
          TOPIC,
          Array.from({ length: 100 }, () => entry('k', 'v'.repeat(500))),
        )
      }
      await log.retain(TOPIC, { maximumAgeMilliseconds: 86_400_000, maximumBytes: 100_000 })
      await until(async () => (await log.bounds(TOPIC)).first > count / 2)
      const { first, next } = await log.bounds(TOPIC)
      assert.ok(first < count, 'the newest stay')
      assert.equal(next, count + 1)
      assert.equal((await log.read(TOPIC, 1))[0]?.position, first)
      const stop = new AbortController()
      for await (const records of log.tail(TOPIC, 1, { signal: stop.signal })) {
        assert.equal(records[0]?.position, first)
        stop.abort()
      }
      assert.equal(await log.append(TOPIC, [entry('k', 'after')]), count + 1)
    })

    test('retention by age removes what is older, even everything, and the next position goes on', async (context) => {
      const address = harness.freshAddress()
      const log = await opened(context, address)
      await log.append(TOPIC, [entry('k', '1'), entry('k', '2')])
      await until(async () => {
        await log.retain(TOPIC, { maximumAgeMilliseconds: 150, maximumBytes: 1_000_000_000 })
        const { first, next } = await log.bounds(TOPIC)
        return first === next
      })
      await log.close()
      const again = await opened(context, address)
      assert.deepEqual(await again.bounds(TOPIC), { first: 3, next: 3 })
      assert.equal(await again.append(TOPIC, [entry('k', '3')]), 3)
    })

    test('beyond its bound, appending is refused with LOG_FULL, loses nothing accepted, and works again afterwards', async (context) => {
      const log = await opened(context, harness.freshAddress(), { maximumWaitingBytes: 50_000 })
      const noise = Array.from({ length: 40 }, (_, index) => entry('k', unpredictable(index, 5_000)))
      const outcomes = await Promise.allSettled(noise.map((one) => log.append(TOPIC, [one])))
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
      assert.ok(refused.length > 0 && refused.length < noise.length, `${refused.length} were refused`)
      for (const { reason } of refused) assert.ok(reason instanceof LogError && reason.code === 'LOG_FULL')
      const accepted = noise.filter((_, index) => outcomes[index]?.status === 'fulfilled')
      const stored = await log.read(TOPIC, 1)
      assert.deepEqual(
        stored.map(text),
        accepted.map(({ value }) => Buffer.from(value).toString()),
      )
      await log.append(TOPIC, [entry('k', 'again')])
    })

    test('a closed log says so', async (context) => {
      const log = await opened(context)
      await log.close()
      await assert.rejects(log.append(TOPIC, [entry('k', 'v')]), (error) => isLogError(error, 'LOG_CLOSED'))
      await assert.rejects(log.read(TOPIC, 1), (error) => isLogError(error, 'LOG_CLOSED'))
      await log.close()
    })
  })
}

function numberLength(value: number): number {
  return String(value).length
}

/** Text that does not compress to nothing, the same for the same seed. */
function unpredictable(seed: number, length: number): string {
  let state = seed + 1
  let result = ''
  while (result.length < length) {
    state = (state * 48_271) % 2_147_483_647
    result += state.toString(36)
  }
  return result.slice(0, length)
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MILLISECONDS
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, 'what was waited for did not come')
    await new Promise((resolve) => setTimeout(resolve, WAIT_STEP_MILLISECONDS))
  }
}
