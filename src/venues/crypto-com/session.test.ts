import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Channel, Instrument, Micros } from '../../market/index.ts'
import type { PastRange } from '../protocol.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { channelsOfInstrument, instrumentFromSymbol } from './instruments.ts'
import { cryptoCom } from './protocol.ts'

const START = 1_700_000_000_000_000

function instrument(symbol: string): Instrument {
  const found = instrumentFromSymbol(symbol)
  assert.ok(found !== undefined)
  return found
}

const PERP = instrument('BTCUSD-PERP')

function at(seconds: number): Micros {
  return (START + seconds * 1_000_000) as Micros
}

function open(channels: readonly Channel[], instruments: readonly Instrument[] = [PERP]) {
  const subscriptions = instruments.flatMap((one) => channels.map((channel) => ({ instrument: one, channel })))
  const plan = { name: 'market-0', path: '', subscriptions }
  const session = cryptoCom.session({ plan, instruments, resume: new Map(), repairTrades: true })
  const out = new RecordingOutput()
  session.opened(at(0), out)
  return { session, out }
}

function push(channel: string, subscription: string, row: object, more: object = {}): string {
  const name = subscription.split('.')[1]
  const result = { instrument_name: name, subscription, channel, data: [row], ...more }
  return JSON.stringify({ id: -1, method: 'subscribe', code: 0, result })
}

function whole(sequence: number, bids: readonly string[][]): string {
  const row = { bids, asks: [['101', '1', '1']], t: START / 1_000, tt: START / 1_000, u: sequence }
  return push('book', 'book.BTCUSD-PERP.50', row, { depth: 50 })
}

function change(previous: number, sequence: number, bids: readonly string[][], depth = 50): string {
  const row = { update: { bids, asks: [] }, t: START / 1_000, tt: START / 1_000, u: sequence, pu: previous }
  return push('book.update', `book.BTCUSD-PERP.${depth}`, row, { depth })
}

function asked(out: RecordingOutput): string[][] {
  return out.sent.map((text) => {
    const { method, params } = JSON.parse(text) as { method: string; params?: { channels?: string[] } }
    return [method, ...(params?.channels ?? [])]
  })
}

test('channels that the venue says in one are subscribed to once, and those that it says in two, twice', () => {
  const { out } = open(channelsOfInstrument(PERP))
  assert.deepEqual(asked(out), [
    [
      'subscribe',
      'trade.BTCUSD-PERP',
      'ticker.BTCUSD-PERP',
      'book.BTCUSD-PERP.50',
      'candlestick.1m.BTCUSD-PERP',
      'mark.BTCUSD-PERP',
      'funding.BTCUSD-PERP',
      'index.BTCUSD-INDEX',
      'estimatedfunding.BTCUSD-PERP',
    ],
  ])
  assert.match(out.sent[0] ?? '', /"book_subscription_type":"SNAPSHOT_AND_UPDATE"/)
})

test('a heartbeat is answered with its own id, digit by digit', () => {
  const { session, out } = open(['trade'])
  out.clear()
  session.received('{"id":9223372036854775807,"method":"public/heartbeat","code":0}', at(1), out)
  assert.deepEqual(out.sent, ['{"id":9223372036854775807,"method":"public/respond-heartbeat"}'])
})

test('one channel that is refused does not take the others with it', () => {
  const { session, out } = open(['trade'], [PERP, instrument('XYZUSD-PERP')])
  out.clear()
  session.received('{"id":1,"method":"subscribe","code":40003,"message":"Unknown symbol"}', at(1), out)
  assert.deepEqual(asked(out), [
    ['subscribe', 'trade.BTCUSD-PERP'],
    ['subscribe', 'trade.XYZUSD-PERP'],
  ])
  session.received('{"id":2,"method":"subscribe","code":0}', at(1), out)
  session.received('{"id":3,"method":"subscribe","code":40003,"message":"Unknown symbol"}', at(1), out)
  const halted = out.of('feed-state').filter(({ state }) => state === 'halted')
  assert.deepEqual(
    halted.map(({ symbol }) => symbol),
    ['XYZUSD-PERP'],
  )
})

test('an answer that names a channel is about that one alone', () => {
  const { session, out } = open(['trade'], [PERP, instrument('XYZUSD-PERP')])
  out.clear()
  session.received('{"id":1,"method":"subscribe","code":0,"channel":"trade.BTCUSD-PERP"}', at(1), out)
  const refusal = '"code":40003,"channel":"trade.XYZUSD-PERP","message":"Unknown symbol"'
  session.received(`{"id":1,"method":"subscribe",${refusal}}`, at(1), out)
  assert.deepEqual(asked(out), [])
  const halted = out.of('feed-state').filter(({ state }) => state === 'halted')
  assert.deepEqual(
    halted.map(({ symbol }) => symbol),
    ['XYZUSD-PERP'],
  )
})

