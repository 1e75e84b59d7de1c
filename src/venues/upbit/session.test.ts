import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Channel, Instrument, Micros } from '../../market/index.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { replaySession } from '../testing/session-report.ts'
import { instrumentFromCode, readInstruments } from './instruments.ts'
import { upbit } from './protocol.ts'

const AT = 1_780_000_000_000_000 as Micros
const after = (seconds: number) => (AT + seconds * 1_000_000) as Micros

function instrument(code: string): Instrument {
  const found = instrumentFromCode(code, 'trading')
  assert.ok(found !== undefined)
  return found
}

function opened(codes: readonly string[], channels: readonly Channel[], repairTrades = false) {
  const subscriptions = codes.flatMap((code) => channels.map((channel) => ({ instrument: instrument(code), channel })))
  const [plan] = upbit.plan(subscriptions)
  assert.ok(plan !== undefined)
  const session = upbit.session({ plan, instruments: [], resume: new Map(), repairTrades })
  const out = new RecordingOutput()
  session.opened(AT, out)
  return { session, out }
}

const BOOK =
  '{"ty":"orderbook","cd":"BTC-XRP","tms":1780000000123,"tas":1.0,"tbs":1.0,"obu":[{"ap":2.13E-6,"bp":2.1E-7,"as":0.4,"bs":1E-8},{"ap":0,"bp":2e-07,"as":0,"bs":100.0}],"st":"REALTIME"}'
const TRADE =
  '{"ty":"trade","cd":"BTC-XRP","tms":1780000000123,"td":"2026-05-28","ttm":"20:26:40","ttms":1780000000100,"tp":2.10E-7,"tv":12.50,"ab":"ASK","sid":17800000001000000,"st":"REALTIME"}'

test('one message says all that is wanted, and the next takes its place', () => {
  const { session, out } = opened(['KRW-BTC', 'BTC-XRP'], ['trade', 'book', 'quote'])
  assert.deepEqual(out.sent, [
    '[{"ticket":"opentape-1"},{"type":"trade","codes":["KRW-BTC","BTC-XRP"]},{"type":"orderbook","codes":["KRW-BTC","BTC-XRP"]},{"format":"SIMPLE"}]',
  ])
  out.clear()
  session.changed([{ instrument: instrument('KRW-BTC'), channel: 'candle' }], [], AT, out)
  session.changed([], [{ instrument: instrument('BTC-XRP'), channel: 'quote' }], AT, out)
  session.changed([], [{ instrument: instrument('BTC-XRP'), channel: 'book' }], AT, out)
  assert.deepEqual(
    out.sent.map((text) => JSON.parse(text).slice(1, -1)),
    [
      [
        { type: 'trade', codes: ['KRW-BTC', 'BTC-XRP'] },
        { type: 'orderbook', codes: ['KRW-BTC', 'BTC-XRP'] },
        { type: 'candle.1m', codes: ['KRW-BTC'] },
      ],
      [
        { type: 'trade', codes: ['KRW-BTC', 'BTC-XRP'] },
        { type: 'orderbook', codes: ['KRW-BTC', 'BTC-XRP'] },
        { type: 'candle.1m', codes: ['KRW-BTC'] },
      ],
      [
        { type: 'trade', codes: ['KRW-BTC', 'BTC-XRP'] },
        { type: 'orderbook', codes: ['KRW-BTC'] },
        { type: 'candle.1m', codes: ['KRW-BTC'] },
      ],
    ],
  )
})

test('numbers are kept as they are written, exponents and ids beyond 2^53 too', () => {
  const { session, out } = opened(['BTC-XRP'], ['trade', 'book', 'quote'])
  session.received(BOOK, AT, out)
  session.received(TRADE, AT, out)
  const [book] = out.of('book')
  assert.deepEqual(book?.bids, [
    ['0.00000021', '0.00000001'],
    ['0.0000002', '100'],
  ])
  assert.deepEqual(book?.asks, [['0.00000213', '0.4']])
  const [trade] = out.of('trade')
  assert.deepEqual([trade?.id, trade?.price, trade?.amount], ['17800000001000000', '0.00000021', '12.5'])
  assert.deepEqual([trade?.side, trade?.exchangeTime, trade?.backlog], ['sell', 1_780_000_000_100_000, undefined])
  const [quote] = out.of('quote')
  assert.deepEqual([quote?.bidPrice, quote?.askPrice], ['0.00000021', '0.00000213'])
  // The same touch is not said again, the book is.
  session.received(BOOK, after(1), out)
  assert.deepEqual([out.of('book').length, out.of('quote').length], [2, 1])
})

test('the full names and the lists of the other formats mean the same', () => {
  const short = opened(['BTC-XRP'], ['trade'])
  short.session.received(TRADE, AT, short.out)
  const list = opened(['BTC-XRP'], ['trade'])
  list.session.received(`[${TRADE}]`, AT, list.out)
  const full = opened(['BTC-XRP'], ['trade'])
  const named =
    '{"type":"trade","code":"BTC-XRP","timestamp":1780000000123,"trade_timestamp":1780000000100,"trade_price":2.10E-7,"trade_volume":12.50,"ask_bid":"ASK","sequential_id":17800000001000000,"stream_type":"REALTIME"}'
  full.session.received(named, AT, full.out)
  assert.equal(short.out.of('trade').length, 1)
  assert.deepEqual(list.out.of('trade'), short.out.of('trade'))
  assert.deepEqual(full.out.of('trade'), short.out.of('trade'))
})

