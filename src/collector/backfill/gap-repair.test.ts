import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  amount,
  decimal,
  type FundingEvent,
  type GapEvent,
  type Instrument,
  type MarketEvent,
  type Micros,
  price,
  type VenueCandleEvent,
} from '../../market/index.ts'
import { toyVenue } from '../testing/toy-venue.ts'
import { GapRepair, rangeOf } from './gap-repair.ts'

const [instrument] = toyVenue.instruments(['BTC']).instruments as [Instrument]
const MINUTE = 60_000_000
const START = (1_700_000_040_000_000 - (1_700_000_040_000_000 % MINUTE)) as Micros
const NAMES = { venue: instrument.venue, instrument: instrument.id, symbol: instrument.symbol, receiveTime: START }

function gapOf(channel: GapEvent['channel'], from: number, to: number): GapEvent {
  const facts = {
    cause: 'disconnect',
    state: 'beyond-repair',
    missing: null,
    missingIds: null,
    evidence: 'cut',
  } as const
  const times = { from: from as Micros, to: to as Micros }
  return { messageType: 'gap', id: 'g', revision: 1, ...NAMES, channel, ...times, ...facts }
}

function candle(minute: number, isClosed = true): VenueCandleEvent {
  const [open, high, low, close] = [price('1'), price('2'), price('1'), price('2')]
  const numbers = { open, high, low, close, volume: decimal('1'), quoteVolume: null, trades: null }
  const openTime = (START + minute * MINUTE) as Micros
  return { messageType: 'venue-candle', ...NAMES, interval: '1m', openTime, ...numbers, isClosed, exchangeTime: null }
}

function funding(time: number): FundingEvent {
  const facts = { rate: decimal('0.0001'), predictedRate: null, intervalSeconds: null }
  return { messageType: 'funding', ...NAMES, ...facts, fundingTime: time as Micros, exchangeTime: time as Micros }
}

function judged(gap: GapEvent, events: readonly MarketEvent[]) {
  const repair = new GapRepair(
    { gap, found: 0, reachesBack: false, failures: 0 },
    { instrument, ...rangeOf(gap, undefined) },
    undefined,
  )
  const fresh = repair.take(events)
  return { fresh, ...repair.judge(START) }
}

test('a gap of candles is whole again with every closed minute that it touches, if history reaches back', () => {
  const gap = gapOf('candle', START + 1.5 * MINUTE, START + 3.2 * MINUTE)
  const {
    fresh,
    gap: after,
    coverage,
  } = judged(gap, [candle(0), candle(1), candle(2), candle(3), candle(4), candle(3, false)])
  assert.deepEqual(
    fresh.map((event) => (event.messageType === 'venue-candle' ? (event.openTime - START) / MINUTE : -1)),
    [1, 2, 3],
  )
  assert.deepEqual([after.state, after.revision], ['repaired', 2])
  assert.ok(coverage !== undefined && coverage.since <= gap.from)
  const shallow = judged(gap, [candle(3)])
  assert.deepEqual([shallow.gap.state, shallow.coverage], ['partly', undefined])
  assert.equal(judged(gap, []).gap.state, 'beyond-repair')
})

test('trades without ids are not taken for those that are missing', () => {
  const trade = (id: string | null, second: number): MarketEvent => {
    const at = (START + second * 1_000_000) as Micros
    const [amountOf, priceOf] = [amount('1'), price('1')]
    return { messageType: 'trade', ...NAMES, id, price: priceOf, amount: amountOf, side: 'buy', exchangeTime: at }
  }
  const gap = gapOf('trade', START + 10_000_000, START + 20_000_000)
  const nameless = judged(gap, [trade(null, 5), trade(null, 15)])
  assert.deepEqual([nameless.fresh.length, nameless.gap.state, nameless.coverage], [0, 'beyond-repair', undefined])
  const named = judged(gap, [trade('a', 5), trade('b', 15)])
  assert.deepEqual([named.gap.state, named.coverage !== undefined], ['repaired', true])
})

test('of a gap of funding the exchanged rates are had, and the estimates between are not', () => {
  const hour = 60 * MINUTE
  const gap = gapOf('funding', START + hour, START + 9 * hour)
  const { fresh, gap: after } = judged(gap, [funding(START), funding(START + 8 * hour), funding(START + 16 * hour)])
  assert.equal(fresh.length, 1)
  assert.deepEqual([after.state, after.missing], ['partly', null])
})
