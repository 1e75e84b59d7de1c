import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Channel, Instrument, Micros } from '../../market/index.ts'
import { channelsOf } from '../channels-of.ts'
import type { VenueSession } from '../protocol.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { USDM_MARKET } from './market.ts'
import { binanceUsdm } from './protocol.ts'

const bitcoin = USDM_MARKET.derive('BTCUSDT')
const start = 1_700_000_000_000_000 as Micros
const after = (seconds: number): Micros => (start + seconds * 1_000_000) as Micros

function open(
  channels: readonly Channel[],
  instruments: readonly Instrument[] = [bitcoin],
): { readonly session: VenueSession; readonly out: RecordingOutput } {
  const subscriptions = instruments.flatMap((instrument) => channels.map((channel) => ({ instrument, channel })))
  const plan = { name: 'market-0', path: '/market/stream', subscriptions }
  const session = binanceUsdm.session({ plan, instruments, resume: new Map(), repairTrades: true })
  const out = new RecordingOutput()
  session.opened(start, out)
  return { session, out }
}

const frame = (stream: string, data: object): string => JSON.stringify({ stream: `btcusdt@${stream}`, data })
const bundle = (a: number, more: object = {}): string =>
  frame('aggTrade', { e: 'aggTrade', E: 1, a, s: 'BTCUSDT', p: '7', q: '2', f: a, l: a, T: 2, m: true, ...more })
const depth = (U: number, u: number, pu: number): string =>
  frame('depth@100ms', { e: 'depthUpdate', E: 1, T: 1, s: 'BTCUSDT', U, u, pu, b: [['1', '2']], a: [] })
const mark = (p: string, r: string, T: number): string =>
  frame('markPrice@1s', { e: 'markPriceUpdate', E: 5, s: 'BTCUSDT', p, i: '6.5', P: '7', r, T })
const kline =
  '{"stream":"btcusdt@kline_1m","data":{"e":"kline","E":1638747660000,"s":"BTCUSDT","k":{"t":1638747600000,"T":1638747659999,"s":"BTCUSDT","i":"1m","f":1,"L":2,"o":"1","c":"2","h":"3","l":"0.5","v":"10","n":2,"x":true,"q":"15","V":"5","Q":"7","B":"0"}}}'
const ticker =
  '{"stream":"btcusdt@ticker","data":{"e":"24hrTicker","E":1,"s":"BTCUSDT","p":"-1","P":"-0.1","w":"1","c":"2","Q":"1","o":"3","h":"4","l":"1","v":"5","q":"6","O":0,"C":1,"F":1,"L":2,"n":2}}'
const forced =
  '{"stream":"btcusdt@forceOrder","data":{"e":"forceOrder","E":9,"o":{"s":"BTCUSDT","S":"BUY","o":"LIMIT","f":"IOC","q":"0.014","p":"9910","ap":"0","X":"NEW","l":"0","z":"0","T":8}}}'
const contract = (cs: string): string =>
  `{"stream":"!contractInfo","data":{"e":"contractInfo","E":3,"s":"BTCUSDT","ps":"BTCUSDT","ct":"PERPETUAL","dt":4133404800000,"ot":1569398400000,"cs":"${cs}"}}`

test('streams are asked for on the path that carries them, and one message is asked for once', () => {
  const plans = binanceUsdm.plan(channelsOf(binanceUsdm, bitcoin).map((channel) => ({ instrument: bitcoin, channel })))
  assert.deepEqual(
    plans.map(({ name, path, subscriptions }) => [name, path, subscriptions.map(({ channel }) => channel).join(' ')]),
    [
      ['market-0', '/market/stream', 'trade ticker candle funding mark-price open-interest liquidation status'],
      ['market-1', '/public/stream', 'quote book'],
    ],
  )
  const asked = plans.flatMap((plan) => {
    const out = new RecordingOutput()
    binanceUsdm.session({ plan, instruments: [bitcoin], resume: new Map(), repairTrades: true }).opened(start, out)
    return out.sent.flatMap((text) => (JSON.parse(text) as { params: string[] }).params)
  })
  assert.deepEqual(asked.sort(), [
    '!contractInfo',
    'btcusdt@aggTrade',
    'btcusdt@bookTicker',
    'btcusdt@depth@100ms',
    'btcusdt@forceOrder',
    'btcusdt@kline_1m',
    'btcusdt@markPrice@1s',
    'btcusdt@ticker',
  ])
})

