import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FAULT_KINDS, faultSpecification, type LedgerFault, type Simulator, SimulatorError } from '../index.ts'
import { type FollowedBook, KrakenFollower, type Listener, sorted } from '../testing/followers.ts'
import { endpoints, get, listening, running } from '../testing/running.ts'

const EXAMPLES: Readonly<Record<string, unknown>> = {
  drop: { kind: 'drop', code: 1012, everyMilliseconds: 500 },
  silence: { kind: 'silence', channel: 'trade', instruments: ['BTC-USD'], durationMilliseconds: 100 },
  skip: { kind: 'skip', probability: 0.5, count: 3 },
  repeat: { kind: 'repeat', venue: 'kraken' },
  reorder: { kind: 'reorder', probability: 0.1 },
  'corrupt-checksum': { kind: 'corrupt-checksum' },
  garbage: { kind: 'garbage', variant: 'truncated' },
  'huge-frame': { kind: 'huge-frame', bytes: 1_000_000 },
  'http-error': { kind: 'http-error', status: 429, retryAfterSeconds: 1 },
  slow: { kind: 'slow', milliseconds: 10, target: 'http' },
  'clock-shift': { kind: 'clock-shift', milliseconds: -1_000 },
  list: { kind: 'list', assets: ['XMR'] },
  delist: { kind: 'delist', assets: ['ETH'] },
  outage: { kind: 'outage', durationMilliseconds: 100 },
  'history-limit': { kind: 'history-limit', trades: 10 },
}

function injected(simulator: Simulator, kind: string): LedgerFault[] {
  return simulator.control.ledger.faults().filter((fault) => fault.fault === kind)
}

function tradeIds(listener: Listener): number[] {
  const ids: number[] = []
  for (const text of listener.texts) if (text.includes('"e":"trade"')) ids.push(JSON.parse(text).t)
  return ids
}

function binanceTrades(simulator: Simulator): Promise<Listener> {
  return listening(`${endpoints(simulator, 'binance').ws}/ws/btcusdt@trade`, [], '"e":"trade"')
}

test('every kind of fault has a valid form; nonsense is refused with the reason', () => {
  assert.deepEqual(Object.keys(EXAMPLES), FAULT_KINDS)
  for (const example of Object.values(EXAMPLES)) assert.deepEqual(faultSpecification(example), example)
  for (const wrong of [
    null,
    {},
    { kind: 'explode' },
    { kind: 'drop', code: 4 },
    { kind: 'skip', probability: 2 },
    { kind: 'slow' },
  ]) {
    assert.throws(
      () => faultSpecification(wrong),
      (error) => error instanceof SimulatorError && error.code === 'SIMULATOR_FAULT_INVALID',
    )
  }
})

test('drop closes with the code, or breaks without one', async () => {
  await running({}, async (simulator) => {
    for (const code of [1012, 1008, 1006]) {
      const listener = await binanceTrades(simulator)
      simulator.control.addFault({ kind: 'drop', venue: 'binance', code })
      await listener.until(() => listener.closeCode !== undefined, 'the close')
      assert.equal(listener.closeCode, code)
    }
    assert.deepEqual(
      injected(simulator, 'drop').map((fault) => fault.detail),
      ['1012', '1008', '1006'],
    )
  })
})

test('drop goes on again and again until it is taken back', async () => {
  await running({}, async (simulator) => {
    const id = simulator.control.addFault({ kind: 'drop', venue: 'binance', everyMilliseconds: 20 })
    for (let time = 0; time < 3; time++) {
      const listener = await listening(`${endpoints(simulator, 'binance').ws}/ws`, [])
      await listener.until(() => listener.closeCode !== undefined, 'the close')
    }
    assert.ok(simulator.control.removeFault(id))
    const listener = await binanceTrades(simulator)
    await listener.until(() => tradeIds(listener).length > 40, 'trades')
    assert.equal(listener.closeCode, undefined)
    listener.close()
  })
})

