import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import type { Channel, Instrument, Micros } from '../../market/index.ts'
import type { Subscription } from '../protocol.ts'
import { assertNeverThrows } from '../testing/mutation.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { judgeBitget } from './book-rule.ts'
import { BITGET_PAST, bitgetTradeHistory } from './history.ts'
import { instrumentFromSymbol, readInstruments } from './instruments.ts'
import { bitget } from './protocol.ts'

const AT = 1_700_000_000_000_000 as Micros
const later = (seconds: number) => (AT + seconds * 1_000_000) as Micros

function instrument(symbol: string): Instrument {
  const found = instrumentFromSymbol(symbol)
  assert.ok(found !== undefined, symbol)
  return found
}

const SPOT = instrument('SPOT:BTCUSDT')
const PERP = instrument('USDT-FUTURES:BTCUSDT')

function started(instruments: readonly Instrument[], channels: readonly Channel[]) {
  const subscriptions: Subscription[] = instruments.flatMap((one) =>
    channels.map((channel) => ({ instrument: one, channel })),
  )
  const plan = { name: 'market-0', path: '', subscriptions }
  const session = bitget.session({ plan, instruments, resume: new Map(), repairTrades: true })
  const out = new RecordingOutput()
  session.opened(AT, out)
  return { session, out }
}

const say = (frame: unknown) => JSON.stringify(frame)
const spot = (channel: string) => ({ instType: 'SPOT', channel, instId: 'BTCUSDT' })

function bookFrame(action: 'snapshot' | 'update', more: Readonly<Record<string, unknown>>, bids: string[][]): string {
  const data = [{ asks: [], bids, ts: '1700000000000', ...more }]
  return say({ action, arg: spot('books'), data, ts: 1_700_000_000_001 })
}

function tradeFrame(action: 'snapshot' | 'update', ids: readonly string[]): string {
  const data = ids.map((tradeId) => ({ ts: '1700000000700', price: '100', size: '1', side: 'sell', tradeId }))
  return say({ action, arg: spot('trade'), data, ts: 1_700_000_000_701 })
}

test('what the ticker says is one subscription; what shares a name is not', () => {
  const { out } = started(
    [SPOT, PERP],
    ['trade', 'quote', 'book', 'ticker', 'funding', 'mark-price', 'open-interest', 'candle'],
  )
  const args = out.sent.flatMap((text) => (JSON.parse(text) as { args: Array<Record<string, string>> }).args)
  assert.deepEqual(
    args.map(({ instType, channel, instId }) => `${instType} ${channel} ${instId}`),
    ['SPOT', 'USDT-FUTURES'].flatMap((type) =>
      ['trade', 'books1', 'books', 'ticker', 'candle1m'].map((channel) => `${type} ${channel} BTCUSDT`),
    ),
  )
})

test('a subscription is confirmed, or sent again; what the ticker says is confirmed at once', () => {
  const { session, out } = started([PERP], ['ticker', 'funding', 'trade'])
  const arg = { instType: 'USDT-FUTURES', channel: 'ticker', instId: 'BTCUSDT' }
  session.received(say({ event: 'subscribe', arg }), AT, out)
  out.clear()
  session.ticked(later(20), out)
  const again = out.sent.filter((text) => text !== 'ping')
  assert.deepEqual(again, [
    say({ op: 'subscribe', args: [{ instType: 'USDT-FUTURES', channel: 'trade', instId: 'BTCUSDT' }] }),
  ])
})

test('the chain of a book: its first update holds the snapshot, each further one names the one before', () => {
  const judge = (previous: number | null, last: number, at: number, isFirst = false) => {
    const change = { kind: 'update', bids: [], asks: [], exchangeTime: null, first: last, last, previous } as const
    return judgeBitget(change, { last: at, isFirst })
  }
  assert.equal(judge(95, 105, 100, true), 'next')
  assert.equal(judge(90, 95, 100, true), 'stale')
  assert.equal(judge(101, 105, 100, true), 'gap')
  assert.equal(judge(105, 110, 105), 'next')
  assert.equal(judge(106, 110, 105), 'gap')
  assert.equal(judge(0, 110, 105), 'gap')
  assert.equal(judge(0, 3, 105), 'gap')
  // Before pseq there was seq alone.
  assert.equal(judge(null, 110, 105), 'next')
  assert.equal(judge(null, 104, 105), 'stale')
})

