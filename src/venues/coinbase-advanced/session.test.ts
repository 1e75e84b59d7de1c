import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Channel, Instrument, Micros } from '../../market/index.ts'
import type { RestRequest, VenueSession } from '../protocol.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { advancedPast } from './history.ts'
import { instrumentFromId, readInstruments } from './instruments.ts'
import { coinbaseAdvanced } from './protocol.ts'

const AT = 1_780_000_000_000_000 as Micros
const SECONDS = AT / 1_000_000
const after = (seconds: number) => (AT + seconds * 1_000_000) as Micros
const TIME = new Date(AT / 1_000).toISOString()

function product(id: string): Instrument {
  const instrument = instrumentFromId(id)
  assert.ok(instrument !== undefined)
  return instrument
}

function opened(ids: readonly string[], channels: readonly Channel[]) {
  const subscriptions = ids.flatMap((id) => channels.map((channel) => ({ instrument: product(id), channel })))
  const [plan] = coinbaseAdvanced.plan(subscriptions)
  assert.ok(plan !== undefined)
  const instruments = ids.map(product)
  const session = coinbaseAdvanced.session({ plan, instruments, resume: new Map(), repairTrades: true })
  const out = new RecordingOutput()
  session.opened(AT, out)
  const sent = out.sent.map((text) => JSON.parse(text) as Record<string, unknown>)
  out.clear()
  let sequence = 0
  const say = (channel: string, events: unknown[], at = AT) =>
    session.received(JSON.stringify({ channel, timestamp: TIME, sequence_num: sequence++, events }), at, out)
  const skip = () => sequence++
  return { session, out, sent, say, skip }
}

const level = (side: 'bid' | 'offer', price_level: string, new_quantity: string) => ({
  side,
  event_time: TIME,
  price_level,
  new_quantity,
})

const book = (type: 'snapshot' | 'update', updates: unknown[], product_id = 'BTC-USD') => ({
  type,
  product_id,
  updates,
})

const trade = (trade_id: number, seconds = 0, side = 'BUY') => ({
  product_id: 'BTC-USD',
  trade_id: `${trade_id}`,
  price: '100.50',
  size: '0.10',
  time: new Date(AT / 1_000 + seconds * 1_000).toISOString(),
  side,
})

function answer(
  session: VenueSession,
  request: RestRequest | undefined,
  rows: unknown[],
  at: Micros,
  out: RecordingOutput,
) {
  assert.ok(request !== undefined)
  const body = JSON.stringify({ trades: rows, best_bid: '', best_ask: '' })
  session.answered(request, { kind: 'answered', response: { status: 200, body } }, at, out)
}

test('heartbeats first, then one message for each channel, book and quotes together', () => {
  const { sent, session, out, say } = opened(['BTC-USD', 'ETH-USD'], ['trade', 'quote', 'book', 'ticker', 'status'])
  const product_ids = ['BTC-USD', 'ETH-USD']
  assert.deepEqual(sent, [
    { type: 'subscribe', channel: 'heartbeats' },
    { type: 'subscribe', product_ids, channel: 'market_trades' },
    { type: 'subscribe', product_ids, channel: 'level2' },
    { type: 'subscribe', product_ids, channel: 'ticker' },
    { type: 'subscribe', product_ids, channel: 'status' },
  ])
  const confirmed = { level2: product_ids, market_trades: product_ids, ticker: product_ids, heartbeats: ['heartbeats'] }
  say('subscriptions', [{ subscriptions: { ...confirmed, status: product_ids } }])
  out.clear()
  session.ticked(after(16), out)
  // Everything is confirmed; only the books that never came are asked for anew.
  assert.ok(out.sent.every((text) => JSON.parse(text).channel === 'level2'))
})

