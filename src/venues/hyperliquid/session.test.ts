import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Channel, Micros } from '../../market/index.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { instrumentFromCoin } from './coin.ts'
import { hyperliquid } from './protocol.ts'

const T0 = 1_700_000_000_000_000 as Micros
const SECOND = 1_000_000

function opened(channels: readonly Channel[], coin = 'BTC') {
  const out = new RecordingOutput()
  const instrument = instrumentFromCoin(coin)
  assert.ok(instrument !== undefined)
  const subscriptions = channels.map((channel) => ({ instrument, channel }))
  const session = hyperliquid.session({
    plan: { name: 'market-0', path: '', subscriptions },
    instruments: [instrument],
    resume: new Map(),
    repairTrades: true,
  })
  session.opened(T0, out)
  const say = (channel: string, data: unknown, at = T0) => session.received(JSON.stringify({ channel, data }), at, out)
  return { session, out, say, subscriptions }
}

function trade(tid: number, time: number, side = 'A') {
  return { coin: 'BTC', side, px: '69998.0', sz: '0.00714', time, hash: '0xb2', tid, users: ['0x1', '0x2'] }
}

const NOW = T0 / 1_000

test('one message for each subscription, pings, and what is confirmed or in force already', () => {
  const { session, out, say } = opened(['trade', 'quote', 'book', 'ticker', 'funding', 'mark-price', 'candle'])
  assert.deepEqual(
    out.sent.map((text) => JSON.parse(text).subscription),
    [
      { type: 'trades', coin: 'BTC' },
      { type: 'bbo', coin: 'BTC' },
      { type: 'l2Book', coin: 'BTC' },
      { type: 'activeAssetCtx', coin: 'BTC' },
      { type: 'candle', coin: 'BTC', interval: '1m' },
    ],
  )
  for (const type of ['trades', 'bbo', 'l2Book', 'activeAssetCtx']) {
    say('subscriptionResponse', { method: 'subscribe', subscription: { type, coin: 'BTC', nSigFigs: null } })
  }
  say('error', 'Already subscribed: {"type":"candle","coin":"BTC","interval":"1m"}')
  out.clear()
  session.ticked((T0 + 31 * SECOND) as Micros, out)
  assert.deepEqual(out.sent, ['{"method":"ping"}'])
  session.received('{"channel":"pong"}', T0, out)
  assert.equal(out.refusals.length, 0)
  say('error', 'Error parsing JSON into valid websocket request: {}')
  assert.deepEqual(
    out.refusals.map(({ kind }) => kind),
    ['venue-error'],
  )
})

test('the first message of trades has those from before: they are backlog, and nothing is said twice', () => {
  const { out, say } = opened(['trade'])
  say('trades', [trade(7, NOW - 20_000), trade(3, NOW - 10_000, 'B'), trade(9, NOW + 5)])
  say('trades', [trade(4, NOW - 1), trade(3, NOW - 10_000, 'B')])
  assert.deepEqual(
    out.of('trade').map(({ id, backlog, side }) => [id, backlog, side]),
    [
      ['7', true, 'sell'],
      ['3', true, 'buy'],
      ['9', undefined, 'sell'],
      ['4', undefined, 'sell'],
    ],
  )
})

test('after a cut the trades from before tell whether any is missing', () => {
  for (const isCovered of [true, false]) {
    const { session, out, say } = opened(['trade'])
    say('trades', [trade(1, NOW + 5)])
    session.closed((T0 + SECOND) as Micros, 'gone', out)
    session.opened((T0 + 2 * SECOND) as Micros, out)
    const at = (T0 + 3 * SECOND) as Micros
    say('trades', isCovered ? [trade(1, NOW + 5), trade(2, NOW + 1_500)] : [trade(2, NOW + 1_500)], at)
    say('trades', [trade(5, NOW + 3_000)], at)
    session.ticked(at, out)
    assert.equal(out.of('gap').at(-1)?.state, isCovered ? 'repaired' : 'beyond-repair')
    assert.deepEqual(
      out.of('trade').map(({ id }) => id),
      ['1', '2', '5'],
    )
  }
})

