import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type CaptureProblem,
  CaptureReplay,
  type CaptureSummary,
  normalizeCapture,
  VenueError,
  venueProtocol,
} from './index.ts'
import { venueIds } from './venue-ids.ts'

const protocol = venueProtocol('binance')
const SOCKET = 'wss://stream.binance.com:9443/stream'

/** A line of a capture. */
const line = (t: number, kind: 'http' | 'ws', dir: string, data: unknown, url = SOCKET, conn = 'ws.1'): string =>
  JSON.stringify({ t, kind, dir, url, conn, data: typeof data === 'string' ? data : JSON.stringify(data) })
const opened = (t: number, streams: string): string => line(t, 'ws', 'open', '', `${SOCKET}?streams=${streams}`)
const depth = (first: number, last: number, bids: unknown[] = [], symbol = 'BTCUSDT'): object => ({
  stream: `${symbol.toLowerCase()}@depth@100ms`,
  data: { e: 'depthUpdate', E: 1_600_000_000_000, s: symbol, U: first, u: last, b: bids, a: [] },
})
const trade = (id: number, symbol = 'BTCUSDT'): object => ({
  stream: `${symbol.toLowerCase()}@trade`,
  data: { e: 'trade', E: 1, s: symbol, t: id, p: '1.50', q: '2', T: 1_600_000_000_000, m: false, M: true },
})
const snapshot = (t: number, id: number, symbol = 'BTCUSDT'): string => {
  const body = { lastUpdateId: id, bids: [['10.0', '1']], asks: [['11', '1']] }
  return line(t, 'http', 'in', body, `https://api.binance.com/api/v3/depth?symbol=${symbol}&limit=1000`, 'http')
}

interface Result {
  readonly messages: Array<{ messageType: string; timestamp: number; payload: Record<string, unknown> }>
  readonly summary: CaptureSummary
  readonly problems: CaptureProblem[]
}

async function normalize(lines: readonly string[], pieces = 50): Promise<Result> {
  const text = `${lines.join('\n')}\n`
  const chunks = Array.from({ length: Math.ceil(text.length / pieces) }, (_, index) =>
    text.slice(index * pieces, (index + 1) * pieces),
  )
  const problems: CaptureProblem[] = []
  let summary: CaptureSummary | undefined
  let output = ''
  const options = { protocol, books: true, problem: (problem: CaptureProblem) => problems.push(problem) }
  for await (const piece of normalizeCapture(options, chunks, (one) => {
    summary = one
  })) {
    output += piece
  }
  assert.ok(summary !== undefined)
  const messages = output
    .split('\n')
    .filter(Boolean)
    .map((text) => JSON.parse(text) as Result['messages'][number])
  return { messages, summary, problems }
}

const kinds = (result: Result): string[] =>
  result.messages.filter(({ messageType }) => messageType !== 'feed-state').map(({ messageType }) => messageType)

test('a body that comes after its request answers it, and so does one that came before', async () => {
  const start = opened(1, 'btcusdt@depth@100ms')
  const frames = [line(2, 'ws', 'in', depth(100, 105)), line(4, 'ws', 'in', depth(106, 107, [['10', '0']]))]
  const late = await normalize([start, frames[0] as string, snapshot(3, 103), frames[1] as string])
  assert.deepEqual(kinds(late), ['book', 'book', 'book', 'book-state'])
  const early = await normalize([start, snapshot(1.5, 99), ...frames])
  assert.deepEqual(kinds(early), ['book', 'book', 'book', 'book-state'])
  const state = late.messages.at(-1)?.payload
  assert.deepEqual(state, {
    venue: 'binance',
    instrument: 'BTC-USDT',
    symbol: 'BTCUSDT',
    state: 'synchronised',
    bids: [],
    asks: [['11', '1']],
    checksumsVerified: 0,
    checksumsFailed: 0,
    gaps: 0,
    staleDropped: 0,
  })
})

test('a trade line is as the capture says it, with its time to the microsecond', async () => {
  const { messages } = await normalize([
    `{"t":1633998512.0633569,"kind":"ws","dir":"in","url":"${SOCKET}","conn":"a","data":${JSON.stringify(JSON.stringify(trade(7)))}}`,
  ])
  assert.deepEqual(
    messages.find(({ messageType }) => messageType === 'trade'),
    {
      messageType: 'trade',
      timestamp: 1633998512063356,
      payload: {
        venue: 'binance',
        instrument: 'BTC-USDT',
        symbol: 'BTCUSDT',
        id: '7',
        price: '1.5',
        amount: '2',
        side: 'buy',
        exchangeTime: 1_600_000_000_000_000,
        receiveTime: 1633998512063356,
      },
    },
  )
})

