import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endpoints, get, listening, running } from '../testing/running.ts'

const USDM = { venues: ['binance-usdm'], rate: 2_000 } as const

interface Diff {
  readonly U: number
  readonly u: number
  readonly pu: number
}

test('USD-M: each diff names the one before it, and update ids of a symbol do not follow one another', async () => {
  await running(USDM, async (simulator) => {
    const { rest, ws } = endpoints(simulator, 'binance-usdm')
    const listener = await listening(`${ws}/public/stream?streams=btcusdt@depth@100ms`, [])
    await listener.until(() => listener.texts.length >= 8, 'eight diffs')
    const diffs = listener.texts.map((text) => JSON.parse(text).data as Diff)
    for (const [index, { U, u, pu }] of diffs.entries()) {
      assert.ok(pu + 1 < U && U <= u, 'there are ids of other symbols between')
      if (index > 0) assert.equal(pu, diffs[index - 1]?.u)
    }
    const book = await get<{ lastUpdateId: number; E: number; T: number }>(`${rest}/fapi/v1/depth?symbol=BTCUSDT`)
    assert.ok(book.body.lastUpdateId >= (diffs.at(-1)?.u ?? 0))
    assert.ok(book.body.E > 0 && book.body.T > 0)
    listener.close()
  })
})

test('USD-M: a stream on the wrong path is acknowledged and never comes', async () => {
  await running(USDM, async (simulator) => {
    const { ws } = endpoints(simulator, 'binance-usdm')
    const ask = { method: 'SUBSCRIBE', params: ['btcusdt@aggTrade', 'btcusdt@bookTicker'], id: 1 }
    const listener = await listening(`${ws}/public/stream`, [ask], '{"result":null,"id":1}')
    await listener.until(() => listener.texts.length > 40, 'quotes')
    assert.ok(listener.texts.every((text) => !text.includes('aggTrade"')))
    listener.close()
  })
})

test('USD-M: trades of the past by number are aggregates, single ones want a key', async () => {
  await running(USDM, async (simulator) => {
    const { rest } = endpoints(simulator, 'binance-usdm')
    const truth = [...simulator.control.ledger.trades({ instrument: 'BTCUSDT', history: true })]
    const first = Number(truth[0]?.id)
    const page = await get<{ a: number; f: number; p: string }[]>(
      `${rest}/fapi/v1/aggTrades?symbol=BTCUSDT&fromId=${first}&limit=5`,
    )
    assert.deepEqual(
      page.body.map(({ a }) => a),
      [0, 1, 2, 3, 4].map((step) => first + step),
    )
    assert.notEqual(page.body[0]?.f, first)
    assert.equal(page.headers.get('x-mbx-used-weight-1m'), '20')
    assert.equal((await get(`${rest}/fapi/v1/historicalTrades?symbol=BTCUSDT`)).status, 401)
  })
})

test('USD-M: marks with funding, the minute so far, and the end of a contract are told', async () => {
  await running(USDM, async (simulator) => {
    const { rest, ws } = endpoints(simulator, 'binance-usdm')
    const ask = { method: 'SUBSCRIBE', params: ['btcusdt@markPrice@1s', 'btcusdt@kline_1m', '!contractInfo'], id: 1 }
    const listener = await listening(`${ws}/market/stream`, [ask], '"markPriceUpdate"')
    const mark = listener.texts.map((text) => JSON.parse(text).data).find((data) => data?.e === 'markPriceUpdate')
    assert.equal(mark.r, '0.00010000')
    assert.equal(mark.T % (8 * 3_600_000), 0)
    const isCandle = (text: string): boolean => text.includes('"e":"kline"') && !text.includes('"L":-1')
    await listener.until(() => listener.texts.some(isCandle), 'a candle')
    const { k } = JSON.parse(listener.texts.find(isCandle) ?? '').data
    const traded = [...simulator.control.ledger.trades({ instrument: 'BTCUSDT', history: true })]
    // Candles name single trades, whose ids are others than those of aggregates.
    const firstAggregate = Number(traded[0]?.id)
    const single = await get<{ f: number }[]>(
      `${rest}/fapi/v1/aggTrades?symbol=BTCUSDT&fromId=${firstAggregate}&limit=1`,
    )
    const aggregate = k.L - (single.body[0]?.f ?? 0) + firstAggregate
    assert.equal(k.c, traded.find(({ id }) => id === String(aggregate))?.price)
    assert.equal(k.n, k.L - k.f + 1)
    const rows = await get<[number, string][]>(`${rest}/fapi/v1/klines?symbol=BTCUSDT&interval=1m&limit=2`)
    assert.equal(rows.body.find(([start]) => start === k.t)?.[1], k.o)
    simulator.control.addFault({ kind: 'delist', assets: ['BTC'] })
    await listener.until(() => listener.texts.some((text) => text.includes('"cs":"SETTLING"')), 'the end')
    listener.close()
  })
})

test('COIN-M: contracts of an amount of dollars, which symbols and pairs name', async () => {
  await running({ venues: ['binance-coinm'] }, async (simulator) => {
    const { rest, ws } = endpoints(simulator, 'binance-coinm')
    const info = await get<{ symbols: Record<string, unknown>[] }>(`${rest}/dapi/v1/exchangeInfo`)
    assert.partialDeepStrictEqual(info.body.symbols[0], {
      symbol: 'BTCUSD_PERP',
      pair: 'BTCUSD',
      contractStatus: 'TRADING',
      contractSize: 100,
      marginAsset: 'BTC',
    })
    const listener = await listening(`${ws}/stream?streams=btcusd_perp@bookTicker`, [], '"ps":"BTCUSD"')
    assert.match(JSON.parse(listener.texts[0] ?? '').data.B, /^\d+$/)
    listener.close()
  })
})
