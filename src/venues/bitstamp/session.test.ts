import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Channel, Instrument, Micros } from '../../market/index.ts'
import type { RestRequest, VenueSession } from '../protocol.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { bitstampPast } from './history.ts'
import { instrumentFromSymbol, readInstruments } from './instruments.ts'
import { bitstamp } from './protocol.ts'

const AT = 1_780_000_000_000_000 as Micros
const after = (seconds: number) => (AT + seconds * 1_000_000) as Micros

function market(symbol: string): Instrument {
  const instrument = instrumentFromSymbol(symbol)
  assert.ok(instrument !== undefined)
  return instrument
}

function opened(symbols: readonly string[], channels: readonly Channel[]) {
  const subscriptions = symbols.flatMap((symbol) =>
    channels.map((channel) => ({ instrument: market(symbol), channel })),
  )
  const [plan] = bitstamp.plan(subscriptions)
  assert.ok(plan !== undefined)
  const instruments = symbols.map(market)
  const session = bitstamp.session({ plan, instruments, resume: new Map(), repairTrades: true })
  const out = new RecordingOutput()
  session.opened(AT, out)
  return { session, out }
}

const diff = (micros: number, bids: string[][], asks: string[][] = [], symbol = 'btcusd') =>
  JSON.stringify({
    data: { timestamp: `${Math.floor(micros / 1e6)}`, microtimestamp: `${micros}`, bids, asks },
    channel: `diff_order_book_${symbol}`,
    event: 'data',
  })

const bookBody = (micros: number, bids: string[][], asks: string[][]) =>
  JSON.stringify({ timestamp: `${Math.floor(micros / 1e6)}`, microtimestamp: `${micros}`, bids, asks })

const trade = (id: number, micros: number, type: 0 | 1 = 0) =>
  JSON.stringify({
    data: {
      id,
      amount: 0.1,
      amount_str: '0.10000000',
      price: 100.5,
      price_str: '100.50',
      type,
      timestamp: `${Math.floor(micros / 1e6)}`,
      microtimestamp: `${micros}`,
      buy_order_id: 1,
      sell_order_id: 2,
    },
    channel: 'live_trades_btcusd',
    event: 'trade',
  })

function answer(
  session: VenueSession,
  request: RestRequest | undefined,
  body: string,
  at: Micros,
  out: RecordingOutput,
) {
  assert.ok(request !== undefined)
  session.answered(request, { kind: 'answered', response: { status: 200, body } }, at, out)
}

test('one subscription carries book and quotes; the book is fetched when its first change comes', () => {
  const { session, out } = opened(['btcusd'], ['trade', 'quote', 'book'])
  assert.deepEqual(
    out.sent.map((text) => JSON.parse(text).data.channel),
    ['live_trades_btcusd', 'diff_order_book_btcusd'],
  )
  session.received('{"event":"bts:subscription_succeeded","channel":"diff_order_book_btcusd","data":{}}', AT, out)
  session.received(diff(AT - 5, [['99', '1']]), AT, out)
  session.received(diff(AT + 5, [['100', '2.50']]), AT, out)
  session.ticked(AT, out)
  assert.deepEqual(
    out.requests.map(({ path }) => path),
    ['/api/v2/order_book/btcusd/?_=1'],
  )
  out.clear()
  const request = { id: 1, purpose: 'book', path: '', weight: 1, instrument: market('btcusd').id }
  answer(session, request, bookBody(AT, [['99', '7']], [['101', '1']]), AT, out)
  assert.deepEqual(
    out.of('book').map(({ kind, bids, sequence }) => [kind, bids, sequence]),
    [
      ['snapshot', [['99', '7']], AT],
      ['update', [['100', '2.5']], AT + 5],
    ],
  )
  assert.deepEqual(
    out.of('quote').map(({ bidPrice, bidAmount, askPrice }) => [bidPrice, bidAmount, askPrice]),
    [
      ['99', '7', '101'],
      ['100', '2.5', '101'],
    ],
  )
  assert.equal(session.bookStatistics().get(market('btcusd').id)?.staleDropped, 1)
})

/** A session whose book is whole. */
function whole(channels: readonly Channel[] = ['book']) {
  const { session, out } = opened(['btcusd', 'ethusd'], channels)
  for (const symbol of ['btcusd', 'ethusd']) {
    session.received(diff(AT, [], [], symbol), AT, out)
    session.ticked(AT, out)
    answer(session, out.requests.at(-1), bookBody(AT, [['99', '7']], [['101', '1']]), AT, out)
  }
  out.clear()
  return { session, out }
}