test('a capture is recognised by the addresses of today and by those before them', () => {
  const channels = (direction: 'open' | 'out' | 'in', url: string, text = ''): string[] =>
    (binanceUsdm.recognise({ url, direction, text }, [])?.plan.subscriptions ?? []).map(
      ({ instrument, channel }) => `${instrument.id} ${channel}`,
    )
  const host = 'wss://fstream.binance.com'
  const book = ['BTC-USDT-PERP book', 'ETH-USDT-20210924 quote']
  for (const path of ['/stream', '/public/stream']) {
    assert.deepEqual(channels('open', `${host}${path}?streams=btcusdt@depth@100ms/ethusdt_210924@bookTicker`), book)
  }
  const marks = ['BTC-USDT-PERP mark-price', 'BTC-USDT-PERP funding', 'ETH-USDT-20210924 mark-price']
  for (const path of ['/ws', '/market/ws']) {
    assert.deepEqual(channels('open', `${host}${path}/btcusdt@markPrice/ethusdt_210924@markPrice@1s`), marks)
  }
  assert.deepEqual(channels('out', host, '{"method":"SUBSCRIBE","params":["btcusdt@forceOrder"],"id":1}'), [
    'BTC-USDT-PERP liquidation',
  ])
  assert.deepEqual(channels('in', host, forced), ['BTC-USDT-PERP liquidation'])
  assert.deepEqual(channels('in', host, contract('TRADING')), ['BTC-USDT-PERP status'])
  const raw = [JSON.parse(mark('1', '0.1', 2)).data]
  assert.deepEqual(channels('in', host, JSON.stringify(raw)), marks.slice(0, 2))
  assert.deepEqual(channels('in', host, JSON.stringify({ stream: '!markPrice@arr', data: raw })), marks.slice(0, 2))
})

test('a partial book is no change of a book', () => {
  const { session, out } = open(['book'])
  session.received(depth(1, 2, 0).replace('depth@100ms', 'depth5@100ms'), start, out)
  assert.equal(out.requests.length, 0)
  assert.equal(out.refusals[0]?.kind, 'unknown-message')
})

test('a bundle is a trade by its own number; a hole in the numbers is filled from history', () => {
  const { session, out } = open(['trade'])
  session.received(bundle(5), start, out)
  session.received(bundle(8, { f: 30, l: 34, m: false }), after(1), out)
  assert.deepEqual(
    out.of('trade').map(({ id, side, exchangeTime }) => [id, side, exchangeTime]),
    [
      ['5', 'sell', 2000],
      ['8', 'buy', 2000],
    ],
  )
  session.ticked(after(2), out)
  const request = out.requests[0]
  assert.equal(request?.path, '/fapi/v1/aggTrades?symbol=BTCUSDT&fromId=6&limit=2')
  assert.ok(request !== undefined)
  const row = (a: number): object => ({ a, p: '7', q: '1', f: a, l: a, T: 2, m: true })
  const response = { status: 200, body: JSON.stringify([row(6), row(7)]) }
  session.answered(request, { kind: 'answered', response }, after(3), out)
  assert.deepEqual(
    out.of('trade').map(({ id, backlog }) => [id, backlog === true]),
    [
      ['5', false],
      ['8', false],
      ['6', true],
      ['7', true],
    ],
  )
  assert.partialDeepStrictEqual(out.of('gap').at(-1), { channel: 'trade', state: 'repaired' })
})

