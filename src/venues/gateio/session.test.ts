import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Channel, type Micros, OrderBook } from '../../market/index.ts'
import type { VenueSession } from '../protocol.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { instrumentFromPair } from './instruments.ts'
import { gateio } from './protocol.ts'

const START = 1_790_000_000_000_000
const at = (seconds: number) => (START + seconds * 1_000_000) as Micros

function instrument(symbol: string) {
  const found = instrumentFromPair(symbol)
  assert.ok(found !== undefined)
  return found
}

function opened(channels: readonly Channel[], symbols = ['BTC_USDT']): { session: VenueSession; out: RecordingOutput } {
  const subscriptions = symbols.flatMap((symbol) =>
    channels.map((channel) => ({ instrument: instrument(symbol), channel })),
  )
  const session = gateio.session({
    plan: { name: 'market-0', path: '', subscriptions },
    instruments: [],
    resume: new Map(),
    repairTrades: true,
  })
  const out = new RecordingOutput()
  session.opened(at(0), out)
  return { session, out }
}

function message(channel: string, result: unknown): string {
  return JSON.stringify({ time: 1790000000, time_ms: 1790000000123, channel, event: 'update', result })
}

const full = (last: number, bids: unknown, asks: unknown) =>
  message('spot.obu', { t: 1790000000100, full: true, s: 'ob.BTC_USDT.400', u: last, b: bids, a: asks })
const change = (first: number, last: number, bids?: unknown, asks?: unknown) =>
  message('spot.obu', { t: 1790000000200, s: 'ob.BTC_USDT.400', U: first, u: last, b: bids, a: asks })

function trade(id: number, seconds = 1): string {
  const time = `${(START + seconds * 1_000_000) / 1_000}.5`
  const amounts = { amount: '0.50', price: '83818.90' }
  return message('spot.trades', { id, create_time_ms: time, side: 'sell', currency_pair: 'BTC_USDT', ...amounts })
}

test('several pairs are subscribed to in one message, with its time; candles one by one', () => {
  const { out } = opened(['trade', 'quote', 'book', 'ticker', 'candle'], ['BTC_USDT', 'ETH_USDT'])
  assert.deepEqual(
    out.sent
      .map((text) => JSON.parse(text))
      .map(({ time, event, channel, payload }) => [time, event, channel, payload]),
    [
      [START / 1_000_000, 'subscribe', 'spot.trades', ['BTC_USDT', 'ETH_USDT']],
      [START / 1_000_000, 'subscribe', 'spot.book_ticker', ['BTC_USDT', 'ETH_USDT']],
      [START / 1_000_000, 'subscribe', 'spot.obu', ['ob.BTC_USDT.400', 'ob.ETH_USDT.400']],
      [START / 1_000_000, 'subscribe', 'spot.tickers', ['BTC_USDT', 'ETH_USDT']],
      [START / 1_000_000, 'subscribe', 'spot.candlesticks', ['1m', 'BTC_USDT']],
      [START / 1_000_000, 'subscribe', 'spot.candlesticks', ['1m', 'ETH_USDT']],
    ],
  )
})

test('a pair that is refused is not asked for again, the others of its message are', () => {
  const { session, out } = opened(['trade'], ['BTC_USDT', 'NOT_USDT'])
  const { id } = JSON.parse(out.sent[0] ?? '')
  out.clear()
  const error = { code: 2, message: 'unknown currency pair NOT_USDT' }
  session.received(JSON.stringify({ id, channel: 'spot.trades', event: 'subscribe', error, result: null }), at(1), out)
  assert.deepEqual(
    out.of('feed-state').map(({ symbol, state }) => [symbol, state]),
    [['NOT_USDT', 'halted']],
  )
  assert.deepEqual(
    out.refusals.map((refusal) => refusal.kind),
    ['venue-error', 'venue-error'],
  )
  out.clear()
  session.ticked(at(40), out)
  const again = out.sent.map((text) => JSON.parse(text)).find(({ event }) => event === 'subscribe')
  assert.deepEqual(again?.payload, ['BTC_USDT'])
  out.clear()
  const done = { channel: 'spot.trades', event: 'subscribe', payload: ['BTC_USDT'], result: { status: 'success' } }
  session.received(JSON.stringify(done), at(41), out)
  session.ticked(at(2_000), out)
  assert.deepEqual(
    out.sent.filter((text) => text.includes('subscribe')),
    [],
  )
})

