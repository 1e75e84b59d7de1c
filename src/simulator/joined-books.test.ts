import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import type { SimulatedVenue, Simulator } from './index.ts'
import { canonical, sorted } from './testing/followers.ts'
import { endpoints, listening, running } from './testing/running.ts'

/** A book that is followed by the rules of a venue's documentation, from the numbers on the wire. */
class FollowedBook {
  readonly bids = new Map<string, string>()
  readonly asks = new Map<string, string>()

  set(side: 'bids' | 'asks', price: string | number, amount: string | number): void {
    const levels = this[side]
    if (Number(amount) === 0) levels.delete(plain(price))
    else levels.set(plain(price), plain(amount))
  }

  best(side: 'bids' | 'asks'): [string, string][] {
    return sorted(this[side], side === 'bids' ? 'bid' : 'ask')
  }
}

/** The market stands still, and what was sent has come. */
async function quiet(simulator: Simulator): Promise<void> {
  await simulator.control.quiesce()
  await delay(100)
}

/** A canonical decimal; small numbers may have been written with an exponent. */
function plain(value: string | number): string {
  return canonical(typeof value === 'number' ? value.toFixed(10) : value)
}

function assertTrue(simulator: Simulator, venue: SimulatedVenue, followed: FollowedBook): void {
  const truth = simulator.control.ledger.books({ venue }).find(({ instrument }) => instrument.startsWith('BTC-'))
  assert.ok(truth !== undefined)
  assert.deepEqual(followed.best('bids'), truth.bids)
  assert.deepEqual(followed.best('asks'), truth.asks)
}

test('bitfinex: every message has the next number, every checksum is that of the book, and a spoilt one is not', async () => {
  await running({ venues: ['bitfinex'], rate: 500, bookLevels: 40 }, async (simulator) => {
    const { ws } = endpoints(simulator, 'bitfinex')
    const book = { event: 'subscribe', channel: 'book', symbol: 'tBTCUSD', prec: 'P0', freq: 'F0', len: '250' }
    const trades = { event: 'subscribe', channel: 'trades', symbol: 'tBTCUSD' }
    const listener = await listening(ws, [{ event: 'conf', flags: 229_376 }, book, trades], '"te"')
    await listener.until(() => listener.texts.filter((text) => text.includes('"cs"')).length > 30, 'checksums')
    await quiet(simulator)
    const frames = (): unknown[][] => listener.texts.map((text) => JSON.parse(text)).filter((one) => Array.isArray(one))
    const spoilt = follow(frames())
    assert.equal(spoilt.wrong, 0)
    assertTrue(simulator, 'bitfinex', spoilt.book)
    simulator.control.addFault({ kind: 'corrupt-checksum', venue: 'bitfinex', count: 1 })
    simulator.control.resume()
    const injected = () => simulator.control.ledger.faults().length === 1
    await listener.until(injected, 'a spoilt checksum')
    await quiet(simulator)
    await listener.until(() => follow(frames()).wrong === 1, 'it came')
  })

  function follow(frames: readonly unknown[][]): { book: FollowedBook; wrong: number } {
    const book = new FollowedBook()
    const bookId = frames.find((frame) => Array.isArray(frame[1]) && Array.isArray(frame[1][0]))?.[0]
    let wrong = 0
    frames.forEach((frame, index) => {
      const [id, payload] = frame
      assert.equal(frame.at(-2), index + 1, 'the number of a message')
      if (id !== bookId) return
      if (payload === 'cs') {
        if (frame[2] !== checksumOf(book)) wrong++
      } else if (Array.isArray(payload)) {
        for (const level of Array.isArray(payload[0]) ? payload : [payload]) {
          const [price, count, amount] = level
          book.set(amount > 0 ? 'bids' : 'asks', price, count === 0 ? 0 : Math.abs(amount))
        }
      }
    })
    return { book, wrong }
  }

  function checksumOf(book: FollowedBook): number {
    const parts: (string | number)[] = []
    const bids = book.best('bids')
    const asks = book.best('asks')
    for (let rank = 0; rank < 25; rank++) {
      const [bid, ask] = [bids[rank], asks[rank]]
      if (bid !== undefined) parts.push(Number(bid[0]), Number(bid[1]))
      if (ask !== undefined) parts.push(Number(ask[0]), -Number(ask[1]))
    }
    return crc32(parts.join(':')) | 0
  }
})

test('gateio: the book begins whole, and every change begins where the last one ended', async () => {
  await running({ venues: ['gateio'], rate: 500, bookLevels: 40 }, async (simulator) => {
    const { ws } = endpoints(simulator, 'gateio')
    const request = { time: 1, id: 7, channel: 'spot.obu', event: 'subscribe', payload: ['ob.BTC_USDT.400'] }
    const listener = await listening(`${ws}/v4/`, [request, request], 'Alert sub ob.BTC_USDT.400')
    const results = () => listener.texts.map((text) => JSON.parse(text)).filter((one) => one.event === 'update')
    await listener.until(() => results().length > 5, 'changes')
    await quiet(simulator)
    const book = new FollowedBook()
    let last = 0
    results().forEach(({ result }, index) => {
      assert.equal(result.full === true, index === 0)
      if (index > 0) assert.equal(result.U, last + 1)
      last = result.u
      for (const [price, amount] of result.b ?? []) book.set('bids', price, amount)
      for (const [price, amount] of result.a ?? []) book.set('asks', price, amount)
    })
    assertTrue(simulator, 'gateio', book)
  })
})

test('coinbase-advanced: one sequence over books, trades and heartbeats, and the side is the maker’s', async () => {
  await running({ venues: ['coinbase-advanced'], rate: 500, bookLevels: 40 }, async (simulator) => {
    const { ws } = endpoints(simulator, 'coinbase-advanced')
    const products = { type: 'subscribe', product_ids: ['BTC-USD'] }
    const requests = [
      { type: 'subscribe', channel: 'heartbeats' },
      { ...products, channel: 'level2' },
      { ...products, channel: 'market_trades' },
    ]
    const listener = await listening(ws, requests, 'heartbeat_counter')
    const messages = () => listener.texts.map((text) => JSON.parse(text))
    const updates = () => listener.texts.filter((text) => text.includes('"trades"') && text.includes('"update"'))
    await listener.until(() => updates().length > 5, 'trades')
    await quiet(simulator)
    const book = new FollowedBook()
    const sides = new Map<string, string>()
    messages().forEach(({ sequence_num, events }, index) => {
      assert.equal(sequence_num, index)
      for (const { updates = [], trades = [] } of events) {
        for (const { side, price_level, new_quantity } of updates) {
          book.set(side === 'bid' ? 'bids' : 'asks', price_level, new_quantity)
        }
        for (const { trade_id, side } of trades) sides.set(trade_id, side)
      }
    })
    assertTrue(simulator, 'coinbase-advanced', book)
    const truth = [...simulator.control.ledger.trades({ venue: 'coinbase-advanced', instrument: 'BTC-USD' })]
    const seen = truth.filter(({ id }) => sides.has(id))
    assert.ok(seen.length > 5)
    for (const { id, side } of seen) assert.equal(sides.get(id), side === 'buy' ? 'SELL' : 'BUY')
  })
})
