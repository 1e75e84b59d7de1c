import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Channel, Micros } from '../../market/index.ts'
import { CaptureReplay } from '../capture-replay.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { instrumentFromSymbol } from './instruments.ts'
import { krakenFutures } from './protocol.ts'

const T0 = 1_700_000_000_000_000 as Micros
const SECOND = 1_000_000
const PRODUCT = 'PI_XBTUSD'

function opened(channels: readonly Channel[]) {
  const out = new RecordingOutput()
  const instrument = instrumentFromSymbol(PRODUCT)
  assert.ok(instrument !== undefined)
  const subscriptions = channels.map((channel) => ({ instrument, channel }))
  const session = krakenFutures.session({
    plan: { name: 'market-0', path: '', subscriptions },
    instruments: [instrument],
    resume: new Map(),
    repairTrades: true,
  })
  session.opened(T0, out)
  const say = (frame: unknown, at = T0) => session.received(JSON.stringify(frame), at, out)
  return { session, out, say, instrument, subscriptions }
}

function snapshot(seq: number) {
  const bids = [
    { price: 100.5, qty: 10.0 },
    { price: 100, qty: 7.0 },
  ]
  return {
    feed: 'book_snapshot',
    product_id: PRODUCT,
    timestamp: 1_700_000_000_000,
    seq,
    bids,
    asks: [{ price: 101, qty: 3 }],
  }
}

function update(seq: number, side: string, price: number, qty: number) {
  return { feed: 'book', product_id: PRODUCT, side, seq, price, qty, timestamp: 1_700_000_000_001 }
}

function trade(seq: number, more: object = {}) {
  const time = 1_700_000_000_000 + seq
  return {
    feed: 'trade',
    product_id: PRODUCT,
    uid: `uid-${seq}`,
    side: 'sell',
    type: 'fill',
    seq,
    time,
    qty: 15_000,
    price: 34_969.5,
    ...more,
  }
}

test('each feed of the wire is subscribed to once, and heartbeats keep the connection', () => {
  const { session, out } = opened(['trade', 'liquidation', 'book', 'quote', 'ticker', 'funding', 'status'])
  const subscribe = (feed: string) => ({ event: 'subscribe', feed, product_ids: [PRODUCT] })
  assert.deepEqual(
    out.sent.map((text) => JSON.parse(text)),
    [{ event: 'subscribe', feed: 'heartbeat' }, subscribe('trade'), subscribe('book'), subscribe('ticker')],
  )
  for (const feed of ['trade', 'book', 'ticker', 'heartbeat']) {
    session.received(
      JSON.stringify({ event: 'subscribed', feed, product_ids: feed === 'heartbeat' ? undefined : [PRODUCT] }),
      T0,
      out,
    )
  }
  session.received('{"feed":"heartbeat","time":1700000000000}', T0, out)
  session.received('{"event":"info","version":1}', T0, out)
  out.clear()
  session.ticked((T0 + 31 * SECOND) as Micros, out)
  assert.deepEqual(out.sent, ['{"event":"subscribe","feed":"heartbeat"}'])
  assert.deepEqual(out.refusals, [])
})

test('quotes are the touch of the book; a jump of seq invalidates it, and it is asked for alone', () => {
  const { session, out, say } = opened(['book', 'quote'])
  say(snapshot(10))
  say(update(10, 'sell', 999, 1))
  say(update(11, 'buy', 100.5, 0))
  say(update(12, 'sell', 105, 1))
  assert.deepEqual(
    out.of('book').map(({ kind, sequence }) => [kind, sequence]),
    [
      ['snapshot', 10],
      ['update', 11],
      ['update', 12],
    ],
  )
  assert.deepEqual(
    out.of('quote').map((one) => [one.bidPrice, one.bidAmount, one.askPrice, one.askAmount]),
    [
      ['100.5', '10', '101', '3'],
      ['100', '7', '101', '3'],
    ],
  )
  assert.equal(session.bookStatistics().get('BTC-USD-PERP-INVERSE' as never)?.staleDropped, 1)
  out.clear()
  say(update(14, 'buy', 99, 1))
  assert.deepEqual(out.of('book'), [])
  assert.deepEqual(
    out.of('gap').map(({ channel, cause }) => [channel, cause]),
    [
      ['book', 'missed-sequence'],
      ['quote', 'missed-sequence'],
    ],
  )
  session.ticked(T0, out)
  assert.deepEqual(
    out.sent.map((text) => JSON.parse(text).event),
    ['unsubscribe', 'subscribe'],
  )
  say(snapshot(20), (T0 + SECOND) as Micros)
  assert.equal(out.of('feed-state').at(-1)?.state, 'synchronised')
})

