import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseStoreAddress } from './store-address.ts'
import { StoreError } from './store-error.ts'

test('an address has server, user, password, database and cluster; its escapes are read', () => {
  assert.deepEqual(parseStoreAddress('https://me:p%40ss@db:8443/tape?cluster=main'), {
    url: 'https://db:8443',
    user: 'me',
    password: 'p@ss',
    database: 'tape',
    cluster: 'main',
  })
  assert.deepEqual(parseStoreAddress('http://db:8123'), {
    url: 'http://db:8123',
    user: 'default',
    password: '',
    database: 'default',
  })
})

test('whatever else is refused with a code, and the password is never in the message', () => {
  const part = fc.oneof(fc.string(), fc.constantFrom('%', '%zz', 'a-b', '?cluster=;', 'tape'))
  fc.assert(
    fc.property(
      fc.stringMatching(/^[\w%.-]{0,8}$/),
      part,
      fc.constantFrom('http', 'ftp', ''),
      (user, database, scheme) => {
        try {
          parseStoreAddress(`${scheme}://${user}:hunter2%@db:8123/${database}`)
          assert.fail('its password cannot be read')
        } catch (error) {
          assert.ok(error instanceof StoreError && error.code === 'STORE_ADDRESS_INVALID', String(error))
          assert.doesNotMatch(error.message, /hunter2/)
        }
      },
    ),
  )
})