test('silence: the channel of one instrument falls silent, the others go on, the ledger has the lost messages', async () => {
  await running({}, async (simulator) => {
    const listener = await listening(
      `${endpoints(simulator, 'binance').ws}/stream?streams=btcusdt@trade/ethusdt@trade/btcusdt@bookTicker`,
      [],
      'btcusdt@trade',
    )
    const id = simulator.control.addFault({
      kind: 'silence',
      venue: 'binance',
      channel: 'trade',
      instruments: ['BTC-USDT'],
    })
    await listener.until(() => injected(simulator, 'silence').length > 20, 'silence')
    const count = (what: string) => listener.texts.filter((text) => text.includes(what)).length
    const before = count('"stream":"btcusdt@trade"')
    const quotes = count('btcusdt@bookTicker')
    const others = count('"stream":"ethusdt@trade"')
    await listener.until(
      () => count('btcusdt@bookTicker') > quotes + 5 && count('"stream":"ethusdt@trade"') > others + 5,
      'others',
    )
    assert.equal(count('"stream":"btcusdt@trade"'), before)
    simulator.control.removeFault(id)
    await listener.until(() => count('"stream":"btcusdt@trade"') > before, 'trades again')
    assert.ok(
      injected(simulator, 'silence').every((fault) => fault.instrument === 'BTC-USDT' && fault.channel === 'trade'),
    )
    listener.close()
  })
})

test('skip loses as many messages as it was told', async () => {
  await running({}, async (simulator) => {
    const listener = await binanceTrades(simulator)
    simulator.control.addFault({ kind: 'skip', venue: 'binance', channel: 'trade', count: 4 })
    await listener.until(() => injected(simulator, 'skip').length === 4, 'skips')
    const seen = tradeIds(listener).length
    await listener.until(() => tradeIds(listener).length > seen + 20, 'trades')
    const ids = tradeIds(listener)
    assert.equal((ids.at(-1) ?? 0) - (ids[0] ?? 0) + 1 - ids.length, 4)
    listener.close()
  })
})

test('repeat sends messages twice', async () => {
  await running({}, async (simulator) => {
    const listener = await binanceTrades(simulator)
    simulator.control.addFault({ kind: 'repeat', venue: 'binance', channel: 'trade', count: 5 })
    await listener.until(() => injected(simulator, 'repeat').length === 5, 'repeats')
    const seen = tradeIds(listener).length
    await listener.until(() => tradeIds(listener).length > seen + 20, 'trades')
    const ids = tradeIds(listener)
    assert.equal(ids.length - new Set(ids).size, 5)
    listener.close()
  })
})

test('reorder changes the order and loses nothing', async () => {
  await running({}, async (simulator) => {
    const listener = await binanceTrades(simulator)
    const id = simulator.control.addFault({ kind: 'reorder', venue: 'binance', channel: 'trade', probability: 0.3 })
    await listener.until(() => injected(simulator, 'reorder').length > 10, 'reordering')
    simulator.control.removeFault(id)
    await simulator.control.quiesce()
    const last = [...simulator.control.ledger.trades({ venue: 'binance', instrument: 'BTC-USDT' })].at(-1)
    await listener.until(() => tradeIds(listener).includes(Number(last?.id)), 'the last trade')
    const ids = tradeIds(listener)
    const ordered = [...ids].sort((left, right) => left - right)
    assert.notDeepEqual(ids, ordered)
    ordered.forEach((one, index) => {
      if (index > 0) assert.equal(one, (ordered[index - 1] ?? 0) + 1)
    })
    listener.close()
  })
})

test('corrupt-checksum spoils the checksum and nothing else', async () => {
  await running({}, async (simulator) => {
    const listener = await listening(endpoints(simulator, 'kraken').ws, [
      { method: 'subscribe', params: { channel: 'book', symbol: ['BTC/USD'], depth: 10 } },
    ])
    const books = () => listener.texts.filter((text) => text.startsWith('{"channel":"book"'))
    await listener.until(() => books().length > 20, 'updates')
    simulator.control.addFault({ kind: 'corrupt-checksum', venue: 'kraken', count: 3 })
    await listener.until(() => injected(simulator, 'corrupt-checksum').length === 3, 'corruption')
    await simulator.control.quiesce()
    await listener.asked({ method: 'ping' }, '"pong"')
    const follower = new KrakenFollower(10)
    for (const text of books()) follower.message(text)
    assert.equal(follower.checksumsFailed, 3)
    const book: FollowedBook = follower.book
    const truth = simulator.control.ledger.books({ venue: 'kraken', instrument: 'BTC/USD' })[0]
    assert.deepEqual(
      sorted(book.bids, 'bid'),
      truth?.bids.slice(0, 10).map((level) => [...level]),
    )
    listener.close()
  })
})