test('a count that goes back is a new one: the book is asked for anew instead of standing still', () => {
  const { out, say } = opened(['book'])
  say(snapshot(1_000))
  say(update(1_001, 'buy', 99, 1))
  say(update(5, 'buy', 98, 1))
  assert.deepEqual(
    out.of('gap').map(({ cause }) => cause),
    ['missed-sequence'],
  )
})

test('the history sent at subscription is backlog; liquidations are said twice over', () => {
  const { out, say } = opened(['trade', 'liquidation'])
  say({ feed: 'trade_snapshot', product_id: PRODUCT, trades: [trade(2), trade(1, { type: 'liquidation' })] })
  say(trade(3, { type: 'liquidation', side: 'buy' }))
  say(trade(3))
  assert.deepEqual(
    out.of('trade').map(({ id, backlog, side }) => [id, backlog, side]),
    [
      ['uid-2', true, 'sell'],
      ['uid-1', true, 'sell'],
      ['uid-3', undefined, 'buy'],
    ],
  )
  assert.deepEqual(
    out.of('liquidation').map(({ id, side, amount }) => [id, side, amount]),
    [['uid-3', 'buy', '15000']],
  )
})

test('a jump in the numbers of trades is a gap, which history repairs', () => {
  const { session, out, say } = opened(['trade'])
  say({ feed: 'trade_snapshot', product_id: PRODUCT, trades: [trade(2), trade(1)] })
  say(trade(3))
  say(trade(6), (T0 + SECOND) as Micros)
  assert.deepEqual(
    out.of('gap').map(({ cause, state }) => [cause, state]),
    [['missed-sequence', 'open']],
  )
  session.ticked((T0 + 3 * SECOND) as Micros, out)
  const [request] = out.requests
  assert.ok(request !== undefined)
  assert.equal(request.path, '/derivatives/api/v3/history?symbol=PI_XBTUSD')
  const row = (seq: number) => ({
    time: new Date(1_700_000_000_000 + seq).toISOString(),
    trade_id: seq + 50,
    price: 34_969.5,
    size: 15_000,
    side: 'sell',
    type: 'fill',
    uid: `uid-${seq}`,
  })
  const body = JSON.stringify({ result: 'success', history: [6, 5, 4, 3, 2].map(row) })
  session.answered(request, { kind: 'answered', response: { status: 200, body } }, (T0 + 3 * SECOND) as Micros, out)
  assert.deepEqual(
    out.of('trade').map(({ id }) => id),
    ['uid-2', 'uid-1', 'uid-3', 'uid-6', 'uid-4', 'uid-5'],
  )
  assert.equal(out.of('gap').at(-1)?.state, 'repaired')
})

test('an error is told; an unreadable message of a book makes it suspect', () => {
  const { session, out, say } = opened(['book'])
  say({ event: 'error', message: 'Invalid product id' })
  assert.equal(out.refusals[0]?.kind, 'venue-error')
  say(snapshot(10))
  session.received(JSON.stringify(update(11, 'buy', 1, 1)).replace('"qty":1', '"qty":"x"'), T0, out)
  assert.equal(out.of('gap')[0]?.cause, 'malformed-frame')
})

test('candles are asked for', () => {
  const { session, out } = opened(['candle'])
  assert.deepEqual(out.sent, ['{"event":"subscribe","feed":"heartbeat"}'])
  const at = (T0 + 15 * SECOND) as Micros
  session.ticked(T0, out)
  session.ticked(at, out)
  const [request] = out.requests
  assert.ok(request !== undefined)
  assert.equal(request.path, '/api/charts/v1/trade/PI_XBTUSD/1m?from=1699999820')
  const candle = { time: 1_699_999_980_000, open: '1', high: '2', low: '1', close: '2', volume: '7' }
  const body = JSON.stringify({ candles: [{ ...candle, time: 1_699_999_920_000 }, candle], more_candles: false })
  session.answered(request, { kind: 'answered', response: { status: 200, body } }, at, out)
  assert.deepEqual(
    out.of('venue-candle').map(({ volume, quoteVolume, isClosed }) => [volume, quoteVolume, isClosed]),
    [
      ['7', '7', true],
      ['7', '7', false],
    ],
  )
})