test('a book follows its chain; a break is invalidated first, and subscribed anew', () => {
  const { session, out } = opened(['book'])
  out.clear()
  session.received(
    full(
      10,
      [
        ['100', '1'],
        ['99', '2'],
      ],
      [['101', '1.50']],
    ),
    at(1),
    out,
  )
  session.received(change(11, 13, [['99', '0']], [['101', '3']]), at(2), out)
  session.received(change(14, 14), at(3), out)
  // Sent twice: nothing is said again.
  session.received(change(12, 13, [['99', '7']]), at(3), out)
  assert.deepEqual(
    out.of('book').map(({ kind, sequence, bids, asks }) => [kind, sequence, bids, asks]),
    [
      [
        'snapshot',
        10,
        [
          ['100', '1'],
          ['99', '2'],
        ],
        [['101', '1.5']],
      ],
      ['update', 13, [['99', '0']], [['101', '3']]],
      ['update', 14, [], []],
    ],
  )
  out.clear()
  session.received(change(16, 16, [['100', '5']]), at(4), out)
  assert.deepEqual(out.of('book'), [])
  assert.equal(out.of('gap')[0]?.cause, 'missed-sequence')
  assert.equal(out.of('feed-state').at(-1)?.state, 'recovering')
  session.ticked(at(4), out)
  assert.deepEqual(
    out.sent.map((text) => JSON.parse(text)).map(({ event, payload }) => [event, payload]),
    [
      ['unsubscribe', ['ob.BTC_USDT.400']],
      ['subscribe', ['ob.BTC_USDT.400']],
    ],
  )
  session.received(change(17, 17, [['100', '6']]), at(5), out)
  session.received(full(20, [['98', '1']], [['102', '1']]), at(5), out)
  assert.deepEqual(
    out.of('book').map(({ kind, sequence }) => [kind, sequence]),
    [['snapshot', 20]],
  )
  assert.equal(out.of('feed-state').at(-1)?.state, 'synchronised')
  assert.equal(session.bookStatistics().get(instrument('BTC_USDT').id)?.resyncs, 1)
  // "The server may resend full depth updates": they replace.
  out.clear()
  session.received(full(25, [['97', '1']], [['103', '1']]), at(6), out)
  assert.deepEqual(
    out.of('book').map(({ kind, sequence }) => [kind, sequence]),
    [['snapshot', 25]],
  )
  assert.deepEqual(out.of('gap').filter((gap) => gap.revision === 0).length, 0)
})

test('the book of another channel, whose snapshot is fetched, is read where a connection carries it', () => {
  const { session, out } = opened(['book'])
  const update = (first: number, last: number, bids: unknown) =>
    message('spot.order_book_update', { t: 1790000000100, s: 'BTC_USDT', U: first, u: last, b: bids, a: [] })
  session.received(update(100, 103, [['99', '2']]), at(1), out)
  session.ticked(at(16), out)
  session.ticked(at(20), out)
  const request = out.requests[0]
  assert.equal(request?.path, '/api/v4/spot/order_book?currency_pair=BTC_USDT&limit=100&with_id=true')
  session.received(update(104, 104, [['98', '1']]), at(21), out)
  const body = JSON.stringify({ id: 102, current: 1790000000123, asks: [['101', '1']], bids: [['99', '1']] })
  assert.ok(request !== undefined)
  session.answered(request, { kind: 'answered', response: { status: 200, body } }, at(21), out)
  assert.deepEqual(
    out.of('book').map(({ kind, sequence }) => [kind, sequence]),
    [
      ['snapshot', 102],
      ['update', 103],
      ['update', 104],
    ],
  )
})