for (const variant of ['invalid-json', 'truncated', 'binary', 'wrong-types', 'absurd-numbers'] as const) {
  test(`garbage (${variant}) comes beside the proper messages`, async () => {
    await running({}, async (simulator) => {
      const listener = await binanceTrades(simulator)
      simulator.control.addFault({ kind: 'garbage', variant, venue: 'binance', channel: 'trade', count: 6 })
      await listener.until(() => injected(simulator, 'garbage').length === 6, 'garbage')
      const seen = listener.texts.length
      await listener.until(() => listener.texts.length > seen + 20, 'trades')
      const proper: number[] = []
      let spoilt = listener.binaries.length
      for (const text of listener.texts) {
        try {
          const message = JSON.parse(text)
          if (/^\d+\.\d{8}$/.test(message.p) && /^\d+\.\d{8}$/.test(message.q) && Number.isInteger(message.t))
            proper.push(message.t)
          else spoilt++
        } catch {
          spoilt++
        }
      }
      assert.equal(spoilt, 6)
      assert.equal((proper.at(-1) ?? 0) - (proper[0] ?? 0) + 1, proper.length)
      listener.close()
    })
  })
}

test('huge-frame sends a frame of that size', async () => {
  await running({}, async (simulator) => {
    const listener = await binanceTrades(simulator)
    simulator.control.addFault({ kind: 'huge-frame', bytes: 3_000_000, venue: 'binance', count: 1 })
    await listener.until(() => listener.texts.some((text) => text.length > 3_000_000), 'the frame')
    const seen = tradeIds(listener).length
    await listener.until(() => tradeIds(listener).length > seen, 'a trade behind it')
    listener.close()
  })
})

test('http-error answers with the status, Retry-After and a body such as the venue sends', async () => {
  await running({}, async (simulator) => {
    const { rest } = endpoints(simulator, 'binance')
    for (const status of [429, 418, 503]) {
      simulator.control.addFault({
        kind: 'http-error',
        venue: 'binance',
        status,
        retryAfterSeconds: 7,
        path: '/depth',
        count: 1,
      })
      assert.equal((await get(`${rest}/api/v3/time`)).status, 200)
      const answer = await get(`${rest}/api/v3/depth?symbol=BTCUSDT`)
      assert.deepEqual([answer.status, answer.headers.get('retry-after')], [status, '7'])
      assert.equal((await get(`${rest}/api/v3/depth?symbol=BTCUSDT`)).status, 200)
    }
    assert.equal(injected(simulator, 'http-error').length, 3)
  })
})

test('slow delays answers and messages, in order', async () => {
  await running({}, async (simulator) => {
    const listener = await binanceTrades(simulator)
    simulator.control.addFault({ kind: 'slow', milliseconds: 300, jitterMilliseconds: 50, venue: 'binance' })
    const began = Date.now()
    assert.equal((await get(`${endpoints(simulator, 'binance').rest}/api/v3/time`)).status, 200)
    assert.ok(Date.now() - began >= 295)
    const from = listener.texts.length
    await listener.until(() => listener.texts.length > from + 50, 'late trades')
    const ids = tradeIds(listener)
    assert.deepEqual(
      ids,
      [...ids].sort((left, right) => left - right),
    )
    const late = Date.now() - JSON.parse(listener.texts.at(-1) ?? '').T
    assert.ok(late >= 250, `${late} ms`)
    listener.close()
  })
})

test('clock-shift moves the exchange times, in the ledger too, and ends', async () => {
  await running({}, async (simulator) => {
    const listener = await binanceTrades(simulator)
    const id = simulator.control.addFault({ kind: 'clock-shift', milliseconds: 3_600_000, venue: 'binance' })
    const offset = () => JSON.parse(listener.texts.at(-1) ?? '').T - Date.now()
    await listener.until(() => offset() > 3_500_000, 'the shift')
    const { serverTime } = (await get<{ serverTime: number }>(`${endpoints(simulator, 'binance').rest}/api/v3/time`))
      .body
    assert.ok(serverTime - Date.now() > 3_500_000)
    const shifted = JSON.parse(listener.texts.at(-1) ?? '')
    const fact = [...simulator.control.ledger.trades({ venue: 'binance', instrument: 'BTC-USDT' })].find(
      (one) => one.id === String(shifted.t),
    )
    assert.equal(fact?.exchangeTime, shifted.T * 1_000)
    simulator.control.removeFault(id)
    await listener.until(() => offset() < 10_000, 'the end of it')
    listener.close()
  })
})