test('too many requests are asked again later', () => {
  const { session, out } = open(['trade'])
  session.received('{"id":1,"method":"subscribe","code":42901,"message":"TOO_MANY_REQUESTS"}', at(1), out)
  out.clear()
  session.ticked(at(10), out)
  assert.deepEqual(asked(out), [['subscribe', 'trade.BTCUSD-PERP']])
})

test('each change follows the one before; a break asks for the book anew', () => {
  const { session, out } = open(['book'])
  session.received(whole(10, [['99', '1', '1']]), at(1), out)
  session.received(change(10, 12, [['98', '2', '1']]), at(1), out)
  session.received(change(12, 12, []), at(1), out)
  assert.deepEqual(
    out.of('book').map(({ kind, sequence }) => [kind, sequence]),
    [
      ['snapshot', 10],
      ['update', 12],
      ['update', 12],
    ],
  )
  out.clear()
  session.received(change(14, 15, [['97', '2', '1']]), at(2), out)
  assert.deepEqual(out.of('book'), [])
  assert.equal(out.of('gap')[0]?.cause, 'missed-sequence')
  session.ticked(at(2), out)
  assert.deepEqual(asked(out), [
    ['unsubscribe', 'book.BTCUSD-PERP.50'],
    ['subscribe', 'book.BTCUSD-PERP.50'],
  ])
  session.received(whole(15, [['97', '2', '1']]), at(3), out)
  assert.equal(out.of('feed-state').at(-1)?.state, 'synchronised')
})

test('levels that fall out of the depth are removed by name', () => {
  const { session, out } = open(['book'])
  const bids = Array.from({ length: 50 }, (_, index) => [`${99 - index}`, '1', '1'])
  session.received(whole(10, bids), at(1), out)
  session.received(change(10, 11, [['99.5', '2', '1']]), at(1), out)
  assert.deepEqual(out.of('book').at(-1)?.bids, [
    ['99.5', '2'],
    ['50', '0'],
  ])
})

test('of a capture with another depth those levels fall out that its venue let fall', () => {
  for (const depth of [10, 150]) {
    const { session, out } = open(['book'])
    const bids = Array.from({ length: depth }, (_, index) => [`${199 - index}`, '1', '1'])
    const row = { bids, asks: [['301', '1', '1']], t: START / 1_000, u: 10 }
    session.received(push('book', `book.BTCUSD-PERP.${depth}`, row, { depth }), at(1), out)
    session.received(change(10, 11, [['199.5', '2', '1']], depth), at(1), out)
    assert.deepEqual(out.of('book').at(-1)?.bids, [
      ['199.5', '2'],
      [`${200 - depth}`, '0'],
    ])
  }
})

test('the trades that come at subscription are history, oldest first', () => {
  const { session, out } = open(['trade'])
  const trade = (id: string, seconds: number) => ({
    d: id,
    t: (START + seconds * 1_000_000) / 1_000,
    p: '100',
    q: '1',
    s: 'SELL',
    i: 'BTCUSD-PERP',
  })
  const frame = (...data: object[]) => push('trade', 'trade.BTCUSD-PERP', {}, { data })
  session.received(frame(trade('3', 1), trade('2', -1), trade('1', -2)), at(2), out)
  session.received(frame(trade('4', -3)), at(3), out)
  assert.deepEqual(
    out.of('trade').map(({ id, side, backlog }) => [id, side, backlog === true]),
    [
      ['1', 'sell', true],
      ['2', 'sell', true],
      ['3', 'sell', false],
      ['4', 'sell', false],
    ],
  )
})

test('mark and index price are one event, and so are the rate of funding and its estimate', () => {
  const { session, out } = open(['mark-price', 'funding', 'open-interest'])
  const time = START / 1_000
  session.received(push('index', 'index.BTCUSD-INDEX', { v: '100.50', t: time }), at(1), out)
  session.received(push('mark', 'mark.BTCUSD-PERP', { v: '101.00', t: time }), at(1), out)
  session.received(push('estimatedfunding', 'estimatedfunding.BTCUSD-PERP', { v: '0.00002', t: time }), at(1), out)
  session.received(push('funding', 'funding.BTCUSD-PERP', { v: '0.000010', t: time }), at(1), out)
  const [mark] = out.of('mark-price')
  assert.deepEqual([mark?.markPrice, mark?.indexPrice], ['101', '100.5'])
  const [funding] = out.of('funding')
  assert.deepEqual(
    [funding?.rate, funding?.predictedRate, funding?.intervalSeconds, funding?.fundingTime],
    ['0.00001', '0.00002', 3_600, 1_700_002_800_000_000],
  )
  assert.deepEqual(out.refusals, [])
})

