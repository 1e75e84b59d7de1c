import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LedgerTrade, Simulator } from './index.ts'
import { canonical, parseNumbersAsText } from './testing/followers.ts'
import { endpoints, get, listening, running } from './testing/running.ts'

function truth(simulator: Simulator, venue: string, instrument: string, history = false): LedgerTrade[] {
  return [...simulator.control.ledger.trades({ venue, instrument, history })]
}

test('binance: exchangeInfo, time, ping, 24 h tickers and depth have the documented shapes', async () => {
  await running({}, async (simulator) => {
    const { rest } = endpoints(simulator, 'binance')
    const info = await get<{ symbols: { symbol: string; status: string; filters: { filterType: string }[] }[] }>(
      `${rest}/api/v3/exchangeInfo`,
    )
    assert.deepEqual(
      info.body.symbols.map((one) => [one.symbol, one.status]),
      [
        ['BTCUSDT', 'TRADING'],
        ['ETHUSDT', 'TRADING'],
      ],
    )
    assert.equal(info.headers.get('x-mbx-used-weight-1m'), '20')
    assert.ok(info.body.symbols[0]?.filters.some((one) => one.filterType === 'PRICE_FILTER'))
    assert.deepEqual((await get(`${rest}/api/v3/ping`)).body, {})
    const time = (await get<{ serverTime: number }>(`${rest}/api/v3/time`)).body.serverTime
    assert.ok(Math.abs(time - Date.now()) < 60_000)
    const tickers = (await get<{ symbol: string; lastPrice: string }[]>(`${rest}/api/v3/ticker/24hr`)).body
    assert.match(tickers[0]?.lastPrice ?? '', /^\d+\.\d{8}$/)
    const depth = (
      await get<{ lastUpdateId: number; bids: [string, string][] }>(`${rest}/api/v3/depth?symbol=BTCUSDT&limit=5`)
    ).body
    assert.equal(depth.bids.length, 5)
    assert.deepEqual((await get(`${rest}/api/v3/depth?symbol=NOPE`)).body, { code: -1121, msg: 'Invalid symbol.' })
    assert.equal((await get(`${rest}/api/v3/depth?symbol=BTCUSDT&limit=x`)).status, 400)
  })
})

test('binance: historicalTrades pages through all trades by fromId, decimals equal to the ledger', async () => {
  await running({ historyTrades: 2_500, maximumEvents: 300 }, async (simulator) => {
    await simulator.control.untilQuiet()
    const { rest } = endpoints(simulator, 'binance')
    const expected = truth(simulator, 'binance', 'BTC-USDT', true)
    const got: LedgerTrade[] = []
    let from = Number(expected[0]?.id)
    for (;;) {
      const page = await get<{ id: number; price: string; qty: string; time: number; isBuyerMaker: boolean }[]>(
        `${rest}/api/v3/historicalTrades?symbol=BTCUSDT&limit=1000&fromId=${from}`,
      )
      if (page.body.length === 0) break
      for (const row of page.body) {
        got.push({
          ...(expected[got.length] as LedgerTrade),
          id: String(row.id),
          price: canonical(row.price),
          amount: canonical(row.qty),
          side: row.isBuyerMaker ? 'sell' : 'buy',
          exchangeTime: row.time * 1_000,
        })
      }
      from = (page.body.at(-1)?.id ?? 0) + 1
    }
    assert.ok(expected.length > 2_500)
    assert.deepEqual(got, expected)
  })
})

