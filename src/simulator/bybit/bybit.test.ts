import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FollowedBook, put, sorted } from '../testing/followers.ts'
import { endpoints, get, listening, running } from '../testing/running.ts'

const BYBIT = { venues: ['bybit'], rate: 2_000, bookLevels: 40 } as const

interface BookMessage {
  readonly topic: string
  readonly type: 'snapshot' | 'delta'
  readonly data: { readonly u: number; readonly b: [string, string][]; readonly a: [string, string][] }
}

test('a book begins with a snapshot, counts its messages, and ends as that of the ledger', async () => {
  await running(BYBIT, async (simulator) => {
    const { ws } = endpoints(simulator, 'bybit')
    const ask = { op: 'subscribe', req_id: 'x', args: ['orderbook.1000.BTCUSDT'] }
    const listener = await listening(`${ws}/v5/public/linear`, [ask], '"req_id":"x"')
    const messages = () => listener.texts.filter((text) => text.includes('"topic"')).map((text) => JSON.parse(text))
    await listener.until(() => messages().length >= 6, 'changes')
    await simulator.control.quiesce()
    await listener.asked({ op: 'ping', req_id: '9' }, '"pong"')
    const book: FollowedBook = { bids: new Map(), asks: new Map() }
    let last = 0
    for (const [index, { type, data }] of (messages() as BookMessage[]).entries()) {
      assert.equal(type, index === 0 ? 'snapshot' : 'delta')
      if (index > 0) assert.equal(data.u, last + 1)
      last = data.u
      for (const [price, size] of data.b) put(book.bids, price, size)
      for (const [price, size] of data.a) put(book.asks, price, size)
    }
    const truth = simulator.control.ledger.books({ instrument: 'BTCUSDT' })[0]
    assert.deepEqual(sorted(book.bids, 'bid'), truth?.bids)
    assert.deepEqual(sorted(book.asks, 'ask'), truth?.asks)
    listener.close()
  })
})

test('trades of the socket and of REST are those of the ledger, newest first there', async () => {
  await running(BYBIT, async (simulator) => {
    const { rest, ws } = endpoints(simulator, 'bybit')
    const ask = { op: 'subscribe', args: ['publicTrade.ETHUSDT'] }
    const listener = await listening(`${ws}/v5/public/linear`, [ask], '"publicTrade.ETHUSDT"')
    await listener.until(() => listener.texts.length > 10, 'trades')
    await simulator.control.quiesce()
    const truth = [...simulator.control.ledger.trades({ instrument: 'ETHUSDT', history: true })]
    const byId = new Map(truth.map((trade) => [trade.id, trade]))
    const live = listener.texts.flatMap((text) => JSON.parse(text).data ?? [])
    for (const { i, p, v, S, T } of live) {
      const trade = byId.get(i)
      assert.deepEqual(
        [p, v, S.toLowerCase(), T * 1_000],
        [trade?.price, trade?.amount, trade?.side, trade?.exchangeTime],
      )
    }
    const recent = await get<{ result: { list: { execId: string }[] } }>(
      `${rest}/v5/market/recent-trade?category=linear&symbol=ETHUSDT&limit=20`,
    )
    const newest = truth.slice(-20).reverse()
    assert.deepEqual(
      recent.body.result.list.map(({ execId }) => execId),
      newest.map(({ id }) => id),
    )
    listener.close()
  })
})

test('what does not exist is refused, on the socket by name and over REST by a code', async () => {
  await running(BYBIT, async (simulator) => {
    const { rest, ws } = endpoints(simulator, 'bybit')
    const ask = { op: 'subscribe', req_id: 'x', args: ['publicTrade.BTCUSDT', 'publicTrade.NOPE'] }
    const listener = await listening(`${ws}/v5/public/linear`, [ask], '"success":false')
    assert.partialDeepStrictEqual(JSON.parse(listener.texts[0] ?? ''), {
      ret_msg: 'Invalid topic: publicTrade.NOPE',
      req_id: 'x',
    })
    listener.close()
    const answer = await get<{ retCode: number }>(`${rest}/v5/market/recent-trade?category=linear&symbol=NOPE`)
    assert.equal(answer.body.retCode, 10_001)
    const spot = await get<{ result: { list: unknown[] } }>(`${rest}/v5/market/instruments-info?category=spot`)
    assert.deepEqual(spot.body.result.list, [])
  })
})