test('frames alone, without opening or reference data, are read; new symbols may join at any time', async () => {
  const lines = [
    line(1, 'ws', 'in', trade(1)),
    line(2, 'ws', 'in', trade(5, 'ETHBTC')),
    line(3, 'ws', 'in', trade(2)),
    line(4, 'ws', 'in', trade(6, 'ETHBTC')),
  ]
  const result = await normalize(lines)
  assert.deepEqual(
    result.messages
      .filter(({ messageType }) => messageType === 'trade')
      .map(({ payload }) => [payload.instrument, payload.id]),
    [
      ['BTC-USDT', '1'],
      ['ETH-BTC', '5'],
      ['BTC-USDT', '2'],
      ['ETH-BTC', '6'],
    ],
  )
  assert.equal(result.summary.unrecognised, 0)
})

test('subscriptions sent on the connection are followed', async () => {
  const subscribe = { method: 'SUBSCRIBE', params: ['btcusdt@trade'], id: 1 }
  const more = { method: 'SUBSCRIBE', params: ['btcusdt@depth@100ms'], id: 2 }
  const result = await normalize([
    line(1, 'ws', 'open', ''),
    line(2, 'ws', 'out', subscribe),
    line(3, 'ws', 'in', '{"result":null,"id":1}'),
    line(4, 'ws', 'in', trade(1)),
    line(5, 'ws', 'out', more),
    line(6, 'ws', 'in', depth(5, 6)),
    snapshot(7, 5),
  ])
  assert.deepEqual(kinds(result), ['trade', 'book', 'book', 'book-state'])
  assert.equal(result.summary.refused, 0)
})

test('reference data of the capture names the instruments', async () => {
  const info = {
    symbols: [{ symbol: 'BTCUSDT', baseAsset: 'XBT', quoteAsset: 'TETHER', status: 'TRADING', filters: [] }],
  }
  const url = 'https://api.binance.com/api/v3/exchangeInfo'
  const { messages } = await normalize([line(1, 'http', 'in', info, url, 'http'), line(2, 'ws', 'in', trade(1))])
  assert.equal(messages[0]?.payload.instrument, 'XBT-TETHER')
})

test('every page of the reference data of a capture is read, in whichever order they were recorded', () => {
  const problems: CaptureProblem[] = []
  const page = (symbol: string, nextPageCursor: string) => ({
    retCode: 0,
    result: {
      list: [{ symbol, baseCoin: symbol.slice(0, 3), quoteCoin: 'USDT', contractType: 'LinearPerpetual' }],
      nextPageCursor,
    },
  })
  const url = 'https://api.bybit.com/v5/market/instruments-info?category=linear&limit=1000'
  const replay = new CaptureReplay({ protocol: venueProtocol('bybit'), problem: (one) => problems.push(one) })
  for (const [index, text] of [
    line(1, 'http', 'in', page('BTCUSDT', 'second%3D1'), url, 'http'),
    line(2, 'http', 'in', page('ETHUSDT', 'third'), `${url}&cursor=second%3D1`, 'http'),
    line(3, 'http', 'in', page('BTCUSDT', 'second%3D1'), url, 'http'),
    line(4, 'http', 'in', page('SOLUSDT', ''), `${url}&cursor=third`, 'http'),
  ].entries()) {
    assert.deepEqual(replay.push(text), [], `line ${index}`)
  }
  replay.finish()
  assert.equal(replay.summary.unusedBodies, 0)
  assert.deepEqual(problems, [])
})

test('a connection that is opened anew leaves a gap, and its books start from a new snapshot', async () => {
  const start = opened(1, 'btcusdt@depth@100ms/btcusdt@trade')
  const result = await normalize([
    start,
    line(2, 'ws', 'in', depth(5, 6)),
    snapshot(3, 5),
    line(4, 'ws', 'in', trade(1)),
    opened(10, 'btcusdt@depth@100ms/btcusdt@trade'),
    line(11, 'ws', 'in', trade(2)),
    line(12, 'ws', 'in', depth(50, 51)),
    snapshot(13, 51),
  ])
  const gaps = result.messages
    .filter(({ messageType }) => messageType === 'gap')
    .map(({ payload }) => [payload.channel, payload.state])
  assert.deepEqual(gaps, [
    ['trade', 'open'],
    ['book', 'open'],
    ['trade', 'repaired'],
    ['book', 'beyond-repair'],
  ])
})

test('missed trades are filled from a body of the capture; without one they are declared at its end', async () => {
  const lines = [line(1, 'ws', 'in', trade(1)), line(2, 'ws', 'in', trade(3)), line(3, 'ws', 'in', trade(4))]
  const url = 'https://api.binance.com/api/v3/historicalTrades?symbol=BTCUSDT&fromId=2&limit=1000'
  const history = [{ id: 2, price: '1', qty: '1', time: 1, isBuyerMaker: true }]
  const filled = await normalize([...lines, line(4, 'http', 'in', history, url, 'http')])
  assert.deepEqual(kinds(filled), ['trade', 'trade', 'gap', 'trade', 'trade', 'gap'])
  const repaired = filled.messages.findLast(({ messageType }) => messageType === 'gap')
  assert.equal(repaired?.payload.state, 'repaired')
  const declared = await normalize(lines)
  const last = declared.messages.findLast(({ messageType }) => messageType === 'gap')
  assert.deepEqual([last?.payload.state, last?.payload.missing], ['beyond-repair', 1])
})

