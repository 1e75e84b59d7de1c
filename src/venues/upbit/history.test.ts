import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Instrument, type Micros, microsFromIso } from '../../market/index.ts'
import type { PastRange, PastSource } from '../protocol.ts'
import { tradeHistory, upbitPast } from './history.ts'
import { instrumentFromCode } from './instruments.ts'

const instrument = instrumentFromCode('KRW-BTC', 'trading') as Instrument
const NOW = microsFromIso('2026-11-22T12:00:00Z')
const [trades, candles] = upbitPast as readonly [PastSource, PastSource]

function range(from: string, to: string): PastRange {
  return { instrument, from: microsFromIso(from), to: microsFromIso(to) }
}

/** A full page of trades, newest first, a second apart, the newest at a time. */
function page(newest: string, count: number): string {
  const start = microsFromIso(newest) / 1_000
  const rows = Array.from({ length: count }, (_, index) => {
    const time = start - index * 1_000
    return `{"market":"KRW-BTC","timestamp":${time},"trade_price":1.0,"trade_volume":2E-8,"ask_bid":"BID","sequential_id":${time}0000}`
  })
  return `[${rows.join(',')}]`
}

test('past trades begin with the newest page, go to the day that is wanted, and down from there', () => {
  const wanted = range('2026-11-20T10:00:00Z', '2026-11-20T11:00:00Z')
  assert.equal(trades.request(wanted, undefined).path, '/v1/trades/ticks?market=KRW-BTC&count=500')
  const first = trades.read(page('2026-11-22T11:59:59Z', 500), wanted, undefined, NOW)
  assert.equal(
    trades.request(wanted, first.next).path,
    '/v1/trades/ticks?market=KRW-BTC&count=500&days_ago=2&to=11%3A00%3A00',
  )
  const second = trades.read(page('2026-11-20T10:59:59Z', 500), wanted, first.next, NOW)
  const [trade] = second.events
  assert.ok(trade?.messageType === 'trade')
  assert.deepEqual([trade.amount, trade.side, trade.backlog], ['0.00000002', 'buy', true])
  assert.match(trades.request(wanted, second.next).path, /days_ago=2&to=11%3A00%3A00&cursor=\d+0000$/)
  const last = trades.read(page('2026-11-20T10:02:00Z', 500), wanted, second.next, NOW)
  assert.equal(last.next, undefined)
})

test('a day without more trades is followed by the day before, and what is too old is not asked for', () => {
  const wanted = range('2026-11-20T23:00:00Z', '2026-11-22T00:00:00Z')
  const first = trades.read(page('2026-11-22T11:59:59Z', 500), wanted, undefined, NOW)
  assert.equal(first.next, '1||')
  const second = trades.read(page('2026-11-21T01:00:00Z', 3), wanted, first.next, NOW)
  assert.equal(second.next, '2||')
  assert.equal(trades.read('[]', wanted, second.next, NOW).next, undefined)
  const old = range('2026-11-01T00:00:00Z', '2026-11-02T00:00:00Z')
  assert.equal(trades.read(page('2026-11-22T11:59:59Z', 500), old, undefined, NOW).next, undefined)
})

test('after a cut pages go down until one reaches below the last trade', () => {
  const ask = { instrument, first: 0, last: null, after: microsFromIso('2026-11-22T11:50:00Z') }
  assert.equal(tradeHistory.path(ask, undefined), '/v1/trades/ticks?market=KRW-BTC&count=500')
  const first = tradeHistory.read(page('2026-11-22T11:59:59Z', 500), ask, NOW)
  assert.match(tradeHistory.path(ask, first.next), /&count=500&cursor=\d+0000$/)
  assert.equal(tradeHistory.read(page('2026-11-22T11:51:39Z', 500), ask, NOW).next, undefined)
})

test('after a cut at midnight the day before is asked for, once today has no more', () => {
  const ask = { instrument, first: 0, last: null, after: microsFromIso('2026-11-21T23:59:00Z') }
  const now = microsFromIso('2026-11-22T00:00:10Z')
  for (const today of [page('2026-11-22T00:00:09Z', 5), '[]']) {
    const { next } = tradeHistory.read(today, ask, now)
    assert.equal(tradeHistory.path(ask, next), '/v1/trades/ticks?market=KRW-BTC&count=500&days_ago=1')
  }
  const { next } = tradeHistory.read(page('2026-11-21T23:59:59Z', 30), ask, now)
  assert.equal(next, undefined)
  const busy = { ...ask, after: microsFromIso('2026-11-21T12:00:00Z') }
  const full = tradeHistory.read(page('2026-11-21T23:59:59Z', 500), busy, now)
  assert.match(tradeHistory.path(busy, full.next), /&days_ago=1&cursor=\d+0000$/)
  const { next: none } = tradeHistory.read(page('2026-11-22T00:00:09Z', 3), { ...ask, after: now }, now)
  assert.equal(none, undefined)
})

test('past candles go down from the end of the range', () => {
  const wanted = range('2026-11-20T00:00:00Z', '2026-11-20T12:00:00Z')
  const request = candles.request(wanted, undefined)
  assert.equal(request.path, '/v1/candles/minutes/1?market=KRW-BTC&to=2026-11-20T12%3A00%3A00Z&count=200')
  const row = (minute: number) => {
    const time = new Date((wanted.to - minute * 60_000_000) / 1_000).toISOString().slice(0, 19)
    return `{"candle_date_time_utc":"${time}","opening_price":1.0,"high_price":2.0,"low_price":1.0,"trade_price":2.0,"timestamp":1780000000000,"candle_acc_trade_price":5.5,"candle_acc_trade_volume":3.0}`
  }
  const body = `[${Array.from({ length: 200 }, (_, index) => row(index + 1)).join(',')}]`
  const { events, next } = candles.read(body, wanted, undefined, NOW)
  assert.equal(events.length, 200)
  assert.equal(next, '2026-11-20T08:40:00Z')
  assert.deepEqual(candles.read('[]', wanted, next, NOW), { events: [], next: undefined })
  assert.throws(() => candles.read('{}', wanted, undefined, 0 as Micros), { code: 'VENUE_ANSWER_INVALID' })
})