test('single trades, which a capture may have, are not mixed with bundles; those of the insurance fund are none', () => {
  const single = (t: number, X?: string): string =>
    frame('trade', { e: 'trade', E: 1, T: 2, s: 'BTCUSDT', t, p: '7', q: '1', X, m: true })
  const { session, out } = open(['trade'])
  session.received(single(100), start, out)
  session.received(bundle(5), start, out)
  session.received(single(100, 'INSURANCE_FUND'), start, out)
  session.received(single(103, 'MARKET'), start, out)
  assert.deepEqual(
    out.of('trade').map(({ id }) => id),
    ['100', '103'],
  )
  // Their past is asked for by their own numbers, which the history of bundles does not have.
  session.ticked(after(1), out)
  assert.equal(out.requests[0]?.path, '/fapi/v1/trades?symbol=BTCUSDT&limit=1000')
})

test('a book is whole while each change names the one before it; a break invalidates it, and a new snapshot repairs it', () => {
  const { session, out } = open(['book'])
  const answer = (id: number, at: Micros): void => {
    const request = out.requests.at(-1)
    assert.ok(request !== undefined)
    assert.equal(request.path, '/fapi/v1/depth?symbol=BTCUSDT&limit=1000')
    assert.equal(request.weight, 20)
    const body = `{"lastUpdateId":${id},"E":1,"T":1,"bids":[["1","1"]],"asks":[["2","1"]]}`
    session.answered(request, { kind: 'answered', response: { status: 200, body } }, at, out)
  }
  session.received(depth(90, 95, 80), start, out)
  session.received(depth(98, 110, 95), start, out)
  answer(100, after(1))
  session.received(depth(130, 140, 110), after(2), out)
  assert.deepEqual(
    out.of('book').map(({ kind, sequence }) => [kind, sequence]),
    [
      ['snapshot', 100],
      ['update', 110],
      ['update', 140],
    ],
  )
  assert.partialDeepStrictEqual(session.bookStatistics().get(bitcoin.id), { staleDropped: 1, gaps: 0 })
  session.received(depth(141, 150, 139), after(3), out)
  assert.partialDeepStrictEqual(out.of('gap').at(-1), { channel: 'book', cause: 'missed-sequence', state: 'open' })
  assert.equal(out.of('feed-state').at(-1)?.state, 'recovering')
  assert.equal(out.of('book').length, 3)
  session.ticked(after(6), out)
  answer(150, after(7))
  assert.partialDeepStrictEqual(out.of('gap').at(-1), { state: 'beyond-repair', to: after(7) })
  assert.partialDeepStrictEqual(session.bookStatistics().get(bitcoin.id), { gaps: 1, resyncs: 1 })
})

test('one message tells mark price and funding; a rate is said when it changes', () => {
  const { session, out } = open(['mark-price', 'funding'])
  session.received(mark('7.10', '0.00010000', 1562306400000), start, out)
  session.received(mark('7.20', '0.00010000', 1562306400000), after(1), out)
  session.received(mark('7.20', '-0.00020000', 1562306400000), after(2), out)
  session.received(mark('7.20', '', 0), after(3), out)
  assert.deepEqual(
    out.of('mark-price').map(({ markPrice, indexPrice, exchangeTime }) => [markPrice, indexPrice, exchangeTime]),
    ['7.1', '7.2', '7.2', '7.2'].map((price) => [price, '6.5', 5000]),
  )
  assert.deepEqual(
    out.of('funding').map(({ rate, fundingTime }) => [rate, fundingTime]),
    [
      ['0.0001', 1562306400000000],
      ['-0.0002', 1562306400000000],
    ],
  )
  // A rate that stays the same is silent here, and not on the socket.
  out.clear()
  session.silent({ instrument: bitcoin, channel: 'funding' }, after(10), out)
  assert.deepEqual(out.sent, [])
  session.silent({ instrument: bitcoin, channel: 'funding' }, after(100), out)
  assert.partialDeepStrictEqual(out.of('gap')[0], { channel: 'funding', cause: 'stall' })
  assert.equal(out.sent.length, 2)
})

