import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Micros } from '../../market/index.ts'
import { CaptureReplay } from '../capture-replay.ts'
import { messageRows, recordingsAbsent } from '../testing/recordings.ts'
import { PAST } from './history.ts'
import { instrumentFromSymbol, readInstruments } from './instruments.ts'
import { krakenFutures } from './protocol.ts'

const skip = recordingsAbsent('kraken')
const AT = 1_800_000_000_000_000 as Micros

type Fact = Readonly<Record<string, unknown>>

/** What comes out for one frame, with a book that is open already where it is an update. */
function eventsOf(raw: unknown): Fact[] {
  const replay = new CaptureReplay({ protocol: krakenFutures })
  const push = (data: unknown) =>
    replay.push(
      JSON.stringify({
        t: 1_800_000_000,
        kind: 'ws',
        dir: 'in',
        url: 'wss://x',
        conn: '1',
        data: JSON.stringify(data),
      }),
    )
  const { feed, product_id, seq } = raw as { feed: string; product_id: string; seq: number }
  if (feed === 'book') push({ feed: 'book_snapshot', product_id, seq: seq - 1, bids: [], asks: [] })
  return push(raw)
    .filter(({ messageType }) => messageType !== 'feed-state' && messageType !== 'gap')
    .map((event) => ({ ...event }))
}

function assertAgrees(expected: Fact, facts: readonly Fact[], raw: Fact): void {
  const find = (type: string) => facts.filter(({ messageType }) => messageType === type)
  const number = (value: unknown) => (value === null || value === undefined ? null : Number(value))
  const time = Date.parse(String(expected.timestamp)) * 1_000
  if (expected.type === 'trade' || expected.type === 'liquidation') {
    const [found] = find(String(expected.type))
    assert.deepEqual(
      [found?.id, number(found?.price), number(found?.amount), found?.side, found?.exchangeTime],
      [expected.id, expected.price, expected.amount, expected.side, time],
    )
  } else if (expected.type === 'book_change') {
    const [book] = find('book')
    assert.equal(book?.kind === 'snapshot', expected.isSnapshot)
    const levels = (side: unknown) => (side as [string, string][]).map(([at, size]) => [Number(at), Number(size)])
    const theirs = (side: unknown) =>
      (side as { price: number; amount: number }[]).map((one) => [one.price, one.amount])
    assert.deepEqual(levels(book?.bids), theirs(expected.bids))
    assert.deepEqual(levels(book?.asks), theirs(expected.asks))
    // They take their own clock where the message has no time.
    assert.equal(book?.exchangeTime, raw.timestamp === undefined ? null : time)
  } else if (expected.type === 'derivative_ticker') {
    assert.equal(number(find('ticker')[0]?.last), expected.lastPrice)
    assert.equal(number(find('open-interest')[0]?.openInterest), expected.openInterest)
    assert.equal(number(find('mark-price')[0]?.indexPrice), expected.indexPrice)
    assert.equal(number(find('mark-price')[0]?.markPrice), expected.markPrice)
    // Their rate is `funding_rate`, money per contract; ours is the relative one, a fraction of the position.
    const [funding] = find('funding')
    assert.equal(number(funding?.rate), raw.relative_funding_rate ?? null)
    assert.equal(number(funding?.predictedRate), raw.relative_funding_rate_prediction ?? null)
    const fundingTime =
      expected.fundingTimestamp === null ? null : Date.parse(String(expected.fundingTimestamp)) * 1_000
    assert.equal(number(funding?.fundingTime), fundingTime)
  } else if (expected.type === 'book_ticker') {
    // They take quotes from the ticker, which is said at most once a second; ours are the touch of the book.
    assert.deepEqual(find('quote'), [])
  } else assert.fail(`unknown kind ${expected.type}`)
}

test("every message sample gives what another project's reading of it gives", { skip }, () => {
  let compared = 0
  for (const { expected, raw } of messageRows('kraken-futures')) {
    for (const one of expected ?? []) {
      assertAgrees(one as Fact, eventsOf(raw), raw as Fact)
      compared++
    }
  }
  assert.ok(compared >= 16, `${compared} compared`)
})

test('every frame that is shown in documentation is read', { skip }, () => {
  const typesOf = (name: string) => {
    const row = messageRows('kraken-futures').find(({ channel }) => channel === name)
    return [...new Set(eventsOf(row?.raw).map(({ messageType }) => messageType))]
  }
  assert.deepEqual(typesOf('nautilus_ws_book_snapshot'), ['book', 'quote'])
  assert.deepEqual(typesOf('nautilus_ws_trade'), ['trade'])
  assert.deepEqual(typesOf('nautilus_ws_trade_snapshot'), ['trade'])
  const types = ['ticker', 'mark-price', 'open-interest', 'funding', 'status']
  assert.deepEqual(typesOf('nautilus_ws_ticker'), types)
  const zero = messageRows('kraken-futures').find(({ channel }) => channel.endsWith('with_zero_qty'))
  const [book] = eventsOf(zero?.raw)
  assert.deepEqual(book?.bids, [
    ['34892.5', '6385'],
    ['34891.5', '100'],
  ])
  assert.deepEqual(book?.asks, [['34912', '2300']])
})

test('reference data and history as the venue answers them', { skip }, () => {
  const body = (name: string) =>
    JSON.stringify(messageRows('kraken-futures').find(({ channel }) => channel === name)?.raw)
  const { instruments, skipped } = readInstruments([body('nautilus_http_instruments'), body('nautilus_http_tickers')])
  assert.deepEqual(skipped, [])
  assert.deepEqual(
    instruments.map(({ symbol, id, contractSize, contractUnit, settleCurrency, lotSize }) => [
      symbol,
      id,
      contractSize,
      contractUnit,
      settleCurrency,
      lotSize,
    ]),
    [
      ['PI_XBTUSD', 'BTC-USD-PERP-INVERSE', '1', 'quote', 'BTC', '1'],
      ['PF_ETHUSD', 'ETH-USD-PERP', undefined, undefined, 'USD', '0.001'],
      ['PF_PEPEUSD', 'PEPE-USD-PERP', undefined, undefined, 'USD', '1000'],
      ['PF_AAPLxUSD', 'AAPLx-USD-PERP', undefined, undefined, 'USD', '0.01'],
    ],
  )
  const instrument = instrumentFromSymbol('PI_XBTUSD')
  assert.ok(instrument !== undefined)
  const range = { instrument, from: 1_731_715_200_000_000 as Micros, to: 1_731_715_260_000_000 as Micros }
  const page = (channel: string, name: string) =>
    PAST.find((source) => source.channel === channel)?.read(body(name), range, undefined, AT).events ?? []
  const [candle] = page('candle', 'nautilus_http_candles_trade')
  assert.ok(candle?.messageType === 'venue-candle')
  assert.deepEqual([candle.open, candle.volume, candle.openTime], ['91069', '319499', 1_731_715_200_000_000])
  const [rate] = page('funding', 'nautilus_http_historical_funding_rates')
  assert.ok(rate?.messageType === 'funding')
  assert.equal(rate.rate, '0.0001')
})
