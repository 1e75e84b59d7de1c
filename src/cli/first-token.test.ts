import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type Config, createLogger, defaultConfig } from '../platform/index.ts'
import { venueIds } from '../venues/venue-ids.ts'
import { makeFirstToken } from './first-token.ts'
import { openConfiguredControl } from './parts.ts'

const logger = createLogger({ role: 'test', level: 'silent', format: 'json' })
const scratch = await mkdtemp(join(tmpdir(), 'opentape-first-'))
after(() => rm(scratch, { recursive: true }))

function configWith(gateway: Partial<Config['gateway']>): Config {
  const config = defaultConfig(venueIds())
  return { ...config, data: scratch, gateway: { ...config.gateway, ...gateway } }
}

test('on loopback no token is made', async () => {
  assert.equal(await makeFirstToken(configWith({}), logger), undefined)
})

test('where others can reach the gateway one is made at the first start, and only then', async () => {
  const text = await makeFirstToken(configWith({ host: '0.0.0.0' }), logger)
  assert.ok(text !== undefined)
  assert.equal(await makeFirstToken(configWith({ token: 'required' }), logger), undefined)
  const control = await openConfiguredControl(configWith({}), logger)
  assert.deepEqual((await control.tokens.verify(text))?.scopes, ['admin'])
  await control.close()
})