test('a crossed book is invalidated first and fetched alone; the other goes on', () => {
  const { session, out } = whole()
  session.received(diff(AT + 1, [['102', '1']]), after(1), out)
  assert.deepEqual(
    out.of('gap').map(({ symbol, cause, state }) => [symbol, cause, state]),
    [['btcusd', 'missed-sequence', 'open']],
  )
  assert.deepEqual(out.of('book'), [])
  session.received(diff(AT + 2, [['98', '1']], [], 'ethusd'), after(1), out)
  session.ticked(after(1), out)
  assert.deepEqual(
    out.requests.map(({ path }) => path),
    ['/api/v2/order_book/btcusd/?_=3'],
  )
  answer(session, out.requests[0], bookBody(AT + 3, [['99', '7']], [['101', '1']]), after(2), out)
  assert.deepEqual(
    out.of('book').map(({ symbol, kind }) => [symbol, kind]),
    [
      ['ethusd', 'update'],
      ['btcusd', 'snapshot'],
    ],
  )
  assert.equal(out.of('gap').at(-1)?.state, 'beyond-repair')
})

test('now and then a book is compared with a new one: a lost change comes to light', () => {
  const { session, out } = whole()
  session.received(diff(AT + 10, [['98', '1']]), after(1), out)
  session.ticked(after(900), out)
  const audits = out.requests.filter(({ purpose }) => purpose === 'book-audit')
  assert.deepEqual(audits.map(({ path }) => path.replace(/\?.*/, '')).sort(), [
    '/api/v2/order_book/btcusd/',
    '/api/v2/order_book/ethusd/',
  ])
  const audit = audits.find(({ path }) => path.includes('btcusd'))
  const levels = [
    ['99', '7'],
    ['98', '1'],
  ]
  answer(session, audit, bookBody(AT + 10, levels, [['101', '1']]), after(901), out)
  assert.equal(out.of('gap').length, 0)
  assert.equal(session.bookStatistics().get(market('btcusd').id)?.checksumsVerified, 1)
  out.clear()
  session.ticked(after(2_000), out)
  const again = out.requests.find(({ path }) => path.includes('btcusd'))
  answer(session, again, bookBody(AT + 10, [['99', '6'], ...levels.slice(1)], [['101', '1']]), after(2_001), out)
  assert.equal(out.of('gap')[0]?.cause, 'missed-sequence')
})

test('trades: texts count, not doubles; the type is the side of the taker; an id comes once', () => {
  const { session, out } = opened(['btcusd'], ['trade'])
  session.received(trade(1, AT), AT, out)
  session.received(trade(5, AT + 7, 1), AT, out)
  session.received(trade(5, AT + 7, 1), AT, out)
  assert.deepEqual(
    out.of('trade').map(({ id, price, amount, side, exchangeTime }) => [id, price, amount, side, exchangeTime]),
    [
      ['1', '100.5', '0.1', 'buy', AT],
      ['5', '100.5', '0.1', 'sell', AT + 7],
    ],
  )
})

test('after a cut the past is read in longer stretches until it reaches back', () => {
  const { session, out } = opened(['btcusd'], ['trade'])
  session.received(trade(1, AT), AT, out)
  session.closed(after(60), 'gone', out)
  session.opened(after(120), out)
  session.received(trade(9, after(121)), after(121), out)
  out.clear()
  session.ticked(after(123), out)
  assert.deepEqual(
    out.requests.map(({ path }) => path),
    ['/api/v2/transactions/btcusd/?time=minute'],
  )
  const row = (tid: number, seconds: number) => ({
    date: `${AT / 1e6 + seconds}`,
    tid: `${tid}`,
    amount: '0.10000000',
    type: '1',
    price: '100.50',
  })
  answer(session, out.requests[0], JSON.stringify([row(9, 121)]), after(123), out)
  session.ticked(after(123), out)
  assert.equal(out.requests[1]?.path, '/api/v2/transactions/btcusd/?time=hour')
  answer(session, out.requests[1], JSON.stringify([row(9, 121), row(7, 80), row(4, 80), row(1, 0)]), after(124), out)
  assert.deepEqual(
    out.of('trade').map(({ id, backlog }) => [id, backlog]),
    [
      ['4', true],
      ['7', true],
    ],
  )
  assert.deepEqual([out.of('gap').at(-1)?.state, out.of('gap').at(-1)?.missing], ['repaired', 0])
})

test('the venue is obeyed when it asks for a new connection', () => {
  const { session, out } = opened(['btcusd'], ['trade'])
  session.received('{"event":"bts:request_reconnect","channel":"","data":""}', AT, out)
  assert.ok(out.commands.some(({ kind }) => kind === 'reconnect'))
  out.clear()
  session.received('{"event":"bts:heartbeat","channel":"","data":{"status":"success"}}', AT, out)
  session.ticked(after(40), out)
  assert.ok(out.sent.includes('{"event":"bts:heartbeat"}'))
  assert.deepEqual(out.refusals, [])
})

