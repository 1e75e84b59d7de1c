import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SimulatedVenue } from './index.ts'
import { endpoints, listening, running } from './testing/running.ts'

const MINUTE = 60_000_000
/** Two seconds before a minute begins. */
const START = 29_000_000 * MINUTE - 2_000_000
const FULL = START + 2_000_000 - MINUTE

interface Told {
  readonly start: number
  readonly close: string
  readonly volume: string
  readonly isOver: boolean
}

interface CandleCase {
  readonly venue: SimulatedVenue
  readonly path: string
  readonly symbol: string
  readonly request: unknown
  /** What a message says of a minute; undefined if it is of something else. */
  read(message: never): Told | undefined
}

const gateRead = ({ event, result }: { event?: string; result?: unknown }): Told | undefined => {
  const [row] = event === 'update' ? [result].flat() : []
  const { t, c, a, v, w } = (row ?? {}) as { t: string; c: string; a?: string; v: string; w: boolean }
  return row === undefined ? undefined : { start: Number(t) * 1e6, close: c, volume: a ?? v, isOver: w }
}

const CASES: readonly CandleCase[] = [
  {
    venue: 'okx',
    path: '/ws/v5/business',
    symbol: 'BTC-USDT',
    request: { op: 'subscribe', args: [{ channel: 'candle1m', instId: 'BTC-USDT' }] },
    read: ({ data: [row] = [] }: { data?: string[][] }) =>
      row && { start: Number(row[0]) * 1e3, close: row[4] ?? '', volume: row[5] ?? '', isOver: row[8] === '1' },
  },
  {
    venue: 'gateio',
    path: '/',
    symbol: 'BTC_USDT',
    request: { time: 1, channel: 'spot.candlesticks', event: 'subscribe', payload: ['1m', 'BTC_USDT'] },
    read: gateRead,
  },
  {
    venue: 'gateio-futures',
    path: '/usdt',
    symbol: 'BTC_USDT',
    request: { time: 1, channel: 'futures.candlesticks', event: 'subscribe', payload: ['1m', 'BTC_USDT'] },
    read: gateRead,
  },
  {
    venue: 'bybit',
    path: '/v5/public/linear',
    symbol: 'BTCUSDT',
    request: { op: 'subscribe', args: ['kline.1.BTCUSDT'] },
    read: ({ data: [row] = [] }: { data?: { start: number; close: string; volume: string; confirm: boolean }[] }) =>
      row && { start: row.start * 1e3, close: row.close, volume: row.volume, isOver: row.confirm },
  },
]

for (const { venue, path, symbol, request, read } of CASES) {
  test(`${venue}: the candle of a minute that is over is said once more, complete and as over`, async () => {
    const options = { venues: [venue], rate: 500, startTime: START, historyTrades: 500, historySeconds: 600 }
    await running(options, async (simulator) => {
      const { ws } = endpoints(simulator, venue)
      const listener = await listening(`${ws}${path === '/' ? '' : path}`, [request])
      const told = () => listener.texts.flatMap((text) => read(JSON.parse(text) as never) ?? [])
      await listener.until(() => told().some(({ isOver }) => isOver), 'a minute that is over')
      await simulator.control.quiesce()
      const closed = told().filter(({ isOver }) => isOver)
      assert.deepEqual(
        closed.map(({ start }) => start),
        [FULL],
      )
      const trades = [...simulator.control.ledger.trades({ instrument: symbol, history: true })].filter(
        ({ exchangeTime }) => exchangeTime >= FULL && exchangeTime < FULL + MINUTE,
      )
      const volume = trades.reduce((sum, { amount }) => sum + Number(amount), 0)
      assert.equal(Number(closed[0]?.close), Number(trades.at(-1)?.price))
      assert.ok(Math.abs(Number(closed[0]?.volume) - volume) < 1e-6 * volume, `${closed[0]?.volume} is not ${volume}`)
      const index = told().findIndex(({ isOver }) => isOver)
      assert.ok(
        told().every(({ start }, at) => (start === FULL) === at <= index),
        'the next minute comes after it',
      )
      listener.close()
    })
  })
}
