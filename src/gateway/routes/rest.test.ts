import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import type { TSchema } from 'typebox'
import { type DecimalText, micros, now, type Price } from '../../market/index.ts'
import { type Candle, StoreError } from '../../store/index.ts'
import {
  AssetPageSchema,
  BookSchema,
  CandlePageSchema,
  FeedPageSchema,
  GapPageSchema,
  HealthSchema,
  InstrumentPageSchema,
  LiveQuotePageSchema,
  MarketPageSchema,
  ProblemSchema,
  QuotePageSchema,
  StatusSchema,
  StreamTicketSchema,
  TradePageSchema,
  VenueListSchema,
} from '../schemas/index.ts'
import { aliveVenue, type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'
import { assertFits, assertProblem, get, until } from '../testing/rest-client.ts'
import {
  book,
  feedState,
  gap,
  INSTRUMENT,
  instrument,
  levels,
  quote,
  trade,
  VENUE,
  venueState,
} from '../testing/sample-events.ts'

const API = '/api/v1'
const OF = `venue=${VENUE}&instrument=${INSTRUMENT}`

async function aliveGateway(context: TestContext): Promise<GatewayUnderTest> {
  const gateway = await startGateway(context, { prepare: aliveVenue })
  await until(gateway, `${API}/instruments`, ({ body }) => body.items.length === 2)
  return gateway
}

function candle(openTime: number): Candle {
  return {
    venue: VENUE,
    instrument: INSTRUMENT,
    interval: '1m',
    openTime: micros(openTime),
    closeTime: micros(openTime + 60_000_000),
    open: '1' as Price,
    high: '2' as Price,
    low: '0.5' as Price,
    close: '1.5' as Price,
    volume: '10' as DecimalText,
    buyVolume: '4' as DecimalText,
    quoteVolume: '15' as DecimalText,
    trades: 3,
    filled: false,
    final: true,
  }
}

test('every address answers what its schema says', async (context) => {
  const gateway = await aliveGateway(context)
  gateway.store.heldTrades = [trade('1', '100.10'), trade('2', '101', { backlog: true })]
  gateway.store.heldQuotes = [quote('1', '2')]
  gateway.store.heldCandles = [candle(60_000_000)]
  gateway.store.heldGaps = [gap('g', 'beyond-repair')]
  await gateway.say(trade('3', '102'), quote('101', '103'), book('snapshot', levels(['1', '2']), levels(['3', '4'])))
  await until(gateway, `${API}/books/${VENUE}/${INSTRUMENT}`, ({ status }) => status === 200)
  const schemas: readonly [string, TSchema][] = [
    [`${API}/venues`, VenueListSchema],
    [`${API}/instruments`, InstrumentPageSchema],
    [`${API}/assets`, AssetPageSchema],
    [`${API}/assets?view=instrument`, AssetPageSchema],
    [`${API}/markets`, MarketPageSchema],
    [`${API}/trades?${OF}`, TradePageSchema],
    [`${API}/quotes?${OF}`, QuotePageSchema],
    [`${API}/quotes/live`, LiveQuotePageSchema],
    [`${API}/candles?${OF}`, CandlePageSchema],
    [`${API}/gaps`, GapPageSchema],
    [`${API}/feeds`, FeedPageSchema],
    [`${API}/books/${VENUE}/${INSTRUMENT}`, BookSchema],
    [`${API}/status`, StatusSchema],
    ['/health', HealthSchema],
  ]
  for (const [path, schema] of schemas) {
    const answer = await get(gateway, path)
    assert.equal(answer.status, 200, `${path}: ${answer.text}`)
    assertFits(schema, answer.body)
    if (answer.body.items !== undefined) assert.ok(answer.body.items.length > 0, path)
    assert.equal((await get(gateway, path, {}, 'HEAD')).status, 200)
  }
  const ticket = await get(gateway, `${API}/stream/tickets`, {}, 'POST')
  assertFits(StreamTicketSchema, ticket.body)
  assert.match((await get(gateway, '/metrics')).text, /opentape_gateway_requests_total/)
})

test('lists come as CSV and NDJSON too, and name the next page in a header', async (context) => {
  const gateway = await aliveGateway(context)
  gateway.store.heldTrades = [trade('1', '100'), trade('2', '101'), trade('3', '102')]
  const csv = await get(gateway, `${API}/trades?${OF}&limit=2&format=csv`)
  assert.equal(csv.headers.get('content-type'), 'text/csv; charset=utf-8; header=present')
  assert.equal(csv.text.split('\r\n').length, 4)
  assert.match(
    csv.text,
    /^venue,instrument,symbol,id,price,amount,baseAmount,quoteAmount,side,exchangeTime,receiveTime,backlog\r\n/,
  )
  const next = /^<([^>]+)>; rel="next"$/.exec(csv.headers.get('link') ?? '')?.[1]
  const rest = await get(gateway, next ?? '', { accept: 'application/x-ndjson' })
  assert.equal(rest.text.split('\r\n').length, 3, 'the link keeps the format')
  const lines = await get(gateway, `${API}/trades?${OF}`, { accept: 'application/x-ndjson' })
  assert.deepEqual(
    lines.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).id),
    ['1', '2', '3'],
  )
  assertProblem(await get(gateway, `${API}/trades?${OF}`, { accept: 'image/png' }), 406, 'GATEWAY_NOT_ACCEPTABLE')
})