test('two channels of one stream leave it when both are gone', () => {
  const { session, out } = open(['mark-price', 'funding'])
  session.changed([], [{ instrument: bitcoin, channel: 'funding' }], start, out)
  assert.equal(out.sent.length, 1)
  session.changed([], [{ instrument: bitcoin, channel: 'mark-price' }], start, out)
  assert.match(out.sent.at(-1) ?? '', /"UNSUBSCRIBE","params":\["btcusdt@markPrice@1s"\]/)
})

test('candles, tickers and liquidations', () => {
  const { session, out } = open(['candle', 'ticker', 'liquidation'])
  session.received(kline, start, out)
  session.received(kline.replaceAll('1m', '5m'), start, out)
  session.received(ticker, start, out)
  session.received(forced, start, out)
  assert.deepEqual(out.refusals, [])
  assert.equal(out.of('venue-candle').length, 1)
  assert.partialDeepStrictEqual(out.of('venue-candle')[0], {
    interval: '1m',
    openTime: 1638747600000000,
    open: '1',
    high: '3',
    low: '0.5',
    close: '2',
    volume: '10',
    quoteVolume: '15',
    trades: 2,
    isClosed: true,
  })
  assert.partialDeepStrictEqual(out.of('ticker')[0], { last: '2', open: '3', volume: '5', quoteVolume: '6' })
  // Nothing of it was traded yet: the order's own price and amount.
  assert.partialDeepStrictEqual(out.of('liquidation')[0], {
    price: '9910',
    amount: '0.014',
    side: 'buy',
    exchangeTime: 8000,
  })
})

test('what speaks only when something happens is whole from its subscription on, and a cut is a gap', () => {
  const { session, out } = open(['liquidation', 'status'])
  const { id } = JSON.parse(out.sent[0] ?? '{}') as { id: number }
  session.received(`{"result":null,"id":${id}}`, after(1), out)
  const states = out.of('feed-state').filter(({ state }) => state === 'synchronised')
  assert.deepEqual(states.map(({ channel }) => channel).sort(), ['liquidation', 'status'])
  session.received(contract('SETTLING'), after(2), out)
  assert.partialDeepStrictEqual(out.of('status')[0], { status: 'halted', venueStatus: 'SETTLING', exchangeTime: 3000 })
  session.silent({ instrument: bitcoin, channel: 'liquidation' }, after(9_999), out)
  session.ticked(after(9_999), out)
  assert.equal(out.sent.length, 1)
  session.closed(after(10_000), 'test', out)
  assert.deepEqual(
    out.of('gap').map(({ channel, state }) => [channel, state]),
    [
      ['liquidation', 'open'],
      ['status', 'open'],
    ],
  )
})

test('open interest is asked for once a minute; a cut connection interrupts nothing unless it lasts', () => {
  const { session, out } = open(['open-interest'])
  assert.deepEqual(out.sent, [])
  const answer = (at: Micros): void => {
    session.ticked(at, out)
    const request = out.requests.at(-1)
    assert.ok(request !== undefined)
    assert.equal(request.path, '/fapi/v1/openInterest?symbol=BTCUSDT')
    const body = '{"openInterest":"10659.5090","symbol":"BTCUSDT","time":1589437530011}'
    session.answered(request, { kind: 'answered', response: { status: 200, body } }, at, out)
  }
  answer(after(60))
  assert.partialDeepStrictEqual(out.of('open-interest')[0], {
    openInterest: '10659.509',
    value: null,
    exchangeTime: 1589437530011000,
  })
  session.closed(after(70), 'test', out)
  session.opened(after(75), out)
  answer(after(150))
  assert.equal(out.of('open-interest').length, 2)
  assert.deepEqual(out.of('gap'), [])
  answer(after(400))
  assert.deepEqual(
    out.of('gap').map(({ state, from, to }) => [state, from, to]),
    [
      ['open', after(150), null],
      ['beyond-repair', after(150), after(400)],
    ],
  )
  session.ticked(after(500), out)
  const request = out.requests.at(-1)
  assert.ok(request !== undefined)
  session.answered(request, { kind: 'failed', reason: 'test' }, after(500), out)
  assert.equal(out.of('feed-state').at(-1)?.state, 'stale')
})

