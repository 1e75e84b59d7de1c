import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import {
  type InstrumentId,
  isoFromMicros,
  type MarketEvent,
  type Micros,
  type VenueId,
  type VenueSymbol,
} from '../market/index.ts'
import { migrateStore, openStore, StoreBatch, superviseStore } from '../store/index.ts'

const PROGRAM = join(import.meta.dirname, '../../bin/opentape.js')
const FEED = {
  venue: 'kraken' as VenueId,
  instrument: 'BTC-USD' as InstrumentId,
  symbol: 'BTC/USD' as VenueSymbol,
  channel: 'trade',
} as const
const at = (seconds: number) => (1_700_000_000_000_000 + seconds * 1_000_000) as Micros

const scratch = await mkdtemp(join(tmpdir(), 'opentape-completeness-'))
let child: Awaited<ReturnType<typeof superviseStore>>

before(async () => {
  child = await superviseStore({
    directory: join(scratch, 'store'),
    secretsDirectory: join(scratch, 'secrets'),
    host: '127.0.0.1',
    port: 0,
  })
  await migrateStore(child.writer)
  const events: MarketEvent[] = [
    { messageType: 'coverage', ...FEED, since: at(0), until: at(600), source: 'live', receiveTime: at(600) },
    {
      messageType: 'gap',
      ...FEED,
      id: 'g1',
      revision: 1,
      from: at(100),
      to: at(160),
      cause: 'disconnect',
      state: 'partly',
      missing: 3,
      missingIds: '757-759',
      evidence: 'close code 1006',
      receiveTime: at(170),
    },
  ]
  const batch = new StoreBatch()
  for (const [index, event] of events.entries()) batch.addEvent(event, { position: 1, index })
  const store = openStore(child.writer)
  await store.insertBatch(batch, '1-2')
  await store.close()
})

after(async () => {
  await child?.stop()
  await rm(scratch, { recursive: true, force: true, maxRetries: 5 })
})

async function run(arguments_: readonly string[]): Promise<{ code: number; output: string; errors: string }> {
  const { url, user, password, database } = child.reader
  const address = new URL(`${url}/${database}`)
  address.username = user
  address.password = password
  const environment = { ...process.env, OPENTAPE_STORE: address.href, NO_COLOR: '1' }
  const program = spawn(process.execPath, [PROGRAM, ...arguments_], { cwd: scratch, env: environment })
  const ended = new Promise<number>((resolve) => program.once('close', (code) => resolve(code ?? -1)))
  const [output, errors, code] = await Promise.all([text(program.stdout), text(program.stderr), ended])
  return { code, output, errors }
}

const RANGE = ['--venue', 'kraken', '--instrument', 'BTC-USD', '--from', isoFromMicros(at(-100)), '--to']

test('completeness tells what is there, what is missing and what nobody watched, with the gaps', async () => {
  const { code, output, errors } = await run(['completeness', ...RANGE, isoFromMicros(at(600))])
  assert.equal(code, 0, errors)
  assert.match(output, /kraken BTC-USD trade/)
  assert.match(output, /missing: 77\.14 % of the time is complete; 3 messages are missing/)
  const lines = output.split('\n')
  assert.ok(lines.some((line) => line.startsWith(isoFromMicros(at(-100))) && line.includes('nobody watched')))
  assert.ok(lines.some((line) => line.startsWith(isoFromMicros(at(100))) && /missing +g1/.test(line)))
  assert.match(output, /g1 .* disconnect +partly +3 missing: 757-759 +close code 1006/)
})

test('completeness as JSON is for programs', async () => {
  const { code, output, errors } = await run(['--json', 'completeness', ...RANGE, isoFromMicros(at(600))])
  assert.equal(code, 0, errors)
  const answer = JSON.parse(output)
  assert.deepEqual(
    answer.segments.map(({ state }: { state: string }) => state),
    ['unknown', 'complete', 'missing', 'complete'],
  )
  assert.equal(answer.missing, 3)
  assert.deepEqual([answer.gaps[0].id, answer.gaps[0].missingIds, answer.from], ['g1', '757-759', at(-100)])
})

test('a range that ends before it begins is wrong usage', async () => {
  const { code, errors } = await run(['completeness', ...RANGE, isoFromMicros(at(-200))])
  assert.equal(code, 2)
  assert.match(errors, /is not before --to/)
})