test('pages of history continue where they ended, and a cursor answers its own question only', async (context) => {
  const gateway = await aliveGateway(context)
  gateway.store.heldTrades = Array.from({ length: 5 }, (_, index) => trade(String(index), '1'))
  const ids: string[] = []
  let cursor = ''
  do {
    const { body } = await get(gateway, `${API}/trades?${OF}&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)
    ids.push(...body.items.map(({ id }: { id: string }) => id))
    cursor = body.nextCursor ?? ''
  } while (cursor !== '')
  assert.deepEqual(ids, ['0', '1', '2', '3', '4'])
  const { body } = await get(gateway, `${API}/trades?${OF}&limit=2`)
  const other = `${API}/trades?venue=${VENUE}&instrument=ETH-USDT&limit=2&cursor=${body.nextCursor}`
  assertProblem(await get(gateway, other), 400, 'GATEWAY_CURSOR_INVALID')
})

test('times are microseconds or ISO 8601, and order follows what is asked', async (context) => {
  const gateway = await aliveGateway(context)
  await get(gateway, `${API}/trades?${OF}&from=2026-01-01T00:00:00Z&to=1767225601000000`)
  const asked = { venue: VENUE, instrument: INSTRUMENT, limit: 100, cursor: undefined }
  assert.deepEqual(gateway.store.lastQuery, {
    ...asked,
    from: 1_767_225_600_000_000,
    to: 1_767_225_601_000_000,
    order: 'oldest-first',
  })
  await get(gateway, `${API}/trades?${OF}`)
  assert.deepEqual(gateway.store.lastQuery, { ...asked, from: undefined, to: undefined, order: 'newest-first' })
  await get(gateway, `${API}/trades?${OF}&order=asc`)
  assert.deepEqual(gateway.store.lastQuery, { ...asked, from: undefined, to: undefined, order: 'oldest-first' })
})

test('bad requests are told what is wrong with a code', async (context) => {
  const gateway = await aliveGateway(context)
  const bad: readonly [path: string, status: number, code: string, detail: RegExp][] = [
    ['/trades', 400, 'GATEWAY_REQUEST_INVALID', /venue/],
    [`/trades?${OF}&limit=0`, 400, 'GATEWAY_REQUEST_INVALID', /`limit`/],
    [`/trades?${OF}&limit=10001`, 400, 'GATEWAY_REQUEST_INVALID', /`limit`/],
    [`/trades?${OF}&limit=ten`, 400, 'GATEWAY_REQUEST_INVALID', /`limit`/],
    [`/trades?${OF}&limit=1&limit=2`, 400, 'GATEWAY_REQUEST_INVALID', /`limit`/],
    [`/trades?${OF}&colour=red`, 400, 'GATEWAY_REQUEST_INVALID', /`colour` is no parameter/],
    [`/trades?${OF}&from=yesterday`, 400, 'GATEWAY_TIME_INVALID', /`from`/],
    [`/trades?${OF}&from=5&to=5`, 400, 'GATEWAY_RANGE_INVALID', /not before/],
    [`/trades?${OF}&cursor=abc`, 400, 'GATEWAY_CURSOR_INVALID', /cursor/],
    [`/candles?${OF}&interval=7m`, 400, 'GATEWAY_REQUEST_INVALID', /1s, 1m/],
    [`/trades?venue=nowhere&instrument=BTC-USDT`, 404, 'GATEWAY_VENUE_UNKNOWN', /nowhere/],
    [`/trades?venue=${VENUE}&instrument=NO-SUCH`, 404, 'GATEWAY_INSTRUMENT_UNKNOWN', /NO-SUCH/],
    [`/books/${VENUE}/ETH-USDT`, 404, 'GATEWAY_BOOK_UNAVAILABLE', /ETH-USDT/],
    [`/books/${VENUE}/ETH-USDT?at=2100-01-01T00:00:00Z`, 400, 'GATEWAY_RANGE_INVALID', /future/],
    [`/books/${VENUE}/ETH-USDT?at=5`, 404, 'GATEWAY_BOOK_UNAVAILABLE', /as of/],
    ['/nothing', 404, 'GATEWAY_NOT_FOUND', /nothing/],
  ]
  for (const [path, status, code, detail] of bad) {
    const answer = await get(gateway, API + path)
    assertProblem(answer, status, code)
    assert.match(answer.body.detail, detail, path)
  }
  const posted = await get(gateway, `${API}/venues`, {}, 'DELETE')
  assertProblem(posted, 405, 'GATEWAY_METHOD_NOT_ALLOWED')
  assert.equal(posted.headers.get('allow'), 'GET, HEAD')
})

test('no query crashes an address: every answer is a good one or a coded problem', async (context) => {
  const gateway = await aliveGateway(context)
  const names = [
    'venue',
    'instrument',
    'from',
    'to',
    'limit',
    'cursor',
    'format',
    'interval',
    'fill',
    'order',
    'depth',
    'at',
    'search',
  ]
  const value = fc.oneof(
    fc.string(),
    fc.constantFrom(VENUE, INSTRUMENT, '1', '-1', '1e9', 'true', '\u0000', '%', "' OR 1=1", '../..'),
  )
  const address = fc.constantFrom(
    'trades',
    'candles',
    'quotes',
    'gaps',
    'feeds',
    'instruments',
    'assets',
    'markets',
    `books/${VENUE}/${INSTRUMENT}`,
  )
  await fc.assert(
    fc.asyncProperty(
      address,
      fc.array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 5 }),
      async (path, pairs) => {
        const query = new URLSearchParams(pairs.map(([name, text]): [string, string] => [name, text.toWellFormed()]))
        const answer = await get(gateway, `${API}/${path}?${query}`)
        if (answer.status !== 200) {
          assert.ok(answer.status >= 400 && answer.status < 500, `${query}: ${answer.text}`)
          assertFits(ProblemSchema, answer.body)
        }
      },
    ),
    { numRuns: 150 },
  )
})

test('a book whose feed is not synchronised is never given as live', async (context) => {
  const gateway = await aliveGateway(context)
  const path = `${API}/books/${VENUE}/${INSTRUMENT}?depth=1`
  await gateway.say(book('snapshot', levels(['100', '1'], ['99', '1']), levels(['101', '1'])))
  const good = await until(gateway, path, ({ status }) => status === 200)
  assert.deepEqual([good.body.live, good.body.bids, good.body.bidCount], [true, [['100', '1']], 2])
  await gateway.say(feedState('book', 'recovering'))
  const bad = await until(gateway, path, ({ body }) => body.live === false)
  assert.equal(bad.body.feedState, 'recovering')
  assert.equal(bad.body.asOf, bad.body.receiveTime)
  assert.equal(bad.headers.get('opentape-feed-state'), 'recovering')
  await gateway.say(feedState('book', 'synchronised'), venueState('unreachable'))
  assert.equal((await until(gateway, path, ({ body }) => body.feedState === 'stale')).body.live, false)
})

test('a past book comes from the store and says whether a gap covers it', async (context) => {
  const gateway = await aliveGateway(context)
  const held = {
    venue: VENUE,
    instrument: INSTRUMENT,
    symbol: instrument('BTC-USDT').symbol,
    exchangeTime: null,
    sequence: 4,
  }
  const sides = { bids: levels(['2', '1'], ['1', '1']), asks: levels(['3', '1']) }
  gateway.store.heldBook = { ...held, ...sides, receiveTime: micros(900), inGap: true }
  const { body } = await get(gateway, `${API}/books/${VENUE}/${INSTRUMENT}?at=1000&depth=1`)
  assertFits(BookSchema, body)
  assert.deepEqual(
    [body.live, body.asOf, body.bids.length, body.bidCount, body.feedState],
    [false, 1_000, 1, 2, 'recovering'],
  )
})

test('an asset has the price of its most liquid dollar market', async (context) => {
  const summary = {
    trades24h: 1,
    open24h: null,
    high24h: null,
    low24h: null,
    volume24h: null,
    change24h: null,
    spark: [],
  }
  const row = (id: string, last: string, turnover: string) => ({
    ...summary,
    venue: VENUE,
    instrument: instrument(id).id,
    last: last as Price,
    lastTime: now(),
    quoteVolume24h: turnover as DecimalText,
  })
  const gateway = await startGateway(context, {
    prepare: (_log, store) => {
      store.heldInstruments = ['BTC-USDT', 'BTC-USD', 'BTC-EUR'].map((id) => instrument(id))
      store.heldMarkets = [row('BTC-USDT', '100', '999'), row('BTC-USD', '101', '1000.5'), row('BTC-EUR', '90', '5000')]
    },
  })
  await until(gateway, `${API}/instruments`, (answer) => answer.body.items.length === 3)
  const { body } = await get(gateway, `${API}/assets`)
  assert.deepEqual(
    body.items.map(({ id, symbol, name, price, instrument: market }: Record<string, unknown>) => [
      id,
      symbol,
      name,
      price,
      market,
    ]),
    [['BTC', 'BTC', 'Bitcoin', '101', 'BTC-USD']],
  )
})

test('history that cannot be read is said, and live data goes on', async (context) => {
  const gateway = await aliveGateway(context)
  gateway.store.failure = new StoreError('STORE_UNREACHABLE', 'connection refused to 127.0.0.1:8123')
  const answer = await get(gateway, `${API}/trades?${OF}`)
  assertProblem(answer, 503, 'GATEWAY_STORE_UNAVAILABLE')
  assert.equal(answer.headers.get('retry-after'), '2')
  assert.doesNotMatch(answer.text, /8123/, 'no inside fact leaves')
  assert.equal((await get(gateway, `${API}/feeds`)).status, 200)
  gateway.store.failure = new StoreError('STORE_QUERY_FAILED', 'secret SQL')
  const failed = await get(gateway, `${API}/trades?${OF}`)
  assertProblem(failed, 500, 'GATEWAY_INTERNAL')
  assert.doesNotMatch(failed.text, /secret/)
})

test('the status tells a person first that no exchange can be reached, and of the demo', async (context) => {
  const gateway = await aliveGateway(context)
  await gateway.say(venueState('unreachable'))
  const { body } = await until(gateway, `${API}/status`, (answer) => answer.body.notices.length > 0)
  assert.equal(body.notices[0].code, 'no-venue-reachable')
  assert.match(body.notices[0].text, /npm run demo/)
  assert.equal(body.feeds.stale, 4)
})

test('answers are tagged, and what a client has already is not sent again', async (context) => {
  const gateway = await aliveGateway(context)
  gateway.store.heldTrades = Array.from({ length: 200 }, (_, index) => trade(String(index), '1'))
  const first = await get(gateway, `${API}/trades?${OF}&limit=200&to=5`)
  assert.equal(first.headers.get('content-encoding'), null, 'compression would only cost time on the same machine')
  const far = await get(gateway, `${API}/trades?${OF}&limit=200&to=5`, { 'x-forwarded-for': '192.0.2.1' })
  assert.equal(far.headers.get('content-encoding'), 'gzip')
  assert.equal(far.text, first.text)
  assert.match(first.headers.get('cache-control') ?? '', /max-age=30/)
  const tag = first.headers.get('etag') ?? ''
  const again = await get(gateway, `${API}/trades?${OF}&limit=200&to=5`, { 'if-none-match': tag })
  assert.deepEqual([again.status, again.text], [304, ''])
  const live = await get(gateway, `${API}/trades?${OF}`)
  assert.equal(live.headers.get('cache-control'), 'no-cache')
})
