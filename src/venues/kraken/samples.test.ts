import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Channel, MarketEvent, Micros } from '../../market/index.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { type MessageRow, messageRows, recordingsAbsent } from '../testing/recordings.ts'
import { instrumentFromSymbol } from './instruments.ts'
import { kraken } from './protocol.ts'
import { symbolOf } from './symbols.ts'
import { krakenTradeHistory } from './trade-history.ts'

const AT = 1_783_641_603_275_000 as Micros
const ALL: readonly Channel[] = ['trade', 'book', 'ticker', 'quote']
const skip = recordingsAbsent('kraken')

function rowsOf(channel: string): MessageRow[] {
  return messageRows('kraken').filter((row) => row.channel === channel)
}

function instrumentOf(symbol: string) {
  const instrument = instrumentFromSymbol(symbolOf(symbol))
  assert.ok(instrument !== undefined)
  return instrument
}

function opened(symbol: string, dialect?: string) {
  const subscriptions = ALL.map((channel) => ({ instrument: instrumentOf(symbol), channel }))
  const plan = { name: 'samples', path: '', subscriptions }
  const options = { plan, instruments: [], resume: new Map(), repairTrades: false }
  const session = kraken.session(dialect === undefined ? options : { ...options, dialect })
  const out = new RecordingOutput()
  session.opened(AT, out)
  return { session, out }
}

interface Opinion {
  readonly type: string
  readonly symbol: string
  readonly id?: string | null
  readonly side?: string
  readonly price?: number
  readonly amount?: number
  readonly isSnapshot?: boolean
  readonly bids?: ReadonlyArray<{ readonly price: number; readonly amount: number }>
  readonly asks?: ReadonlyArray<{ readonly price: number; readonly amount: number }>
  readonly timestamp: string
  readonly exchange?: string
  readonly localTimestamp?: string
}

/** Our event in that project's words, its doubles included. */
function asOpinion(event: MarketEvent) {
  if (event.messageType === 'trade') {
    const { symbol, id, side, price, amount, exchangeTime: time } = event
    return { type: 'trade', symbol, id, side, price: Number(price), amount: Number(amount), time }
  }
  if (event.messageType !== 'book') return undefined
  const side = (levels: typeof event.bids) =>
    levels.map(([price, amount]) => ({ price: Number(price), amount: Number(amount) }))
  const { symbol, exchangeTime: time } = event
  const isSnapshot = event.kind === 'snapshot'
  return { type: 'book_change', symbol, isSnapshot, bids: side(event.bids), asks: side(event.asks), time }
}

function expectedOf(row: MessageRow) {
  return (row.expected as Opinion[]).map(({ exchange: _exchange, localTimestamp: _local, timestamp, ...rest }) => {
    const micros = /\.\d{3}(\d{3})Z$/.exec(timestamp)?.[1] ?? '0'
    return { ...rest, time: Date.parse(timestamp) * 1_000 + Number(micros) }
  })
}

function said(out: RecordingOutput) {
  return out.events.map(asOpinion).filter((event) => event !== undefined)
}

test('the samples of v1 mean what another project reads in them', { skip }, () => {
  const rows = [...rowsOf('v1_book'), ...rowsOf('v1_trade')]
  assert.equal(rows.length, 5)
  for (const row of rows) {
    const frame = row.raw as unknown[]
    const pair = String(frame.at(-1))
    const { session, out } = opened(pair, 'v1')
    // An update means nothing without a snapshot before it. These are of 2019, before there were checksums.
    if (row.channel === 'v1_book') session.received(`[0,{"as":[],"bs":[]},"book-1000","${pair}"]`, AT, out)
    out.clear()
    session.received(JSON.stringify(frame), AT, out)
    assert.deepEqual(said(out), expectedOf(row), `${row.channel} ${row.seq}`)
    assert.deepEqual(out.refusals, [])
  }
})

test('live trades of v2 mean what another project reads; those of a snapshot, which it drops, are backlog', {
  skip,
}, () => {
  for (const row of rowsOf('v2_trade')) {
    const { session, out } = opened('BTC/USD')
    session.received(JSON.stringify(row.raw), AT, out)
    const isSnapshot = (row.raw as { type: string }).type === 'snapshot'
    if (isSnapshot)
      assert.deepEqual(
        out.of('trade').map((trade) => [trade.id, trade.backlog]),
        [['122', true]],
      )
    else assert.deepEqual(said(out), expectedOf(row))
  }
})