test('a lost message ends the book; it is asked for anew and its snapshot mends it', () => {
  const { session, out } = started([SPOT], ['book'])
  session.received(bookFrame('snapshot', { seq: 100, pseq: 0 }, [['100.0', '1.50']]), AT, out)
  session.received(bookFrame('update', { seq: 105, pseq: 100 }, [['100', '2']]), AT, out)
  session.received(bookFrame('update', { seq: 112, pseq: 110 }, [['100', '3']]), later(1), out)
  assert.deepEqual(
    out.of('book').map(({ bids, sequence }) => [bids, sequence]),
    [
      [[['100', '1.5']], 100],
      [[['100', '2']], 105],
    ],
  )
  assert.equal(out.of('gap')[0]?.cause, 'missed-sequence')
  out.clear()
  session.ticked(later(1), out)
  assert.deepEqual(out.sent, [
    say({ op: 'unsubscribe', args: [spot('books')] }),
    say({ op: 'subscribe', args: [spot('books')] }),
  ])
  session.received(bookFrame('snapshot', { seq: 200, pseq: 0 }, [['99', '1']]), later(2), out)
  assert.equal(out.of('feed-state').at(-1)?.state, 'synchronised')
})

test('sequences beyond what a double holds are told apart', () => {
  const { session, out } = started([SPOT], ['book'])
  const frame = (action: 'snapshot' | 'update', seq: string, pseq: string) => {
    return bookFrame(action, { seq: 1, pseq: 2 }, [['1', '1']])
      .replace('"seq":1', `"seq":${seq}`)
      .replace('"pseq":2', `"pseq":${pseq}`)
  }
  session.received(frame('snapshot', '1304314508780744705', '0'), AT, out)
  session.received(frame('update', '1304314508780744707', '1304314508780744705'), AT, out)
  assert.equal(out.of('book').length, 2)
  session.received(frame('update', '1304314508780744709', '1304314508780744706'), AT, out)
  assert.equal(out.of('book').length, 2)
  assert.equal(out.of('gap').length, 1)
})

test('a checksum of v2 is taken over the text of the wire', () => {
  const { session, out } = started([SPOT], ['book'])
  const checksum = crc32('29159.60:0.2843:29159.58:6.7500') | 0
  session.received(bookFrame('snapshot', { checksum: 0 }, [['29159.58', '6.7500']]), AT, out)
  session.received(bookFrame('update', { checksum }, [['29159.60', '0.2843']]), AT, out)
  assert.equal(session.bookStatistics().get(SPOT.id)?.checksumsVerified, 1)
  session.received(bookFrame('update', { checksum: checksum - 1 }, [['29159.60', '0.2844']]), AT, out)
  assert.equal(session.bookStatistics().get(SPOT.id)?.checksumsFailed, 1)
  assert.equal(out.of('book').length, 2)
  assert.equal(out.of('gap')[0]?.cause, 'checksum-failed')
})

test('trades sent at subscription are history; each id is said once', () => {
  const { session, out } = started([SPOT], ['trade'])
  session.received(tradeFrame('snapshot', ['12', '10']), AT, out)
  session.received(tradeFrame('update', ['15']), AT, out)
  session.received(tradeFrame('update', ['15']), AT, out)
  assert.deepEqual(
    out.of('trade').map(({ id, backlog }) => [id, backlog]),
    [
      ['12', true],
      ['10', true],
      ['15', undefined],
    ],
  )
})

test('after a cut history is read back to the last trade, whose time it cuts to the second', () => {
  const { session, out } = started([SPOT], ['trade'])
  session.received(tradeFrame('update', ['15']), AT, out)
  session.closed(later(1), 'code 1006', out)
  session.opened(later(2), out)
  session.received(say({ event: 'subscribe', arg: spot('trade') }), later(2), out)
  session.received(tradeFrame('update', ['30']), later(3), out)
  session.ticked(later(5), out)
  const [request] = out.requests
  assert.equal(request?.path, '/api/v2/spot/market/fills-history?symbol=BTCUSDT&limit=1000')
  assert.ok(request !== undefined)
  const data = ['30', '22', '15', '14'].map((tradeId) => {
    return {
      symbol: 'BTCUSDT',
      tradeId,
      side: 'Buy',
      price: '100',
      size: '1',
      ts: tradeId === '14' ? '1699999998000' : '1700000000000',
    }
  })
  const body = say({ code: '00000', msg: 'success', data })
  session.answered(request, { kind: 'answered', response: { status: 200, body } }, later(6), out)
  assert.deepEqual(
    out.of('trade').map(({ id }) => id),
    ['15', '30', '22'],
  )
  assert.equal(out.of('gap').at(-1)?.state, 'repaired')
})

