import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Channel, Instrument, Micros } from '../../market/index.ts'
import type { VenueSession } from '../protocol.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { type Category, symbolOf } from './category.ts'
import { instrumentFromName } from './instrument-name.ts'
import { bybit } from './protocol.ts'

const AT = 1_780_000_000_000_000 as Micros
const after = (seconds: number) => (AT + seconds * 1_000_000) as Micros

function instrument(category: Category, name: string): Instrument {
  const found = instrumentFromName(category, name)
  assert.ok(found !== undefined)
  return found
}

function opened(category: Category, names: readonly string[], channels: readonly Channel[], repairTrades = false) {
  const subscriptions = names.flatMap((name) =>
    channels.map((channel) => ({ instrument: instrument(category, name), channel })),
  )
  const [plan] = bybit.plan(subscriptions)
  assert.ok(plan !== undefined)
  const session = bybit.session({ plan, instruments: [], resume: new Map(), repairTrades })
  const out = new RecordingOutput()
  session.opened(AT, out)
  return { session, out, sent: out.sent.map((text) => JSON.parse(text) as Record<string, unknown>) }
}

const book = (type: string, u: number, b: unknown[], a: unknown[] = [], name = 'BTCUSDT') =>
  JSON.stringify({
    topic: `orderbook.1000.${name}`,
    type,
    ts: 1_780_000_000_000,
    data: { s: name, b, a, u, seq: u * 10 },
  })

const trade = (i: string, T: number, name = 'BTCUSDT') =>
  JSON.stringify({
    topic: `publicTrade.${name}`,
    data: [{ T, s: name, S: 'Sell', v: '0.50', p: '100.10', i, BT: false }],
  })

test('each market has its own socket, and its topics are asked for in as few messages as it allows', () => {
  const plans = bybit.plan(
    (['spot', 'linear', 'inverse'] as const).map((category) => ({
      instrument: instrument(category, category === 'inverse' ? 'BTCUSD' : 'BTCUSDT'),
      channel: 'trade',
    })),
  )
  assert.deepEqual(
    plans.map(({ name, path }) => [name, path]),
    [
      ['spot-0', '/v5/public/spot'],
      ['linear-0', '/v5/public/linear'],
      ['inverse-0', '/v5/public/inverse'],
    ],
  )
  const linear = opened('linear', ['BTCUSDT'], ['trade', 'quote', 'book', 'ticker', 'funding', 'liquidation', 'status'])
  assert.deepEqual(linear.sent, [
    {
      op: 'subscribe',
      req_id: '1',
      args: [
        'publicTrade.BTCUSDT',
        'orderbook.1.BTCUSDT',
        'orderbook.1000.BTCUSDT',
        'tickers.BTCUSDT',
        'allLiquidation.BTCUSDT',
      ],
    },
  ])
  const names = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT', 'XRPUSDT']
  const spot = opened('spot', names, ['trade', 'book', 'candle'])
  assert.deepEqual(
    spot.sent.map(({ args }) => (args as string[]).length),
    [10, 2],
  )
})

test('spot and perpetual of one name are two instruments', () => {
  const spot = opened('spot', ['BTCUSDT'], ['trade'])
  spot.session.received(trade('2290000000050703789', 1_780_000_000_000), AT, spot.out)
  const linear = opened('linear', ['BTCUSDT'], ['trade'])
  linear.session.received(trade('4c7b6bdc-b4a3', 1_780_000_000_000), AT, linear.out)
  const [one] = spot.out.of('trade')
  const [other] = linear.out.of('trade')
  assert.deepEqual([one?.instrument, one?.symbol, one?.side, one?.amount], ['BTC-USDT', 'spot:BTCUSDT', 'sell', '0.5'])
  assert.deepEqual([other?.instrument, other?.symbol], ['BTC-USDT-PERP', 'BTCUSDT'])
  assert.equal(symbolOf('spot', 'BTCUSDT'), 'spot:BTCUSDT')
  // A session of the one market does not take the other's reference data for its own.
  const both = [instrument('spot', 'ETHUSDT'), instrument('linear', 'BTCUSDT')]
  linear.session.instrumentsChanged(both)
  linear.out.clear()
  linear.session.received(trade('x', 1_780_000_000_001, 'ETHUSDT'), AT, linear.out)
  assert.equal(linear.out.refusals[0]?.kind, 'unknown-instrument')
})

