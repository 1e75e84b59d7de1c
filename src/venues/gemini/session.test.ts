import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Channel, Instrument, Micros } from '../../market/index.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { replaySession } from '../testing/session-report.ts'
import { geminiPast, tradeHistory } from './history.ts'
import { instrumentFromSymbol, readInstruments } from './instruments.ts'
import { gemini } from './protocol.ts'

const AT = 1_780_000_000_000_000 as Micros
const after = (seconds: number) => (AT + seconds * 1_000_000) as Micros

function instrument(symbol: string): Instrument {
  const found = instrumentFromSymbol(symbol, 'trading')
  assert.ok(found !== undefined)
  return found
}

function opened(symbols: readonly string[], channels: readonly Channel[], dialect?: string) {
  const subscriptions = symbols.flatMap((symbol) =>
    channels.map((channel) => ({ instrument: instrument(symbol), channel })),
  )
  const [plan] = gemini.plan(subscriptions)
  assert.ok(plan !== undefined)
  const streams = dialect === undefined ? {} : { dialect, plan: { ...plan, path: '?snapshot=-1' } }
  const session = gemini.session({ plan, instruments: [], resume: new Map(), repairTrades: true, ...streams })
  const out = new RecordingOutput()
  session.opened(AT, out)
  return { session, out }
}

const trade = (event_id: number, extra: object = {}) => ({
  type: 'trade',
  symbol: 'BTCUSD',
  event_id,
  timestamp: 1_780_000_000_000 + event_id,
  price: '8325.00',
  quantity: '0.10',
  side: 'buy',
  ...extra,
})

const l2 = (changes: unknown[], trades?: unknown[]) =>
  JSON.stringify({ type: 'l2_updates', symbol: 'BTCUSD', changes, ...(trades && { trades }) })

const STATE = l2(
  [
    ['buy', '100', '1'],
    ['sell', '101', '2'],
  ],
  [trade(2), trade(1)],
)

test('the book and the last trades come with the answer to a subscription', () => {
  const { session, out } = opened(['BTCUSD', 'ETHBTC'], ['trade', 'book', 'quote', 'candle', 'ticker'])
  assert.deepEqual(out.sent, [
    '{"type":"subscribe","subscriptions":[{"name":"l2","symbols":["BTCUSD","ETHBTC"]},{"name":"candles_1m","symbols":["BTCUSD","ETHBTC"]}]}',
  ])
  session.received(STATE, AT, out)
  session.received(JSON.stringify(trade(3, { tid: 2_840_140_800_042_677, side: 'sell' })), AT, out)
  session.received(l2([['buy', '100', '0']]), AT, out)
  session.received('{"type":"heartbeat","timestamp":1780000000000}', AT, out)
  assert.deepEqual(
    out.of('trade').map(({ id, backlog, side }) => [id, backlog, side]),
    [
      ['2', true, 'buy'],
      ['1', true, 'buy'],
      ['2840140800042677', undefined, 'sell'],
    ],
  )
  assert.deepEqual(
    out.of('book').map(({ kind, bids, asks }) => [kind, bids, asks]),
    [
      ['snapshot', [['100', '1']], [['101', '2']]],
      ['update', [['100', '0']], []],
    ],
  )
  assert.deepEqual(
    out.of('quote').map(({ bidPrice, askPrice }) => [bidPrice, askPrice]),
    [
      ['100', '101'],
      [null, '101'],
    ],
  )
  assert.deepEqual(out.refusals, [])
})

test('an unreadable trade of the initial response does no harm to its book', () => {
  const { session, out } = opened(['BTCUSD'], ['trade', 'book'])
  const trades = [{ ...trade(1), price: 'x' }, { ...trade(2), type: 'block_trade' }, trade(3)]
  session.received(l2([['buy', '100', '1']], trades), AT, out)
  assert.deepEqual(
    out.of('trade').map(({ id }) => id),
    ['3'],
  )
  assert.deepEqual([out.of('book').length, out.of('gap').length, out.refusals.length], [1, 0, 1])
})

test('an update of a book whose state never came says nothing, however large a state may be without trades', () => {
  const { session, out } = opened(['BTCUSD'], ['book'])
  session.received(l2([['buy', '100', '1']]), AT, out)
  assert.equal(out.of('book').length, 0)
  const levels = Array.from({ length: 20 }, (_, index) => [index < 10 ? 'buy' : 'sell', `${100 + index}`, '1'])
  session.received(l2(levels), AT, out)
  assert.deepEqual([out.of('book')[0]?.kind, out.of('book')[0]?.bids.length], ['snapshot', 10])
})