test('the ticker of a contract says funding, marks and open interest when they change', () => {
  const { session, out } = started([PERP], ['ticker', 'funding', 'mark-price', 'open-interest'])
  const arg = { instType: 'USDT-FUTURES', channel: 'ticker', instId: 'BTCUSDT' }
  const row = {
    lastPr: '1',
    fundingRate: '0.0001',
    nextFundingTime: '1730361600000',
    markPrice: '2',
    indexPrice: '3',
    holdingAmount: '4',
    ts: '1730332823155',
  }
  for (const markPrice of ['2', '2', '2.5']) {
    session.received(say({ action: 'snapshot', arg, data: [{ ...row, markPrice }], ts: 1_730_332_823_157 }), AT, out)
  }
  const counts = (['ticker', 'funding', 'mark-price', 'open-interest'] as const).map((kind) => out.of(kind).length)
  assert.deepEqual(counts, [3, 1, 2, 1])
})

test('whether a market trades is asked for', () => {
  const { session, out } = started([PERP], ['status'])
  assert.deepEqual(out.sent, [])
  session.ticked(later(11), out)
  session.ticked(later(22), out)
  const [request] = out.requests
  assert.equal(request?.path, '/api/v2/mix/market/contracts?symbol=BTCUSDT&productType=USDT-FUTURES')
  assert.ok(request !== undefined)
  const body = say({ code: '00000', data: [{ symbol: 'BTCUSDT', symbolStatus: 'maintain' }] })
  session.answered(request, { kind: 'answered', response: { status: 200, body } }, later(23), out)
  assert.deepEqual(
    out.of('status').map(({ status, venueStatus }) => [status, venueStatus]),
    [['halted', 'maintain']],
  )
})

test('a refused subscription is told and left alone', () => {
  const { session, out } = started([SPOT], ['book'])
  const arg = spot('books')
  const msg = "instType:SPOT,channel:books,instId:BTCUSDT doesn't exist"
  session.received(say({ event: 'error', arg, code: 30_001, msg, op: 'subscribe' }), AT, out)
  assert.equal(out.of('feed-state').at(-1)?.state, 'halted')
  out.clear()
  session.ticked(later(40), out)
  assert.deepEqual(
    out.sent.filter((text) => text !== 'ping'),
    [],
  )
})

test('names are one to one, and thousands of a coin are told', () => {
  const definitions = [
    [
      {
        symbol: 'BTCUSDT',
        baseCoin: 'BTC',
        quoteCoin: 'USDT',
        pricePrecision: '2',
        quantityPrecision: '6',
        status: 'online',
      },
    ],
    [
      {
        symbol: 'BTCUSDT',
        baseCoin: 'BTC',
        quoteCoin: 'USDT',
        pricePlace: '1',
        priceEndStep: '5',
        symbolType: 'perpetual',
        symbolStatus: 'normal',
      },
      {
        symbol: '1000BONKUSDT',
        baseCoin: '1000BONK',
        quoteCoin: 'USDT',
        symbolType: 'perpetual',
        symbolStatus: 'normal',
      },
      { symbol: '1INCHUSDT', baseCoin: '1INCH', quoteCoin: 'USDT', symbolType: 'perpetual', symbolStatus: 'normal' },
    ],
    [{ symbol: 'BTCPERP', baseCoin: 'BTC', quoteCoin: 'USD', symbolType: 'perpetual', symbolStatus: 'normal' }],
    [
      { symbol: 'BTCUSD', baseCoin: 'BTC', quoteCoin: 'USD', symbolType: 'perpetual', symbolStatus: 'normal' },
      {
        symbol: 'BTCUSDZ26',
        baseCoin: 'BTC',
        quoteCoin: 'USD',
        symbolType: 'delivery',
        deliveryTime: '1798185600000',
        symbolStatus: 'normal',
      },
      { symbol: 'BTCUSDODD', baseCoin: 'BTC', quoteCoin: 'USD', symbolType: 'other' },
    ],
  ].map((data) => say({ code: '00000', data }))
  const { instruments, skipped } = readInstruments([...definitions, '', '', '', ''])
  assert.equal(skipped.length, 1)
  assert.deepEqual(
    instruments.map(({ id, symbol }) => [symbol, id]),
    [
      ['SPOT:BTCUSDT', 'BTC-USDT'],
      ['USDT-FUTURES:BTCUSDT', 'BTC-USDT-PERP'],
      ['USDT-FUTURES:1000BONKUSDT', '1000BONK-USDT-PERP'],
      ['USDT-FUTURES:1INCHUSDT', '1INCH-USDT-PERP'],
      ['USDC-FUTURES:BTCPERP', 'BTC-USDC-PERP'],
      ['COIN-FUTURES:BTCUSD', 'BTC-USD-PERP'],
      ['COIN-FUTURES:BTCUSDZ26', 'BTC-USD-20261225'],
    ],
  )
  const bonk = instruments[2]
  assert.deepEqual([bonk?.base, bonk?.baseMultiplier], ['BONK', '1000'])
  assert.equal(instruments[1]?.tickSize, '0.5')
  assert.equal(instruments[5]?.settleCurrency, 'BTC')
  // The same names without reference data.
  for (const { id, symbol } of instruments) assert.equal(instrument(symbol).id, id)
})