test('books of v2 with made-up checksums, or none, are not believed; with the right one they mean what another project reads', {
  skip,
}, () => {
  const [snapshot, update] = rowsOf('v2_book')
  assert.ok(snapshot !== undefined && update !== undefined)
  const first = opened('AAPLx/USD')
  first.session.received(JSON.stringify(snapshot.raw), AT, first.out)
  assert.equal(first.out.of('book').length, 0)
  const why = first.out.of('feed-state').at(-1)?.reason ?? ''
  const right = /, (\d+) of the book/.exec(why)?.[1]
  const second = opened('AAPLx/USD')
  second.session.received(JSON.stringify(snapshot.raw).replace('123456', right ?? ''), AT, second.out)
  assert.deepEqual(said(second.out), expectedOf(snapshot))
  const third = opened('BTC/USD')
  third.session.received(JSON.stringify(update.raw), AT, third.out)
  assert.equal(third.out.refusals[0]?.kind, 'malformed')
  const fourth = opened('BTC/USD')
  fourth.session.received(JSON.stringify(rowsOf('nautilus_ws_book_update')[0]?.raw), AT, fourth.out)
  assert.equal(fourth.session.bookStatistics().size, 0)
  assert.equal(fourth.out.of('book').length, 0)
})

test('trades, tickers and replies of v2 are read; bars and single orders are refused as unknown', { skip }, () => {
  const expected: Readonly<Record<string, readonly [trades: number, tickers: number, refusals: number]>> = {
    nautilus_ws_trade_update: [2, 0, 0],
    nautilus_ws_ticker_snapshot: [0, 1, 0],
    nautilus_ws_pong: [0, 0, 0],
    nautilus_ws_subscribe_response: [0, 0, 0],
    nautilus_ws_ohlc_update: [0, 0, 1],
    nautilus_ws_l3_snapshot: [0, 0, 1],
    nautilus_ws_l3_update_modify_price: [0, 0, 1],
    nautilus_ws_l3_update_modify_qty: [0, 0, 1],
  }
  for (const [channel, counts] of Object.entries(expected)) {
    const [row] = rowsOf(channel)
    assert.ok(row !== undefined, channel)
    const { session, out } = opened('BTC/USD')
    session.received(JSON.stringify(row.raw), AT, out)
    assert.deepEqual([out.of('trade').length, out.of('ticker').length, out.refusals.length], counts, channel)
    for (const refusal of out.refusals) assert.equal(refusal.kind, 'unknown-message')
  }
})

test('answers of REST are read: pairs, tokenised ones too, volumes, and past trades', { skip }, () => {
  const body = (channel: string) => JSON.stringify(rowsOf(channel)[0]?.raw)
  const { instruments } = kraken.instruments([body('nautilus_http_asset_pairs'), body('nautilus_http_ticker')])
  const [btc] = instruments
  assert.ok(btc !== undefined)
  const { id, symbol, tickSize, lotSize, priceScale, amountScale, status } = btc
  assert.deepEqual(
    { id, symbol, tickSize, lotSize, priceScale, amountScale, status },
    {
      id: 'BTC-USDT',
      symbol: 'BTC/USDT',
      tickSize: '0.1',
      lotSize: '0.00000001',
      priceScale: 1,
      amountScale: 8,
      status: 'trading',
    },
  )
  assert.match(btc.quoteVolume24h ?? '', /^17\d{6}\./)
  const tokenised = kraken.instruments([body('nautilus_http_asset_pairs_tokenized')])
  assert.deepEqual(
    tokenised.instruments.map((instrument) => instrument.symbol),
    ['AAPLx/USD'],
  )
  const ask = { instrument: btc, first: 10_218_208, last: 10_218_210, after: null }
  const { trades } = krakenTradeHistory.read(body('nautilus_http_trades'), ask, AT)
  const [first] = trades
  assert.deepEqual([first?.id, first?.price, first?.amount, first?.side], ['10218208', '105433.6', '0.00027625', 'buy'])
  assert.equal(first?.exchangeTime, 1_762_795_433_971_744)
  assert.ok(trades.length > 500)
})