test('books: a snapshot replaces, an amount of 0 removes; quotes are the touch', () => {
  const { out, say } = opened(['BTC-USD'], ['book', 'quote'])
  say('l2_data', [book('snapshot', [level('bid', '100.00', '1.50'), level('offer', '101', '2')])])
  say('l2_data', [book('update', [level('offer', '101', '0.00000000'), level('offer', '102', '1')])])
  assert.deepEqual(
    out.of('book').map(({ kind, bids, asks, sequence, exchangeTime }) => [kind, bids, asks, sequence, exchangeTime]),
    [
      ['snapshot', [['100', '1.5']], [['101', '2']], 0, AT],
      [
        'update',
        [],
        [
          ['101', '0'],
          ['102', '1'],
        ],
        1,
        AT,
      ],
    ],
  )
  assert.deepEqual(
    out.of('quote').map(({ bidPrice, askPrice, askAmount }) => [bidPrice, askPrice, askAmount]),
    [
      ['100', '101', '2'],
      ['100', '102', '1'],
    ],
  )
})

test('a message that is missing makes every book of the connection suspect; each is subscribed anew', () => {
  const { session, out, say, skip } = opened(['BTC-USD', 'ETH-USD'], ['book'])
  for (const id of ['BTC-USD', 'ETH-USD']) say('l2_data', [book('snapshot', [level('bid', '100', '1')], id)])
  say('heartbeats', [{ current_time: 'x', heartbeat_counter: 1 }])
  out.clear()
  skip()
  say('l2_data', [book('update', [level('bid', '99', '1')])], after(1))
  assert.deepEqual(out.of('book'), [])
  assert.deepEqual(
    out.of('gap').map(({ symbol, cause }) => [symbol, cause]),
    [
      ['BTC-USD', 'missed-sequence'],
      ['ETH-USD', 'missed-sequence'],
    ],
  )
  session.ticked(after(1), out)
  assert.deepEqual(
    out.sent.map((text) => JSON.parse(text)).map(({ type, product_ids }) => [type, product_ids]),
    [
      ['unsubscribe', ['BTC-USD']],
      ['subscribe', ['BTC-USD']],
      ['unsubscribe', ['ETH-USD']],
      ['subscribe', ['ETH-USD']],
    ],
  )
  say('l2_data', [book('snapshot', [level('bid', '98', '1')])], after(2))
  assert.equal(out.of('gap').at(-1)?.state, 'beyond-repair')
  assert.deepEqual(out.of('book')[0]?.bids, [['98', '1']])
})

test('a message that comes late is no hole', () => {
  const { session, out } = opened(['BTC-USD'], ['book'])
  const frame = (sequence_num: number) =>
    JSON.stringify({ channel: 'heartbeats', timestamp: TIME, sequence_num, events: [{}] })
  for (const sequence of [0, 1, 1, 0, 2]) session.received(frame(sequence), AT, out)
  assert.deepEqual(out.events, [])
  assert.deepEqual(out.refusals, [])
})

test('trades: oldest first, those at subscription are history, the side is the taker’s', () => {
  const { out, say } = opened(['BTC-USD'], ['trade'])
  say('market_trades', [{ type: 'snapshot', trades: [trade(12), trade(11), trade(10)] }])
  say('market_trades', [{ type: 'update', trades: [trade(14, 1, 'SELL'), trade(13, 1)] }])
  assert.deepEqual(
    out.of('trade').map(({ id, side, backlog }) => [id, side, backlog]),
    [
      ['10', 'sell', true],
      ['11', 'sell', true],
      ['12', 'sell', true],
      ['13', 'sell', undefined],
      ['14', 'buy', undefined],
    ],
  )
  assert.deepEqual(out.of('gap'), [])
})

