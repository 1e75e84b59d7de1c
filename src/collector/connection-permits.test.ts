import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectionPermits } from './connection-permits.ts'

test('gives as many as the venue allows a minute and holds the next back', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const permits = new ConnectionPermits(2)
  const { signal } = new AbortController()
  await permits.take(signal)
  await permits.take(signal)
  let third = false
  const taking = permits.take(signal).then(() => {
    third = true
  })
  await Promise.resolve()
  t.mock.timers.tick(59_000)
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(third, false)
  t.mock.timers.tick(1_001)
  await taking
  assert.equal(third, true)
})

test('whoever stops waits no longer', async () => {
  const permits = new ConnectionPermits(1)
  const stopping = new AbortController()
  await permits.take(stopping.signal)
  const second = permits.take(stopping.signal)
  stopping.abort()
  await second
})
