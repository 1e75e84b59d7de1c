import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openLog } from '../log/index.ts'
import { createLogger, defaultConfig, type RoleReady } from '../platform/index.ts'
import { createMetrics } from '../platform/serving.ts'
import { openStore, parseStoreAddress } from '../store/index.ts'
import { runProcessor } from './run-processor.ts'
import { sampleTrade, tapeValue } from './testing/sample-events.ts'

test('without a store the processor starts, says in its health what is wrong, keeps candles, and stops in order', async (context) => {
  const directory = await mkdtemp(join(tmpdir(), 'opentape-processor-'))
  const log = await openLog(directory)
  // Nothing listens on port 1.
  const store = openStore(parseStoreAddress('http://default:x@127.0.0.1:1/opentape'))
  context.after(async () => {
    await store.close()
    await log.close()
    await rm(directory, { recursive: true, force: true })
  })
  await log.append('market-data', [{ key: 'testex/0', value: tapeValue([sampleTrade({ id: '1' })]) }])
  const stop = new AbortController()
  const isReady = Promise.withResolvers<RoleReady>()
  const config = defaultConfig([])
  const running = runProcessor({
    config: { ...config, processor: { ...config.processor, port: 0 } },
    log,
    store,
    logger: createLogger({ role: 'processor', level: 'silent', format: 'json' }),
    metrics: createMetrics('processor'),
    signal: stop.signal,
    ready: isReady.resolve,
  })
  const { url } = await isReady.promise
  assert.ok(url !== null)
  for await (const records of log.tail('analytics', 1, { signal: AbortSignal.timeout(60_000) })) {
    if (records.some(({ key }) => key === 'candles')) break
  }
  const metrics = await (await fetch(`${url}/metrics`)).text()
  assert.match(metrics, /opentape_processor_published_total\{kind="candle",role="processor"\} [1-9]/)
  assert.match(metrics, /opentape_processor_sink_lag_seconds/)
  const health = await fetch(`${url}/health`)
  assert.equal(((await health.json()) as { live: boolean }).live, true)
  stop.abort()
  await running
  const { note } = await log.groupPosition('market-data', 'live')
  assert.ok(note !== null, 'what it held was written down')
})
