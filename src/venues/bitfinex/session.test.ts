import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import type { Channel, Instrument, Micros } from '../../market/index.ts'
import type { VenueSession } from '../protocol.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { bitfinexPast } from './history.ts'
import { instrumentFromSymbol, readInstruments } from './instruments.ts'
import { bitfinex } from './protocol.ts'

const AT = 1_780_000_000_000_000 as Micros
const MS = AT / 1_000
const after = (seconds: number) => (AT + seconds * 1_000_000) as Micros

function instrument(symbol: string): Instrument {
  const found = instrumentFromSymbol(symbol)
  assert.ok(found !== undefined)
  return found
}

/** An open connection, each of whose channels is confirmed under a number of its own, counted up from 1. */
function opened(symbols: readonly string[], channels: readonly Channel[]) {
  const subscriptions = symbols.flatMap((symbol) =>
    channels.map((channel) => ({ instrument: instrument(symbol), channel })),
  )
  const [plan] = bitfinex.plan(subscriptions)
  assert.ok(plan !== undefined)
  const session = bitfinex.session({
    plan,
    instruments: symbols.map(instrument),
    resume: new Map(),
    repairTrades: true,
  })
  const out = new RecordingOutput()
  session.opened(AT, out)
  const sent = out.sent.map((text) => JSON.parse(text) as Record<string, string>)
  sent.slice(1).forEach((message, index) => {
    session.received(JSON.stringify({ ...message, event: 'subscribed', chanId: index + 1 }), AT, out)
  })
  out.clear()
  let sequence = 0
  const say = (at: Micros, chanId: number, ...payload: unknown[]) =>
    session.received(JSON.stringify([chanId, ...payload, ++sequence, MS]), at, out)
  const skip = () => ++sequence
  return { session, out, sent, say, skip }
}

function checksumOf(...texts: readonly string[]): number {
  return crc32(texts.join(':')) | 0
}

test('flags come first, then each channel once, in the best precision and the greatest depth', () => {
  const { sent } = opened(
    ['tBTCF0:USTF0'],
    ['trade', 'quote', 'book', 'ticker', 'candle', 'funding', 'mark-price', 'liquidation'],
  )
  assert.deepEqual(sent, [
    { event: 'conf', flags: 229_376 },
    { event: 'subscribe', channel: 'trades', symbol: 'tBTCF0:USTF0' },
    { event: 'subscribe', channel: 'book', symbol: 'tBTCF0:USTF0', prec: 'P0', freq: 'F0', len: '250' },
    { event: 'subscribe', channel: 'ticker', symbol: 'tBTCF0:USTF0' },
    { event: 'subscribe', channel: 'candles', key: 'trade:1m:tBTCF0:USTF0' },
    { event: 'subscribe', channel: 'status', key: 'deriv:tBTCF0:USTF0' },
    { event: 'subscribe', channel: 'status', key: 'liq:global' },
  ])
})

test('a connection carries 25 channels', () => {
  const channels: readonly Channel[] = ['trade', 'quote', 'book', 'ticker', 'candle']
  const symbols = ['tBTCUSD', 'tETHUSD', 'tLTCUSD', 'tXRPUSD', 'tEOSUSD', 'tNEOUSD', 'tZECUSD']
  const plans = bitfinex.plan(
    symbols.flatMap((symbol) => channels.map((channel) => ({ instrument: instrument(symbol), channel }))),
  )
  assert.deepEqual(
    plans.map(({ subscriptions }) => subscriptions.length),
    [30, 5],
  )
})