test('a break in the update ids invalidates the book, which is asked for anew and alone', () => {
  const { session, out } = opened('linear', ['BTCUSDT', 'ETHUSDT'], ['book', 'trade'])
  session.received(book('snapshot', 7, [['100', '1']], [['101', '2']]), AT, out)
  session.received(book('snapshot', 3, [['10', '1']], [['11', '2']], 'ETHUSDT'), AT, out)
  session.received(book('delta', 8, [['100', '0']]), AT, out)
  out.clear()
  session.received(book('delta', 10, [['99', '1']]), after(1), out)
  assert.equal(out.of('book').length, 0)
  assert.deepEqual([out.of('gap')[0]?.cause, out.of('gap')[0]?.state], ['missed-sequence', 'open'])
  session.ticked(after(1), out)
  assert.deepEqual(
    out.sent.map((text) => JSON.parse(text)).map(({ op, args }) => [op, args]),
    [
      ['unsubscribe', ['orderbook.1000.BTCUSDT']],
      ['subscribe', ['orderbook.1000.BTCUSDT']],
    ],
  )
  // Updates mean nothing until then; the other book goes on.
  session.received(book('delta', 11, [['98', '1']]), after(2), out)
  session.received(book('delta', 4, [['10', '3']], [], 'ETHUSDT'), after(2), out)
  assert.deepEqual(
    out.of('book').map(({ symbol }) => symbol),
    ['ETHUSDT'],
  )
  session.received(book('snapshot', 40, [['99', '1']], [['101', '2']]), after(3), out)
  assert.equal(out.of('gap').at(-1)?.state, 'beyond-repair')
  const statistics = session.bookStatistics().get(instrument('linear', 'BTCUSDT').id)
  assert.deepEqual([statistics?.gaps, statistics?.resyncs, statistics?.staleDropped], [1, 1, 1])
})

test('an update that came before is dropped, and one numbered 1 begins the book anew', () => {
  const { session, out } = opened('inverse', ['BTCUSD'], ['book'])
  session.received(book('snapshot', 7, [['100', '1']], [['101', '2']], 'BTCUSD'), AT, out)
  session.received(book('delta', 7, [['100', '5']], [], 'BTCUSD'), AT, out)
  out.clear()
  session.received(book('delta', 1, [['90', '1']], [['91', '1']], 'BTCUSD'), AT, out)
  session.received(book('delta', 2, [['90', '0']], [], 'BTCUSD'), AT, out)
  assert.deepEqual(
    out.of('book').map(({ kind, sequence }) => [kind, sequence]),
    [
      ['snapshot', 1],
      ['update', 2],
    ],
  )
  assert.equal(session.bookStatistics().get(instrument('inverse', 'BTCUSD').id)?.staleDropped, 1)
})

test('an unreadable message of a book makes it suspect; one of another topic does not', () => {
  const { session, out } = opened('linear', ['BTCUSDT'], ['book', 'quote'])
  session.received(book('snapshot', 7, [['100', '1']], [['101', '2']]), AT, out)
  session.received(book('delta', 8, [['ten', '1']]), AT, out)
  assert.equal(out.refusals[0]?.kind, 'malformed')
  assert.equal(out.of('gap')[0]?.cause, 'malformed-frame')
  out.clear()
  session.received('{"topic":"orderbook.1.BTCUSDT","type":"snapshot","ts":1,"data":{}}', AT, out)
  assert.equal(out.of('gap').length, 0)
})