test('a refused subscription halts its feed where the venue names it, and is told in any case', () => {
  const { session, out } = opened(['btcusd'], ['trade'])
  session.received(
    '{"event":"bts:error","channel":"","data":{"code":null,"message":"Bad subscription string."}}',
    AT,
    out,
  )
  assert.deepEqual(
    out.refusals.map(({ kind, reason }) => [kind, reason]),
    [['venue-error', 'Bad subscription string.']],
  )
  session.received('{"event":"bts:error","channel":"live_trades_btcusd","data":{"message":"no"}}', AT, out)
  assert.equal(out.of('feed-state').at(-1)?.state, 'halted')
})

test('tickers of all markets come in one answer, candles market by market', () => {
  const { session, out } = opened(['btcusd', 'ethusd'], ['ticker', 'candle'])
  assert.deepEqual(out.sent, [])
  session.ticked(AT, out)
  for (let second = 0; second < 12; second++) session.ticked(after(second), out)
  const paths = out.requests.map(({ path }) => path)
  assert.deepEqual([...new Set(paths)].sort(), [
    '/api/v2/ohlc/btcusd/?step=60&limit=3',
    '/api/v2/ohlc/ethusd/?step=60&limit=3',
    '/api/v2/ticker/',
  ])
  const row = { timestamp: '1780000000', high: '10', low: '8', last: '9.50', open: '7', open_24: '8.50', volume: '3.0' }
  const rows = [
    { ...row, pair: 'BTC/USD' },
    { ...row, pair: 'NEW/USD' },
    { ...row, pair: 'ETH/USD', market: 'ETH/USD', last: '2' },
  ]
  const tickers = out.requests.find(({ path }) => path === '/api/v2/ticker/')
  answer(session, tickers, JSON.stringify(rows), AT, out)
  assert.deepEqual(
    out.of('ticker').map(({ symbol, last, open, volume, exchangeTime }) => [symbol, last, open, volume, exchangeTime]),
    [
      ['btcusd', '9.5', '8.5', '3', AT],
      ['ethusd', '2', '8.5', '3', AT],
    ],
  )
  const ohlc = [
    { timestamp: '1779999960', open: '1', high: '2', low: '1', close: '2', volume: '0.00000000' },
    { timestamp: '1780000020', open: '2', high: '2', low: '2', close: '2', volume: '1.50' },
  ]
  const candles = out.requests.find(({ path }) => path.includes('ohlc/btcusd'))
  answer(session, candles, JSON.stringify({ data: { pair: 'BTC/USD', ohlc } }), after(60), out)
  assert.deepEqual(
    out.of('venue-candle').map(({ openTime, close, volume, isClosed }) => [openTime, close, volume, isClosed]),
    [
      [AT - 40_000_000, '2', '0', true],
      [AT + 20_000_000, '2', '1.5', false],
    ],
  )
  assert.deepEqual(out.refusals, [])
})

test('perpetuals: funding and marks every second, open interest with the tickers', () => {
  const { session, out } = opened(['btcusd-perp'], ['funding', 'mark-price', 'open-interest'])
  assert.deepEqual(
    out.sent.map((text) => JSON.parse(text).data.channel),
    ['funding_rate_btcusd-perp'],
  )
  const data = {
    market: 'btcusd-perp',
    mark_price: '77186.81199586',
    index_price: '77177.99454545454',
    funding_rate: '0.000123',
    timestamp: '1780000000',
    next_funding_time: '1780003200',
  }
  const channel = 'funding_rate_btcusd-perp'
  session.received(JSON.stringify({ data, channel, event: 'funding_rate_saved' }), AT, out)
  const [funding] = out.of('funding')
  assert.deepEqual(
    [funding?.instrument, funding?.rate, funding?.fundingTime, funding?.intervalSeconds, funding?.exchangeTime],
    ['BTC-USD-PERP', '0.000123', after(3_200), 28_800, AT],
  )
  assert.equal(out.of('mark-price')[0]?.indexPrice, '77177.99454545454')
  for (let second = 0; second < 12; second++) session.ticked(after(second), out)
  const row = {
    timestamp: '1780000000',
    pair: 'BTC/USD-PERP',
    market: 'BTC/USD-PERP',
    last: '1',
    open_interest: '66.98',
    open_interest_value: '5173637.69',
  }
  const request = out.requests.find(({ path }) => path === '/api/v2/ticker/')
  answer(session, request, JSON.stringify([row]), AT, out)
  assert.deepEqual(
    out.of('open-interest').map(({ openInterest, value }) => [openInterest, value]),
    [['66.98', '5173637.69']],
  )
  assert.deepEqual(out.refusals, [])
})