test('the last trade that is sent on subscription is history, and shows after a cut that nothing was missed', () => {
  const { session, out } = opened(['BTC-XRP'], ['trade'], true)
  const snapshot = TRADE.replace('REALTIME', 'SNAPSHOT')
  session.received(snapshot, AT, out)
  assert.equal(out.of('trade')[0]?.backlog, true)
  session.received(TRADE.replace('17800000001000000', '17800000001000001'), after(1), out)
  session.closed(after(2), 'closed', out)
  session.opened(after(3), out)
  session.received(snapshot.replace('17800000001000000', '17800000001000001'), after(4), out)
  assert.equal(out.of('trade').length, 2)
  assert.deepEqual(
    out.of('gap').map(({ state }) => state),
    ['open', 'repaired'],
  )
})

test('a candle is closed when the next one begins; the state of a market is said when it changes', () => {
  const { session, out } = opened(['KRW-BTC'], ['candle', 'ticker', 'status'])
  const candle = (minute: number, close: string) =>
    `{"ty":"candle.1m","cd":"KRW-BTC","cdttmu":"2026-05-28T20:0${minute}:00","op":1.0,"hp":3.0,"lp":1.0,"tp":${close},"catv":2.5,"catp":5.0,"tms":1780000000123,"st":"REALTIME"}`
  session.received(candle(1, '2.0'), AT, out)
  session.received(candle(1, '3.0'), AT, out)
  session.received(candle(2, '1.0'), AT, out)
  assert.deepEqual(
    out.of('venue-candle').map(({ close, isClosed }) => [close, isClosed]),
    [
      ['2', false],
      ['3', false],
      ['3', true],
      ['1', false],
    ],
  )
  const ticker = (state: string) =>
    `{"ty":"ticker","cd":"KRW-BTC","op":1.0,"hp":3.0,"lp":1.0,"tp":2.0,"atv24h":7.0,"atp24h":9.0,"ms":"${state}","tms":1780000000123,"st":"REALTIME"}`
  for (const state of ['ACTIVE', 'ACTIVE', 'DELISTED']) session.received(ticker(state), AT, out)
  assert.deepEqual(
    [out.of('ticker').length, out.of('ticker')[0]?.volume, out.of('ticker')[0]?.quoteVolume],
    [3, '7', '9'],
  )
  assert.deepEqual(
    out.of('status').map(({ status }) => status),
    ['trading', 'delisted'],
  )
})

test('pings are sent and answered, and an error is told', () => {
  const { session, out } = opened(['KRW-BTC'], ['trade'])
  out.clear()
  session.ticked(after(31), out)
  assert.deepEqual(out.sent, ['PING'])
  session.received('{"status":"UP"}', after(31), out)
  assert.equal(out.refusals.length, 0)
  session.received('{"error":{"name":"WRONG_FORMAT","message":"…"}}', after(31), out)
  assert.match(out.refusals[0]?.reason ?? '', /WRONG_FORMAT/)
})

test('a capture as other recorders make it is read without reference data', () => {
  const record = (data: string, dir: string, t: number) =>
    JSON.stringify({ t: 1_780_000_000 + t, kind: 'ws', dir, url: 'wss://api.upbit.com/websocket/v1', conn: 'a', data })
  const out =
    '[{"ticket":"x"},{"format":"SIMPLE"},{"type":"orderbook","codes":["BTC-XRP"],"isOnlyRealtime":true},{"type":"trade","codes":["BTC-XRP"],"isOnlyRealtime":true}]'
  const frames = [record(BOOK, 'in', 2), record(TRADE, 'in', 3)]
  for (const lines of [[record('', 'open', 0), record(out, 'out', 1), ...frames], frames]) {
    const report = replaySession(upbit, lines)
    assert.deepEqual(report.problems, [])
    const found = report.symbols.get('BTC-XRP')
    assert.deepEqual([found?.trades.count, found?.trades.sells, found?.book?.snapshots], [1, 1, 1])
    assert.equal(found?.book?.state.state, 'synchronised')
  }
})

test('markets are read with their turnover', () => {
  const markets = '[{"market":"KRW-BTC","english_name":"Bitcoin"},{"market":"what"}]'
  const { instruments, skipped } = readInstruments([markets, '[{"market":"KRW-BTC","acc_trade_price_24h":1.5E9}]'])
  assert.deepEqual(
    instruments.map(({ id, base, quote, quoteVolume24h }) => [id, base, quote, quoteVolume24h]),
    [['BTC-KRW', 'BTC', 'KRW', '1500000000']],
  )
  assert.equal(skipped.length, 1)
  assert.throws(() => readInstruments(['{}']), { code: 'VENUE_REFERENCE_DATA_INVALID' })
})

test('no frame, whatever was done to it, is thrown at', () => {
  const { session, out } = opened(['BTC-XRP'], ['trade', 'book', 'quote', 'ticker', 'candle', 'status'])
  for (const frame of [BOOK, TRADE, `[${TRADE}]`]) {
    for (let at = 0; at <= frame.length; at++) {
      for (const put of ['', '"', '0', '}', '-', 'null', '[1]']) {
        session.received(frame.slice(0, at) + put + frame.slice(at + 1), AT, out)
      }
      session.received(frame.slice(0, at), AT, out)
    }
  }
})
