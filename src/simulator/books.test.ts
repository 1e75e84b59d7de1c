import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Simulator, startSimulator } from './index.ts'
import {
  BinanceFollower,
  CoinbaseFollower,
  crc32,
  type FollowedBook,
  KrakenFollower,
  Listener,
  sorted,
} from './testing/followers.ts'

const BUSY = { seed: 11, instruments: 2, rate: 4_000, historyTrades: 50, bookLevels: 60 } as const

async function running(work: (simulator: Simulator) => Promise<void>): Promise<void> {
  const simulator = await startSimulator(BUSY)
  try {
    await work(simulator)
  } finally {
    await simulator.stop()
  }
}

function endpoints(simulator: Simulator, venue: 'binance' | 'coinbase' | 'kraken'): { rest: string; ws: string } {
  const found = simulator.endpoints[venue]
  assert.ok(found)
  return found
}

function assertEqualBooks(
  simulator: Simulator,
  venue: string,
  symbol: string,
  book: FollowedBook,
  depth?: number,
): void {
  const truth = simulator.control.ledger.books({ venue, instrument: symbol })[0]
  assert.ok(truth)
  assert.ok(truth.bids.length > 10 && truth.asks.length > 10)
  assert.deepEqual(
    sorted(book.bids, 'bid'),
    truth.bids.slice(0, depth).map((level) => [...level]),
  )
  assert.deepEqual(
    sorted(book.asks, 'ask'),
    truth.asks.slice(0, depth).map((level) => [...level]),
  )
}

test('binance: snapshot and diffs give the book of the ledger', async () => {
  await running(async (simulator) => {
    const { rest, ws } = endpoints(simulator, 'binance')
    const listener = await new Listener(`${ws}/stream?streams=btcusdt@depth@100ms`).open()
    await listener.until(() => listener.texts.length >= 2, 'two diffs')
    const snapshot = await (await fetch(`${rest}/api/v3/depth?symbol=BTCUSDT&limit=5000`)).json()
    await listener.until(() => listener.texts.length >= 10, 'ten diffs')
    await simulator.control.quiesce()
    const last = (await (await fetch(`${rest}/api/v3/depth?symbol=BTCUSDT&limit=1`)).json()) as { lastUpdateId: number }
    await listener.until(() => JSON.parse(listener.texts.at(-1) ?? '').data.u === last.lastUpdateId, 'the last diff')
    const follower = new BinanceFollower()
    follower.snapshot(snapshot as Parameters<BinanceFollower['snapshot']>[0])
    for (const text of listener.texts) follower.diff(JSON.parse(text).data)
    assert.equal(follower.breaks, 0)
    assert.ok(follower.applied >= 5)
    assertEqualBooks(simulator, 'binance', 'BTCUSDT', follower.book)
    listener.close()
  })
})

test('coinbase: snapshot and l2updates give the book of the ledger', async () => {
  await running(async (simulator) => {
    const listener = await new Listener(endpoints(simulator, 'coinbase').ws).open()
    listener.send({ type: 'subscribe', product_ids: ['ETH-USD'], channels: ['level2_batch'] })
    await listener.until(() => listener.texts.length >= 15, 'updates')
    await simulator.control.quiesce()
    await listener.asked({ type: 'subscribe', product_ids: ['ETH-USD'], channels: ['level2_batch'] }, '"subscriptions"')
    const follower = new CoinbaseFollower()
    for (const text of listener.texts) follower.message(JSON.parse(text))
    assert.ok(follower.applied >= 10)
    assertEqualBooks(simulator, 'coinbase', 'ETH-USD', follower.book)
    listener.close()
  })
})

for (const depth of [10, 25, 100]) {
  test(`kraken: a book of depth ${depth} is that of the ledger and every checksum is right`, async () => {
    await running(async (simulator) => {
      const listener = await new Listener(endpoints(simulator, 'kraken').ws).open()
      listener.send({ method: 'subscribe', params: { channel: 'book', symbol: ['BTC/USD'], depth } })
      const books = () => listener.texts.filter((text) => text.startsWith('{"channel":"book"'))
      await listener.until(() => books().length >= 400, 'updates')
      await simulator.control.quiesce()
      await listener.asked({ method: 'ping' }, '"pong"')
      const follower = new KrakenFollower(depth)
      for (const text of books()) follower.message(text)
      assert.equal(follower.checksumsFailed, 0)
      assert.ok(follower.checksumsVerified >= 400)
      if (depth < 60) assert.ok(follower.truncated > 0, 'the depth was exercised')
      assertEqualBooks(simulator, 'kraken', 'BTC/USD', follower.book, depth)
      listener.close()
    })
  })
}

test('the checksum of the follower is that of the worked example in the exchange documentation', () => {
  const asks =
    '45285210000045286415457195345286615457110945289615456091145290215890660452918154553491452947445474945296135380000452975994554245299518772827'
  const bids =
    '452835100000004528341545820154528211000000045281010000000452803154592586452790799000045277633101034527753000000045277315460273745276615445238'
  assert.equal(crc32(asks + bids), 3_310_070_434)
})
