import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { venueIds } from '../src/venues/venue-ids.ts'
import { venuesPage } from './venues-page.ts'

const ROOT = join(import.meta.dirname, '..')

test('the page of the venues is what the registry says (npm run docs)', () => {
  assert.equal(readFileSync(join(ROOT, 'docs', 'venues.md'), 'utf8'), venuesPage())
})

test('every venue has its table of evidence', () => {
  for (const venue of venueIds()) {
    assert.match(readFileSync(join(ROOT, 'src', 'venues', venue, 'README.md'), 'utf8'), /^\|.*\|$/m, venue)
  }
})
