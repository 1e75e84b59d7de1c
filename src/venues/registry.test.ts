import assert from 'node:assert/strict'
import { test } from 'node:test'
import { venueProtocol, venueProtocols } from './registry.ts'
import { BULK_VENUE_NAMES, venueIds } from './venue-ids.ts'

test('every name of a venue leads to the protocol that goes by it, in the same order', () => {
  assert.deepEqual(
    venueProtocols().map(({ venue }) => venue),
    venueIds(),
  )
  for (const id of venueIds()) assert.equal(venueProtocol(id).venue, id)
})

test('the venues with bulk files are those whose protocols have some', () => {
  const withBulk = venueProtocols().filter(({ bulk = [] }) => bulk.length > 0)
  assert.deepEqual(
    withBulk.map(({ venue }) => venue),
    BULK_VENUE_NAMES,
  )
})

test('a venue that there is not is refused, and those that there are get named', () => {
  assert.throws(() => venueProtocol('binanse'), { code: 'VENUE_UNKNOWN', message: /binance, binance-usdm/ })
})