test('a refused topic is given up, the others of its message are asked for again', () => {
  const { session, out } = opened('linear', ['BTCUSDT', 'LUNAUSDT'], ['trade'])
  const answer = {
    success: false,
    ret_msg: 'error:handler not found,topic:publicTrade.LUNAUSDT',
    op: 'subscribe',
    req_id: '1',
  }
  session.received(JSON.stringify(answer), AT, out)
  assert.equal(out.refusals[0]?.kind, 'venue-error')
  assert.equal(out.of('feed-state').at(-1)?.state, 'halted')
  out.clear()
  session.ticked(after(16), out)
  assert.deepEqual(JSON.parse(out.sent.find((text) => text.includes('"subscribe"')) ?? '{}').args, [
    'publicTrade.BTCUSDT',
  ])
  session.received(JSON.stringify({ success: true, ret_msg: '', op: 'subscribe', req_id: '2' }), after(16), out)
  out.clear()
  session.ticked(after(100), out)
  assert.deepEqual(out.sent, ['{"op":"ping"}'])
  session.received('{"success":true,"ret_msg":"pong","conn_id":"x","op":"ping"}', after(101), out)
  assert.deepEqual(out.refusals, [])
})

test('after a cut the newest trades over REST show that nothing is missing, or that something is', () => {
  const { session, out } = opened('linear', ['BTCUSDT'], ['trade'], true)
  session.received(trade('a', 1_780_000_000_000), AT, out)
  session.closed(after(1), 'closed', out)
  session.opened(after(2), out)
  session.received(trade('c', 1_780_000_003_000), after(3), out)
  session.ticked(after(5), out)
  const request = out.requests.at(-1)
  assert.equal(request?.path, '/v5/market/recent-trade?category=linear&symbol=BTCUSDT&limit=1000')
  const row = (execId: string, time: number) => ({
    execId,
    symbol: 'BTCUSDT',
    price: '1',
    size: '1',
    side: 'Buy',
    time: `${time}`,
  })
  const list = [row('c', 1_780_000_003_000), row('b', 1_780_000_002_000), row('a', 1_780_000_000_000)]
  const body = JSON.stringify({
    retCode: 0,
    retMsg: 'OK',
    result: { category: 'linear', list },
    time: 1_780_000_006_000,
  })
  out.clear()
  assert.ok(request !== undefined)
  session.answered(request, { kind: 'answered', response: { status: 200, body } }, after(6), out)
  assert.deepEqual(
    out.of('trade').map(({ id, backlog }) => [id, backlog]),
    [['b', true]],
  )
  assert.equal(out.of('gap')[0]?.state, 'repaired')
})

test('what changes of a ticker is put together with what does not', () => {
  const { session, out } = opened('linear', ['BTCUSDT'], ['ticker', 'funding', 'mark-price', 'open-interest'])
  const ticker = (type: string, data: object) =>
    JSON.stringify({
      topic: 'tickers.BTCUSDT',
      type,
      data: { symbol: 'BTCUSDT', ...data },
      cs: 1,
      ts: 1_780_000_000_000,
    })
  session.received(ticker('delta', { lastPrice: '1' }), AT, out)
  assert.equal(out.of('ticker').length, 0)
  session.received(
    ticker('snapshot', {
      lastPrice: '5',
      prevPrice24h: '4',
      markPrice: '5.1',
      fundingRate: '0.0001',
      nextFundingTime: '1780012800000',
      openInterest: '7',
    }),
    AT,
    out,
  )
  session.received(ticker('delta', { markPrice: '5.2' }), AT, out)
  session.received(ticker('delta', { lastPrice: '6' }), AT, out)
  assert.deepEqual(
    out.of('ticker').map(({ last, open }) => [last, open]),
    [
      ['5', '4'],
      ['6', '4'],
    ],
  )
  assert.deepEqual(
    out.of('mark-price').map(({ markPrice }) => markPrice),
    ['5.1', '5.2'],
  )
  assert.deepEqual([out.of('funding').length, out.of('open-interest').length], [1, 1])
  session.closed(after(1), 'closed', out)
  session.opened(after(2), out)
  out.clear()
  session.received(ticker('delta', { lastPrice: '7' }), after(3), out)
  assert.equal(out.of('ticker').length, 0)
})