test('a capture of 2021: instruments in lower case, the feed in upper case, subscriptions as they were sent', () => {
  const record = (dir: string, data: unknown, kind = 'ws', url = 'wss://futures.kraken.com/ws/v1') =>
    JSON.stringify({ t: 1_626_993_723, kind, dir, url, conn: kind, data: data === '' ? '' : JSON.stringify(data) })
  const instruments = [
    { symbol: 'pi_xbtusd', type: 'futures_inverse', tickSize: 0.5, contractSize: 1, tradeable: true },
    {
      symbol: 'fi_xbtusd_210730',
      type: 'futures_inverse',
      tickSize: 0.5,
      contractSize: 1,
      tradeable: true,
      lastTradingTime: '2021-07-30T15:00:00.000Z',
    },
    { symbol: 'pv_xrpxbt', type: 'futures_vanilla', tickSize: 1e-8, contractSize: 1, tradeable: true },
    { symbol: 'in_xbtusd', type: 'spot index', tradeable: false },
  ]
  const replay = new CaptureReplay({ protocol: krakenFutures, books: true })
  const lines = [
    record(
      'in',
      { result: 'success', instruments },
      'http',
      'https://futures.kraken.com/derivatives/api/v3/instruments',
    ),
    record('open', ''),
    ...['book', 'trade', 'ticker_lite', 'ticker'].map((feed) =>
      record('out', { event: 'subscribe', feed, product_ids: ['PI_XBTUSD', 'FI_XBTUSD_210730'] }),
    ),
    record('in', { event: 'subscribed', feed: 'book', product_ids: [PRODUCT, 'FI_XBTUSD_210730'] }),
    record('in', snapshot(10)),
    record('in', update(11, 'buy', 100.5, 0)),
    record('in', {
      feed: 'ticker_lite',
      product_id: PRODUCT,
      bid: 1,
      ask: 2,
      change: 0,
      premium: -0.1,
      volume: '7.0541503E7',
      tag: 'perpetual',
      pair: 'XBT:USD',
      dtm: 1,
      maturityTime: 0,
    }),
    record('in', { feed: 'trade_snapshot', product_id: PRODUCT, trades: [trade(2), trade(1)] }),
    record('in', trade(3)),
  ]
  const events = lines.flatMap((line) => [...replay.push(line)])
  assert.deepEqual(replay.summary.refused, 1, 'the index is no instrument')
  const [book] = replay.bookStates()
  assert.deepEqual(
    [book?.symbol, book?.state, book?.bids, book?.asks],
    [PRODUCT, 'synchronised', [['100', '7']], [['101', '3']]],
  )
  const ticker = events.find(({ messageType }) => messageType === 'ticker')
  assert.ok(ticker?.messageType === 'ticker')
  assert.equal(ticker.quoteVolume, '70541503')
  assert.deepEqual(
    events.flatMap((event) => (event.messageType === 'trade' ? [event.backlog] : [])),
    [true, true, undefined],
  )
})

test('no frame is thrown at, whatever was done to it', () => {
  const frames = [
    snapshot(10),
    update(11, 'buy', 1, 1),
    trade(3),
    { event: 'subscribed', feed: 'book', product_ids: [PRODUCT] },
  ].map((one) => JSON.stringify(one))
  const { session, out } = opened(['trade', 'book', 'quote', 'ticker', 'liquidation'])
  let seed = 11
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return seed % below
  }
  const spare = ['"', '{', ']', ',', '-', '1e9', 'null', '\\', 'x', '0.', '[]']
  for (let turn = 0; turn < 3_000; turn++) {
    let frame = frames[random(frames.length)] ?? ''
    for (let change = 0; change <= random(3); change++) {
      const at = random(frame.length + 1)
      frame = frame.slice(0, at) + (spare[random(spare.length)] ?? '') + frame.slice(at + random(4))
    }
    session.received(frame, (T0 + turn) as Micros, out)
  }
  assert.ok(out.refusals.length > 0)
})
