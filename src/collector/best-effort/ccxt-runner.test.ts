import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Channel, MarketEvent, VenueId } from '../../market/index.ts'
import { createLogger } from '../../platform/index.ts'
import { createMetrics } from '../../platform/serving.ts'
import { CollectorMetrics } from '../collector-metrics.ts'
import type { CcxtExchange } from './ccxt-library.ts'
import { loadCcxtExchange } from './ccxt-library.ts'
import { CcxtRunner } from './ccxt-runner.ts'

const VENUE = 'ccxt:toy' as VenueId
const MARKETS = {
  'BTC/USDT': { id: 'BTCUSDT', symbol: 'BTC/USDT', base: 'BTC', quote: 'USDT', type: 'spot', active: true },
  'BTC/USDT:USDT': {
    id: 'BTCUSDT',
    symbol: 'BTC/USDT:USDT',
    base: 'BTC',
    quote: 'USDT',
    settle: 'USDT',
    type: 'swap',
    swap: true,
    contractSize: '0.001',
  },
}

class Toy implements CcxtExchange {
  readonly has: Record<string, boolean>
  closed = false
  readonly #trades: { id: string; price: string; amount: string; side: string; timestamp: number }[][]
  failures = 0

  constructor(has: Record<string, boolean>, trades: Toy['trades']) {
    this.has = has
    this.#trades = [...trades]
  }

  get trades() {
    return this.#trades
  }

  async loadMarkets() {
    if (this.failures-- > 0) throw new Error('the exchange is away')
    return MARKETS
  }

  async watchTrades() {
    const next = this.#trades.shift()
    if (next !== undefined) return next
    return await new Promise<never>(() => undefined)
  }

  async fetchTrades() {
    return this.#trades.shift() ?? []
  }

  async watchOrderBook() {
    return { bids: [[99, 1] as const, [1e-7, 2] as const], asks: [['100.10', '0.5'] as const], timestamp: 5, nonce: 7 }
  }

  fetchOrderBook = this.watchOrderBook
  async watchTicker() {
    return { last: '100.10', timestamp: 5 }
  }

  fetchTicker = this.watchTicker
  async close() {
    this.closed = true
  }
}

const print = (id: number) => ({
  id: `${id}`,
  price: '100.10',
  amount: '0.50',
  side: 'buy',
  timestamp: 1_700_000_000_000,
})

async function run(
  toy: Toy,
  until: (events: readonly MarketEvent[]) => boolean,
  channels: readonly Channel[] = ['trade', 'book', 'ticker'],
) {
  const events: MarketEvent[] = []
  const happened = new EventTarget()
  const writer = {
    event: (_key: string, event: MarketEvent) => {
      events.push(event)
      happened.dispatchEvent(new Event('event'))
    },
  }
  const runner = new CcxtRunner({
    venue: VENUE,
    config: { enabled: true, instruments: ['BTC-*'], top: 0, channels: [...channels], endpoints: {} },
    writer,
    metrics: new CollectorMetrics(createMetrics('collector')),
    logger: createLogger({ role: 'collector', level: 'silent', format: 'json' }),
    load: async () => toy,
    pollMilliseconds: { trade: 5, book: 5, ticker: 5 },
  })
  runner.start()
  await new Promise<void>((resolve) => {
    const look = () => {
      if (until(events)) resolve()
    }
    happened.addEventListener('event', look)
    look()
  })
  const { feedCounts, watched } = runner
  await runner.stop()
  return { events, feedCounts, watched, state: runner.state }
}

const of = <Kind extends MarketEvent['messageType']>(events: readonly MarketEvent[], kind: Kind) =>
  events.filter((event): event is Extract<MarketEvent, { messageType: Kind }> => event.messageType === kind)

test('streams of ccxt become events, exact where ccxt is, each trade once, and nothing is called synchronised', async () => {
  const toy = new Toy({ watchTrades: true, watchOrderBook: true, watchTicker: true }, [
    [print(1), print(2)],
    [print(2), print(3)],
    [print(4)],
  ])
  const { events, feedCounts, watched, state } = await run(
    toy,
    (all) => of(all, 'trade').length >= 4 && of(all, 'book').length >= 2 && of(all, 'ticker').length >= 2,
  )
  assert.deepEqual([...new Set(of(events, 'trade').map(({ id }) => id))].sort(), ['1', '2', '3', '4'])
  assert.equal(of(events, 'trade')[0]?.price, '100.1')
  const [book] = of(events, 'book')
  assert.deepEqual(book?.bids, [
    ['99', '1'],
    ['0.0000001', '2'],
  ])
  assert.ok(of(events, 'feed-state').every((one) => one.state === 'unknown' && /best effort/.test(one.reason)))
  assert.deepEqual(Object.keys(feedCounts), ['unknown'])
  assert.deepEqual([...new Set(watched.map(({ instrument }) => instrument))].sort(), ['BTC-USDT', 'BTC-USDT-PERP'])
  assert.ok(toy.closed)
  assert.equal(state, 'stopped')
})

test('what an exchange does not stream is asked for; one that is away is tried again', async () => {
  const toy = new Toy({}, [[print(1)], [print(1), print(2)], [print(3)]])
  toy.failures = 1
  const { events } = await run(toy, (all) => of(all, 'trade').some(({ id }) => id === '3'), ['trade'])
  assert.deepEqual([...new Set(of(events, 'trade').map(({ id }) => id))].sort(), ['1', '2', '3'])
  assert.ok(of(events, 'venue-state').some((one) => one.state === 'unreachable' && /is away/.test(one.reason)))
})

test('without the package it says what to install', async () => {
  await assert.rejects(loadCcxtExchange('nonesuch'), (error: { code?: string; message?: string }) =>
    // Where the package is installed beside, it is the exchange that is not known.
    error.code === 'COLLECTOR_CCXT_MISSING'
      ? /npm install ccxt/.test(error.message ?? '')
      : error.code === 'COLLECTOR_VENUE_UNKNOWN',
  )
})
