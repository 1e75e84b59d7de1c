import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Market, StreamEvent } from '../../../src/gateway/schemas/index.ts'
import { Coalescer } from './coalescer.ts'
import { DEFAULT_VIEW, orderMarkets } from './market-order.ts'
import { type MarketRow, rowAfter, rowFromMarket } from './market-row.ts'
import { MarketStore } from './market-store.ts'

function market(changes: Partial<Market> = {}): Market {
  return {
    ...{ venue: 'binance', instrument: 'BTC-USDT', symbol: 'BTCUSDT', kind: 'spot', base: 'BTC', quote: 'USDT' },
    ...{ last: '100', lastTime: 10, bidPrice: '99', askPrice: '101', change24h: '1', high24h: '110', low24h: '90' },
    ...{
      volume24h: '5',
      quoteVolume24h: '500',
      spark: ['99.5', '100'],
      sparkInterval: '30m',
      feedState: 'synchronised',
      simulated: true,
    },
    ...changes,
  }
}

function trade(price: string, receiveTime: number, changes: { backlog?: true; instrument?: string } = {}): StreamEvent {
  const payload = {
    ...{
      venue: 'binance',
      instrument: 'BTC-USDT',
      symbol: 'BTCUSDT',
      id: '1',
      price,
      amount: '1',
      side: 'buy' as const,
    },
    ...{ exchangeTime: null, receiveTime },
    ...changes,
  }
  return { messageType: 'trade', timestamp: receiveTime, payload }
}

function ticker(open: string | null, last: string): StreamEvent {
  const payload = {
    ...{ venue: 'binance', instrument: 'BTC-USDT', symbol: 'BTCUSDT', last, open, high: null, low: null },
    ...{ volume: null, quoteVolume: null, exchangeTime: null, receiveTime: 50 },
  }
  return { messageType: 'ticker', timestamp: 50, payload }
}

test('a print moves the last price, and starts a flash unless one was started just before', () => {
  const row = rowAfter(rowFromMarket(market(), undefined), trade('101.25', 2_000_000))
  assert.deepEqual([row.last, row.direction, row.ticks, row.scale], ['101.25', 1, 1, 2])
  const soon = rowAfter(row, trade('101', 2_500_000))
  assert.deepEqual([soon.last, soon.direction, soon.ticks], ['101', 1, 1])
  const later = rowAfter(soon, trade('100', 3_000_000))
  assert.deepEqual([later.last, later.direction, later.ticks], ['100', -1, 2])
})

test('older prints and history do not move the last price', () => {
  const row = rowFromMarket(market(), undefined)
  assert.equal(rowAfter(row, trade('1', 9)), row)
  assert.equal(rowAfter(row, trade('1', 99, { backlog: true })), row)
  const silent = rowFromMarket(market({ last: null, lastTime: null }), undefined)
  assert.equal(rowAfter(silent, trade('1', 99, { backlog: true })).last, '1')
})

test('the change follows the last price once the start of the window is known', () => {
  const start = rowFromMarket(market(), undefined)
  assert.equal(rowAfter(start, trade('102', 11)).change, '1')
  const known = rowAfter(start, ticker('80', '100'))
  assert.equal(known.change, '25.00')
  assert.equal(rowAfter(known, trade('60', 11)).change, '-25.00')
})

test('a ticker does not replace a print, and what it does not say stays', () => {
  const row = rowAfter(rowFromMarket(market(), undefined), ticker(null, '7'))
  assert.deepEqual([row.last, row.high, row.volume], ['100', '110', '5'])
})

test('reading the list again does not set back what the stream has told since', () => {
  const live = rowAfter(rowFromMarket(market(), undefined), trade('123', 20))
  const again = rowFromMarket(market({ spark: ['1', '2'] }), live)
  assert.equal(again.last, '123')
  assert.deepEqual(again.spark, ['1', '2'])
  assert.equal(rowFromMarket(market({ last: '130', lastTime: 21 }), live).last, '130')
})

test('a thousand prints reach the page as one row a frame, and wake only who watches that row', () => {
  const frames: (() => void)[] = []
  const store = new MarketStore(new Coalescer((run) => frames.push(run)))
  store.replace([market(), market({ instrument: 'ETH-USDT' })])
  let woken = 0
  let others = 0
  store.rows.subscribe('binance/BTC-USDT', () => woken++)
  store.rows.subscribe('binance/ETH-USDT', () => others++)
  for (let index = 1; index <= 1_000; index++) store.apply(trade(String(100 + index), 10 + index))
  assert.equal(woken, 0)
  for (const run of frames.splice(0)) run()
  assert.deepEqual([woken, others], [1, 0])
  assert.equal(store.rows.get('binance/BTC-USDT')?.last, '1100')
  store.apply(trade('1', 5_000, { instrument: 'NEW-USDT' }))
  assert.equal(store.unknownMarkets.get(), 1)
})

test('filters and order', () => {
  const rows: MarketRow[] = [
    rowFromMarket(market({ venue: 'kraken', instrument: 'BTC-USD', quote: 'USD', quoteVolume24h: '20' }), undefined),
    rowFromMarket(market({ quoteVolume24h: '100' }), undefined),
    rowFromMarket(market({ instrument: 'ETH-USDT', base: 'ETH', quoteVolume24h: null, volume24h: null }), undefined),
    // Only the base asset is counted: ranked by its worth at the last price, which is 50.
    rowFromMarket(market({ venue: 'coinbase', quoteVolume24h: null, volume24h: '0.5' }), undefined),
  ]
  const order = (changes: Partial<typeof DEFAULT_VIEW>) =>
    orderMarkets(rows, { ...DEFAULT_VIEW, ...changes }, () => null)
  assert.deepEqual(order({}), ['binance/BTC-USDT', 'coinbase/BTC-USDT', 'kraken/BTC-USD', 'binance/ETH-USDT'])
  assert.deepEqual(order({ descending: false }).at(-1), 'binance/ETH-USDT')
  assert.deepEqual(order({ search: 'KRAKEN btc' }), ['kraken/BTC-USD'])
  assert.deepEqual(order({ base: 'ETH' }), ['binance/ETH-USDT'])
  assert.deepEqual(order({ venue: 'binance', sort: 'instrument', descending: false }), [
    'binance/BTC-USDT',
    'binance/ETH-USDT',
  ])
})
