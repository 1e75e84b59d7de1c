import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Channel, Instrument, Micros } from '../../market/index.ts'
import type { Subscription, VenueSession } from '../protocol.ts'
import { RecordingOutput } from '../testing/recording-output.ts'

import { deriveSpotInstrument } from './instruments.ts'
import { binance } from './protocol.ts'

const derive = (symbol: string): Instrument => deriveSpotInstrument(binance.venue, symbol)

const bitcoin = derive('BTCUSDT')
const start = 1_700_000_000_000_000 as Micros
const after = (seconds: number): Micros => (start + seconds * 1_000_000) as Micros

function open(
  channels: readonly Channel[],
  instruments: readonly Instrument[] = [bitcoin],
): {
  session: VenueSession
  out: RecordingOutput
} {
  const subscriptions = instruments.flatMap((instrument) => channels.map((channel) => ({ instrument, channel })))
  const plan = { name: 'market-0', path: '/stream', subscriptions }
  const session = binance.session({ plan, instruments, resume: new Map(), repairTrades: true })
  const out = new RecordingOutput()
  session.opened(start, out)
  return { session, out }
}

const trade = (id: number, more: object = {}): string =>
  JSON.stringify({
    stream: 'btcusdt@trade',
    data: {
      e: 'trade',
      E: 1672515782136,
      s: 'BTCUSDT',
      t: id,
      p: '0.00100000',
      q: '100.50',
      T: 1672515782136,
      m: true,
      M: true,
      ...more,
    },
  })
const ticker =
  '{"stream":"btcusdt@ticker","data":{"e":"24hrTicker","E":1672515782136,"s":"BTCUSDT","p":"0.0015","P":"250.00","w":"0.0018","x":"0.0009","c":"0.0025","Q":"10","b":"0.0024","B":"10","a":"0.0026","A":"100","o":"0.0010","h":"0.0025","l":"0.0010","v":"10000","q":"18","O":0,"C":86400000,"F":0,"L":18150,"n":18151}}'
const quote =
  '{"stream":"btcusdt@bookTicker","data":{"u":400900217,"s":"BTCUSDT","b":"25.35190000","B":"31.21000000","a":"25.36520000","A":"40.66000000"}}'

test('subscribes to the streams of its channels, a hundred a message, and takes the acknowledgement', () => {
  const many = Array.from({ length: 120 }, (_, index) => derive(`A${index}USDT`))
  const { session, out } = open(['trade', 'book'], many)
  const messages = out.sent.map((text) => JSON.parse(text) as { method: string; params: string[]; id: number })
  assert.deepEqual(
    messages.map(({ method, params }) => [method, params.length]),
    [
      ['SUBSCRIBE', 100],
      ['SUBSCRIBE', 100],
      ['SUBSCRIBE', 40],
    ],
  )
  assert.deepEqual(messages[0]?.params.slice(0, 2), ['a0usdt@trade', 'a0usdt@depth@100ms'])
  for (const { id } of messages) session.received(`{"result":null,"id":${id}}`, start, out)
  session.ticked(after(60), out)
  assert.deepEqual(out.refusals, [])
  assert.equal(
    out.commands.some((command) => command.kind === 'reconnect'),
    false,
  )
})

test('asks for a new connection when nothing acknowledges a subscription and nothing comes of it', () => {
  const { session, out } = open(['trade'])
  session.ticked(after(60), out)
  assert.equal(out.commands.filter((command) => command.kind === 'reconnect').length, 1)
})

test('takes data for an acknowledgement', () => {
  const { session, out } = open(['trade'])
  session.received(trade(1), start, out)
  session.ticked(after(60), out)
  assert.equal(
    out.commands.some((command) => command.kind === 'reconnect'),
    false,
  )
})

test('narrows a refused subscription down to the stream that the venue does not want', () => {
  const { session, out } = open(['trade', 'book', 'quote'])
  const refuse = (text: string): void => {
    const { id, params } = JSON.parse(text) as { id: number; params: string[] }
    const bad = params.some((name) => name.includes('bookTicker'))
    session.received(bad ? `{"code":2,"msg":"no such stream","id":${id}}` : `{"result":null,"id":${id}}`, start, out)
  }
  for (let index = 0; index < out.sent.length; index++) refuse(out.sent[index] as string)
  assert.equal(out.refusals.length, 1)
  assert.match(out.refusals[0]?.reason ?? '', /btcusdt@bookTicker.*no such stream/)
})

