import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TOPICS } from '../src/log/index.ts'
import { CHANNELS } from '../src/market/index.ts'
import { defaultConfig } from '../src/platform/index.ts'
import { SIMULATED_VENUES } from '../src/simulator/index.ts'
import { venueProtocols } from '../src/venues/index.ts'
import { venueIds } from '../src/venues/venue-ids.ts'

// Rooms that may not import each other name the same things; here it is checked that they do.

test('the configuration knows every topic of the log, and no other', () => {
  const { retention } = defaultConfig(venueIds()).log
  assert.deepEqual(Object.keys(retention).sort(), [...TOPICS].sort())
})

test('the configuration knows every channel of the domain, and no other', () => {
  const { venues } = defaultConfig(venueIds())
  for (const venue of Object.values(venues)) assert.deepEqual([...venue.channels].sort(), [...CHANNELS].sort())
})

test('every simulated exchange is a venue, and every venue has a simulated exchange', () => {
  assert.deepEqual([...SIMULATED_VENUES].sort(), [...venueIds()].sort())
})

test('every venue says how it is proved that nothing is missing', () => {
  for (const { integrity } of venueProtocols()) assert.ok(integrity.trades.length > 10 && integrity.books.length > 10)
})
