import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import {
  decimal,
  type FundingEvent,
  type InstrumentId,
  micros,
  type VenueId,
  type VenueSymbol,
} from '../market/index.ts'
import { defaultConfig } from '../platform/index.ts'
import { migrateStore, openStore, StoreBatch, superviseStore } from '../store/index.ts'
import { venueIds } from '../venues/venue-ids.ts'
import { exportFacts } from './export-store.ts'

const scratch = await mkdtemp(join(tmpdir(), 'opentape-export-store-'))
after(() => rm(scratch, { recursive: true }))

const AT = 1_700_000_000_000_000

test('facts of the store are written oldest first, as CSV with the names of their fields', async (context) => {
  const child = await superviseStore({
    directory: join(scratch, 'store'),
    secretsDirectory: join(scratch, 'secrets'),
    host: '127.0.0.1',
    port: 0,
  })
  context.after(() => child.stop())
  await migrateStore(child.writer)
  const store = openStore(child.writer)
  context.after(() => store.close())
  const batch = new StoreBatch()
  for (const index of [1, 0]) {
    const funding: FundingEvent = {
      messageType: 'funding',
      venue: 'kraken' as VenueId,
      instrument: 'BTC-USD-PERP' as InstrumentId,
      symbol: 'PI_XBTUSD' as VenueSymbol,
      rate: decimal(index === 0 ? '-0.0001' : '0.0002'),
      predictedRate: null,
      fundingTime: micros(AT + 3_600_000_000),
      intervalSeconds: 3_600,
      exchangeTime: micros(AT + index),
      receiveTime: micros(AT + 10 + index),
    }
    batch.addEvent(funding, { position: 1, index })
  }
  await store.insertBatch(batch, '1-2')

  const { url, user, password, database } = child.reader
  const address = new URL(`${url}/${database}`)
  address.username = user
  address.password = password
  const config = defaultConfig(venueIds())
  const output = join(scratch, 'funding.csv')
  await exportFacts({
    config: { ...config, store: { ...config.store, url: address.href } },
    kind: 'funding',
    venue: 'kraken',
    instrument: 'BTC-USD-PERP',
    from: undefined,
    to: undefined,
    format: 'csv',
    output,
  })
  assert.deepEqual((await readFile(output, 'utf8')).split('\n'), [
    'exchangeTime,receiveTime,venue,instrument,rate,predictedRate,fundingTime,intervalSeconds',
    `${AT},${AT + 10},kraken,BTC-USD-PERP,-0.0001,,${AT + 3_600_000_000},3600`,
    `${AT + 1},${AT + 11},kraken,BTC-USD-PERP,0.0002,,${AT + 3_600_000_000},3600`,
    '',
  ])
})
