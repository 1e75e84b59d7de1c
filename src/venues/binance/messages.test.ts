import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Instrument, MarketEvent, Micros } from '../../market/index.ts'
import { CaptureReplay } from '../capture-replay.ts'
import { type MessageRow, messageRows, recordingsAbsent } from '../testing/recordings.ts'
import { TRADE_HISTORY } from './history.ts'

import { deriveSpotInstrument } from './instruments.ts'
import { binance } from './protocol.ts'

const derive = (symbol: string): Instrument => deriveSpotInstrument(binance.venue, symbol)

const skip = recordingsAbsent('binance')
const rows = skip === false ? messageRows('binance') : []
const at = 1_700_000_000_000_000 as Micros

/** A sample as a record of a capture. Bodies that a recorder wrapped as a stream become bodies again. */
function recordOf(row: MessageRow, index: number): string {
  const raw = row.raw as { readonly stream?: string; readonly data?: unknown; readonly generated?: boolean }
  const t = 1_600_000_000 + index
  if (raw.generated === true && raw.stream?.endsWith('@depthSnapshot')) {
    const symbol = raw.stream.split('@')[0]?.toUpperCase()
    const url = `https://api.binance.com/api/v3/depth?symbol=${symbol}&limit=1000`
    return JSON.stringify({ t, kind: 'http', dir: 'in', url, conn: 'http', data: JSON.stringify(raw.data) })
  }
  return JSON.stringify({ t, kind: 'ws', dir: 'in', url: 'wss://x/stream', conn: 'ws', data: JSON.stringify(raw) })
}

function replay(some: readonly MessageRow[]): MarketEvent[] {
  const refused: string[] = []
  const run = new CaptureReplay({
    protocol: binance,
    problem: ({ error }) => refused.push('code' in error ? error.message : error.reason),
  })
  const events = some.flatMap((row, index) => run.push(recordOf(row, index)))
  assert.deepEqual(
    refused.filter((reason) => !reason.startsWith('nobody subscribed')),
    [],
  )
  return events
}

/** An event as the other project writes it, in doubles; undefined for what it does not write. */
function asTheirs(event: MarketEvent): unknown {
  const time = (value: number | null): string | undefined =>
    value === null ? undefined : new Date(value / 1_000).toISOString()
  const levels = (side: ReadonlyArray<readonly string[]>): unknown =>
    side.map(([price, amount]) => ({ price: Number(price), amount: Number(amount) }))
  if (event.messageType === 'trade') {
    const { symbol, id, price, amount, side, exchangeTime } = event
    return {
      type: 'trade',
      symbol,
      id,
      price: Number(price),
      amount: Number(amount),
      side,
      timestamp: time(exchangeTime),
    }
  }
  if (event.messageType === 'book') {
    const { symbol, kind, bids, asks, exchangeTime } = event
    const timestamp = time(exchangeTime)
    const isSnapshot = kind === 'snapshot'
    return { type: 'book_change', symbol, isSnapshot, bids: levels(bids), asks: levels(asks), timestamp }
  }
  if (event.messageType === 'quote') {
    const { symbol, bidPrice, bidAmount, askPrice, askAmount } = event
    const [bid, ask] = [
      { price: Number(bidPrice), amount: Number(bidAmount) },
      { price: Number(askPrice), amount: Number(askAmount) },
    ]
    return {
      type: 'book_ticker',
      symbol,
      askAmount: ask.amount,
      askPrice: ask.price,
      bidPrice: bid.price,
      bidAmount: bid.amount,
    }
  }
  return undefined
}

/** Their record without what is theirs alone: their name of the venue, and receive times put in for missing ones. */
function comparable(record: unknown): unknown {
  const { exchange: _exchange, localTimestamp, timestamp, ...rest } = record as Record<string, unknown>
  return timestamp === localTimestamp || timestamp === undefined ? rest : { ...rest, timestamp }
}

test('message samples give what another project made of them', { skip }, () => {
  const groups = Map.groupBy(
    rows.filter((row) => row.expected !== undefined),
    (row) => row.test,
  )
  assert.ok(groups.size >= 2)
  for (const [name, group] of groups) {
    // Rows of unknown outcome take part: they carry state.
    const all = rows.filter((row) => row.test === name).sort((left, right) => left.seq - right.seq)
    const expected = group.toSorted((left, right) => left.seq - right.seq).flatMap((row) => row.expected ?? [])
    const known = all.length === group.length
    const found = replay(all)
      .map(asTheirs)
      .filter((record) => record !== undefined)
    if (known) assert.deepEqual(found.map(comparable), expected.map(comparable), String(name))
    else assert.ok(found.length >= expected.length, String(name))
  }
})

test('a ticker sample, which that project leaves out, gives a ticker', { skip }, () => {
  const events = replay(rows.filter((row) => row.channel === 'ticker'))
  const ticker = events.find((event) => event.messageType === 'ticker')
  assert.partialDeepStrictEqual(ticker, {
    symbol: 'DOGEBNB',
    instrument: 'DOGE-BNB',
    last: '0.0001436',
    open: '0.00014069',
    high: '0.0001455',
    low: '0.00013851',
    volume: '20014582',
    quoteVolume: '2839.62578157',
    exchangeTime: 1569805259092000,
  })
})

test('a change that its snapshot holds in part is applied after it', { skip }, () => {
  const group = rows.filter((row) => row.test === 'merge buffered depth changes into normalized snapshots')
  const events = replay(group.toSorted((left, right) => left.seq - right.seq))
  const books = events.filter((event) => event.messageType === 'book')
  assert.deepEqual(
    books.map(({ kind, sequence }) => [kind, sequence]),
    [
      ['snapshot', 100],
      ['update', 101],
    ],
  )
})

