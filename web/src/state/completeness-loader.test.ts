import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Completeness } from '../../../src/gateway/schemas/index.ts'
import { CompletenessLoader, type CoveredFeed, coverageKey } from './completeness-loader.ts'

const feed = (instrument: string, channel = 'book'): CoveredFeed => ({
  ...{ key: `binance/${instrument}/${channel}`, venue: 'binance', instrument, channel },
})

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** A gateway whose answers are given one by one. */
function gateway() {
  const asked: { instrument: string; from: number; to: number; answer: () => void; fail: () => void }[] = []
  return {
    asked,
    source: {
      completeness: ({ venue, instrument }: CoveredFeed, from: number, to: number) =>
        new Promise<Completeness>((resolve, reject) => {
          const segments: Completeness['segments'] = [{ from, to, state: 'complete', gaps: [] }]
          const facts = { venue, instrument, channel: 'book' as const, from, to, state: 'complete' as const }
          const answer = () => resolve({ ...facts, completeShare: 1, missing: 0, segments })
          asked.push({ ...{ instrument, from, to, answer }, fail: () => reject(new Error('away')) })
        }),
      gaps: async () => [],
      busy: async () => [],
    },
  }
}

test('few are asked for at a time, and what has gone out of sight is not asked for', async () => {
  const { asked, source } = gateway()
  let now = 10_000_000_000_000
  const loader = new CompletenessLoader(source, () => now)
  loader.want(
    ['A', 'B', 'C', 'D', 'E', 'F'].map((name) => feed(name)),
    'hour',
  )
  assert.deepEqual(
    asked.map(({ instrument }) => instrument),
    ['A', 'B', 'C', 'D'],
  )
  loader.want([feed('A'), feed('G')], 'hour')
  asked[0]?.answer()
  await turn()
  await turn()
  assert.deepEqual(asked.map(({ instrument }) => instrument).slice(4), ['G'])
  assert.equal(asked[0]?.to === undefined ? 0 : asked[0].to - asked[0].from, 3_600_000_000)
  const found = loader.found.get(coverageKey('hour', 'binance/A/book'))
  assert.ok(typeof found === 'object' && found.share === 1 && found.parts.length === 1)

  // Asked again when it is old, not before.
  for (const { answer } of asked) answer()
  await turn()
  await turn()
  loader.want([feed('A')], 'hour')
  assert.equal(asked.length, 5)
  now += 60_000_000
  loader.want([feed('A')], 'hour')
  assert.equal(asked.length, 6)
})

test('what was known stays while the gateway does not answer; what never was says why', async () => {
  const { asked, source } = gateway()
  let now = 10_000_000_000_000
  const loader = new CompletenessLoader(source, () => now)
  const key = coverageKey('hour', 'binance/A/book')
  loader.want([feed('A')], 'hour')
  asked[0]?.fail()
  await turn()
  await turn()
  assert.equal(loader.found.get(key), 'away')
  now += 60_000_000
  loader.want([feed('A')], 'hour')
  asked[1]?.answer()
  await turn()
  await turn()
  now += 60_000_000
  loader.want([feed('A')], 'hour')
  asked[2]?.fail()
  await turn()
  await turn()
  assert.equal(typeof loader.found.get(key), 'object')
})
