import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type MarketEvent, micros, now } from '../../market/index.ts'
import { migrateStore, openStore, StoreBatch, superviseStore } from '../../store/index.ts'
import {
  BookSchema,
  CandlePageSchema,
  GapPageSchema,
  MarketPageSchema,
  QuotePageSchema,
  TradePageSchema,
} from '../schemas/index.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'
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
const MINUTE = 60_000_000

/** A gateway on a real store that holds these events. */
async function gatewayOn(context: TestContext, events: readonly MarketEvent[]): Promise<GatewayUnderTest> {
  const directory = await mkdtemp(join(tmpdir(), 'opentape-gateway-store-'))
  context.after(() => rm(directory, { recursive: true, force: true }))
  const child = await superviseStore({
    directory: join(directory, 'store'),
    secretsDirectory: join(directory, 'secrets'),
    host: '127.0.0.1',
    port: 0,
  })
  context.after(() => child.stop())
  await migrateStore(child.writer)
  const writer = openStore(child.writer)
  context.after(() => writer.close())
  const batch = new StoreBatch()
  for (const [index, event] of events.entries()) assert.ok(batch.addEvent(event, { position: 1, index }))
  await writer.insertBatch(batch, '1-2')
  const reader = openStore(child.reader)
  context.after(() => reader.close())
  const gateway = await startGateway(context, { store: reader })
  await until(gateway, '/health', ({ status }) => status === 200)
  return gateway
}

test('what the store holds comes out of the API exactly, page by page', async (context) => {
  const open = Math.floor((now() - 10 * MINUTE) / MINUTE) * MINUTE
  const trades = Array.from({ length: 25 }, (_, index) => ({
    ...trade(String(1_000 + index), `100.${String(index).padStart(2, '0')}1`),
    exchangeTime: micros(open + index * 7_000_000),
    receiveTime: micros(open + index * 7_000_000 + 1_500),
  }))
  const snapshot = {
    ...book('snapshot', levels(['99.5', '1'], ['99', '2']), levels(['101', '3'])),
    receiveTime: micros(open),
  }
  const update = {
    ...book('update', levels(['99.5', '0']), levels(['100.5', '0.00000001'])),
    receiveTime: micros(open + MINUTE),
  }
  const gateway = await gatewayOn(context, [
    {
      messageType: 'instrument',
      venue: VENUE,
      instrument: INSTRUMENT,
      symbol: trades[0]?.symbol ?? instrument('X-Y').symbol,
      definition: instrument('BTC-USDT'),
      receiveTime: now(),
    },
    venueState('connected', true),
    feedState('trade', 'synchronised'),
    ...trades,
    quote('99.5', '101'),
    gap('g1', 'beyond-repair'),
    snapshot,
    update,
  ])

  const ids: string[] = []
  let cursor = ''
  do {
    const { status, body, text } = await get(gateway, `${API}/trades?${OF}&order=asc&limit=7${cursor}`)
    assert.equal(status, 200, text)
    assertFits(TradePageSchema, body)
    ids.push(...body.items.map(({ id, price }: Record<string, string>) => `${id} ${price}`))
    cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`
  } while (cursor !== '')
  assert.deepEqual(
    ids,
    trades.map(({ id, price }) => `${id} ${price}`),
  )

  const candles = await get(gateway, `${API}/candles?${OF}&interval=1m&from=${open}&to=${open + 5 * MINUTE}&fill=true`)
  assertFits(CandlePageSchema, candles.body)
  assert.deepEqual(
    candles.body.items.map(({ openTime, trades: count, filled }: Record<string, number>) => [
      ((openTime ?? 0) - open) / MINUTE,
      count,
      filled,
    ]),
    [
      [0, 9, false],
      [1, 9, false],
      [2, 7, false],
      [3, 0, true],
      [4, 0, true],
    ],
  )
  assertFits(QuotePageSchema, (await get(gateway, `${API}/quotes?${OF}`)).body)
  const gaps = await get(gateway, `${API}/gaps?venue=${VENUE}&state=beyond-repair`)
  assertFits(GapPageSchema, gaps.body)
  assert.equal(gaps.body.items.length, 1)

  const past = await get(gateway, `${API}/books/${VENUE}/${INSTRUMENT}?at=${open + 2 * MINUTE}`)
  assertFits(BookSchema, past.body)
  assert.deepEqual(
    [past.body.bids, past.body.asks],
    [
      [['99', '2']],
      [
        ['100.5', '0.00000001'],
        ['101', '3'],
      ],
    ],
  )
  const before = await get(gateway, `${API}/books/${VENUE}/${INSTRUMENT}?at=${open + 1}`)
  assert.deepEqual(before.body.bids, [
    ['99.5', '1'],
    ['99', '2'],
  ])

  const markets = await get(gateway, `${API}/markets`)
  assertFits(MarketPageSchema, markets.body)
  assert.equal(markets.body.items[0].last, '100.241')
  assert.equal(markets.body.items[0].simulated, true)
  const assets = await get(gateway, `${API}/assets`)
  assert.deepEqual([assets.body.items[0].id, assets.body.items[0].price], ['BTC', '100.241'])

  assertProblem(
    await get(gateway, `${API}/trades?venue=${VENUE}&instrument=${encodeURIComponent("' OR 1=1 --")}`),
    404,
    'GATEWAY_INSTRUMENT_UNKNOWN',
  )
})
