import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AssetId, Instrument, InstrumentId, Micros, VenueId, VenueSymbol } from '../market/index.ts'
import type { Subscription } from '../venues/index.ts'
import { Coverages } from './coverages.ts'

const BTC: Instrument = {
  venue: 'toy' as VenueId,
  id: 'BTC-USD' as InstrumentId,
  symbol: 'BTC' as VenueSymbol,
  kind: 'spot',
  base: 'BTC' as AssetId,
  quote: 'USD' as AssetId,
  status: 'trading',
}
const TRADES: Subscription = { instrument: BTC, channel: 'trade' }
const BOOK: Subscription = { instrument: BTC, channel: 'book' }
const at = (time: number): Micros => time as Micros

test('a stretch begins once, is said again with a later end, and ends', () => {
  const coverages = new Coverages()
  coverages.begin([TRADES, BOOK], at(10))
  coverages.begin([TRADES], at(20))
  const spans = (events: ReturnType<Coverages['all']>) => events.map((one) => [one.channel, one.since, one.until])
  assert.deepEqual(spans(coverages.all(at(30))), [
    ['trade', 10, 30],
    ['book', 10, 30],
  ])
  assert.deepEqual(spans(coverages.end([TRADES], at(40))), [['trade', 10, 40]])
  assert.deepEqual(spans(coverages.end([TRADES], at(50))), [])
  coverages.begin([TRADES], at(60))
  assert.deepEqual(spans(coverages.all(at(70))), [
    ['book', 10, 70],
    ['trade', 60, 70],
  ])
})