test('a trade in single, canonical decimals; the side is that of the taker', () => {
  const { session, out } = open(['trade'])
  session.received(trade(7), start, out)
  session.received(trade(8, { m: false }), start, out)
  const [first, second] = out.of('trade')
  assert.deepEqual(
    { ...first },
    {
      messageType: 'trade',
      venue: 'binance',
      instrument: 'BTC-USDT',
      symbol: 'BTCUSDT',
      id: '7',
      price: '0.001',
      amount: '100.5',
      side: 'sell',
      exchangeTime: 1672515782136000,
      receiveTime: start,
    },
  )
  assert.equal(second?.side, 'buy')
})

test('times in microseconds and in milliseconds are told apart', () => {
  const { session, out } = open(['trade'])
  session.received(trade(7, { T: 1672515782136123 }), start, out)
  assert.equal(out.of('trade')[0]?.exchangeTime, 1672515782136123)
})

test('quotes have no exchange time, and an empty side is null', () => {
  const { session, out } = open(['quote'])
  session.received(quote, start, out)
  session.received(
    quote.replace('"b":"25.35190000","B":"31.21000000"', '"b":"0.00000000","B":"0.00000000"'),
    start,
    out,
  )
  const [first, second] = out.of('quote')
  assert.partialDeepStrictEqual(first, {
    bidPrice: '25.3519',
    bidAmount: '31.21',
    sequence: 400900217,
    exchangeTime: null,
  })
  assert.partialDeepStrictEqual(second, { bidPrice: null, bidAmount: null, askPrice: '25.3652' })
})

test('a subscription is a feed before anything is heard of it', () => {
  const { session, out } = open(['trade', 'book'])
  assert.deepEqual(
    out.of('feed-state').map(({ channel, state }) => [channel, state]),
    [
      ['trade', 'unknown'],
      ['book', 'unknown'],
    ],
  )
  session.opened(after(1), out)
  assert.equal(out.of('feed-state').length, 2)
})

test('the quick way and the careful way read the same', () => {
  for (const frame of [trade(7), trade(8, { m: false }), quote]) {
    const { session, out } = open(['trade', 'quote'])
    session.received(frame, start, out)
    const careful = open(['trade', 'quote'])
    careful.session.received(frame.replaceAll(',', ' ,'), start, careful.out)
    assert.equal(out.of('trade').length + out.of('quote').length, 1)
    assert.deepEqual(out.events, careful.out.events)
  }
})

test('bundled trades count as trades where no single ones come, under the ids that they stand for', () => {
  const bundle = (first: number, last: number): string =>
    `{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":1,"s":"BTCUSDT","a":9,"p":"1","q":"2","f":${first},"l":${last},"T":1,"m":true,"M":true}}`
  const { session, out } = open(['trade'])
  session.received(bundle(5, 5), start, out)
  session.received(bundle(6, 8), start, out)
  assert.deepEqual(
    out.of('trade').map((event) => event.id),
    ['5', '6-8'],
  )
  session.received(trade(9), start, out)
  session.received(bundle(9, 9), start, out)
  assert.deepEqual(
    out.of('trade').map((event) => event.id),
    ['5', '6-8', '9'],
  )
})

test('candles of a minute are said as often as they come, and those of other widths never', () => {
  const candle = (interval: string, isClosed: boolean): string =>
    JSON.stringify({
      stream: `btcusdt@kline_${interval}`,
      data: {
        e: 'kline',
        E: 1672515782136,
        s: 'BTCUSDT',
        k: {
          t: 1672515780000,
          T: 1672515839999,
          s: 'BTCUSDT',
          i: interval,
          f: -1,
          L: -1,
          o: '0.0010',
          c: '0.0010',
          h: '0.0010',
          l: '0.0010',
          v: '0',
          n: 0,
          x: isClosed,
          q: '0',
          V: '0',
          Q: '0',
          B: '0',
        },
      },
    })
  const { session, out } = open(['candle'])
  assert.match(out.sent[0] ?? '', /"btcusdt@kline_1m"/)
  for (const frame of [candle('1m', false), candle('5m', true), candle('1m', true)]) session.received(frame, start, out)
  assert.deepEqual(out.refusals, [])
  assert.deepEqual(
    out.of('venue-candle').map(({ openTime, close, trades, isClosed }) => [openTime, close, trades, isClosed]),
    [
      [1672515780000000, '0.001', 0, false],
      [1672515780000000, '0.001', 0, true],
    ],
  )
})