test('addresses of the past', () => {
  const range = { instrument: PERP, from: 1_700_000_000_000_000 as Micros, to: 1_701_000_000_000_000 as Micros }
  const [trades, candles, funding] = BITGET_PAST
  assert.equal(
    trades?.request(range, undefined).path,
    '/api/v2/mix/market/fills-history?symbol=BTCUSDT&productType=USDT-FUTURES&limit=1000&startTime=1700395200000&endTime=1701000000000',
  )
  const empty = say({ code: '00000', data: [] })
  assert.equal(trades?.read(empty, range, undefined, AT).next, '1700395200000')
  assert.equal(trades?.read(empty, range, '1700395200000', AT).next, undefined)
  assert.equal(
    candles?.request(range, undefined).path,
    '/api/v2/mix/market/history-candles?symbol=BTCUSDT&productType=USDT-FUTURES&granularity=1m&limit=200&endTime=1701000000000',
  )
  assert.equal(
    funding?.request(range, '3').path,
    '/api/v2/mix/market/history-fund-rate?symbol=BTCUSDT&productType=USDT-FUTURES&pageSize=100&pageNo=3',
  )
  assert.throws(() => candles?.read('{"code":"40034"}', range, undefined, AT), { code: 'VENUE_ANSWER_INVALID' })
  const ask = { instrument: SPOT, first: 0, last: null, after: null }
  assert.equal(
    bitgetTradeHistory.path(ask, '77'),
    '/api/v2/spot/market/fills-history?symbol=BTCUSDT&limit=1000&idLessThan=77',
  )
})

test('recorded addresses of reference data, of v1 too, answer ours', () => {
  const [symbols, contracts] = bitget.instrumentRequests()
  assert.ok(symbols !== undefined && contracts !== undefined)
  const answers = (url: string, request: typeof symbols) => bitget.answers(`https://api.bitget.com${url}`, request)
  assert.ok(answers('/api/v2/spot/public/symbols', symbols))
  assert.ok(answers('/api/spot/v1/public/products', symbols))
  assert.ok(answers('/api/mix/v1/market/contracts?productType=umcbl', contracts))
  assert.ok(!answers('/api/mix/v1/market/contracts?productType=dmcbl', contracts))
  assert.ok(!answers('/api/v2/mix/market/contracts?symbol=BTCUSDT&productType=USDT-FUTURES', contracts))
})

test('whatever is done to a frame, nothing is thrown', () => {
  const frames = [
    bookFrame('snapshot', { seq: 100, pseq: 0, checksum: 0 }, [['100.0', '1.50']]),
    bookFrame('update', { seq: 105, pseq: 100, checksum: -5 }, [['100', '2']]),
    tradeFrame('snapshot', ['12', '10']),
    say({
      action: 'update',
      arg: { instType: 'sp', channel: 'trade', instId: 'BTCUSDT' },
      data: [['1649021359602', '1', '2', 'buy']],
    }),
    say({ event: 'error', arg: spot('books'), code: 30_001, msg: 'x' }),
  ]
  assertNeverThrows(() => started([SPOT, PERP], bitget.channels).session, frames)
})