test('binance: streams are acknowledged, listed and ended; trades on the wire are those of the ledger', async () => {
  await running({}, async (simulator) => {
    const { ws } = endpoints(simulator, 'binance')
    const listener = await listening(
      `${ws}/stream`,
      [{ method: 'SUBSCRIBE', params: ['btcusdt@trade', 'btcusdt@bookTicker', 'nope@trade'], id: 7 }],
      '{"result":null,"id":7}',
    )
    listener.send({ method: 'LIST_SUBSCRIPTIONS', id: 'x' })
    await listener.until(() => listener.texts.some((text) => text.includes('nope@trade')), 'the list')
    const trades = () => listener.texts.filter((text) => text.includes('"e":"trade"'))
    await listener.until(() => trades().length > 30, 'trades')
    listener.send({ method: 'UNSUBSCRIBE', params: ['btcusdt@trade'], id: 8 })
    await listener.until(() => listener.texts.some((text) => text === '{"result":null,"id":8}'), 'the end')
    const count = trades().length
    await listener.until(() => listener.texts.at(-1)?.includes('@bookTicker') ?? false, 'a quote')
    assert.equal(trades().length, count)
    const ledger = new Map(truth(simulator, 'binance', 'BTCUSDT').map((trade) => [trade.id, trade]))
    let previous = 0
    for (const text of trades()) {
      const { data } = JSON.parse(text) as { data: { t: number; p: string; q: string; T: number; m: boolean } }
      if (previous > 0) assert.equal(data.t, previous + 1)
      previous = data.t
      const fact = ledger.get(String(data.t))
      assert.deepEqual(
        [canonical(data.p), canonical(data.q), data.m ? 'sell' : 'buy', data.T * 1_000],
        [fact?.price, fact?.amount, fact?.side, fact?.exchangeTime],
      )
    }
    listener.send('{')
    await listener.until(() => listener.texts.some((text) => text.includes('Invalid JSON')), 'the refusal')
    listener.close()
  })
})

test('binance: more than five messages a second, and a connection that is too old, are cut', async () => {
  await running({ binanceConnectionAgeMilliseconds: 400 }, async (simulator) => {
    const { ws } = endpoints(simulator, 'binance')
    const hasty = await listening(
      `${ws}/ws`,
      Array.from({ length: 7 }, () => ({ method: 'LIST_SUBSCRIPTIONS', id: 1 })),
    )
    await hasty.until(() => hasty.closeCode !== undefined, 'the cut')
    assert.equal(hasty.closeCode, 1008)
    const old = await listening(`${ws}/ws/btcusdt@trade`, [])
    await old.until(() => old.closeCode !== undefined, 'the age')
    assert.equal(old.closeCode, 1001)
  })
})

test('binance: beyond 6,000 of weight a minute comes 429 with Retry-After, then 418', async () => {
  await running({ rate: 100 }, async (simulator) => {
    const { rest } = endpoints(simulator, 'binance')
    const statuses = new Set<number>()
    let retry: string | null = null
    for (let request = 0; request < 60 && !statuses.has(418); request++) {
      const answer = await get(`${rest}/api/v3/depth?symbol=BTCUSDT&limit=5000`)
      statuses.add(answer.status)
      if (answer.status === 429) retry = answer.headers.get('retry-after')
    }
    assert.deepEqual([...statuses], [200, 429, 418])
    assert.match(retry ?? '', /^\d+$/)
  })
})

