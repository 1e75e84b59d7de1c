import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  addDecimals,
  compareDecimals,
  type DecimalText,
  type Micros,
  multiplyDecimals,
  type TradeEvent,
} from '../market/index.ts'
import { CANDLE_INTERVALS, type Candle, candleOpenTime } from '../store/index.ts'
import { CandleKeeper } from './candle-keeper.ts'
import { sampleTrade } from './testing/sample-events.ts'

const SECOND = 1_000_000
/** A Sunday, half an hour before midnight and so before a new week. */
const START = Date.UTC(2024, 0, 7, 23, 30) * 1_000

const anyDecimal = fc.tuple(fc.nat(99_999), fc.nat(6)).map(([digits, scale]) => {
  const text = String(digits + 1).padStart(scale + 1, '0')
  const whole = text.slice(0, text.length - scale)
  const fraction = text.slice(text.length - scale).replace(/0+$/, '')
  return fraction === '' ? whole : `${whole}.${fraction}`
})

const anyTrades = fc.array(
  fc.record({
    price: anyDecimal,
    amount: anyDecimal,
    // Mostly close together, some much later or earlier.
    time: fc.oneof(fc.nat(4 * SECOND), fc.nat(5_000 * SECOND)).map((offset) => START + offset),
    side: fc.constantFrom('buy', 'sell', 'unknown'),
  }),
  { maxLength: 80 },
)

const keyOf = (candle: { interval: string; openTime: number }): string => `${candle.interval} ${candle.openTime}`

/** The candles of some trades, computed plainly. */
function recomputed(trades: readonly TradeEvent[]): Map<string, Omit<Candle, 'closeTime' | 'final' | 'filled'>> {
  const groups = new Map<string, TradeEvent[]>()
  for (const interval of CANDLE_INTERVALS) {
    for (const trade of trades) {
      const name = keyOf({ interval, openTime: candleOpenTime(interval, trade.exchangeTime ?? trade.receiveTime) })
      groups.set(name, [...(groups.get(name) ?? []), trade])
    }
  }
  const zero = '0' as DecimalText
  const candles = new Map<string, Omit<Candle, 'closeTime' | 'final' | 'filled'>>()
  for (const [name, group] of groups) {
    const ordered = group.toSorted(
      (left, right) => (left.exchangeTime ?? 0) - (right.exchangeTime ?? 0) || Number(left.id) - Number(right.id),
    )
    const byPrice = group.map(({ price }) => price).toSorted(compareDecimals)
    const [first, last, low, high] = [ordered[0], ordered.at(-1), byPrice[0], byPrice.at(-1)]
    assert.ok(first && last && low && high)
    const [interval, openTime] = name.split(' ')
    candles.set(name, {
      venue: first.venue,
      instrument: first.instrument,
      interval: interval as Candle['interval'],
      openTime: Number(openTime) as Micros,
      open: first.price,
      high,
      low,
      close: last.price,
      volume: group.reduce((sum, { amount }) => addDecimals(sum, amount), zero),
      buyVolume: group.reduce((sum, { amount, side }) => (side === 'buy' ? addDecimals(sum, amount) : sum), zero),
      quoteVolume: group.reduce((sum, { price, amount }) => addDecimals(sum, multiplyDecimals(price, amount)), zero),
      trades: group.length,
    })
  }
  return candles
}

test('live candles equal those computed from all trades, however late they come and wherever the processor restarts', () => {
  fc.assert(
    fc.property(anyTrades, fc.array(fc.nat(80)), fc.array(fc.nat(80)), (samples, takeAt, restartAt) => {
      // Ids run against the order of arrival, so that order by arrival would give other opens and closes.
      const trades = samples.map((sample, index) => sampleTrade({ ...sample, id: String(1_000 - index) }))
      let keeper = new CandleKeeper()
      const said = new Map<string, Candle>()
      const leftToTheStore = new Set<string>()
      const take = (at: number): void => {
        const { changed, forgotten } = keeper.take(CANDLE_INTERVALS, at as Micros)
        for (const candle of changed) said.set(keyOf(candle), candle)
        for (const candle of forgotten) leftToTheStore.add(keyOf(candle))
      }
      for (const [index, trade] of trades.entries()) {
        keeper.add(trade, 1, index)
        if (takeAt.includes(index)) take(START)
        if (restartAt.includes(index)) {
          const { state, forgotten } = keeper.state()
          for (const candle of forgotten) leftToTheStore.add(keyOf(candle))
          keeper = CandleKeeper.restore(JSON.parse(JSON.stringify(state)))
        }
      }
      take(START + 100 * 86_400 * SECOND)
      for (const [name, expected] of recomputed(trades)) {
        if (leftToTheStore.has(name)) continue
        const candle = said.get(name)
        assert.ok(candle !== undefined, `${name} was never said`)
        const { closeTime: _closeTime, final, filled: _filled, ...rest } = candle
        assert.deepEqual(rest, expected)
        assert.ok(final, `${name} was not said to be final`)
      }
    }),
  )
})

test('a candle is said again when it ends, once, and when a late trade changes it', () => {
  const keeper = new CandleKeeper()
  keeper.add(sampleTrade({ id: '1', time: START }), 1, 0)
  const at = (offset: number): Candle[] => keeper.take(['1s'], (START + offset) as Micros).changed
  assert.deepEqual(
    at(100).map(({ final }) => final),
    [false],
  )
  assert.deepEqual(at(200), [])
  assert.deepEqual(
    at(SECOND).map(({ final }) => final),
    [true],
  )
  assert.deepEqual(at(2 * SECOND), [])
  keeper.add(sampleTrade({ id: '2', time: START + 5 }), 1, 1)
  assert.deepEqual(
    at(3 * SECOND).map(({ final, trades }) => [final, trades]),
    [[true, 2]],
  )
})

test('memory is bounded: old candles are let go, and a trade for one of them is left to the store', () => {
  const keeper = new CandleKeeper()
  for (let second = 0; second < 500; second++) {
    keeper.add(sampleTrade({ id: String(second), time: START + second * SECOND }), 1, second)
    keeper.take(CANDLE_INTERVALS, (START + second * SECOND) as Micros)
  }
  const kept = keeper.state().state.instruments[0]
  assert.ok(kept !== undefined && kept.series['1s'].candles.length <= 60)
  keeper.add(sampleTrade({ id: '9999', time: START }), 2, 0)
  const { changed, forgotten } = keeper.take(CANDLE_INTERVALS, (START + 500 * SECOND) as Micros)
  assert.deepEqual(
    forgotten.map(({ interval }) => interval),
    ['1s'],
  )
  assert.ok(changed.some(({ interval, trades }) => interval === '1h' && trades > 100))
})

test('where the tape has lost its beginning, candles that began before are left to the store', () => {
  const keeper = new CandleKeeper(START + SECOND)
  keeper.add(sampleTrade({ id: '1', time: START + 2 * SECOND }), 1, 0)
  const { changed, forgotten } = keeper.take(CANDLE_INTERVALS, START as Micros)
  assert.deepEqual(
    changed.map(({ interval }) => interval),
    ['1s'],
  )
  assert.deepEqual(
    forgotten.map(({ interval }) => interval),
    ['1m', '5m', '15m', '1h', '1d', '1w'],
  )
})
