import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CoverageEvent, micros, now, type VenueSymbol } from '../../market/index.ts'
import { CompletenessSchema, VenueListSchema } from '../schemas/index.ts'
import { aliveVenue, startGateway } from '../testing/gateway-under-test.ts'
import { assertFits, assertProblem, get, until } from '../testing/rest-client.ts'
import { gap, INSTRUMENT, VENUE, venueState } from '../testing/sample-events.ts'

const API = '/api/v1'
const OF = `venue=${VENUE}&instrument=${INSTRUMENT}&channel=trade`
const START = 1_700_000_000_000_000

function watched(from: number, to: number): CoverageEvent {
  return {
    messageType: 'coverage',
    venue: VENUE,
    instrument: INSTRUMENT,
    symbol: 'BTCUSDT' as VenueSymbol,
    channel: 'trade',
    since: micros(START + from),
    until: micros(START + to),
    source: 'live',
    receiveTime: micros(START + to),
  }
}

test('a range is told apart into what is complete, what is missing and what nobody watched', async (context) => {
  const gateway = await startGateway(context, { prepare: aliveVenue })
  await until(gateway, `${API}/instruments`, ({ body }) => body.items.length === 2)
  gateway.store.heldCoverages = [watched(0, 500)]
  gateway.store.heldGaps = [
    { ...gap('g1', 'partly'), from: micros(START + 100), to: micros(START + 200), missing: 3 },
    { ...gap('g2', 'repaired'), from: micros(START + 300), to: micros(START + 400) },
  ]
  const { body } = await get(gateway, `${API}/completeness?${OF}&from=${START}&to=${START + 1_000}`)
  assertFits(CompletenessSchema, body)
  assert.deepEqual([body.state, body.missing, body.completeShare], ['missing', 3, 0.4])
  assert.deepEqual(
    body.segments.map((each: Record<string, number>) => [(each.from ?? 0) - START, (each.to ?? 0) - START, each.state]),
    [
      [0, 100, 'complete'],
      [100, 200, 'missing'],
      [200, 500, 'complete'],
      [500, 1_000, 'unknown'],
    ],
  )
  const lately = await get(gateway, `${API}/completeness?${OF}`)
  assert.equal(lately.body.to - lately.body.from, 86_400_000_000)
  const ahead = await get(gateway, `${API}/completeness?${OF}&from=${START}&to=2199-01-01T00:00:00Z`)
  assert.ok(ahead.body.to <= now(), 'nothing is known of what is to come')
  assertProblem(await get(gateway, `${API}/completeness?${OF}&from=9&to=8`), 400, 'GATEWAY_RANGE_INVALID')
  assertProblem(await get(gateway, `${API}/completeness?${OF}x`), 400, 'GATEWAY_REQUEST_INVALID')
  gateway.store.heldCoverages = Array.from({ length: 1_001 }, (_, index) => watched(index, index + 1))
  assertProblem(await get(gateway, `${API}/completeness?${OF}&from=${START}`), 400, 'GATEWAY_RANGE_INVALID')
})

test('a venue tells how long its trades took, where they carry its time', async (context) => {
  const gateway = await startGateway(context, { prepare: aliveVenue })
  const latency = { minimum: -200, p50: 20_000, p90: 40_000, p99: 90_000 }
  await gateway.say({ ...venueState('connected'), latency })
  const found = await until(gateway, `${API}/venues`, ({ body }) => body.items[0].latency !== null)
  assertFits(VenueListSchema, found.body)
  assert.deepEqual(found.body.items[0].latency, latency)
})
