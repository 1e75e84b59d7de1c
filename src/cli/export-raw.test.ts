import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { encodeFrame, openLog, type RawFrame } from '../log/index.ts'
import { micros } from '../market/index.ts'
import { defaultConfig } from '../platform/index.ts'
import { venueIds } from '../venues/venue-ids.ts'
import { DataDirectory } from './data-directory.ts'
import { exportRaw, type RawExportOptions } from './export-raw.ts'

const scratch = await mkdtemp(join(tmpdir(), 'opentape-export-'))
after(() => rm(scratch, { recursive: true }))

const SECOND = 1_000_000
const START = 1_700_000_000 * SECOND

function frame(seconds: number, connection: string, data: string, venue = 'kraken'): RawFrame {
  const receiveTime = micros(START + Math.round(seconds * SECOND))
  return { receiveTime, source: { venue, connection, url: 'wss://x/ws' }, kind: 'ws', direction: 'in', data }
}

const config = { ...defaultConfig(venueIds()), data: join(scratch, 'data') }
let exports = 0
async function exported(over: Partial<RawExportOptions> = {}): Promise<readonly string[]> {
  const output = join(scratch, `capture-${exports++}.ndjson`)
  await exportRaw({ config, venue: 'kraken', connection: undefined, from: undefined, to: undefined, output, ...over })
  return (await readFile(output, 'utf8')).split('\n').slice(0, -1)
}

test('a directory without data is named', async () => {
  await assert.rejects(exported(), { code: 'CLI_INPUT_UNREADABLE', message: /--data/ })
})

test('frames come out in order of time, exact to the microsecond and to the byte, of the venue that was asked', async () => {
  const directory = new DataDirectory(config.data)
  directory.prepare('live')
  const log = await openLog(directory.log)
  const batch = (frames: readonly RawFrame[]) =>
    log.append(
      'raw-market-data',
      frames.map((each) => ({ key: 'live', value: encodeFrame(each) })),
    )
  await batch([frame(0.000001, 'a', 'first'), frame(2, 'a', '{"x":"ü\\n"}')])
  await batch([frame(1, 'b', 'between'), frame(2, 'b', 'same time, came later')])
  await batch([frame(40, 'a', 'late')])
  await batch([frame(1, 'a', 'another venue', 'binance')])
  await log.close()

  const lines = await exported()
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).data),
    ['first', 'between', '{"x":"ü\\n"}', 'same time, came later', 'late'],
  )
  assert.equal(lines[0], '{"t":1700000000.000001,"kind":"ws","dir":"in","url":"wss://x/ws","conn":"a","data":"first"}')
  const part = await exported({ connection: 'a', from: micros(START + SECOND), to: micros(START + 40 * SECOND) })
  assert.deepEqual(
    part.map((line) => JSON.parse(line).data),
    ['{"x":"ü\\n"}'],
  )
})

test('a file that exists is not replaced', async () => {
  const output = join(scratch, 'capture-1.ndjson')
  await assert.rejects(exported({ output }), { code: 'CLI_OUTPUT_UNUSABLE', message: /exists already/ })
})
