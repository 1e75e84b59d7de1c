import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Channel, Micros } from '../../market/index.ts'
import type { VenueSession } from '../protocol.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { replaySession } from '../testing/session-report.ts'
import { instrumentFromContract } from './instruments.ts'
import { gateioFutures } from './protocol.ts'

const START = 1_790_000_000_000_000
const at = (seconds: number) => (START + seconds * 1_000_000) as Micros

function instrument(symbol: string) {
  const found = instrumentFromContract(symbol)
  assert.ok(found !== undefined)
  return found
}

function opened(channels: readonly Channel[], symbol = 'BTC_USDT'): { session: VenueSession; out: RecordingOutput } {
  const subscriptions = channels.map((channel) => ({ instrument: instrument(symbol), channel }))
  const session = gateioFutures.session({
    plan: { name: 'usdt-market-0', path: '/usdt', subscriptions },
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

const TICKER = {
  contract: 'BTC_USDT',
  last: '118.40',
  funding_rate: '-0.000114',
  funding_rate_indicative: '0.01875',
  mark_price: '118.35',
  index_price: '118.36',
  total_size: '73648.5',
  volume_24h_quote: '1665006',
  volume_24h_base: '5526',
  low_24h: '99.2',
  high_24h: '132.5',
  t: 1790000000100,
}

test('four channels are one subscription, and end with the last of them', () => {
  const { session, out } = opened(['ticker', 'funding', 'mark-price', 'open-interest'])
  assert.deepEqual(
    out.sent.map((text) => JSON.parse(text).payload),
    [['BTC_USDT']],
  )
  out.clear()
  const [ticker, funding, ...rest] = (['ticker', 'funding', 'mark-price', 'open-interest'] as const).map((channel) => ({
    instrument: instrument('BTC_USDT'),
    channel,
  }))
  assert.ok(ticker !== undefined && funding !== undefined)
  session.changed([], [ticker, funding], at(1), out)
  assert.deepEqual(out.sent, [])
  session.changed([], rest, at(1), out)
  assert.equal(JSON.parse(out.sent[0] ?? '{}').event, 'unsubscribe')
})

test('a ticker is statistics, funding, mark and open interest', () => {
  const { session, out } = opened(['ticker', 'funding', 'mark-price', 'open-interest'])
  session.received(message('futures.tickers', [TICKER]), at(1), out)
  assert.deepEqual(
    [
      out.of('ticker')[0]?.last,
      out.of('ticker')[0]?.volume,
      out.of('funding')[0]?.rate,
      out.of('funding')[0]?.fundingTime,
    ],
    ['118.4', '5526', '-0.000114', null],
  )
  assert.deepEqual(
    [out.of('mark-price')[0]?.markPrice, out.of('mark-price')[0]?.indexPrice, out.of('open-interest')[0]?.openInterest],
    ['118.35', '118.36', '73648.5'],
  )
})

test('statuses and funding times come with the list of contracts', () => {
  const { session, out } = opened(['status', 'funding'])
  session.ticked(at(1), out)
  session.ticked(at(15), out)
  const [request] = out.requests
  assert.equal(request?.path, '/api/v4/futures/usdt/contracts?limit=1000')
  assert.ok(request !== undefined)
  const contract = {
    name: 'BTC_USDT',
    status: 'circuit_breaker',
    funding_next_apply: 1790020800,
    funding_interval: 28800,
  }
  const response = { status: 200, body: JSON.stringify([contract]) }
  session.answered(request, { kind: 'answered', response }, at(16), out)
  assert.deepEqual(
    out.of('status').map(({ status, venueStatus }) => [status, venueStatus]),
    [['halted', 'circuit_breaker']],
  )
  session.received(message('futures.tickers', [TICKER]), at(17), out)
  const [funding] = out.of('funding')
  assert.deepEqual([funding?.fundingTime, funding?.intervalSeconds], [1_790_020_800_000_000, 28_800])
})

test('sizes are contracts, whole or not, signed by the taker; liquidations by the order that closes', () => {
  const { session, out } = opened(['trade', 'liquidation'])
  const trade = { id: 7, create_time_ms: 1790000000123, price: '96.40', contract: 'BTC_USDT' }
  session.received(
    message('futures.trades', [
      { ...trade, size: '-108.5' },
      { ...trade, id: 8, size: 3 },
    ]),
    at(1),
    out,
  )
  const order = { price: '215.1', time: 1790000000123, contract: 'BTC_USDT' }
  session.received(message('futures.public_liquidates', [{ ...order, size: -124 }]), at(1), out)
  session.received(message('futures.public_liquidates', [{ ...order, size: '2.5', time: 1790000000 }]), at(1), out)
  assert.deepEqual(
    out.of('trade').map(({ id, amount, side, price }) => [id, amount, side, price]),
    [
      ['7', '108.5', 'sell', '96.4'],
      ['8', '3', 'buy', '96.4'],
    ],
  )
  assert.deepEqual(
    out.of('liquidation').map(({ amount, side, exchangeTime }) => [amount, side, exchangeTime]),
    [
      ['124', 'sell', 1_790_000_000_123_000],
      ['2.5', 'buy', 1_790_000_000_000_000],
    ],
  )
})

test('a hole in the ids is asked for by time, and what history gives in seconds is read so', () => {
  const { session, out } = opened(['trade'])
  const trade = { size: 1, create_time_ms: 1790000001123, price: '96.40', contract: 'BTC_USDT' }
  session.received(message('futures.trades', [{ ...trade, id: 7 }]), at(1), out)
  session.received(message('futures.trades', [{ ...trade, id: 9 }]), at(2), out)
  session.ticked(at(3), out)
  const [request] = out.requests
  assert.equal(request?.path, '/api/v4/futures/usdt/trades?contract=BTC_USDT&from=1790000001&to=1790000061&limit=1000')
  assert.ok(request !== undefined)
  const row = { id: 8, contract: 'BTC_USDT', create_time_ms: 1790000001.258, size: -2, price: '83775.4' }
  session.answered(request, { kind: 'answered', response: { status: 200, body: JSON.stringify([row]) } }, at(3), out)
  const filled = out.of('trade').at(-1)
  assert.deepEqual([filled?.id, filled?.exchangeTime, filled?.side], ['8', 1_790_000_001_258_000, 'sell'])
  assert.equal(out.of('gap').at(-1)?.state, 'repaired')
})

/** A capture of 2021, as recorders of that time subscribed. */
function capture(): string[] {
  const rest = 'https://api.gateio.ws/api/v4/futures/usdt/'
  const url = 'wss://fx-ws.gateio.ws/v4/ws/usdt'
  let t = 1_640_000_000
  const line = (kind: string, dir: string, to: string, data: unknown) => {
    t += 0.05
    return JSON.stringify({ t, kind, dir, url: to, conn: kind, data: data === '' ? '' : JSON.stringify(data) })
  }
  const said = (channel: string, result: unknown) =>
    line('ws', 'in', url, { id: null, time: 1640000001, channel, event: 'update', error: null, result })
  const update = { t: 1640000001417, s: 'BTC_USDT', a: [] }
  return [
    line('http', 'in', `${rest}contracts`, [{ name: 'BTC_USDT', type: 'direct', quanto_multiplier: '0.0001' }]),
    line('ws', 'open', url, ''),
    line('ws', 'out', url, {
      time: 1640000000,
      channel: 'futures.order_book_update',
      event: 'subscribe',
      payload: ['BTC_USDT', '100ms'],
    }),
    said('futures.order_book_update', { ...update, U: 90, u: 101, b: [{ p: '1', s: 1 }] }),
    said('futures.order_book_update', {
      ...update,
      U: 102,
      u: 103,
      b: [
        { p: '54672.1', s: 0 },
        { p: '54664.5', s: 58794 },
      ],
    }),
    line('http', 'in', `${rest}order_book?contract=BTC_USDT&limit=100&with_id=true`, {
      id: 102,
      current: 1640000001.123,
      update: 1640000001.121,
      asks: [{ p: '54700', s: 100 }],
      bids: [{ p: '54672.1', s: 5 }],
    }),
    said('futures.order_book_update', { ...update, U: 104, u: 104, b: [] }),
    said('futures.book_ticker', {
      t: 1640000001517,
      u: 104,
      s: 'BTC_USDT',
      b: '54664.5',
      B: 58794,
      a: '54700',
      A: 100,
    }),
    said('futures.trades', [
      { size: -108, id: 27753479, create_time_ms: 1640000001123, price: '1.50', contract: 'BTC_USDT' },
    ]),
  ]
}

test('a capture of 2021 is read: fetched books, quotes of the same sequence, trades', () => {
  const report = replaySession(gateioFutures, capture())
  assert.deepEqual(report.problems, [])
  const found = report.symbols.get('BTC_USDT')
  assert.deepEqual(
    [found?.book?.state.state, found?.book?.updates, found?.book?.state.staleDropped, found?.book?.lastSequence],
    ['synchronised', 2, 1, 104],
  )
  assert.deepEqual([found?.book?.quotesCompared, found?.book?.quotesEqual], [1, 1])
  assert.deepEqual([found?.trades.count, found?.trades.amount.value, found?.trades.sells], [1, '108', 1])
  const [instrumentOfCapture] = gateioFutures.instruments([JSON.parse(capture()[0] ?? '').data]).instruments
  assert.equal(instrumentOfCapture?.contractSize, '0.0001')
})

test('no frame is thrown at, whatever was done to it', () => {
  const frames = [
    message('futures.tickers', [TICKER]),
    message('futures.trades', [
      { size: -1, id: 7, create_time_ms: 1790000000123, price: '96.40', contract: 'BTC_USDT' },
    ]),
    message('futures.obu', { t: 1, full: true, s: 'ob.BTC_USDT.400', u: 7, b: [['1', '2']], a: [] }),
    message('futures.order_book', [{ p: '1', s: -3, c: 'BTC_USDT', id: 5 }]),
    message('futures.public_liquidates', [{ price: '2', size: '-1', time: 1790000000, contract: 'BTC_USDT' }]),
  ]
  fc.assert(
    fc.property(
      fc.constantFrom(...frames),
      fc.nat(),
      fc.nat({ max: 6 }),
      fc.constantFrom('', '0', '"', '-', 'null', '[', '}', '{}', ',', '1e9'),
      (frame, place, removed, put) => {
        const { session, out } = opened(gateioFutures.channels)
        const from = place % frame.length
        session.received(frame.slice(0, from) + put + frame.slice(from + removed), at(1), out)
        session.ticked(at(20), out)
      },
    ),
    { numRuns: 1_000 },
  )
})

test('dated contracts have books whose beginning is fetched, and neither funding nor liquidations', () => {
  const dated = instrument('BTC_USDT_20261009')
  const channels = gateioFutures.channelsOf?.(dated) ?? []
  assert.ok(!channels.includes('funding') && !channels.includes('liquidation') && channels.includes('mark-price'))
  const { session, out } = opened(channels, 'BTC_USDT_20261009')
  const sent = out.sent.map((text) => JSON.parse(text))
  assert.deepEqual(
    sent.map(({ channel, payload }) => [channel, payload]),
    [
      ['futures.trades', ['BTC_USDT_20261009']],
      ['futures.book_ticker', ['BTC_USDT_20261009']],
      ['futures.order_book_update', ['BTC_USDT_20261009', '100ms']],
      ['futures.tickers', ['BTC_USDT_20261009']],
      ['futures.candlesticks', ['1m', 'BTC_USDT_20261009']],
    ],
  )
  const { id } = sent.find(({ channel }) => channel === 'futures.order_book_update') ?? {}
  const confirmed = { id, channel: 'futures.order_book_update', event: 'subscribe', result: { status: 'success' } }
  session.received(JSON.stringify({ time: 1790000000, ...confirmed }), at(1), out)
  const change = (first: number, last: number, bids: unknown) =>
    message('futures.order_book_update', {
      t: 1790000000200,
      s: 'BTC_USDT_20261009',
      U: first,
      u: last,
      b: bids,
      a: [],
    })
  session.received(change(2481668, 2481669, [{ p: '84554.4', s: 3 }]), at(1), out)
  session.ticked(at(2), out)
  const request = out.requests.find(({ path }) => path.includes('order_book'))
  assert.equal(request?.path, '/api/v4/delivery/usdt/order_book?contract=BTC_USDT_20261009&limit=50&with_id=true')
  assert.ok(request !== undefined)
  const whole = { id: 2481668, current: 1790979936.809, update: 1790979936.808, asks: [{ p: '84560', s: 2 }], bids: [] }
  const response = { status: 200, body: JSON.stringify(whole) }
  session.answered(request, { kind: 'answered', response }, at(3), out)
  session.received(change(2481670, 2481671, [{ p: '84554.4', s: 0 }]), at(4), out)
  assert.deepEqual(
    out.of('book').map(({ kind, bids, asks, sequence }) => [kind, bids, asks, sequence]),
    [
      ['snapshot', [], [['84560', '2']], 2481668],
      ['update', [['84554.4', '3']], [], 2481669],
      ['update', [['84554.4', '0']], [], 2481671],
    ],
  )
  const trade = { contract: 'BTC_USDT_20261009', id: 61166, price: '84554.4', size: -5, create_time_ms: 1790979916083 }
  session.received(message('futures.trades', [trade]), at(5), out)
  const [print] = out.of('trade')
  assert.deepEqual([print?.instrument, print?.amount, print?.side], ['BTC-USDT-20261009', '5', 'sell'])
  assert.deepEqual(out.refusals, [])
})