test('a quiet symbol gets its snapshot without waiting for a change', () => {
  const { session, out } = open(['book'])
  session.received('{"result":null,"id":1}', start, out)
  session.ticked(after(2), out)
  assert.equal(out.requests[0]?.path, '/api/v3/depth?symbol=BTCUSDT&limit=1000')
})

test('a snapshot that a budget held back is good whenever it comes', () => {
  const { session, out } = open(['book'])
  const change =
    '{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":10,"u":11,"b":[],"a":[]}}'
  session.received(change, start, out)
  session.ticked(after(601), out)
  session.ticked(after(700), out)
  const [first, second] = out.requests
  assert.ok(first !== undefined && second !== undefined)
  const body = '{"lastUpdateId":11,"bids":[["1","1"]],"asks":[["2","1"]]}'
  session.answered(first, { kind: 'answered', response: { status: 200, body } }, after(701), out)
  session.answered(second, { kind: 'failed', reason: 'test' }, after(702), out)
  assert.equal(out.of('book').length, 1)
  assert.equal(out.of('feed-state').at(-1)?.state, 'synchronised')
  session.ticked(after(2_000), out)
  assert.equal(out.requests.length, 2)
})

test('a cut connection opens a gap for each feed that had spoken, and the next message closes it', () => {
  const { session, out } = open(['quote', 'ticker', 'trade'])
  session.received(quote, start, out)
  session.closed(after(1), 'test', out)
  assert.deepEqual(
    out.of('gap').map(({ channel, state, from, to }) => [channel, state, from, to]),
    [['quote', 'open', start, null]],
  )
  session.opened(after(5), out)
  session.received(quote, after(6), out)
  const last = out.of('gap').at(-1)
  assert.partialDeepStrictEqual(last, { channel: 'quote', state: 'beyond-repair', revision: 1, to: after(6) })
  assert.equal(out.of('feed-state').at(-1)?.state, 'synchronised')
})

test('a silent book is asked for by REST; if the venue is ahead and the socket stays behind, it is subscribed anew', () => {
  const { session, out } = open(['book'])
  const subscription: Subscription = { instrument: bitcoin, channel: 'book' }
  session.received(
    '{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":10,"u":11,"b":[],"a":[]}}',
    start,
    out,
  )
  const answer = (id: number, at: Micros): void => {
    const request = out.requests.at(-1)
    assert.ok(request !== undefined)
    const body = `{"lastUpdateId":${id},"bids":[["1","1"]],"asks":[["2","1"]]}`
    session.answered(request, { kind: 'answered', response: { status: 200, body } }, at, out)
  }
  answer(11, after(1))
  session.silent(subscription, after(30), out)
  answer(50, after(31))
  assert.equal(out.of('feed-state').at(-1)?.state, 'synchronised')
  session.ticked(after(40), out)
  assert.equal(out.of('feed-state').at(-1)?.state, 'recovering')
  assert.partialDeepStrictEqual(out.of('gap').at(-1), { cause: 'stall', state: 'open', channel: 'book' })
  assert.match(out.sent.at(-1) ?? '', /"SUBSCRIBE".*btcusdt@depth@100ms/)
})

test('a silent quote is compared with the book by REST: another best means that the stream is dead', () => {
  const body = (price: string): string =>
    `{"lastUpdateId":400900300,"bids":[["${price}","31.21"]],"asks":[["25.36520000","40.66"]]}`
  for (const [best, isDead] of [
    ['25.35190000', false],
    ['25.36', true],
  ] as const) {
    const { session, out } = open(['quote'])
    session.received(quote, start, out)
    session.silent({ instrument: bitcoin, channel: 'quote' }, after(30), out)
    const request = out.requests.at(-1)
    assert.ok(request !== undefined)
    session.answered(request, { kind: 'answered', response: { status: 200, body: body(best) } }, after(31), out)
    session.ticked(after(40), out)
    assert.equal(out.of('gap').length, isDead ? 1 : 0)
    assert.equal(
      out.sent.some((text) => text.includes('UNSUBSCRIBE')),
      isDead,
    )
    if (!isDead) continue
    session.received(quote, after(41), out)
    assert.partialDeepStrictEqual(out.of('gap').at(-1), {
      cause: 'stall',
      state: 'beyond-repair',
      from: start,
      to: after(41),
    })
  }
})

test('what is due later is asked for again after every wake', () => {
  const { session, out } = open(['trade', 'book'])
  session.received(trade(1), start, out)
  session.received(trade(3), start, out)
  out.clear()
  session.ticked(after(0.3), out)
  assert.ok((out.wakeAfter(after(0.4)) ?? 0) > after(10))
  out.clear()
  session.ticked(after(16), out)
  assert.equal(out.wakeAfter(after(16)), after(120.3))
})