test('books: signed amounts, a count of 0 removes, checksums prove; quotes are the touch', () => {
  const { session, out, say } = opened(['tBTCUSD'], ['book', 'quote'])
  say(AT, 1, [
    [100, 2, 0.5],
    [99, 1, 1e-7],
    [101, 1, -2],
  ])
  say(AT, 1, [101.5, 3, -1.25])
  say(AT, 1, [101, 0, -1])
  say(AT, 1, 'cs', checksumOf('100:0.5', '101.5:-1.25', '99:1e-7'))
  assert.deepEqual(
    out.of('book').map(({ kind, bids, asks, exchangeTime, sequence }) => [kind, bids, asks, exchangeTime, sequence]),
    [
      [
        'snapshot',
        [
          ['100', '0.5'],
          ['99', '0.0000001'],
        ],
        [['101', '2']],
        AT,
        1,
      ],
      ['update', [], [['101.5', '1.25']], AT, 2],
      ['update', [], [['101', '0']], AT, 3],
    ],
  )
  assert.deepEqual(
    out.of('quote').map(({ bidPrice, bidAmount, askPrice, askAmount }) => [bidPrice, bidAmount, askPrice, askAmount]),
    [
      ['100', '0.5', '101', '2'],
      ['100', '0.5', '101.5', '1.25'],
    ],
  )
  assert.equal(session.bookStatistics().get(instrument('tBTCUSD').id)?.checksumsVerified, 1)
  assert.deepEqual(out.refusals, [])
})

test('a wrong checksum invalidates its book, which is begun anew alone', () => {
  const { session, out, say } = opened(['tBTCUSD', 'tETHUSD'], ['book', 'quote'])
  say(AT, 1, [[100, 2, 0.5]])
  say(AT, 2, [[10, 2, 0.5]])
  out.clear()
  say(AT, 1, 'cs', 7)
  assert.deepEqual(
    out.of('gap').map(({ symbol, channel, cause }) => [symbol, channel, cause]),
    [
      ['tBTCUSD', 'book', 'checksum-failed'],
      ['tBTCUSD', 'quote', 'checksum-failed'],
    ],
  )
  session.ticked(AT, out)
  assert.deepEqual(
    out.sent.map((text) => JSON.parse(text)),
    [
      { event: 'unsubscribe', chanId: 1 },
      { event: 'subscribe', channel: 'book', symbol: 'tBTCUSD', prec: 'P0', freq: 'F0', len: '250' },
    ],
  )
  out.clear()
  // What is still under way of the old channel is nothing; the other book goes on.
  say(AT, 1, [99, 1, 1])
  say(AT, 2, [9, 1, 1])
  session.received('{"event":"unsubscribed","status":"OK","chanId":1}', AT, out)
  const confirmation = { event: 'subscribed', channel: 'book', chanId: 9, symbol: 'tBTCUSD', prec: 'P0' }
  session.received(JSON.stringify(confirmation), AT, out)
  say(AT, 9, [[98, 2, 0.5]])
  assert.deepEqual(
    out.of('book').map(({ symbol, kind }) => [symbol, kind]),
    [
      ['tETHUSD', 'update'],
      ['tBTCUSD', 'snapshot'],
    ],
  )
  assert.deepEqual(out.refusals, [])
})

test('a connection without checksums, as older captures are, has its books all the same', () => {
  const { session, out, say } = opened(['tBTCUSD'], ['book'])
  session.received('{"event":"conf","status":"OK","flags":65536}', AT, out)
  const [all, none] = [opened(['tBTCUSD'], ['book']), { session, out, say }]
  for (const { session: own, out: said, say: tell } of [all, none]) {
    tell(AT, 1, [
      [100, 1, 2],
      [101, 1, -3],
    ])
    tell(after(1), 1, [99, 1, 4])
    tell(after(1), 1, [100, 0, 1])
    own.ticked(after(2), said)
  }
  const books = (of: RecordingOutput) => of.of('book').map(({ kind, bids, asks }) => [kind, bids, asks])
  assert.equal(books(out).length, 3)
  assert.deepEqual(books(out), books(all.out))
  assert.deepEqual(out.of('gap'), [])
})

