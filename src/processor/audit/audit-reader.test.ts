import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Registry } from 'prom-client'
import { type AuditEvent, decodeEvent, now } from '../../market/index.ts'
import { createLogger } from '../../platform/index.ts'
import { ProcessorMetrics } from '../processor-metrics.ts'
import { RecentRecords } from '../recent-records.ts'
import { AuditedTape } from '../testing/audited-tape.ts'
import { Killed, MemoryLog } from '../testing/memory-log.ts'
import { tapeValue } from '../testing/sample-events.ts'
import { AuditReader } from './audit-reader.ts'

const TOPIC = 'market-data'
const logger = createLogger({ role: 'test', level: 'silent', format: 'json' })

function audits(log: MemoryLog): AuditEvent[] {
  return log
    .all(TOPIC)
    .flatMap(({ value }) => Buffer.from(value).toString().trimEnd().split('\n'))
    .map((line) => decodeEvent(line))
    .filter((event) => event.messageType === 'audit')
}

const nameOf = ({ subject, field, of }: AuditEvent) => `${subject} ${field} ${of}`

/** Ten minutes of which every candle and every last price of the venue are wrong. */
function wrongTape(): AuditedTape {
  const tape = new AuditedTape(now()).watched(-100, 700)
  for (let second = 0; second < 600; second += 10) tape.trade(second + 0.5, '100').ticker(second, '200')
  for (let minute = -1; minute < 10; minute++) tape.candle(minute, ['100', '101', '100', '100'], null)
  return tape
}

/** A reader that begins before the tape and ends when it has read all of it, or is killed. */
async function run(log: MemoryLog, metrics: ProcessorMetrics, beginning: () => Promise<void>): Promise<void> {
  const stop = new AbortController()
  log.onKill = () => stop.abort()
  const reader = new AuditReader({ log, recent: new RecentRecords(), metrics, logger, pollMilliseconds: 1 })
  const running = reader.run(stop.signal).catch((error: unknown) => {
    if (!(error instanceof Killed)) throw error
  })
  await beginning()
  stop.abort()
  await running
}

/** Waits until the reader has read all there is, or is killed. */
async function settled(log: MemoryLog): Promise<void> {
  const before = log.emptyReads
  while (log.emptyReads === before && !log.isKilled) await new Promise((resolve) => setTimeout(resolve, 1))
}

test('what differs is appended to the tape, once, under a key of its own, and counted', async () => {
  const log = new MemoryLog()
  const registry = new Registry()
  await run(log, new ProcessorMetrics(registry), async () => {
    await settled(log)
    for (const { event, at } of wrongTape().inOrder(700)) log.put(TOPIC, tapeValue([event]), 'test', at)
    await settled(log)
  })
  const found = audits(log)
  const names = found.map(nameOf)
  assert.equal(new Set(names).size, names.length)
  assert.ok(found.filter(({ subject }) => subject === 'candle').length >= 7)
  assert.ok(found.filter(({ subject }) => subject === 'last-price').length >= 7)
  for (const event of found) {
    if (event.subject === 'candle') assert.deepEqual([event.field, event.ours, event.theirs], ['high', '100', '101'])
    else assert.deepEqual([event.field, event.ours, event.theirs], ['last', '100', '200'])
  }
  const keys = log.all(TOPIC).filter(({ value }) => Buffer.from(value).toString().includes('"messageType":"audit"'))
  assert.deepEqual([...new Set(keys.map(({ key }) => key))], ['testex/audit'])
  const text = await registry.metrics()
  assert.match(text, /opentape_processor_audit_differences_total\{venue="testex",subject="candle"\} [1-9]/)
  assert.match(text, /opentape_processor_audits_total\{venue="testex",subject="last-price"\} [1-9]/)
})

test('however often the audit is killed, no difference is said twice', async () => {
  const tape = wrongTape().inOrder(700)
  for (const [kill, takesEffect] of [
    [3, true],
    [6, false],
    [9, true],
    [12, true],
    [15, false],
  ] as const) {
    const log = new MemoryLog()
    const metrics = new ProcessorMetrics(new Registry())
    const third = Math.ceil(tape.length / 3)
    for (let part = 0; part < 3; part++) {
      log.revive()
      if (part < 2) log.killAfter(kill + part, takesEffect)
      await run(log, metrics, async () => {
        await settled(log)
        for (const { event, at } of tape.slice(part * third, (part + 1) * third)) {
          log.put(TOPIC, tapeValue([event]), 'test', at)
        }
        await settled(log)
      })
    }
    const names = audits(log).map(nameOf)
    assert.equal(new Set(names).size, names.length, `killed at ${kill}`)
  }
})