test('the notice of a shutdown asks for a new connection', () => {
  const { session, out } = open(['trade'])
  session.received('{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1770123456789}}', start, out)
  assert.equal(
    out.commands.some((command) => command.kind === 'reconnect'),
    true,
  )
})

test('subscriptions are added and removed on the open connection', () => {
  const { session, out } = open(['trade'])
  session.changed([{ instrument: bitcoin, channel: 'ticker' }], [{ instrument: bitcoin, channel: 'trade' }], start, out)
  const said = out.sent.slice(1).map((text) => JSON.parse(text) as { method: string; params: string[] })
  assert.deepEqual(
    said.map(({ method, params }) => [method, ...params]),
    [
      ['UNSUBSCRIBE', 'btcusdt@trade'],
      ['SUBSCRIBE', 'btcusdt@ticker'],
    ],
  )
  session.received(ticker, start, out)
  assert.equal(out.of('ticker').length, 1)
  session.received(trade(1), start, out)
  assert.equal(out.of('trade').length, 0)
  assert.equal(out.refusals[0]?.kind, 'unknown-instrument')
})

test('what was not subscribed to for a while is no hole when it is subscribed to again', () => {
  const subscription: Subscription = { instrument: bitcoin, channel: 'trade' }
  const plan = { name: 'market-0', path: '', subscriptions: [subscription] }
  const resume = new Map([[bitcoin.id, { lastTradeId: '1', exchangeTime: start, receiveTime: start }]])
  const session = binance.session({ plan, instruments: [bitcoin], resume, repairTrades: true })
  const out = new RecordingOutput()
  session.opened(start, out)
  session.received(trade(2), start, out)
  session.changed([], [subscription], start, out)
  session.changed([subscription], [], after(60), out)
  session.received(trade(50), after(61), out)
  session.ticked(after(70), out)
  assert.deepEqual(
    out.of('trade').map((event) => event.id),
    ['2', '50'],
  )
  assert.deepEqual(out.of('gap'), [])
})

const depth =
  '{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1672515782136,"s":"BTCUSDT","U":157,"u":160,"b":[["0.0024","10"]],"a":[["0.0026","100"]]}}'

test('mutated frames never throw, and what is not refused is a well-formed event', () => {
  const frames = [trade(7), ticker, quote, depth, '{"result":null,"id":1}', '{"code":2,"msg":"x","id":1}']
  const mutation = fc.record({
    frame: fc.constantFrom(...frames),
    cuts: fc.array(fc.record({ at: fc.nat(400), drop: fc.nat(8), put: fc.string({ maxLength: 6 }) }), { maxLength: 4 }),
  })
  fc.assert(
    fc.property(mutation, ({ frame, cuts }) => {
      let text = frame
      for (const { at, drop, put } of cuts) text = text.slice(0, at) + put + text.slice(at + drop)
      const { session, out } = open(['trade', 'quote', 'book', 'ticker'])
      session.received(text, start, out)
      for (const event of out.of('trade')) assert.match(event.price, /^-?(0|[1-9]\d*)(\.\d*[1-9])?$/)
      for (const event of out.of('quote')) assert.match(event.askPrice ?? '0', /^-?(0|[1-9]\d*)(\.\d*[1-9])?$/)
    }),
    { numRuns: 2_000 },
  )
})

test('mutated answers never throw', () => {
  const bodies = [
    '{"lastUpdateId":160,"bids":[["0.0024","10"]],"asks":[["0.0026","100"]]}',
    '[{"id":6,"price":"1","qty":"2","time":1,"isBuyerMaker":true}]',
  ]
  const mutation = fc.tuple(
    fc.constantFrom(...bodies),
    fc.nat(100),
    fc.nat(6),
    fc.string({ maxLength: 6 }),
    fc.constantFrom(200, 404, 500),
  )
  fc.assert(
    fc.property(mutation, ([body, at, drop, put, status]) => {
      const { session, out } = open(['trade', 'book'])
      session.received(depth, start, out)
      session.received(trade(1), start, out)
      session.received(trade(9), start, out)
      session.ticked(after(1), out)
      for (const request of out.requests) {
        const response = { status, body: body.slice(0, at) + put + body.slice(at + drop) }
        session.answered(request, { kind: 'answered', response }, after(2), out)
      }
      session.ticked(after(200), out)
    }),
    { numRuns: 1_000 },
  )
})
