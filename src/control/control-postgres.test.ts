import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { suite, test } from 'node:test'
import { Client } from 'pg'
import { controlConformance, hasCode } from './control.conformance.ts'
import { openControl } from './index.ts'

const server = process.env.OPENTAPE_TEST_POSTGRES
const skip =
  server === undefined ? 'OPENTAPE_TEST_POSTGRES names no server, such as postgres://user@localhost/postgres' : false

suite('control database on PostgreSQL', { skip }, () => {
  controlConformance(async () => {
    // A database of its own, gone afterwards.
    const name = `opentape_test_${randomBytes(6).toString('hex')}`
    await administrate(`create database ${name}`)
    const address = new URL(server ?? '')
    address.pathname = `/${name}`
    return {
      open: (now) => openControl({ url: address.href, file: '', now }),
      clean: () => administrate(`drop database ${name} with (force)`),
    }
  })
})

test('a PostgreSQL server that is not there is named as unreachable', async () => {
  await assert.rejects(openControl({ url: 'postgres://nobody:secret@127.0.0.1:1/none', file: '' }), (error: Error) => {
    assert.equal(error.message.includes('secret'), false)
    return hasCode('CONTROL_UNREACHABLE')(error)
  })
})

async function administrate(statement: string): Promise<void> {
  const client = new Client({ connectionString: server })
  await client.connect()
  await client.query(statement)
  await client.end()
}