test('a hole in the ids of trades is filled from history, window by window', () => {
  const { session, out } = opened(['trade'])
  session.received(trade(500, 1), at(1), out)
  session.received(trade(503, 130), at(130), out)
  session.ticked(at(131), out)
  const [first] = out.requests
  assert.equal(
    first?.path,
    `/api/v4/spot/trades?currency_pair=BTC_USDT&from=${START / 1_000_000 + 1}&to=${START / 1_000_000 + 61}&limit=1000`,
  )
  const row = (id: number) => ({
    id: `${id}`,
    create_time: '1790000100',
    create_time_ms: '1790000100123.456000',
    currency_pair: 'BTC_USDT',
    side: 'buy',
    amount: '1',
    price: '5',
    sequence_id: `${id}`,
  })
  const answer = (rows: unknown) =>
    ({ kind: 'answered', response: { status: 200, body: JSON.stringify(rows) } }) as const
  assert.ok(first !== undefined)
  session.answered(first, answer([row(500)]), at(132), out)
  session.ticked(at(132), out)
  const second = out.requests[1]
  assert.match(second?.path ?? '', new RegExp(`from=${START / 1_000_000 + 60}&to=${START / 1_000_000 + 180}&`))
  assert.ok(second !== undefined)
  session.answered(second, answer([row(503), row(502), row(501)]), at(133), out)
  assert.deepEqual(
    out
      .of('trade')
      .map(({ id, backlog, side, exchangeTime }) => [id, backlog, side, exchangeTime])
      .slice(2),
    [
      ['501', true, 'buy', 1_790_000_100_123_456],
      ['502', true, 'buy', 1_790_000_100_123_456],
    ],
  )
  assert.equal(out.of('gap').at(-1)?.state, 'repaired')
})

test('quotes, statistics and candles are said; an empty side is none', () => {
  const { session, out } = opened(['quote', 'ticker', 'candle'])
  out.clear()
  const quote = { t: 1790000000100, u: 48, s: 'BTC_USDT', b: '', B: '0', a: '101.10', A: '0.09' }
  session.received(message('spot.book_ticker', quote), at(1), out)
  const candle = { t: '1790000040', v: '12.5', c: '4', h: '5', l: '1', o: '2', n: '1m_BTC_USDT', a: '3', w: true }
  session.received(message('spot.candlesticks', candle), at(1), out)
  session.received(message('spot.candlesticks', { ...candle, n: '5m_BTC_USDT' }), at(1), out)
  const day = { last: '4', high_24h: '5', low_24h: '1', base_volume: '10.0', quote_volume: '40.10' }
  session.received(message('spot.tickers', { currency_pair: 'BTC_USDT', ...day }), at(1), out)
  const [said] = out.of('quote')
  assert.deepEqual([said?.bidPrice, said?.bidAmount, said?.askPrice, said?.sequence], [null, null, '101.1', 48])
  const [minute, none] = out.of('venue-candle')
  assert.deepEqual(
    [minute?.openTime, minute?.volume, minute?.quoteVolume, minute?.isClosed, none],
    [1_790_000_040_000_000, '3', '12.5', true, undefined],
  )
  assert.equal(out.of('ticker')[0]?.quoteVolume, '40.1')
})

test('a minute is over once: when it is said, or else when the next one begins', () => {
  const { session, out } = opened(['candle'])
  out.clear()
  const candle = (minute: number, close: string, isOver: boolean) => {
    const row = { t: String(1_790_000_040 + 60 * minute), v: '8', c: close, h: '5', l: '1', o: '2', a: '3', w: isOver }
    session.received(message('spot.candlesticks', { ...row, n: '1m_BTC_USDT' }), at(1), out)
  }
  candle(0, '3', false)
  candle(0, '4', true)
  candle(1, '5', false)
  candle(2, '2', false)
  candle(1, '1', false)
  assert.deepEqual(
    out.of('venue-candle').map(({ openTime, close, isClosed }) => [openTime / 60e6 - 29_833_334, close, isClosed]),
    [
      [0, '3', false],
      [0, '4', true],
      [1, '5', false],
      [1, '5', true],
      [2, '2', false],
      [1, '1', true],
    ],
  )
})

