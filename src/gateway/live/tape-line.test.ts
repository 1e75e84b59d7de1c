import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeEvent, type MarketEvent, type VenueId } from '../../market/index.ts'
import { book, feedState, gap, levels, quote, trade, venueState } from '../testing/sample-events.ts'
import { lineKey, scanHead } from './tape-line.ts'

const EVENTS: readonly MarketEvent[] = [
  trade('1', '2'),
  quote('1', '2'),
  book('snapshot', levels(['1', '2']), levels(['3', '4'])),
  feedState('book', 'stale'),
  gap('g', 'open'),
]

test('the head of every line of an instrument is read without parsing it', () => {
  for (const event of EVENTS) {
    if (event.messageType === 'venue-state') continue
    const head = scanHead(encodeEvent(event))
    assert.deepEqual(head, { messageType: event.messageType, key: lineKey(event.venue, event.instrument) })
  }
  assert.deepEqual(scanHead(encodeEvent(venueState('connected'))), { messageType: 'venue-state', key: 'testex' })
})

test('names in any script are found under their own key or left to the parser, never under another', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'binary' }), fc.string({ minLength: 1 }), (instrument, venue) => {
      const head = scanHead(encodeEvent(trade('1', '2', { venue: venue as VenueId, instrument })))
      if (head === undefined) assert.match(JSON.stringify(venue + instrument), /\\/)
      else assert.equal(head.key, lineKey(venue, instrument))
    }),
  )
})

test('a damaged line is never read as one of another instrument', () => {
  const line = encodeEvent(trade('1', '2'))
  fc.assert(
    fc.property(fc.nat(line.length), fc.string({ maxLength: 3 }), fc.nat(5), (at, inserted, removed) => {
      const damaged = line.slice(0, at) + inserted + line.slice(at + removed)
      const head = scanHead(damaged)
      if (head === undefined) return
      // What was read stands in the line where the format wants it.
      assert.ok(damaged.startsWith(`{"messageType":"${head.messageType}","timestamp":`))
      assert.ok(damaged.includes(`,"payload":{"venue":"${head.key}"`))
    }),
  )
})