test('a book that is crossed is asked for anew, although the trades need the same feed', () => {
  const { session, out } = opened(['BTCUSD'], ['trade', 'book'])
  session.received(STATE, AT, out)
  out.clear()
  session.received(l2([['buy', '101', '1']]), after(1), out)
  assert.equal(out.of('book').length, 0)
  assert.equal(out.of('gap')[0]?.cause, 'missed-sequence')
  session.ticked(after(1), out)
  assert.deepEqual(out.sent, [
    '{"type":"unsubscribe","subscriptions":[{"name":"l2","symbols":["BTCUSD"]}]}',
    '{"type":"subscribe","subscriptions":[{"name":"l2","symbols":["BTCUSD"]}]}',
  ])
  session.received(STATE, after(2), out)
  assert.equal(out.of('book')[0]?.kind, 'snapshot')
  assert.equal(out.of('trade').length, 0)
})

test('trades go on where the book is given up, and the feed ends with the last of them', () => {
  const { session, out } = opened(['BTCUSD'], ['trade', 'book'])
  const one = instrument('BTCUSD')
  out.clear()
  session.changed([], [{ instrument: one, channel: 'book' }], AT, out)
  assert.deepEqual(out.sent, [])
  session.received(JSON.stringify(trade(3)), AT, out)
  assert.equal(out.of('trade').length, 1)
  session.changed([], [{ instrument: one, channel: 'trade' }], AT, out)
  assert.deepEqual(out.sent, ['{"type":"unsubscribe","subscriptions":[{"name":"l2","symbols":["BTCUSD"]}]}'])
})

test('after a cut the trades of the answer show whether any was missed, or else history is asked', () => {
  const { session, out } = opened(['BTCUSD'], ['trade'])
  session.received(STATE, AT, out)
  session.received(JSON.stringify(trade(3)), AT, out)
  session.closed(after(1), 'closed', out)
  session.opened(after(2), out)
  session.received(l2([], [trade(4), trade(3), trade(2)]), after(3), out)
  assert.deepEqual(
    out.of('gap').map(({ state }) => state),
    ['open', 'repaired'],
  )
  session.closed(after(4), 'closed', out)
  session.opened(after(5), out)
  out.clear()
  session.received(l2([], [trade(90)]), after(6), out)
  session.received(JSON.stringify(trade(91)), after(6), out)
  session.ticked(after(8), out)
  const request = out.requests.at(-1)
  assert.ok(request !== undefined)
  assert.equal(request.path, '/v1/trades/btcusd?limit_trades=500&timestamp=1779999999002')
  const row = (tid: number) =>
    `{"timestamp":1780000000,"timestampms":${1_780_000_000_000 + tid},"tid":${tid},"price":"1","amount":"1","exchange":"gemini","type":"sell"}`
  const body = `[${[91, 90, 50, 4, 3, 2].map(row).join(',')}]`
  out.clear()
  session.answered(request, { kind: 'answered', response: { status: 200, body } }, after(9), out)
  assert.deepEqual(
    out.of('trade').map(({ id }) => id),
    ['50'],
  )
  assert.equal(out.of('gap')[0]?.state, 'repaired')
})

test('candles that are over are said as closed, once', () => {
  const { session, out } = opened(['BTCUSD'], ['candle'])
  const minute = (index: number) => 1_780_000_020_000 + index * 60_000
  const candles = (...rows: unknown[][]) =>
    JSON.stringify({ type: 'candles_1m_updates', symbol: 'BTCUSD', changes: rows.map((row) => [...row, 2e-7]) })
  session.received(candles([minute(1), 1, 2, 1, 2], [minute(0), 1, 1, 1, 1]), AT, out)
  session.received(candles([minute(1), 1, 3, 1, 3]), AT, out)
  session.received(candles([minute(2), 3, 3, 3, 3]), AT, out)
  session.received(candles([minute(3), 5, 5, 5, 5], [minute(2), 3, 4, 3, 4]), AT, out)
  assert.deepEqual(
    out
      .of('venue-candle')
      .map(({ openTime, close, isClosed }) => [(openTime / 1_000 - minute(0)) / 60_000, close, isClosed]),
    [
      [0, '1', true],
      [1, '2', false],
      [1, '3', false],
      [1, '3', true],
      [2, '3', false],
      [2, '4', true],
      [3, '5', false],
    ],
  )
  assert.equal(out.of('venue-candle')[0]?.volume, '0.0000002')
})