test('markets of today and pairs of before are the same instruments', () => {
  const now = {
    name: 'BTC/USD-PERP',
    market_symbol: 'btcusd-perp',
    trading: 'Enabled',
    base_decimals: 5,
    counter_decimals: 0,
  }
  const before = { name: 'BTC/USD', url_symbol: 'btcusd', trading: 'Disabled', base_decimals: 8, counter_decimals: 2 }
  const { instruments, skipped } = readInstruments([JSON.stringify([now, before, { name: 'odd', url_symbol: 'odd' }])])
  assert.deepEqual(
    instruments.map(({ id, symbol, kind, status, tickSize, lotSize, settleCurrency }) => [
      id,
      symbol,
      kind,
      status,
      tickSize,
      lotSize,
      settleCurrency,
    ]),
    [
      ['BTC-USD-PERP', 'btcusd-perp', 'perpetual', 'trading', '1', '0.00001', 'USD'],
      ['BTC-USD', 'btcusd', 'spot', 'halted', '0.01', '0.00000001', undefined],
    ],
  )
  assert.equal(skipped.length, 1)
})

test('the fast reader and the careful one agree, and no frame is thrown at', () => {
  const frames = [
    diff(AT, [['0.00002835', '1.00000000']], [['100', '0.00000000']]),
    trade(7, AT),
    '{"event":"bts:subscription_succeeded","channel":"live_trades_btcusd","data":{}}',
  ]
  const spaced = opened(['btcusd'], ['book'])
  const plain = opened(['btcusd'], ['book'])
  for (const { session, out } of [spaced, plain]) {
    session.ticked(after(6), out)
    answer(session, out.requests[0], bookBody(AT - 1, [['99', '7']], [['101', '1']]), after(6), out)
  }
  const frame = frames[0] ?? ''
  plain.session.received(frame, after(7), plain.out)
  spaced.session.received(frame.replace('{"data"', '{ "data"'), after(7), spaced.out)
  assert.deepEqual(spaced.out.events, plain.out.events)
  fc.assert(
    fc.property(fc.constantFrom(...frames), fc.nat(), fc.nat(8), fc.string({ maxLength: 4 }), (text, at, cut, put) => {
      const { session, out } = plain
      const index = at % text.length
      session.received(text.slice(0, index) + put + text.slice(index + cut), after(8), out)
      out.clear()
    }),
    { numRuns: 400 },
  )
})

test('a book that is wanted beside its quotes begins with what is known', () => {
  const { session, out } = whole(['quote'])
  const added = [{ instrument: market('btcusd'), channel: 'book' as const }]
  session.changed(added, [], after(1), out)
  session.received(diff(AT + 1, [['98', '1']]), after(1), out)
  assert.deepEqual(
    out.of('book').map(({ kind, bids, sequence }) => [kind, bids, sequence]),
    [
      ['snapshot', [['99', '7']], AT],
      ['update', [['98', '1']], AT + 1],
    ],
  )
  assert.equal(out.of('feed-state').at(-1)?.state, 'synchronised')
  out.clear()
  // The venue's channel goes on while one of them is wanted.
  session.changed([], [{ instrument: market('btcusd'), channel: 'quote' }], after(2), out)
  assert.deepEqual(out.sent, [])
  session.changed([], added, after(3), out)
  assert.deepEqual(
    out.sent.map((text) => JSON.parse(text)),
    [{ event: 'bts:unsubscribe', data: { channel: 'diff_order_book_btcusd' } }],
  )
})

test('the past: transactions of a day, candles of a minute in pages', () => {
  const [trades, candles] = bitstampPast
  assert.ok(trades !== undefined && candles !== undefined)
  const range = { instrument: market('btcusd'), from: AT, to: after(100_000) }
  assert.equal(trades.request(range, undefined).path, '/api/v2/transactions/btcusd/?time=day')
  const row = { date: '1780000000', tid: '7', amount: '0.10', type: '0', price: '100.50' }
  const [trade] = trades.read(JSON.stringify([row]), range, undefined, after(5)).events
  assert.ok(trade?.messageType === 'trade')
  assert.deepEqual([trade.id, trade.side, trade.exchangeTime, trade.backlog], ['7', 'buy', AT, true])
  const first = 1_779_999_960
  assert.equal(
    candles.request(range, undefined).path,
    `/api/v2/ohlc/btcusd/?step=60&limit=1000&start=${first}&end=${first + 59_940}`,
  )
  const page = candles.read('{"data":{"ohlc":[]}}', range, undefined, AT)
  assert.equal(page.next, `${first + 60_000}`)
  assert.match(candles.request(range, page.next).path, /&end=1780099999$/)
  assert.equal(candles.read('{"data":{"ohlc":[]}}', range, page.next, AT).next, undefined)
  assert.throws(() => candles.read('[]', range, undefined, AT), { code: 'VENUE_ANSWER_INVALID' })
})
