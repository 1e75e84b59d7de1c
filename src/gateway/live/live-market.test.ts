import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeEvent, type MarketEvent, micros, now } from '../../market/index.ts'
import { book, feedState, gap, INSTRUMENT, levels, quote, trade, VENUE, venueState } from '../testing/sample-events.ts'
import { LiveMarket } from './live-market.ts'

function marketOf(...events: readonly MarketEvent[]): LiveMarket {
  const market = new LiveMarket()
  market.notFollowing = undefined
  const heardAt = now()
  market.take(encodeEvent(venueState('connected')), 0, heardAt)
  for (const [index, event] of events.entries()) market.take(encodeEvent(event), index + 1, heardAt)
  return market
}

const ASKS = levels(['101', '1'])

test('a book is its snapshot and the updates after it; an update without a snapshot is none', () => {
  const market = marketOf(
    book('update', levels(['99', '1']), []),
    book('snapshot', levels(['100', '1'], ['98', '4']), ASKS),
    book('update', levels(['100', '0'], ['99', '2']), []),
  )
  const live = market.slot(VENUE, INSTRUMENT)?.liveBook
  assert.deepEqual(live?.book.bids(), levels(['99', '2'], ['98', '4']))
  assert.equal(live?.bookSequence, 2)
})

test('a restored book takes no update that is in it already', () => {
  const market = marketOf(trade('1', '5'))
  const slot = market.slot(VENUE, INSTRUMENT)
  assert.ok(slot)
  market.restoreBook(slot, levels(['100', '1']), ASKS, { sequence: 7, receiveTime: now(), position: 10 })
  market.take(encodeEvent(book('update', levels(['100', '9']), [])), 9)
  assert.deepEqual(slot.liveBook?.book.bestBid, ['100', '1'])
  market.take(encodeEvent(book('update', levels(['100', '5']), [])), 10)
  assert.deepEqual(slot.liveBook?.book.bestBid, ['100', '5'])
})

test('history that is sent late does not pass for the last trade', () => {
  const market = marketOf(trade('2', '20'), trade('1', '10', { backlog: true }))
  assert.match(market.slot(VENUE, INSTRUMENT)?.line('trade') ?? '', /"id":"2"/)
  const onlyBacklog = marketOf(trade('1', '10', { backlog: true }))
  assert.match(onlyBacklog.slot(VENUE, INSTRUMENT)?.line('trade') ?? '', /"id":"1"/)
})

test('kept lines are the same after they were detached from their record', () => {
  const market = marketOf(trade('2', '20'), quote('1', '2'))
  const slot = market.slot(VENUE, INSTRUMENT)
  const before = slot?.line('quote')
  market.detach()
  assert.equal(slot?.line('quote'), before)
})

test('a feed is never better than what can be known: not followed, venue unreachable, venue silent', () => {
  const market = marketOf(venueState('connected'), feedState('book', 'synchronised'))
  const slot = market.slot(VENUE, INSTRUMENT)
  assert.ok(slot)
  const at = now()
  assert.equal(market.feedState(slot, 'book', at).state, 'synchronised')
  assert.equal(market.feedState(slot, 'trade', at).state, 'unknown')
  assert.equal(market.feedState(slot, 'book', micros(at + 41_000_000)).state, 'stale')
  market.notFollowing = 'behind'
  assert.deepEqual(market.feedState(slot, 'book', at), { state: 'stale', reason: 'behind' })
  market.notFollowing = undefined
  market.take(encodeEvent(venueState('unreachable')), 9)
  assert.equal(market.feedState(slot, 'book', at).state, 'stale')
})

test('a busy venue that falls silent is noticed soon', () => {
  const market = marketOf(venueState('connected'), feedState('book', 'synchronised'))
  const slot = market.slot(VENUE, INSTRUMENT)
  assert.ok(slot)
  let at = now()
  for (let record = 0; record < 500; record++) {
    at = micros(at + 4_000)
    // What comes at once is one sign of life, however much it is.
    for (let line = 0; line < 3; line++) market.take(encodeEvent(quote('99', '101')), record, at)
  }
  assert.equal(market.feedState(slot, 'book', micros(at + 1_000_000)).state, 'synchronised')
  assert.equal(market.feedState(slot, 'book', micros(at + 5_000_000)).state, 'stale')
})

test('open gaps are kept until they are closed', () => {
  const market = marketOf(gap('a', 'open'), gap('b', 'open'), gap('a', 'repaired'))
  assert.deepEqual([...(market.slot(VENUE, INSTRUMENT)?.openGaps.keys() ?? [])], ['b'])
})

test('a book that took half of a broken message is not shown any more', () => {
  const whole = book('snapshot', levels(['100', '1']), ASKS)
  const market = marketOf(whole)
  const line = encodeEvent(whole).replace('"asks":[["101","1"]]', '"asks":[null]').replace('snapshot', 'update')
  market.take(line, 2)
  assert.equal(market.slot(VENUE, INSTRUMENT)?.liveBook, undefined)
  assert.equal(market.skipped.malformed, 1)
})

test('no line harms the market: bad ones are counted and skipped', () => {
  const good = encodeEvent(trade('7', '20'))
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.record({ messageType: fc.string(), payload: fc.object() }).map((value) => JSON.stringify(value)),
        fc.tuple(fc.nat(good.length), fc.string({ maxLength: 4 })).map(([at, text]) => good.slice(0, at) + text),
      ),
      (line) => {
        const market = marketOf(trade('7', '20'))
        market.take(line, 5)
        assert.equal(market.events, 3)
        assert.ok(market.slot(VENUE, INSTRUMENT))
      },
    ),
  )
})