test('the ticker and the status are asked for', () => {
  const { session, out } = opened(['BTCUSD'], ['ticker', 'status'])
  assert.deepEqual(out.sent, [])
  session.ticked(AT, out)
  session.ticked(after(11), out)
  const bodies: Readonly<Record<string, string>> = {
    '/v1/pubticker/btcusd':
      '{"bid":"1","ask":"2","last":"1.50","volume":{"BTC":"7","USD":"9","timestamp":1780000000000}}',
    '/v1/symbols/details/btcusd': '{"symbol":"BTCUSD","status":"post_only"}',
  }
  assert.deepEqual(out.requests.map(({ path }) => path).sort(), Object.keys(bodies))
  for (const request of out.requests) {
    const body = bodies[request.path] ?? ''
    session.answered(request, { kind: 'answered', response: { status: 200, body } }, after(12), out)
  }
  const [ticker] = out.of('ticker')
  assert.deepEqual([ticker?.last, ticker?.volume, ticker?.quoteVolume], ['1.5', '7', '9'])
  assert.deepEqual([out.of('status')[0]?.status, out.of('status')[0]?.venueStatus], ['halted', 'post_only'])
})

test('the streams begin with the state of the book, and their trades name the maker', () => {
  const { session, out } = opened(['BTCUSD'], ['trade', 'book', 'quote'], 'streams')
  assert.deepEqual(out.sent, [
    '{"id":"1","method":"subscribe","params":["btcusd@trade","btcusd@depth@100ms","btcusd@bookTicker"]}',
  ])
  session.received('{"id":"1","status":200}', AT, out)
  const depth = (u: number, b: unknown[], a: unknown[]) =>
    JSON.stringify({ e: 'depthUpdate', E: 0, s: 'btcusd', U: u, u, b, a }).replace('"E":0', '"E":1780000000123456789')
  session.received(depth(10, [['100', '1']], [['101', '1.00000000']]), AT, out)
  session.received(depth(17, [['100', '0.00000000']], []), AT, out)
  session.received(depth(16, [['99', '1']], []), AT, out)
  session.received('{"E":1780000000123456789,"s":"btcusd","t":2840140800042677,"p":"100","q":"0.5","m":true}', AT, out)
  session.received('{"u":18,"E":1780000000123456789,"s":"btcusd","b":"","B":"","a":"101","A":"1"}', AT, out)
  assert.deepEqual(
    out.of('book').map(({ kind, sequence, exchangeTime }) => [kind, sequence, exchangeTime]),
    [
      ['snapshot', 10, 1_780_000_000_123_456],
      ['update', 17, 1_780_000_000_123_456],
    ],
  )
  assert.deepEqual([out.of('trade')[0]?.symbol, out.of('trade')[0]?.side], ['BTCUSD', 'sell'])
  assert.deepEqual([out.of('quote')[0]?.bidPrice, out.of('quote')[0]?.askPrice], [null, '101'])
  assert.deepEqual(out.refusals, [])
})

test('a capture is read by its subscriptions, or by its frames alone', () => {
  const record = (data: string, dir: string, t: number, url = 'wss://api.gemini.com/v2/marketdata/') =>
    JSON.stringify({ t: 1_780_000_000 + t, kind: 'ws', dir, url, conn: 'a', data })
  const request = '{"type": "subscribe", "subscriptions": [{"name": "l2", "symbols": ["BTCUSD"]}]}'
  const frames = [
    record(STATE, 'in', 2),
    record(l2([['sell', '101', '0']]), 'in', 3),
    record(JSON.stringify(trade(3)), 'in', 4),
  ]
  for (const lines of [[record('', 'open', 0), record(request, 'out', 1), ...frames], frames]) {
    const report = replaySession(gemini, lines)
    assert.deepEqual(report.problems, [])
    const found = report.symbols.get('BTCUSD')
    assert.deepEqual([found?.trades.count, found?.backlog.count], [1, 2])
    assert.deepEqual([found?.book?.snapshots, found?.book?.updates], [1, 1])
    assert.equal(found?.book?.state.state, 'synchronised')
  }
  const streams = 'wss://ws.gemini.com?snapshot=-1'
  const depth =
    '{"e":"depthUpdate","E":1784851199088426630,"s":"gusdgbp","U":3,"u":3,"b":[],"a":[["0.75196","1325.4"]]}'
  const report = replaySession(gemini, [record('', 'open', 0, streams), record(depth, 'in', 1, streams)])
  assert.equal(report.symbols.get('GUSDGBP')?.book?.snapshots, 1)
})