test('names tell instruments apart, and reference data tell more', () => {
  const { instruments, skipped } = cryptoCom.instruments([
    JSON.stringify({
      code: 0,
      result: {
        data: [
          { symbol: 'BTC_USDT', inst_type: 'CCY_PAIR', base_ccy: 'BTC', quote_ccy: 'USDT', tradable: true },
          { symbol: '1000PEPEUSD-PERP', inst_type: 'PERPETUAL_SWAP', base_ccy: '1000PEPE', quote_ccy: 'USD' },
          {
            symbol: 'ETHUSD-230825',
            inst_type: 'FUTURE',
            base_ccy: 'ETH',
            quote_ccy: 'USD',
            price_tick_size: '0.01',
            qty_tick_size: '0.0001',
            expiry_timestamp_ms: 1_692_950_400_000,
            contract_size: '1',
          },
          {
            symbol: 'BTCUSD-230630-CW30000',
            inst_type: 'WARRANT',
            base_ccy: 'BTC',
            quote_ccy: 'USD',
            put_call: 'CALL',
            strike: '30000',
            expiry_timestamp_ms: 1_688_112_000_000,
            contract_size: '0.0001',
          },
          { symbol: 'X', inst_type: 'EVENT' },
        ],
      },
    }),
    JSON.stringify({ code: 0, result: { data: [{ i: 'BTC_USDT', v: '2', a: '30000', vv: '60100' }] } }),
  ])
  assert.deepEqual(
    instruments.map(({ id, base, baseMultiplier, contractSize, expiresAt }) => [
      id,
      base,
      baseMultiplier,
      contractSize,
      expiresAt,
    ]),
    [
      ['BTC-USDT', 'BTC', undefined, undefined, undefined],
      ['1000PEPE-USD-PERP', 'PEPE', '1000', undefined, undefined],
      ['ETH-USD-20230825', 'ETH', undefined, undefined, 1_692_950_400_000_000],
      ['BTC-USD-20230630-30000-C', 'BTC', undefined, '0.0001', 1_688_112_000_000_000],
    ],
  )
  assert.equal(instruments[0]?.quoteVolume24h, '60000')
  assert.equal(skipped[0]?.kind, 'unknown-instrument')
  for (const { symbol, id } of instruments) assert.equal(instrumentFromSymbol(symbol)?.id, id)
  const before = { instrument_name: 'BTC_USDT', base_currency: 'BTC', quote_currency: 'USDT', price_decimals: 2 }
  const [old] = cryptoCom.instruments([JSON.stringify({ code: 0, result: { instruments: [before] } })]).instruments
  assert.deepEqual([old?.id, old?.tickSize], ['BTC-USDT', '0.01'])
})

test('the past of trades is read downwards in windows of a week', () => {
  const trades = cryptoCom.past?.find(({ channel }) => channel === 'trade')
  assert.ok(trades !== undefined)
  const week = 7 * 86_400
  const range: PastRange = { instrument: PERP, from: at(-2 * week), to: at(0) }
  const query = (cursor: string | undefined) =>
    new URL(trades.request(range, cursor).path, 'https://x.invalid').searchParams
  assert.deepEqual(
    [query(undefined).get('start_ts'), query(undefined).get('end_ts')],
    [`${at(-week)}000`, `${at(0)}000`],
  )
  const row = (nanos: string) => ({ d: '1', t: START / 1_000, tn: nanos, q: '1', p: '2', s: 'BUY', i: 'BTCUSD-PERP' })
  const full = Array.from({ length: 150 }, () => row('1699999999123456789'))
  const body = (data: readonly object[]) => JSON.stringify({ code: 0, result: { data } })
  assert.equal(trades.read(body(full), range, undefined, at(1)).next, '1699999999123456790')
  assert.equal(trades.read(body([]), range, '1699999999123456790', at(1)).next, '1699395199123456790')
  assert.equal(trades.read(body([]), range, `${at(-week)}000`, at(1)).next, undefined)
  const funding = cryptoCom.past?.find(({ channel }) => channel === 'funding')
  assert.ok(funding !== undefined)
  assert.match(funding.request(range, undefined).path, /valuation_type=funding_hist.*instrument_name=BTCUSD-PERP/)
  const page = funding.read(body([{ v: '0.00003', t: 1_699_999_200_000 }]), range, undefined, at(1))
  assert.equal(page.events.length, 1)
  assert.notEqual(page.next, undefined)
})