test('a long that is liquidated is sold, and the status of an instrument is asked for', () => {
  const { session, out } = opened('linear', ['BTCUSDT'], ['liquidation', 'status'])
  const data = [{ T: 1_780_000_000_000, s: 'BTCUSDT', S: 'Buy', v: '2', p: '90' }]
  session.received(JSON.stringify({ topic: 'allLiquidation.BTCUSDT', type: 'snapshot', ts: 1, data }), AT, out)
  assert.deepEqual([out.of('liquidation')[0]?.side, out.of('liquidation')[0]?.price], ['sell', '90'])
  // It is not asked for at once: the questions of all instruments are spread.
  session.ticked(AT, out)
  session.ticked(after(11), out)
  const request = out.requests.at(-1)
  assert.equal(request?.path, '/v5/market/instruments-info?category=linear&symbol=BTCUSDT')
  const answer = (list: unknown[]) => JSON.stringify({ retCode: 0, result: { list }, time: 1_780_000_000_000 })
  assert.ok(request !== undefined)
  const say = (body: string) =>
    session.answered(request, { kind: 'answered', response: { status: 200, body } }, after(12), out)
  say(answer([{ symbol: 'BTCUSDT', status: 'Trading' }]))
  assert.deepEqual([out.of('status')[0]?.status, out.of('status')[0]?.venueStatus], ['trading', 'Trading'])
})

test('a topic ends with the last channel that needs it', () => {
  const { session, out } = opened('linear', ['BTCUSDT'], ['ticker', 'funding'])
  const one = instrument('linear', 'BTCUSDT')
  out.clear()
  session.changed([], [{ instrument: one, channel: 'funding' }], AT, out)
  assert.deepEqual(out.sent, [])
  session.changed([], [{ instrument: one, channel: 'ticker' }], AT, out)
  assert.deepEqual(JSON.parse(out.sent[0] ?? '{}').args, ['tickers.BTCUSDT'])
})

test('no frame, whatever was done to it, is thrown at', () => {
  const frames = [
    book('snapshot', 7, [['100', '1']], [['101', '2']]),
    book('delta', 8, [['100', '0']]),
    trade('a', 1_780_000_000_000),
    '{"topic":"tickers.BTCUSDT","type":"snapshot","data":{"symbol":"BTCUSDT","lastPrice":"5"},"cs":1,"ts":1780000000000}',
    '{"topic":"kline.1.BTCUSDT","data":[{"start":1780000000000,"open":"1","close":"1","high":"1","low":"1","volume":"1","turnover":"1","confirm":true,"timestamp":1780000000000}],"ts":1780000000000}',
    '{"topic":"allLiquidation.BTCUSDT","data":[{"T":1780000000000,"s":"BTCUSDT","S":"Buy","v":"2","p":"90"}]}',
    '{"success":false,"ret_msg":"x","op":"subscribe","req_id":"1"}',
  ]
  const all: readonly Channel[] = ['trade', 'quote', 'book', 'ticker', 'candle', 'liquidation']
  const { session } = opened('linear', ['BTCUSDT'], all)
  for (const frame of frames) mutate(frame, session)
})

/** Every character taken out or replaced, and every beginning. */
function mutate(frame: string, session: VenueSession): void {
  const out = new RecordingOutput()
  for (let at = 0; at <= frame.length; at++) {
    for (const put of ['', '"', '0', '}', '-', 'null', '[1]']) {
      session.received(frame.slice(0, at) + put + frame.slice(at + 1), AT, out)
    }
    session.received(frame.slice(0, at), AT, out)
  }
}

test('a silent topic that serves several channels is really subscribed to anew, and trades are left alone', () => {
  const { session, out } = opened('linear', ['BTCUSDT'], ['trade', 'ticker', 'funding', 'mark-price'])
  session.received('{"success":true,"ret_msg":"","conn_id":"x","req_id":"1","op":"subscribe"}', after(1), out)
  out.clear()
  session.silent({ instrument: instrument('linear', 'BTCUSDT'), channel: 'ticker' }, after(60), out)
  assert.deepEqual(
    out.sent.map((text) => [JSON.parse(text).op, JSON.parse(text).args]),
    [
      ['unsubscribe', ['tickers.BTCUSDT']],
      ['subscribe', ['tickers.BTCUSDT']],
    ],
  )
})