/** REST bodies, and frames, of the samples that carry no expectation: what we make of each, or why nothing. */
const OTHERS: Readonly<Record<string, (raw: unknown) => void>> = {
  nautilus_ws_trade: (raw) => assertTrade(raw, { id: '705291099', price: '4149.74', amount: '0.4387', side: 'sell' }),
  // One trade in the bundle: its id is that trade's.
  nautilus_ws_agg_trade: (raw) => assertTrade(raw, { id: '228423', price: '1632.46', amount: '0.34305', side: 'buy' }),
  nautilus_ws_ticker_book: (raw) => {
    const quote = replay([sample(raw)]).find((event) => event.messageType === 'quote')
    assert.partialDeepStrictEqual(quote, { sequence: 12711621188, bidPrice: '4507.24', askAmount: '2.8457' })
  },
  nautilus_depth_response: (raw) => assertSnapshot(raw, 1),
  nautilus_http_market_depth: (raw) => assertSnapshot(raw, 10),
  nautilus_http_market_historical_trades: (raw) => assertHistory(raw, 10),
  nautilus_http_market_trades: (raw) => assertHistory(raw, 10),
  nautilus_trades_response: (raw) => assertHistory(raw, 1),
  nautilus_exchange_info_response: (raw) => {
    const { instruments, skipped } = binance.instruments([JSON.stringify(raw)])
    assert.deepEqual(skipped, [])
    assert.deepEqual(
      instruments.map(({ id, symbol, status }) => [id, symbol, status]),
      [['ETH-BTC', 'ETHBTC', 'trading']],
    )
  },
  nautilus_ticker_24hr_response: (raw) => {
    const info = {
      symbols: [{ symbol: 'BNBBTC', baseAsset: 'BNB', quoteAsset: 'BTC', status: 'TRADING', filters: [] }],
    }
    const { instruments } = binance.instruments([JSON.stringify(info), JSON.stringify([raw])])
    assert.equal(instruments[0]?.quoteVolume24h, '15.3')
  },
  // Bodies that this protocol never asks for.
  nautilus_avg_price_response: neverAskedFor,
  nautilus_http_market_avg_price: neverAskedFor,
  nautilus_http_market_book_ticker: neverAskedFor,
  nautilus_http_market_klines: assertCandles,
  nautilus_http_market_ping: neverAskedFor,
  nautilus_http_market_ticker_price: neverAskedFor,
  nautilus_http_market_time: neverAskedFor,
  nautilus_klines_response: assertCandles,
  nautilus_ping_response: neverAskedFor,
  nautilus_server_time_response: neverAskedFor,
  nautilus_ticker_price_response: neverAskedFor,
}

test('every other message sample is read, or known not to be ours', { skip }, () => {
  for (const row of rows.filter((one) => one.channel.startsWith('nautilus'))) {
    const check = OTHERS[row.channel]
    assert.ok(check !== undefined, `no judgement of ${row.channel}`)
    check(row.raw)
  }
})

function sample(raw: unknown): MessageRow {
  return { channel: '', source: '', raw, expected: undefined, test: undefined, seq: 0, note: undefined }
}

function assertTrade(raw: unknown, expected: object): void {
  const trades = replay([sample(raw)]).filter((event) => event.messageType === 'trade')
  assert.equal(trades.length, 1)
  assert.partialDeepStrictEqual(trades[0], expected)
}

function assertSnapshot(raw: unknown, levels: number): void {
  const last = (raw as { lastUpdateId: number }).lastUpdateId
  const change = { e: 'depthUpdate', E: 1, s: 'BTCUSDT', U: last + 1, u: last + 1, b: [], a: [] }
  const body = { stream: 'btcusdt@depthSnapshot', generated: true, data: raw }
  const events = replay([sample(body), sample({ stream: 'btcusdt@depth@100ms', data: change })])
  const snapshot = events.find((event) => event.messageType === 'book')
  assert.equal(snapshot?.sequence, last)
  assert.equal(snapshot?.bids.length, levels)
}

function assertHistory(raw: unknown, count: number): void {
  const ask = { instrument: derive('BTCUSDT'), first: 1, last: null, after: null }
  const { trades } = TRADE_HISTORY.read(JSON.stringify(raw), ask, at)
  assert.equal(trades.length, count)
  assert.ok(trades.every((trade) => trade.backlog === true && Number(trade.id) > 0))
}

/** Past candles, which are asked for on demand only. */
function assertCandles(raw: unknown): void {
  const source = binance.past?.find(({ channel }) => channel === 'candle')
  const range = { instrument: derive('BTCUSDT'), from: 0 as Micros, to: at }
  const events = source?.read(JSON.stringify(raw), range, undefined, at).events ?? []
  assert.equal(events.length, (raw as unknown[]).length)
  assert.ok(events.every((event) => event.messageType === 'venue-candle' && event.isClosed))
}

function neverAskedFor(raw: unknown): void {
  const run = new CaptureReplay({ protocol: binance })
  const url = 'https://api.binance.com/api/v3/else'
  run.push(JSON.stringify({ t: 1, kind: 'http', dir: 'in', url, conn: 'http', data: JSON.stringify(raw) }))
  assert.equal(run.finish().length, 0)
  assert.equal(run.summary.unusedBodies, 1)
}