test('list and delist: REST shows it, trades begin and stop', async () => {
  await running({}, async (simulator) => {
    const { rest, ws } = endpoints(simulator, 'coinbase')
    simulator.control.addFault({ kind: 'list', venue: 'coinbase', assets: ['XMR'] })
    simulator.control.addFault({ kind: 'delist', venue: 'coinbase', assets: ['ETH'] })
    const listener = await listening(ws, [{ type: 'subscribe', product_ids: ['BTC-USD'], channels: ['matches'] }])
    await listener.until(() => injected(simulator, 'delist').length === 1, 'delisting')
    const products = (await get<{ id: string; status: string }[]>(`${rest}/products`)).body
    assert.deepEqual(
      products.map((one) => [one.id, one.status]),
      [
        ['BTC-USD', 'online'],
        ['ETH-USD', 'delisted'],
        ['XMR-USD', 'online'],
      ],
    )
    const count = (instrument: string) => [...simulator.control.ledger.trades({ venue: 'coinbase', instrument })].length
    const ended = count('ETH-USD')
    listener.send({ type: 'subscribe', product_ids: ['XMR-USD'], channels: ['matches'] })
    await listener.until(
      () => listener.texts.some((text) => text.includes('"match"') && text.includes('XMR-USD')),
      'trades',
    )
    assert.equal(count('ETH-USD'), ended)
    listener.close()
  })
})

test('outage: connections break, new ones are refused, then all is well again at the same address', async () => {
  await running({}, async (simulator) => {
    const listener = await binanceTrades(simulator)
    simulator.control.addFault({ kind: 'outage', venue: 'binance', durationMilliseconds: 2_500 })
    await listener.until(() => listener.closeCode !== undefined, 'the break')
    const { rest } = endpoints(simulator, 'binance')
    await assert.rejects(fetch(`${rest}/api/v3/ping`))
    assert.equal((await get(`${endpoints(simulator, 'kraken').rest}/0/public/Time`)).status, 200)
    let status = 0
    const deadline = Date.now() + 60_000
    while (status !== 200 && Date.now() < deadline) {
      status = await fetch(`${rest}/api/v3/ping`).then(
        (answer) => answer.status,
        () => 0,
      )
    }
    assert.equal(status, 200)
  })
})

test('history-limit: REST knows the newest trades only', async () => {
  await running({ maximumEvents: 500 }, async (simulator) => {
    await simulator.control.untilQuiet()
    simulator.control.addFault({ kind: 'history-limit', trades: 10 })
    const oldest = async (venue: 'binance' | 'coinbase' | 'kraken', path: string) =>
      (await (await fetch(endpoints(simulator, venue).rest + path)).text()).match(/"(?:trade_)?id":|,\d+\]/g)?.length
    assert.equal(await oldest('binance', '/api/v3/historicalTrades?symbol=BTCUSDT&fromId=1'), 10)
    assert.equal(await oldest('coinbase', '/products/BTC-USD/trades'), 10)
    assert.equal(await oldest('kraken', '/0/public/Trades?pair=XBTUSD&since=0'), 10)
  })
})

test('a client that does not read is cut before its backlog grows', async () => {
  const reports: string[] = []
  await running(
    { rate: 30_000, clientBufferBytes: 65_536, report: (message) => reports.push(message) },
    async (simulator) => {
      const lazy = await listening(
        `${endpoints(simulator, 'binance').ws}/stream?streams=btcusdt@depth@100ms/btcusdt@trade/btcusdt@bookTicker/ethusdt@trade/ethusdt@bookTicker`,
        [],
      )
      lazy.socket.pause()
      const other = await binanceTrades(simulator)
      await other.until(() => reports.length > 0, 'the cut', 30_000)
      assert.match(reports[0] ?? '', /reads too slowly/)
      lazy.close()
      other.close()
    },
  )
})
