import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ConnectionPermits, VenuePermits } from './connection-permits.ts'

test('gives as many as the venue allows a minute and holds the next back', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const permits = new ConnectionPermits({ connectionsPerMinute: 2 })
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
  const permits = new ConnectionPermits({ connectionsPerMinute: 1 })
  const stopping = new AbortController()
  await permits.take(stopping.signal)
  const second = permits.take(stopping.signal)
  stopping.abort()
  await second
})

test('a bucket gives what was saved up at once, then one after the other, and never more than it gains', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const { signal } = new AbortController()
  const pause = fc.oneof(fc.constant(0), fc.nat({ max: 200_000 }))
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 8 }),
      fc.array(pause, { maxLength: 30 }),
      async (connectionsPerMinute, connectionBurst, pauses) => {
        const permits = new ConnectionPermits({ connectionsPerMinute, connectionBurst })
        const given: number[] = []
        for (const milliseconds of pauses) {
          const askedAt = Date.now()
          const before = given.length
          void permits.take(signal).then(() => given.push(Date.now()))
          for (;;) {
            await new Promise((resolve) => setImmediate(resolve))
            if (given.length > before) break
            t.mock.timers.tick(500)
          }
          const waited = (given[before] as number) - askedAt
          assert.ok(waited <= 60_000 / connectionsPerMinute + 500, `held back for ${waited} ms`)
          if (before < connectionBurst) assert.equal(waited, 0, 'what is saved up is given at once')
          t.mock.timers.tick(milliseconds)
        }
        for (const [from, first] of given.entries()) {
          for (let to = from; to < given.length; to++) {
            const allowed = connectionBurst + (((given[to] as number) - first) * connectionsPerMinute) / 60_000
            assert.ok(to - from + 1 <= allowed + 1e-6, `${to - from + 1} where ${allowed} are allowed`)
          }
        }
      },
    ),
    { numRuns: 30 },
  )
})

test('where a venue counts by symbol, one connection does not wait for another', async () => {
  const permits = new VenuePermits({ connectionsPerMinute: 1, connectionBurst: 1, countsConnectionsBySymbol: true })
  const { signal } = new AbortController()
  await permits.take('market-0', signal)
  await permits.take('market-1', signal)
})