test('a notice that the service is upgraded leads to a new connection', () => {
  const { session, out } = opened(['trade'])
  out.clear()
  session.received(message('spot.system', { type: 'upgrade', msg: 'Please reconnect.' }), at(1), out)
  assert.equal(out.commands[0]?.kind, 'reconnect')
})

test('after a cut everything is subscribed to again, and a silent ping keeps the line', () => {
  const { session, out } = opened(['trade', 'book'])
  session.received(full(10, [], []), at(1), out)
  session.closed(at(2), 'gone', out)
  out.clear()
  session.opened(at(3), out)
  assert.equal(out.sent.length, 2)
  assert.ok(JSON.parse(out.sent[0] ?? '').time === START / 1_000_000 + 3)
  session.ticked(at(30), out)
  assert.ok(out.sent.some((text) => text.includes('spot.ping')))
})

test('whatever is lost, doubled or garbled, no wrong book is called whole', () => {
  const frames = Array.from({ length: 30 }, (_, index) =>
    index % 10 === 0
      ? full(100 + index, [['100', `${index + 1}`]], [['101', '1']])
      : change(100 + index, 100 + index, [
          ['100', `${index + 1}`],
          [`${90 - index}`, '1'],
        ]),
  )
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('keep', 'keep', 'keep', 'lose', 'double', 'garble'), { minLength: 30, maxLength: 30 }),
      (fates) => {
        const { session, out } = opened(['book'])
        const truth = new OrderBook()
        const ours = new OrderBook()
        for (const [index, frame] of frames.entries()) {
          const { result } = JSON.parse(frame)
          if (result.full === true) truth.replace(result.b, result.a)
          else truth.update(result.b, [])
          const fate = fates[index]
          if (fate === 'lose') continue
          out.clear()
          session.received(fate === 'garble' ? frame.replace('"u":', '"x":') : frame, at(index), out)
          if (fate === 'double') session.received(frame, at(index), out)
          for (const book of out.of('book')) {
            if (book.kind === 'snapshot') ours.replace(book.bids, book.asks)
            else ours.update(book.bids, book.asks)
            assert.deepEqual([ours.bids(), ours.asks()], [truth.bids(), truth.asks()])
          }
        }
      },
    ),
    { numRuns: 200 },
  )
})

test('no frame is thrown at, whatever was done to it', () => {
  const frames = [
    full(10, [['100', '1']], [['101', '1.50']]),
    change(11, 13, [['99', '0']]),
    trade(500),
    message('spot.book_ticker', { t: 1, u: 48, s: 'BTC_USDT', b: '1', B: '0', a: '101.10', A: '0.09' }),
    message('spot.tickers', { currency_pair: 'BTC_USDT', last: '4' }),
    '{"channel":"spot.obu","event":"subscribe","error":{"code":2,"message":"x"},"payload":["ob.BTC_USDT.400"]}',
  ]
  const channels: readonly Channel[] = ['trade', 'quote', 'book', 'ticker', 'candle']
  fc.assert(
    fc.property(
      fc.constantFrom(...frames),
      fc.nat(),
      fc.nat({ max: 6 }),
      fc.constantFrom('', '0', '"', '-', 'null', '[', '}', '{}', ',', '1e9'),
      (frame, place, removed, put) => {
        const { session, out } = opened(channels)
        const from = place % frame.length
        session.received(frame.slice(0, from) + put + frame.slice(from + removed), at(1), out)
        session.ticked(at(20), out)
      },
    ),
    { numRuns: 1_000 },
  )
})

test('a trade at a negative price is refused, and the proper one of its id is taken after it', () => {
  const { session, out } = opened(['trade'])
  session.received(trade(10).replace('"83818.90"', '-1'), at(1), out)
  assert.deepEqual(
    out.refusals.map(({ kind }) => kind),
    ['malformed'],
  )
  session.received(trade(10), at(1), out)
  assert.deepEqual(
    out.of('trade').map(({ id, price }) => [id, price]),
    [['10', '83818.9']],
  )
})