test('heartbeats count: a number that is left out makes everything on the connection suspect', () => {
  const { session, out, say, skip } = opened(['tBTCUSD'], ['book', 'trade', 'ticker'])
  say(AT, 2, [[5, MS - 5_000, -0.5, 100]])
  say(AT, 1, [[100, 2, 0.5]])
  say(AT, 3, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  say(AT, 1, 'hb')
  assert.deepEqual(out.of('gap'), [])
  skip()
  say(after(1), 1, 'hb')
  assert.deepEqual(
    out.of('gap').map(({ channel, cause, state }) => [channel, cause, state]),
    [
      ['book', 'missed-sequence', 'open'],
      ['trade', 'missed-sequence', 'open'],
      ['ticker', 'missed-sequence', 'open'],
    ],
  )
  out.clear()
  session.ticked(after(3), out)
  const [request] = out.requests
  assert.equal(request?.path, `/v2/trades/tBTCUSD/hist?limit=10000&sort=1&start=${MS - 5_000}`)
  assert.ok(request !== undefined)
  const body = JSON.stringify([
    [5, MS - 5_000, -0.5, 100],
    [8, MS + 500, 2e-7, 101],
  ])
  session.answered(request, { kind: 'answered', response: { status: 200, body } }, after(3), out)
  assert.deepEqual(
    out.of('trade').map(({ id, amount, side, backlog }) => [id, amount, side, backlog]),
    [['8', '0.0000002', 'buy', true]],
  )
  assert.equal(out.of('gap').at(-1)?.state, 'repaired')
})

test('a trade is said once: `te`, not `tu`', () => {
  const { out, say } = opened(['tBTCUSD'], ['trade'])
  say(AT, 1, [])
  say(AT, 1, 'te', [382_489_563, MS, -0.00705845, 10_087.98969503])
  say(AT, 1, 'tu', [382_489_563, MS, -0.00705845, 10_087.98969503])
  assert.deepEqual(
    out
      .of('trade')
      .map(({ id, price, amount, side, exchangeTime, backlog }) => [id, price, amount, side, exchangeTime, backlog]),
    [['382489563', '10087.98969503', '0.00705845', 'sell', AT, undefined]],
  )
})

test('after a reconnection the trades at subscription close the gap where they reach back', () => {
  const { session, out, say } = opened(['tBTCUSD'], ['trade'])
  say(AT, 1, 'te', [5, MS, 1, 100])
  session.closed(after(1), 'gone', out)
  session.opened(after(9), out)
  session.received('{"event":"subscribed","channel":"trades","chanId":4,"symbol":"tBTCUSD"}', after(9), out)
  out.clear()
  session.received(
    JSON.stringify([
      4,
      [
        [7, MS + 8_000, 1, 101],
        [5, MS, 1, 100],
      ],
      1,
      MS,
    ]),
    after(9),
    out,
  )
  assert.deepEqual(
    out.of('trade').map(({ id }) => id),
    ['7'],
  )
  assert.equal(out.of('gap').at(-1)?.state, 'repaired')
})

test('derivatives: funding, marks, open interest, and liquidations as they are executed', () => {
  const { out, say } = opened(['tBTCF0:USTF0'], ['funding', 'mark-price', 'open-interest', 'liquidation'])
  const status: unknown[] = new Array(23).fill(null)
  Object.assign(status, {
    0: MS,
    2: 0.896,
    3: 0.771995,
    7: MS + 60_000,
    8: 0.0001056,
    9: 6,
    11: -0.01381344,
    14: 0.7664,
    17: 246_502.09,
  })
  say(AT, 1, status)
  say(AT, 1, status)
  assert.equal(out.of('funding').length, 1)
  const [funding] = out.of('funding')
  const [mark] = out.of('mark-price')
  assert.deepEqual(
    [funding?.rate, funding?.predictedRate, funding?.fundingTime, funding?.intervalSeconds],
    ['-0.01381344', '0.0001056', after(60), 28_800],
  )
  assert.deepEqual([mark?.markPrice, mark?.indexPrice, mark?.exchangeTime], ['0.7664', null, AT])
  assert.equal(out.of('open-interest')[0]?.openInterest, '246502.09')
  const position = (isMatch: number) => [
    'pos',
    142_397_657,
    MS + 0.2002,
    null,
    'tBTCF0:USTF0',
    -2.62,
    91.5,
    null,
    isMatch,
    1,
    null,
    112.27,
  ]
  say(AT, 2, [position(0)])
  say(AT, 2, [position(1)])
  assert.deepEqual(
    out.of('liquidation').map(({ price, amount, side }) => [price, amount, side]),
    [['112.27', '2.62', 'buy']],
  )
  assert.deepEqual(out.refusals, [])
})

test('candles at subscription are over but for the newest, which is said as closed when the next begins', () => {
  const { out, say } = opened(['tBTCUSD'], ['candle'])
  const candle = (minute: number) => [MS + minute * 60_000, 1, 2, 3, 0.5, 7]
  say(AT, 1, [candle(2), candle(1)])
  say(AT, 1, candle(3))
  assert.deepEqual(
    out
      .of('venue-candle')
      .map(({ openTime, open, close, high, low, isClosed }) => [
        (openTime - AT) / 60_000_000,
        [open, close, high, low].join(' '),
        isClosed,
      ]),
    [
      [1, '1 2 3 0.5', true],
      [2, '1 2 3 0.5', false],
      [2, '1 2 3 0.5', true],
      [3, '1 2 3 0.5', false],
    ],
  )
})

test('a raw book is added up to levels; price 0 removes an order', () => {
  const { session, out } = opened(['tBTCUSD'], ['book'])
  const confirmation = { event: 'subscribed', channel: 'book', chanId: 9, symbol: 'tBTCUSD', prec: 'R0' }
  // A symbol has one book: while its levels come, its orders are left alone.
  session.received(JSON.stringify(confirmation), AT, out)
  session.received('[9,[[1,100,0.5]]]', AT, out)
  assert.deepEqual([out.of('book'), out.refusals], [[], []])
  session.received('{"event":"unsubscribed","status":"OK","chanId":1}', AT, out)
  session.received(JSON.stringify(confirmation), AT, out)
  const say = (payload: unknown) => session.received(JSON.stringify([9, payload]), AT, out)
  say([
    [1, 100, 0.5],
    [2, 100, 0.25],
    [3, 101, -1],
  ])
  say([2, 100, 0.1])
  say([1, 0, 1])
  say([3, 102, -1])
  assert.deepEqual(
    out.of('book').map(({ bids, asks }) => [bids, asks]),
    [
      [[['100', '0.75']], [['101', '1']]],
      [[['100', '0.6']], []],
      [[['100', '0.1']], []],
      [
        [],
        [
          ['101', '0'],
          ['102', '1'],
        ],
      ],
    ],
  )
})

test('refusals: for good, too many at a time, already there; and the venue is obeyed when it restarts', () => {
  const { session, out } = opened(['tBTCUSD'], ['ticker'])
  const error = (code: number) => ({
    event: 'error',
    msg: 'subscribe: failed',
    code,
    channel: 'ticker',
    symbol: 'tBTCUSD',
  })
  session.received(JSON.stringify(error(10_301)), AT, out)
  session.received('{"event":"error","msg":"limit","code":10305}', AT, out)
  session.received(JSON.stringify(error(10_300)), AT, out)
  assert.deepEqual(
    out.refusals.map(({ reason }) => reason),
    ['limit (10305)', 'subscribe: failed (10300)'],
  )
  assert.equal(out.of('feed-state').at(-1)?.state, 'halted')
  session.received('{"event":"info","code":20051,"msg":"Stopping. Please try to reconnect"}', AT, out)
  assert.ok(out.commands.some(({ kind }) => kind === 'reconnect'))
})

test('names: three letters or a colon, the venue’s own letters for assets, millions of DOGE', () => {
  const seen = ['tBTCUSD', 'tLINK:UST', 'tBTCF0:USTF0', 'tDOGUSD', 'tIOTETH', 'tETHF0:BTCF0'].map(instrument)
  assert.deepEqual(
    seen.map(({ id, base, quote, settleCurrency, baseMultiplier }) => [
      id,
      base,
      quote,
      settleCurrency,
      baseMultiplier,
    ]),
    [
      ['BTC-USD', 'BTC', 'USD', undefined, undefined],
      ['LINK-USDT', 'LINK', 'USDT', undefined, undefined],
      ['BTC-USDT-PERP', 'BTC', 'USDT', 'USDT', undefined],
      ['1000000DOGE-USD', 'DOGE', 'USD', undefined, '1000000'],
      ['IOTA-ETH', 'IOTA', 'ETH', undefined, undefined],
      ['ETH-BTC-PERP', 'ETH', 'BTC', 'BTC', undefined],
    ],
  )
  assert.equal(instrumentFromSymbol('fUSD'), undefined)
  const { instruments, skipped } = readInstruments([
    '[["BTCUSD","x"]]',
    '[["BTCF0:USTF0"]]',
    '[[["BTCUSD",[null,null,null,"0.00004","2000.0"]]]]',
    '',
    '[["tBTCUSD",1,2,3,4,5,6,71754,900.5,73120,70434],["fUSD",1]]',
  ])
  assert.equal(skipped.length, 1)
  assert.deepEqual(
    instruments.map(({ id, minimumAmount, quoteVolume24h }) => [id, minimumAmount, quoteVolume24h]),
    [
      ['BTC-USD', '0.00004', '64614477'],
      ['BTC-USDT-PERP', undefined, undefined],
    ],
  )
})

test('the past goes up in pages, from a time on; of the funding only what was paid', () => {
  const [trades, candles, funding] = bitfinexPast
  assert.ok(trades !== undefined && candles !== undefined && funding !== undefined)
  const range = { instrument: instrument('tBTCF0:USTF0'), from: AT, to: after(60) }
  assert.equal(
    trades.request(range, undefined).path,
    `/v2/trades/tBTCF0:USTF0/hist?limit=10000&sort=1&start=${MS}&end=${MS + 59_999}`,
  )
  const full = Array.from({ length: 10_000 }, (_, index) => [index + 1, MS + index, -1, 100])
  const page = trades.read(JSON.stringify(full), range, undefined, after(90))
  assert.equal(page.events.length, 10_000)
  assert.equal(page.next, `${MS + 9_999}`)
  assert.match(trades.request(range, page.next).path, new RegExp(`start=${MS + 9_999}&end=${MS + 59_999}$`))
  assert.equal(trades.read('[]', range, page.next, after(90)).next, undefined)
  const [candle] = candles.read(JSON.stringify([[MS, 1, 2, 3, 0.5, 2e-8]]), range, undefined, after(90)).events
  assert.ok(candle?.messageType === 'venue-candle')
  assert.deepEqual([candle.close, candle.volume, candle.isClosed], ['2', '0.00000002', true])
  const state = (time: number, next: number, rate: number) => [time, null, 1, 1, null, 1, null, next, 0, 1, null, rate]
  const states = [state(MS, MS + 5, 0.1), state(MS + 1, MS + 5, 0.2), ['tBTCF0:USTF0', ...state(MS + 6, MS + 9, 0.3)]]
  const paid = funding.read(JSON.stringify(states), range, undefined, after(90)).events
  assert.deepEqual(
    paid.map((event) => event.messageType === 'funding' && event.rate),
    ['0.2', '0.3'],
  )
  assert.throws(() => trades.read('{}', range, undefined, AT), { code: 'VENUE_ANSWER_INVALID' })
})

/** What comes out for one frame. */
function eventsOf(session: VenueSession, frame: string, out: RecordingOutput) {
  session.received(frame, AT, out)
  const { events } = out
  const copy = [...events]
  out.clear()
  return copy
}

test('the fast reader and the careful one agree, and no frame is thrown at', () => {
  const frames = [
    '[1,[100.25,2,-0.5],7,1780000000000]',
    '[1,[100,0,1]]',
    '[1,[0.00001,12,30.125],7]',
    '[1,[1e-7,3,-2e-8],7]',
  ]
  for (const frame of frames) {
    const fast = opened(['tBTCUSD'], ['book'])
    const careful = opened(['tBTCUSD'], ['book'])
    for (const { session, out } of [fast, careful]) {
      session.received('[1,[[1,1,1]],6]', AT, out)
      out.clear()
    }
    const said = eventsOf(fast.session, frame, fast.out)
    assert.equal(said.length, 1, frame)
    assert.deepEqual(said, eventsOf(careful.session, frame.replace('[1,', '[1, '), careful.out))
  }
  const { session, out } = opened(['tBTCUSD'], ['book', 'trade', 'ticker', 'candle'])
  const others = [
    '[2,"te",[1,1780000000000,1,100],3]',
    '[1,"cs",-77,4]',
    '[3,[1,2,3,4,5,6,7,8,9,10],5]',
    '[4,[[1780000000000,1,2,3,4,5]]]',
  ]
  fc.assert(
    fc.property(
      fc.constantFrom(...frames, ...others),
      fc.nat(),
      fc.nat(6),
      fc.string({ maxLength: 4 }),
      (text, at, cut, put) => {
        const index = at % text.length
        session.received(text.slice(0, index) + put + text.slice(index + cut), after(8), out)
        out.clear()
      },
    ),
    { numRuns: 600 },
  )
})