test('a hole in the ids is filled from stretches of the past, smaller ones where there are too many trades', () => {
  const { session, out, say } = opened(['BTC-USD'], ['trade'])
  say('market_trades', [{ type: 'update', trades: [trade(10)] }])
  say('market_trades', [{ type: 'update', trades: [trade(13, 9)] }], after(9))
  out.clear()
  session.ticked(after(10), out)
  const path = '/api/v3/brokerage/market/products/BTC-USD/ticker?limit=1000'
  assert.equal(out.requests[0]?.path, `${path}&start=${SECONDS}&end=${SECONDS + 64}`)
  const many = Array.from({ length: 1_000 }, (_, index) => trade(20 + index, 30))
  answer(session, out.requests[0], many, after(100), out)
  assert.deepEqual(out.of('trade'), [])
  session.ticked(after(100), out)
  assert.equal(out.requests[1]?.path, `${path}&start=${SECONDS}&end=${SECONDS + 8}`)
  answer(session, out.requests[1], [trade(11, 1), trade(10)], after(101), out)
  session.ticked(after(101), out)
  assert.equal(out.requests[2]?.path, `${path}&start=${SECONDS + 8}&end=${SECONDS + 40}`)
  answer(session, out.requests[2], [trade(13, 9), trade(12, 9)], after(102), out)
  assert.deepEqual(
    out.of('trade').map(({ id, backlog }) => [id, backlog]),
    [
      ['11', true],
      ['12', true],
    ],
  )
  assert.deepEqual([out.of('gap').at(-1)?.state, out.of('gap').at(-1)?.missing], ['repaired', 0])
})

test('after a reconnection that missed nothing the gap is closed by the trades at subscription', () => {
  const { session, out, say } = opened(['BTC-USD'], ['trade'])
  say('market_trades', [{ type: 'snapshot', trades: [trade(10), trade(9)] }])
  session.closed(after(1), 'gone', out)
  session.opened(after(5), out)
  out.clear()
  say('market_trades', [{ type: 'snapshot', trades: [trade(10), trade(9)] }], after(6))
  assert.deepEqual(out.of('trade'), [])
  assert.equal(out.of('gap').at(-1)?.state, 'repaired')
})

test('tickers and states', () => {
  const { out, say } = opened(['BTC-USD'], ['ticker', 'status'])
  const ticker = {
    type: 'ticker',
    product_id: 'BTC-USD',
    price: '21932.98',
    volume_24_h: '16038.28',
    low_24_h: '21835.29',
    high_24_h: '23011.18',
  }
  say('ticker', [{ type: 'snapshot', tickers: [ticker] }])
  const state = { product_type: 'SPOT', id: 'BTC-USD', status: 'offline', status_message: '' }
  say('status', [{ type: 'snapshot', products: [state] }])
  const [said] = out.of('ticker')
  assert.deepEqual(
    [said?.last, said?.low, said?.high, said?.volume, said?.exchangeTime],
    ['21932.98', '21835.29', '23011.18', '16038.28', AT],
  )
  assert.deepEqual(
    out.of('status').map(({ status, venueStatus }) => [status, venueStatus]),
    [['halted', 'offline']],
  )
})

test('refusals: a product that is named is halted, too many messages are said again later', () => {
  const { session, out } = opened(['BTC-USD', 'ETH-USD'], ['trade'])
  session.received('{"type":"error","message":"rate limit exceeded"}', AT, out)
  assert.deepEqual(out.of('feed-state'), [])
  session.received('{"type":"error","message":"failure to subscribe: ETH-USD is not a valid product"}', AT, out)
  assert.deepEqual(
    out.of('feed-state').map(({ symbol, state }) => [symbol, state]),
    [['ETH-USD', 'halted']],
  )
  assert.deepEqual(
    out.refusals.map(({ kind }) => kind),
    ['venue-error', 'venue-error'],
  )
})