test('lines that are no records are counted and named, and harm nothing else', async () => {
  const bad = [
    '{',
    '[]',
    '"x"',
    '{"t":1}',
    '{"t":"x","kind":"ws","dir":"in","data":""}',
    '{"t":1,"kind":"ws","dir":"in"}',
    '{"t":1,"kind":"ws","dir":"sideways","data":""}',
    '{"t":1,"kind":"ws","dir":"in","data":"x","truncated":true}',
  ]
  const result = await normalize([...bad, '', line(1, 'ws', 'in', trade(1))])
  assert.deepEqual(kinds(result), ['trade'])
  assert.equal(result.summary.malformedLines, bad.length)
  const [first] = result.problems
  assert.ok(first?.error instanceof VenueError)
  assert.deepEqual([first.line, first.error.code], [1, 'VENUE_CAPTURE_LINE_INVALID'])
})

test('a text that is no capture at all is an error; an empty one is none', async () => {
  await assert.rejects(normalize(['hello', 'world']), { code: 'VENUE_CAPTURE_INVALID' })
  assert.deepEqual((await normalize([''])).messages, [])
})

test('the last line needs no line end, and pieces may be cut anywhere', async () => {
  const lines = [line(1, 'ws', 'in', trade(1)), line(2, 'ws', 'in', trade(2))]
  for (const size of [1, 7, 10_000]) assert.deepEqual(kinds(await normalize(lines, size)), ['trade', 'trade'])
  let output = ''
  for await (const piece of normalizeCapture({ protocol }, [lines.join('\n')])) output += piece
  assert.equal(output.split('\n').filter((text) => text.includes('"trade","timestamp"')).length, 2)
})

test('a line that never ends costs its length, not the square of it', async () => {
  // Joined at each of its pieces, this line would be 100 GB of copying.
  const piece = 'y'.repeat(2_000)
  const chunks = (function* () {
    for (let index = 0; index < 10_000; index++) yield piece
    yield '\n'
    yield line(1, 'ws', 'in', trade(1))
  })()
  const begun = performance.now()
  let output = ''
  const problem = () => {}
  for await (const events of normalizeCapture({ protocol, problem }, chunks)) output += events
  assert.match(output, /"messageType":"trade"/)
  assert.ok(performance.now() - begun < 10_000)
})

test('addresses and texts of any kind in a capture are no fault of the reader, at any venue', () => {
  const address = fc.constantFrom(
    '',
    '//[',
    '::',
    'nope',
    'wss://x/ws/%',
    'wss://x/stream?streams=%zz',
    'wss://x/v2',
    SOCKET,
  )
  const data = fc.oneof(
    fc.string(),
    fc.json(),
    fc.constantFrom('{}', '[]', 'null', '{"method":"SUBSCRIBE","params":7}'),
  )
  const kind = fc.constantFrom<'http' | 'ws'>('http', 'ws')
  const direction = fc.constantFrom('open', 'in', 'out', 'close')
  const record = fc.tuple(kind, direction, data, fc.oneof(address, fc.webUrl()))
  for (const venue of venueIds()) {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 8 }), (records) => {
        const replay = new CaptureReplay({ protocol: venueProtocol(venue), books: true })
        for (const [index, [kind, direction, data, url]] of records.entries()) {
          replay.push(line(index, kind, direction, data, url))
        }
        replay.finish()
        replay.bookStates()
      }),
      { numRuns: 300 },
    )
  }
})

test('mutated captures never throw anything but a coded error', () => {
  const lines = [
    opened(1, 'btcusdt@depth@100ms/btcusdt@trade'),
    line(2, 'ws', 'in', depth(5, 6)),
    snapshot(3, 5),
    line(4, 'ws', 'in', trade(1)),
    line(5, 'ws', 'out', '{"method":"SUBSCRIBE"}'),
  ]
  const mutation = fc.array(fc.tuple(fc.nat(4), fc.nat(300), fc.nat(10), fc.string({ maxLength: 8 })), { maxLength: 6 })
  fc.assert(
    fc.property(mutation, (cuts) => {
      const text = [...lines]
      for (const [which, at, drop, put] of cuts) {
        const old = text[which] ?? ''
        text[which] = old.slice(0, at) + put + old.slice(at + drop)
      }
      const replay = new CaptureReplay({ protocol, books: true })
      for (const one of text) replay.push(one)
      try {
        replay.finish()
      } catch (error) {
        assert.ok(error instanceof VenueError)
      }
      replay.bookStates()
    }),
    { numRuns: 500 },
  )
})
