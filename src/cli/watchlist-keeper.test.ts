import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type ControlDatabase, openControl } from '../control/index.ts'
import { type Config, createLogger, defaultConfig } from '../platform/index.ts'
import { venueIds } from '../venues/venue-ids.ts'
import { ControlWatchlistKeeper } from './watchlist-keeper.ts'

const logger = createLogger({ role: 'test', level: 'silent', format: 'json' })
let directory: string
let control: ControlDatabase

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'opentape-keeper-'))
  control = await openControl({ url: 'embedded', file: join(directory, 'control.sqlite') })
})
after(async () => {
  await control.close()
  await rm(directory, { recursive: true })
})

function withVenue(config: Config, venue: string, change: Partial<Config['venues'][string]>): Config {
  const before = config.venues[venue]
  assert.ok(before !== undefined)
  return { ...config, venues: { ...config.venues, [venue]: { ...before, ...change } } }
}

test('what was configured while running is in force after a restart, at the addresses of today', async () => {
  const config = withVenue(defaultConfig(venueIds()), 'kraken', { endpoints: { ws: 'ws://127.0.0.1:1' } })
  const keeper = new ControlWatchlistKeeper(control, config, logger)
  assert.equal(await keeper.load(), undefined)
  const changed = withVenue(config, 'kraken', { instruments: ['ETH-USD'], top: 3 }).venues
  await keeper.save(changed)
  const tomorrow = withVenue(config, 'kraken', { endpoints: { ws: 'ws://127.0.0.1:2' } })
  const loaded = await new ControlWatchlistKeeper(control, tomorrow, logger).load()
  assert.deepEqual(loaded?.kraken?.instruments, ['ETH-USD'])
  assert.equal(loaded?.kraken?.endpoints.ws, 'ws://127.0.0.1:2')
})

test('a configuration of the venues that was edited since wins', async () => {
  const config = withVenue(defaultConfig(venueIds()), 'kraken', { instruments: ['SOL-USD'] })
  assert.equal(await new ControlWatchlistKeeper(control, config, logger).load(), undefined)
})

test('what another line was configured to watch is told once, and never what was saved here', async () => {
  const config = withVenue(defaultConfig(venueIds()), 'kraken', { top: 7 })
  const here = new ControlWatchlistKeeper(control, config, logger)
  const there = new ControlWatchlistKeeper(control, config, logger)
  await here.load()
  await there.load()
  await here.save(withVenue(config, 'kraken', { top: 5 }).venues)
  assert.equal(await here.changed(), undefined)
  assert.equal((await there.changed())?.kraken?.top, 5)
  assert.equal(await there.changed(), undefined)
  await there.save(withVenue(config, 'kraken', { top: 6 }).venues)
  assert.equal((await here.changed())?.kraken?.top, 6)
  const elsewhere = withVenue(defaultConfig(venueIds()), 'kraken', { top: 8 })
  const other = new ControlWatchlistKeeper(control, elsewhere, logger)
  assert.equal(await other.load(), undefined, 'it has another configuration')
})

test('a kept value that is no watchlist is left alone', async () => {
  const config = defaultConfig(venueIds())
  const { basis } = JSON.parse(JSON.stringify((await control.settings.get('collector'))?.value))
  for (const value of [
    1,
    null,
    {},
    { basis, watchlist: { kraken: { top: 'many' } } },
    { basis, watchlist: { nowhere: {} } },
  ]) {
    await control.settings.put('collector', { value, changedBy: 'test' })
    assert.equal(await new ControlWatchlistKeeper(control, config, logger).load(), undefined)
  }
})