test('products that are no spot products are told; steps, volume and state are read', () => {
  const spot = { base_currency_id: 'ETH', quote_currency_id: 'EUR', price_increment: '0.01', status: 'online' }
  const products = [
    { product_id: 'ETH-EUR', ...spot, cancel_only: true, approximate_quote_24h_volume: '5.50' },
    { product_id: 'BIT-28NOV25-CDE', base_currency_id: '', quote_currency_id: 'USD', product_type: 'FUTURE' },
  ]
  const { instruments, skipped } = readInstruments([JSON.stringify({ products })])
  assert.deepEqual(
    instruments.map(({ id, status, tickSize, quoteVolume24h }) => [id, status, tickSize, quoteVolume24h]),
    [['ETH-EUR', 'halted', '0.01', '5.5']],
  )
  assert.deepEqual(
    skipped.map(({ reason }) => reason),
    ['BIT-28NOV25-CDE is not a spot product'],
  )
})

test('the past goes up in stretches until the end of its range', () => {
  const [trades, candles] = advancedPast
  assert.ok(trades !== undefined && candles !== undefined)
  const range = { instrument: product('BTC-USD'), from: AT, to: after(300) }
  let cursor: string | undefined
  const stretches: string[] = []
  do {
    stretches.push(trades.request(range, cursor).path.replace(/^.*&start=/, ''))
    cursor = trades.read('{"trades":[]}', range, cursor, AT).next
  } while (cursor !== undefined)
  assert.deepEqual(stretches, [`${SECONDS}&end=${SECONDS + 64}`, `${SECONDS + 64}&end=${SECONDS + 320}`])
  const day = { ...range, to: after(86_400) }
  assert.match(candles.request(day, undefined).path, /granularity=ONE_MINUTE&limit=350&start=\d+&end=\d+$/)
  assert.equal(candles.read('{"candles":[]}', day, undefined, AT).next, `${Math.floor(SECONDS / 60) * 60 + 21_000}`)
})

test('recorded answers are those of the same question, with an account or without', () => {
  const [products] = coinbaseAdvanced.instrumentRequests()
  assert.ok(products !== undefined)
  const base = 'https://api.coinbase.com/api/v3/brokerage'
  for (const path of ['/market/products', '/products?limit=500', '/market/products?product_type=SPOT']) {
    assert.ok(coinbaseAdvanced.answers(`${base}${path}`, products), path)
  }
  assert.ok(!coinbaseAdvanced.answers(`${base}/market/products/BTC-USD`, products))
})

test('the fast reader and the careful one agree, and no frame is thrown at', () => {
  const envelope = (client: string) => `{"channel":"l2_data",${client}"timestamp":"${TIME}","sequence_num":1,"events":`
  const events = JSON.stringify([book('snapshot', [level('bid', '0.00100', '1.50'), level('offer', '101', '2')])])
  const frames = [`${envelope('"client_id":"",')}${events}}`, `${envelope('')}${events}}`]
  for (const frame of frames) {
    const fast = opened(['BTC-USD'], ['book'])
    const careful = opened(['BTC-USD'], ['book'])
    fast.session.received(frame, AT, fast.out)
    careful.session.received(frame.replace('{"channel"', '{ "channel"'), AT, careful.out)
    assert.equal(fast.out.of('book').length, 1)
    assert.deepEqual(careful.out.events, fast.out.events)
  }
  const { session, out } = opened(['BTC-USD'], ['book', 'trade'])
  const others = [
    JSON.stringify({
      channel: 'market_trades',
      timestamp: TIME,
      sequence_num: 3,
      events: [{ type: 'update', trades: [trade(1)] }],
    }),
    JSON.stringify({
      channel: 'subscriptions',
      timestamp: TIME,
      sequence_num: 4,
      events: [{ subscriptions: { level2: ['BTC-USD'] } }],
    }),
  ]
  fc.assert(
    fc.property(
      fc.constantFrom(...frames, ...others),
      fc.nat(),
      fc.nat(8),
      fc.string({ maxLength: 4 }),
      (text, at, cut, put) => {
        const index = at % text.length
        session.received(text.slice(0, index) + put + text.slice(index + cut), after(8), out)
        out.clear()
      },
    ),
    { numRuns: 400 },
  )
})