test('coinbase: products, stats and volumes; trades page backwards by CB-AFTER and forwards by before', async () => {
  await running({ historyTrades: 2_500, maximumEvents: 300 }, async (simulator) => {
    await simulator.control.untilQuiet()
    const { rest } = endpoints(simulator, 'coinbase')
    const products = (await get<{ id: string; status: string; quote_increment: string }[]>(`${rest}/products`)).body
    assert.deepEqual(
      products.map((one) => [one.id, one.status]),
      [
        ['BTC-USD', 'online'],
        ['ETH-USD', 'online'],
      ],
    )
    assert.match((await get<{ volume: string }>(`${rest}/products/BTC-USD/stats`)).body.volume, /^\d+\.\d+$/)
    assert.equal((await get<unknown[]>(`${rest}/products/volume-summary`)).body.length, 2)
    assert.equal((await get(`${rest}/products/NO-USD/trades`)).status, 404)
    const expected = truth(simulator, 'coinbase', 'BTC-USD', true)
    const ids: number[] = []
    let query = ''
    for (;;) {
      const page = await get<{ trade_id: number; side: string; price: string; size: string }[]>(
        `${rest}/products/BTC-USD/trades?limit=1000${query}`,
      )
      if (page.body.length === 0) break
      for (const row of page.body) {
        const fact = expected[expected.length - 1 - ids.length]
        // The side is the maker's.
        assert.deepEqual(
          [String(row.trade_id), canonical(row.price), canonical(row.size), row.side],
          [fact?.id, fact?.price, fact?.amount, fact?.side === 'buy' ? 'sell' : 'buy'],
        )
        ids.push(row.trade_id)
      }
      assert.equal(page.headers.get('cb-before'), String(page.body[0]?.trade_id))
      query = `&after=${page.headers.get('cb-after')}`
    }
    assert.equal(ids.length, expected.length)
    const before = ids[3] ?? 0
    const newer = await get<{ trade_id: number }[]>(`${rest}/products/BTC-USD/trades?before=${before}`)
    assert.deepEqual(
      newer.body.map((row) => row.trade_id),
      ids.slice(0, 3),
    )
    const book = (await get<{ bids: unknown[][]; sequence: number }>(`${rest}/products/BTC-USD/book?level=2`)).body
    assert.ok(book.bids.length > 50 && book.bids[0]?.length === 3)
  })
})

test('coinbase: subscriptions are acknowledged as a whole or refused as a whole; matches, tickers, heartbeats flow', async () => {
  await running({}, async (simulator) => {
    const { ws } = endpoints(simulator, 'coinbase')
    const listener = await listening(ws, [
      { type: 'subscribe', product_ids: ['BTC-USD', 'NO-USD'], channels: ['matches'] },
      {
        type: 'subscribe',
        product_ids: ['BTC-USD'],
        channels: ['matches', { name: 'heartbeat', product_ids: ['ETH-USD'] }],
      },
      { type: 'subscribe', product_ids: ['BTC-USD'], channels: ['ticker'] },
    ])
    await listener.until(() => listener.texts.some((text) => text.includes('"type":"heartbeat"')), 'a heartbeat')
    await listener.until(() => listener.texts.filter((text) => text.includes('"type":"match"')).length > 20, 'matches')
    const messages = listener.texts.map((text) => JSON.parse(text))
    assert.deepEqual(messages[0], {
      type: 'error',
      message: 'Failed to subscribe',
      reason: 'NO-USD is not a valid product',
    })
    assert.deepEqual(messages[1], {
      type: 'subscriptions',
      channels: [
        { name: 'matches', product_ids: ['BTC-USD'] },
        { name: 'heartbeat', product_ids: ['ETH-USD'] },
      ],
    })
    assert.equal(messages[2].type, 'last_match')
    const ledger = new Map(truth(simulator, 'coinbase', 'BTC-USD').map((trade) => [trade.id, trade]))
    let sequence = 0
    let id = messages[2].trade_id as number
    for (const match of messages.filter((one) => one.type === 'match')) {
      assert.equal(match.trade_id, ++id)
      assert.ok(match.sequence > sequence)
      sequence = match.sequence
      const fact = ledger.get(String(match.trade_id))
      assert.deepEqual(
        [match.price, match.size, match.side],
        [fact?.price, fact?.amount, fact?.side === 'buy' ? 'sell' : 'buy'],
      )
      assert.match(match.maker_order_id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)
    }
    const ticker = messages.findLast((one) => one.type === 'ticker')
    assert.ok(Number(ticker.best_bid) < Number(ticker.best_ask))
    listener.close()
  })
})