test('symbols are taken apart, those that end like another quote too', () => {
  const names = ['btcusd', 'paxgusd', 'btcgusd', 'gusdusd', 'ethrlusd', 'rlusdusd', 'usdcusd', 'btcgusdperp', 'xyz']
  const { instruments, skipped } = readInstruments([JSON.stringify(names)])
  assert.deepEqual(
    instruments.map(({ id, symbol }) => [id, symbol]),
    [
      ['BTC-USD', 'BTCUSD'],
      ['PAXG-USD', 'PAXGUSD'],
      ['BTC-GUSD', 'BTCGUSD'],
      ['GUSD-USD', 'GUSDUSD'],
      ['ETH-RLUSD', 'ETHRLUSD'],
      ['RLUSD-USD', 'RLUSDUSD'],
      ['USDC-USD', 'USDCUSD'],
      ['BTC-GUSD-PERP', 'BTCGUSDPERP'],
    ],
  )
  assert.equal(skipped.length, 1)
  assert.throws(() => readInstruments(['{"result":"error"}']), { code: 'VENUE_REFERENCE_DATA_INVALID' })
})

test('the past goes up by the ids of the trades', () => {
  const [trades, candles] = geminiPast
  const range = { instrument: instrument('BTCUSD'), from: AT, to: after(3_600) }
  assert.equal(trades?.request(range, undefined).path, '/v1/trades/btcusd?limit_trades=500&timestamp=1779999999000')
  const rows = Array.from({ length: 500 }, (_, index) => {
    const tid = 2_840_140_800_042_677 - index
    return `{"timestampms":${1_780_000_009_000 - index},"tid":${tid},"price":"1.10","amount":"2","type":"auction"}`
  })
  const page = trades?.read(`[${rows.join(',')}]`, range, undefined, AT)
  assert.equal(page?.next, '2840140800042677')
  assert.equal(trades?.request(range, page?.next).path, '/v1/trades/btcusd?limit_trades=500&since_tid=2840140800042677')
  const [first] = page?.events ?? []
  assert.deepEqual(first?.messageType === 'trade' && [first.side, first.price], ['unknown', '1.1'])
  assert.equal(candles?.request(range, undefined).path, '/v2/candles/btcusd/1m')
  const perpetual = { ...range, instrument: instrument('BTCGUSDPERP') }
  assert.equal(candles?.request(perpetual, undefined).path, '/v2/derivatives/candles/btcgusdperp/1m')
  assert.equal(
    candles?.read('[[1559755800000,7781.6,7820.23,7776.56,7819.39,3.4e-7]]', range, undefined, AT).events.length,
    1,
  )
  const ask = { instrument: range.instrument, first: 0, last: null, after: null }
  assert.throws(() => tradeHistory.read('[{}]', ask, AT), { code: 'VENUE_ANSWER_INVALID' })
})

test('no frame, whatever was done to it, is thrown at', () => {
  const v2 = opened(['BTCUSD'], ['trade', 'book', 'quote', 'candle'])
  const streams = opened(['BTCUSD'], ['trade', 'book', 'quote'], 'streams')
  const candles = '{"type":"candles_1m_updates","symbol":"BTCUSD","changes":[[1780000020000,1,2,1,2,0.5]]}'
  const depth = '{"e":"depthUpdate","E":1784851199088426630,"s":"btcusd","U":3,"u":3,"b":[],"a":[["0.7","13"]]}'
  for (const frame of [STATE, candles, depth, JSON.stringify(trade(3))]) {
    for (let at = 0; at <= frame.length; at++) {
      for (const put of ['', '"', '0', '}', '-', 'null', '[1]']) {
        const mutated = frame.slice(0, at) + put + frame.slice(at + 1)
        v2.session.received(mutated, AT, v2.out)
        streams.session.received(mutated, AT, streams.out)
      }
      v2.session.received(frame.slice(0, at), AT, v2.out)
    }
  }
})
