import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Liquidation } from '../../../src/gateway/schemas/index.ts'
import { Coalescer } from './coalescer.ts'
import { DerivativeFeed, MAXIMUM_LIQUIDATIONS } from './derivative-feed.ts'

const OF = { venue: 'binance', instrument: 'BTC-USDT-PERP', symbol: 'BTCUSDT' }
const atOnce = new Coalescer((run) => run())

function liquidation(id: string | null, time: number): Liquidation {
  return { ...OF, id, price: '100', amount: '2', side: 'sell', exchangeTime: time, receiveTime: time + 1 }
}

function say(feed: DerivativeFeed, payload: Liquidation): void {
  feed.apply({ messageType: 'liquidation', timestamp: payload.receiveTime, payload })
}

test('what a message leaves out is as it was said before', () => {
  const feed = new DerivativeFeed(atOnce)
  const times = { exchangeTime: null, receiveTime: 1 }
  feed.apply({
    messageType: 'mark-price',
    timestamp: 1,
    payload: { ...OF, ...times, markPrice: '5', indexPrice: null },
  })
  feed.apply({
    messageType: 'mark-price',
    timestamp: 1,
    payload: { ...OF, ...times, markPrice: null, indexPrice: '6' },
  })
  assert.deepEqual([feed.facts.get().mark?.markPrice, feed.facts.get().mark?.indexPrice], ['5', '6'])
  const rates = { ...OF, ...times, predictedRate: null, intervalSeconds: null }
  feed.apply({ messageType: 'funding', timestamp: 1, payload: { ...rates, rate: '0.1', fundingTime: 20 } })
  feed.apply({ messageType: 'funding', timestamp: 1, payload: { ...rates, rate: '0.3', fundingTime: 10 } })
  assert.equal(feed.facts.get().funding?.rate, '0.1')
})

test('liquidations are shown newest first, each once, and no more than fit', () => {
  const feed = new DerivativeFeed(atOnce)
  say(feed, liquidation('b', 20))
  say(feed, liquidation('a', 10))
  say(feed, liquidation('b', 20))
  say(feed, liquidation(null, 30))
  say(feed, liquidation(null, 30))
  assert.deepEqual(
    feed.liquidations.get().map((line) => line.time),
    [30, 20, 10],
  )
  for (let time = 100; time < 200; time++) say(feed, liquidation(String(time), time))
  assert.equal(feed.liquidations.get().length, MAXIMUM_LIQUIDATIONS)
  assert.equal(feed.liquidations.get()[0]?.time, 199)
})