test('kraken: pairs, times, tickers; Trades pages by since without losing fills of one order', async () => {
  await running({ historyTrades: 2_500, maximumEvents: 2_000 }, async (simulator) => {
    await simulator.control.untilQuiet()
    const { rest } = endpoints(simulator, 'kraken')
    const pairs = await get<{
      error: string[]
      result: Record<string, { wsname: string; altname: string; pair_decimals: number }>
    }>(`${rest}/0/public/AssetPairs`)
    assert.deepEqual(Object.keys(pairs.body.result), ['XXBTZUSD', 'XETHZUSD'])
    assert.deepEqual([pairs.body.result.XXBTZUSD?.wsname, pairs.body.result.XXBTZUSD?.altname], ['XBT/USD', 'XBTUSD'])
    assert.deepEqual((await get<{ error: string[] }>(`${rest}/0/public/Depth?pair=NOPE`)).body.error, [
      'EQuery:Unknown asset pair',
    ])
    const expected = truth(simulator, 'kraken', 'BTC-USD', true)
    assert.ok(expected.some((trade, index) => trade.exchangeTime === expected[index - 1]?.exchangeTime))
    const got: unknown[] = []
    let since = `${(expected[0]?.exchangeTime ?? 1) - 1}000`
    for (;;) {
      const text = await (await fetch(`${rest}/0/public/Trades?pair=XBTUSD&count=333&since=${since}`)).text()
      const { result } = parseNumbersAsText(text) as { result: { XXBTZUSD: string[][]; last: string } }
      if (result.XXBTZUSD.length === 0) break
      for (const [price = '', amount = '', time = '', side, , , id] of result.XXBTZUSD) {
        got.push([
          id,
          canonical(price),
          canonical(amount),
          side === 'b' ? 'buy' : 'sell',
          Number(time.replace('.', '')),
        ])
      }
      since = result.last
    }
    assert.deepEqual(
      got,
      expected.map(({ id, price, amount, side, exchangeTime }) => [id, price, amount, side, exchangeTime]),
    )
  })
})

test('kraken: subscriptions are acknowledged one by one, snapshots come first, heartbeats fill silence', async () => {
  await running({}, async (simulator) => {
    const { ws } = endpoints(simulator, 'kraken')
    const listener = await listening(ws, [
      { method: 'subscribe', params: { channel: 'trade', symbol: ['BTC/USD', 'NO/USD'], snapshot: true }, req_id: 5 },
      { method: 'subscribe', params: { channel: 'ticker', symbol: ['ETH/USD'], event_trigger: 'bbo' } },
      { method: 'ping', req_id: 9 },
    ])
    await listener.until(
      () => listener.texts.filter((text) => text.startsWith('{"channel":"trade","type":"update"')).length > 20,
      'trades',
    )
    const messages = listener.texts.map((text) => JSON.parse(text))
    assert.equal(messages[0].channel, 'status')
    assert.deepEqual(
      [messages[1].method, messages[1].success, messages[1].req_id, messages[1].result],
      ['subscribe', true, 5, { channel: 'trade', snapshot: true, symbol: 'BTC/USD' }],
    )
    assert.deepEqual([messages[2].channel, messages[2].type, messages[2].data.length], ['trade', 'snapshot', 50])
    assert.deepEqual([messages[3].success, messages[3].error], [false, 'Currency pair not supported NO/USD'])
    assert.ok(messages.some((one) => one.method === 'pong' && one.req_id === 9))
    assert.ok(messages.some((one) => one.channel === 'ticker' && one.type === 'snapshot'))
    const ids = messages
      .filter((one) => one.channel === 'trade')
      .flatMap((one) => one.data.map((trade: { trade_id: number }) => trade.trade_id))
    ids.forEach((id, index) => {
      if (index > 0) assert.equal(id, ids[index - 1] + 1)
    })
    await simulator.control.quiesce()
    await listener.until(() => listener.texts.includes('{"channel":"heartbeat"}'), 'a heartbeat')
    listener.close()
  })
})