test('books are whole each time, quotes have empty sides, contexts have no time', () => {
  const { out, say } = opened(['book', 'quote', 'ticker', 'funding', 'mark-price', 'open-interest', 'candle'])
  const level = (px: string, sz: string) => ({ px, sz, n: 1 })
  say('l2Book', { coin: 'BTC', time: NOW, levels: [[level('99.0', '1.50'), level('98', '0')], [level('101', '2')]] })
  say('l2Book', { coin: 'BTC', time: NOW + 5_000, levels: [[level('99.5', '1')], []] })
  assert.deepEqual(
    out.of('book').map(({ kind, bids, asks }) => [kind, bids, asks]),
    [
      ['snapshot', [['99', '1.5']], [['101', '2']]],
      ['snapshot', [['99.5', '1']], []],
    ],
  )
  say('bbo', { coin: 'BTC', time: NOW, bbo: [level('99.0', '1.5'), null] })
  assert.deepEqual(
    out.of('quote').map((one) => [one.bidPrice, one.bidAmount, one.askPrice, one.askAmount]),
    [['99', '1.5', null, null]],
  )
  const ctx = {
    funding: '0.0000018952',
    openInterest: '36585.31848',
    prevDayPx: '86627.0',
    dayNtlVlm: '4161029539.69',
    premium: null,
    oraclePx: '84198.0',
    markPx: '84148.0',
    midPx: null,
    impactPxs: null,
    dayBaseVlm: '49116.08533',
  }
  say('activeAssetCtx', { coin: 'BTC', ctx })
  assert.deepEqual(
    out.of('funding').map(({ rate, exchangeTime, intervalSeconds }) => [rate, exchangeTime, intervalSeconds]),
    [['0.0000018952', null, 3_600]],
  )
  assert.deepEqual(
    out.of('mark-price').map(({ markPrice, indexPrice }) => [markPrice, indexPrice]),
    [['84148', '84198']],
  )
  assert.deepEqual(
    out.of('ticker').map(({ open, volume, quoteVolume }) => [open, volume, quoteVolume]),
    [['86627', '49116.08533', '4161029539.69']],
  )
  const candle = { t: NOW, T: NOW + 59_999, s: 'BTC', i: '1m', o: '1', c: '2', h: '3', l: '1', v: '14.2', n: 114 }
  say('candle', candle)
  say('candle', { ...candle, t: NOW + 60_000 })
  say('candle', { ...candle, i: '1h' })
  assert.deepEqual(
    out.of('venue-candle').map(({ isClosed, trades }) => [isClosed, trades]),
    [
      [false, 114],
      [true, 114],
      [false, 114],
    ],
  )
  assert.deepEqual(out.refusals, [])
})

test('a spot pair has no funding; an unreadable book is suspect until the next', () => {
  const spot = opened(['ticker'], '@107')
  spot.say('activeSpotAssetCtx', {
    coin: '@107',
    ctx: { dayNtlVlm: '5.0', prevDayPx: '40', markPx: '41', circulatingSupply: '1' },
  })
  assert.deepEqual(
    spot.out.events.filter(({ messageType }) => messageType !== 'feed-state').map(({ messageType }) => messageType),
    ['ticker'],
  )
  const { out, say } = opened(['book'])
  say('l2Book', { coin: 'BTC', time: NOW, levels: [[], []] })
  say('l2Book', { coin: 'BTC', time: NOW, levels: [[{ px: 'x', sz: '1' }], []] })
  assert.equal(out.of('gap')[0]?.cause, 'malformed-frame')
  say('l2Book', { coin: 'BTC', time: NOW, levels: [[], []] }, (T0 + SECOND) as Micros)
  assert.equal(out.of('feed-state').at(-1)?.state, 'synchronised')
})

test('no frame is thrown at, whatever was done to it', () => {
  const frames = [
    { channel: 'trades', data: [trade(1, NOW)] },
    { channel: 'l2Book', data: { coin: 'BTC', time: NOW, levels: [[{ px: '1', sz: '2', n: 1 }], []] } },
    { channel: 'bbo', data: { coin: 'BTC', time: NOW, bbo: [null, { px: '1', sz: '2', n: 1 }] } },
    { channel: 'error', data: 'Already subscribed: {"type":"candle","coin":"BTC"}' },
    { channel: 'subscriptionResponse', data: { method: 'subscribe', subscription: { type: 'bbo', coin: 'BTC' } } },
  ].map((one) => JSON.stringify(one))
  const { session, out } = opened(['trade', 'book', 'quote', 'ticker'])
  let seed = 5
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
