import assert from 'node:assert/strict'
import { test } from 'node:test'
import { venueProtocol, venueProtocols } from './registry.ts'
import { venueIds } from './venue-ids.ts'

test('every name of a venue leads to the protocol that goes by it, in the same order', () => {
  assert.deepEqual(
    venueProtocols().map(({ venue }) => venue),
    venueIds(),
  )
  for (const id of venueIds()) assert.equal(venueProtocol(id).venue, id)
})

test('a venue that there is not is refused, and those that there are get named', () => {
  assert.throws(() => venueProtocol('binanse'), { code: 'VENUE_UNKNOWN', message: /binance, binance-usdm/ })
})
