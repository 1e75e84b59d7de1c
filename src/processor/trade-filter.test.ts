import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { InstrumentId } from '../market/index.ts'
import { sampleTrade } from './testing/sample-events.ts'
import { TradeFilter } from './trade-filter.ts'

const anyId = fc.oneof(
  fc.nat(40).map(String),
  fc.constantFrom('abc', 'x-1', '007', '9007199254740993', '123456789012345678', '01'),
)

test('every id passes once, and a filter written down anywhere goes on exactly as before', () => {
  fc.assert(
    fc.property(fc.array(anyId, { maxLength: 100 }), fc.nat(100), (ids, restoreAt) => {
      let filter = new TradeFilter()
      const seen = new Set<string>()
      for (const [index, id] of ids.entries()) {
        if (index === restoreAt) filter = TradeFilter.restore(JSON.parse(JSON.stringify(filter.state())))
        assert.equal(filter.pass(sampleTrade({ id }), index), !seen.has(id))
        seen.add(id)
      }
    }),
  )
})

test('live prints without id always pass, since two equal ones can be two trades', () => {
  const filter = new TradeFilter()
  assert.ok(filter.pass(sampleTrade({ id: null }), 1))
  assert.ok(filter.pass(sampleTrade({ id: null }), 1))
})

test('history without ids repeats only what is there: the same delivery twice adds nothing', () => {
  const filter = new TradeFilter()
  filter.pass(sampleTrade({ id: null }), 1)
  const history = [
    sampleTrade({ id: null, backlog: true }),
    sampleTrade({ id: null, backlog: true }),
    sampleTrade({ id: null, price: '7', backlog: true }),
  ]
  assert.deepEqual(
    history.map((trade) => filter.pass(trade, 2)),
    [false, true, true],
  )
  assert.deepEqual(
    history.map((trade) => filter.pass(trade, 3)),
    [false, false, false],
  )
})

test('the same id on another instrument is another trade', () => {
  const filter = new TradeFilter()
  assert.ok(filter.pass(sampleTrade({ id: '1' }), 1))
  assert.ok(filter.pass({ ...sampleTrade({ id: '1' }), instrument: 'ETH-USDT' as InstrumentId }, 1))
})

test('years of history push out nothing that was heard a moment ago', () => {
  let filter = new TradeFilter()
  assert.ok(filter.pass(sampleTrade({ id: 'heard' }), 1))
  for (let index = 0; index < 25_000; index++) filter.pass(sampleTrade({ id: `past-${index}`, backlog: true }), 2)
  filter = TradeFilter.restore(JSON.parse(JSON.stringify(filter.state())))
  assert.equal(filter.pass(sampleTrade({ id: 'heard' }), 3), false)
  assert.equal(filter.pass(sampleTrade({ id: 'past-24999' }), 3), false)
})