test('narrows a refused subscription down to the stream that the venue does not want', () => {
  const { session, out } = open(['trade', 'ticker', 'liquidation'])
  for (let index = 0; index < out.sent.length; index++) {
    const { id, params } = JSON.parse(out.sent[index] as string) as { id: number; params: string[] }
    const bad = params.some((name) => name.includes('forceOrder'))
    const text = bad ? `{"error":{"code":2,"msg":"no such stream"},"id":${id}}` : `{"result":null,"id":${id}}`
    session.received(text, start, out)
  }
  assert.equal(out.refusals.length, 1)
  assert.match(out.refusals[0]?.reason ?? '', /btcusdt@forceOrder.*no such stream/)
})

test('after a reconnection trades go on without a loss, and what has no history is a gap', () => {
  const { session, out } = open(['trade', 'mark-price'])
  session.received(bundle(5), start, out)
  session.received(mark('7', '0.1', 1), start, out)
  session.closed(after(1), 'test', out)
  session.opened(after(5), out)
  session.received(bundle(6), after(6), out)
  session.received(mark('7', '0.1', 1), after(6), out)
  const last = new Map(out.of('gap').map((gap) => [gap.channel, gap.state]))
  assert.deepEqual([...last].sort(), [
    ['mark-price', 'beyond-repair'],
    ['trade', 'repaired'],
  ])
})

test('mutated frames never throw, and what is not refused is a well-formed event', () => {
  const all = [bundle(7), depth(1, 2, 0), mark('7', '0.1', 1), kline, ticker, forced, contract('TRADING')]
  const mutation = fc.record({
    text: fc.constantFrom(...all),
    cuts: fc.array(fc.record({ at: fc.nat(400), drop: fc.nat(8), put: fc.string({ maxLength: 6 }) }), { maxLength: 4 }),
  })
  fc.assert(
    fc.property(mutation, ({ text, cuts }) => {
      let mutated = text
      for (const { at, drop, put } of cuts) mutated = mutated.slice(0, at) + put + mutated.slice(at + drop)
      const { session, out } = open(binanceUsdm.channels)
      session.received(mutated, start, out)
      for (const event of out.of('mark-price')) assert.match(event.markPrice ?? '0', /^-?(0|[1-9]\d*)(\.\d*[1-9])?$/)
      for (const event of out.of('trade')) assert.match(event.amount, /^(0|[1-9]\d*)(\.\d*[1-9])?$/)
    }),
    { numRuns: 2_000 },
  )
})

test('mutated answers never throw', () => {
  const bodies = [
    '{"lastUpdateId":160,"E":1,"T":1,"bids":[["0.0024","10"]],"asks":[["0.0026","100"]]}',
    '[{"a":6,"p":"1","q":"2","f":6,"l":6,"T":1,"m":true}]',
    '{"openInterest":"1","symbol":"BTCUSDT","time":1}',
  ]
  const mutation = fc.tuple(fc.constantFrom(...bodies), fc.nat(100), fc.nat(6), fc.string({ maxLength: 6 }))
  fc.assert(
    fc.property(mutation, ([body, at, drop, put]) => {
      const { session, out } = open(['trade', 'book', 'open-interest'])
      session.received(depth(1, 2, 0), start, out)
      session.received(bundle(1), start, out)
      session.received(bundle(9), start, out)
      session.ticked(after(61), out)
      for (const request of out.requests) {
        const response = { status: 200, body: body.slice(0, at) + put + body.slice(at + drop) }
        session.answered(request, { kind: 'answered', response }, after(62), out)
      }
      session.ticked(after(200), out)
    }),
    { numRuns: 1_000 },
  )
})
