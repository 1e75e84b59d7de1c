import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Micros } from '../../market/index.ts'
import { CaptureReplay } from '../capture-replay.ts'
import { type MessageRow, messageRows, recordingsAbsent } from '../testing/recordings.ts'
import { PAST } from './history.ts'
import { instrumentFromName, readInstruments } from './instruments.ts'
import { deribit } from './protocol.ts'
import { readTrades, TRADE_HISTORY } from './trades.ts'

const skip = recordingsAbsent('deribit')
const AT = 1_800_000_000_000_000 as Micros

type Fact = Readonly<Record<string, unknown>>

/** What comes out for one frame, with a book that is open already where it is an update. */
function eventsOf(raw: unknown): Fact[] {
  const replay = new CaptureReplay({ protocol: deribit })
  const frame = (data: unknown) =>
    JSON.stringify({ t: 1_800_000_000, kind: 'ws', dir: 'in', url: 'wss://x', conn: '1', data: JSON.stringify(data) })
  const facts: Fact[] = []
  const previous = (raw as { params?: { data?: { prev_change_id?: number; instrument_name?: string } } }).params?.data
  if (typeof previous?.prev_change_id === 'number' && previous.prev_change_id > 0) {
    const { prev_change_id: change_id, instrument_name } = previous
    const data = { type: 'snapshot', timestamp: 1_564_617_600_000, instrument_name, change_id, bids: [], asks: [] }
    const channel = `book.${instrument_name}.raw`
    replay.push(frame({ jsonrpc: '2.0', method: 'subscription', params: { channel, data } }))
  }
  for (const event of replay.push(frame(raw))) {
    if (event.messageType !== 'feed-state' && event.messageType !== 'gap') facts.push({ ...event })
  }
  return facts
}

function number(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value)
}

/** Another project's event in our words; undefined where it has no counterpart of its own. */
function assertAgrees(expected: Fact, facts: readonly Fact[], row: MessageRow): void {
  const find = (type: string) => facts.filter(({ messageType }) => messageType === type)
  const time = Date.parse(String(expected.timestamp)) * 1_000
  if (expected.type === 'trade' || expected.type === 'liquidation') {
    const same = find(String(expected.type)).filter(({ price, amount, side, exchangeTime }) => {
      const isSame = number(price) === expected.price && number(amount) === expected.amount
      return isSame && side === expected.side && exchangeTime === time
    })
    assert.ok(same.length > 0, `${row.test} ${row.seq}: ${JSON.stringify(expected)}`)
    // Our id of a trade is its number in the instrument; theirs, and that of a liquidation, is `trade_id`.
    if (expected.type === 'liquidation') assert.equal(same[0]?.id, expected.id)
  } else if (expected.type === 'book_change') {
    const [book] = find('book')
    assert.equal(book?.kind === 'snapshot', expected.isSnapshot)
    const levels = (side: unknown) => (side as [string, string][]).map(([at, size]) => [Number(at), Number(size)])
    const theirs = (side: unknown) =>
      (side as { price: number; amount: number }[]).map((one) => [one.price, one.amount])
    assert.deepEqual(levels(book?.bids), theirs(expected.bids))
    assert.deepEqual(levels(book?.asks), theirs(expected.asks))
    assert.equal(book?.exchangeTime, time)
  } else if (expected.type === 'derivative_ticker') {
    assert.equal(number(find('ticker')[0]?.last), expected.lastPrice)
    assert.equal(number(find('open-interest')[0]?.openInterest), expected.openInterest)
    assert.equal(number(find('funding')[0]?.rate), expected.fundingRate)
    assert.equal(number(find('mark-price')[0]?.indexPrice), expected.indexPrice)
    assert.equal(number(find('mark-price')[0]?.markPrice), expected.markPrice)
    assert.equal(find('mark-price')[0]?.exchangeTime, time)
  } else if (expected.type === 'book_ticker') {
    const [quote] = find('quote')
    assert.equal(number(quote?.bidPrice), expected.bidPrice)
    assert.equal(number(quote?.bidAmount), expected.bidAmount)
    assert.equal(number(quote?.askPrice), expected.askPrice)
    assert.equal(number(quote?.askAmount), expected.askAmount)
  } else if (expected.type === 'option_summary') {
    const [summary] = find('option-summary')
    // Theirs are per cent.
    const perCent = (value: unknown) => (value === null ? null : Math.round(Number(value) * 10_000) / 100)
    assert.equal(perCent(summary?.markVolatility), expected.markIV)
    assert.equal(perCent(summary?.bidVolatility), expected.bestBidIV)
    assert.equal(perCent(summary?.askVolatility), expected.bestAskIV)
    for (const name of ['delta', 'gamma', 'vega', 'theta', 'rho', 'underlyingPrice', 'markPrice', 'openInterest']) {
      assert.equal(number(summary?.[name]), expected[name], name)
    }
  } else assert.fail(`unknown kind ${expected.type}`)
}

test("every message sample gives what another project's reading of it gives", { skip }, () => {
  let compared = 0
  for (const row of messageRows('deribit')) {
    if (row.expected === undefined) continue
    const facts = eventsOf(row.raw)
    for (const expected of row.expected) {
      assertAgrees(expected as Fact, facts, row)
      compared++
    }
    // That project takes quotes from the ticker alone; we read the feed of quotes, too.
    if (row.expected.length === 0)
      assert.deepEqual(
        facts.map(({ messageType }) => messageType),
        ['quote'],
      )
  }
  assert.ok(compared > 15, `${compared} compared`)
})

const WITHOUT_EVENTS = new Set(['nautilus_ws_error', 'nautilus_ws_subscribe_response', 'nautilus_ws_test_request'])
/** An index that is no instrument, and a combination of instruments. */
const UNKNOWN = new Set(['nautilus_ws_volatility_index', 'nautilus_ws_trades_option_combo'])

test('every frame that is shown in documentation is read', { skip }, () => {
  const seen = new Map<string, string[]>()
  for (const { channel, raw } of messageRows('deribit')) {
    if (!channel.startsWith('nautilus_ws_')) continue
    seen.set(channel, [...new Set(eventsOf(raw).map(({ messageType }) => String(messageType)))])
  }
  for (const [channel, types] of seen) {
    assert.equal(types.length === 0, WITHOUT_EVENTS.has(channel) || UNKNOWN.has(channel), `${channel}: ${types}`)
  }
  assert.deepEqual(seen.get('nautilus_ws_book_grouped_snapshot'), ['book'])
  assert.deepEqual(seen.get('nautilus_ws_chart'), ['venue-candle'])
  assert.deepEqual(seen.get('nautilus_ws_trades'), ['trade'])
})

test('reference data: kinds, units and settlement', { skip }, () => {
  const body = (name: string) => JSON.stringify(messageRows('deribit').find(({ channel }) => channel === name)?.raw)
  const { instruments, skipped } = readInstruments([body('nautilus_http_get_instruments')])
  assert.ok(instruments.length >= 3)
  assert.ok(skipped.every(({ reason }) => reason.includes('combination')))
  const perpetual = instruments.find(({ symbol }) => symbol === 'BTC-PERPETUAL')
  assert.equal(perpetual?.id, 'BTC-USD-PERP')
  assert.equal(perpetual?.contractUnit, 'quote')
  assert.equal(perpetual?.settleCurrency, 'BTC')
  assert.equal(perpetual?.tickSize, '0.5')
  const combos = readInstruments([body('nautilus_http_get_instruments_future_combo')])
  assert.equal(combos.instruments.length, 0)
  assert.ok(combos.skipped.every(({ reason }) => reason.includes('combination')))
})

test('history: trades and candles of answers as the venue gives them', { skip }, () => {
  const body = (name: string) => JSON.stringify(messageRows('deribit').find(({ channel }) => channel === name)?.raw)
  const instrument = instrumentFromName('ETH-PERPETUAL')
  assert.ok(instrument !== undefined)
  const { trades, next } = readTrades(body('nautilus_http_get_last_trades'), instrument, AT)
  assert.equal(trades[0]?.id, '203024587')
  assert.equal(trades[0]?.side, 'sell')
  assert.equal(next, String(Number(trades.at(-1)?.id) + 1))
  const ask = { instrument, first: 5, last: 9, after: null }
  assert.match(TRADE_HISTORY.path(ask, undefined), /start_seq=5&end_seq=9/)
  const range = { instrument, from: 1_766_483_460_000_000 as Micros, to: 1_766_483_760_000_000 as Micros }
  const candles = PAST.find(({ channel }) => channel === 'candle')
  const page = candles?.read(body('nautilus_http_get_tradingview_chart_data'), range, undefined, AT)
  assert.equal(page?.events.length, 5)
  const [first] = page?.events ?? []
  assert.ok(first?.messageType === 'venue-candle')
  // Amounts of an inverse perpetual are dollars, and so is the volume of its candles.
  assert.equal(first.volume, '257490')
  assert.equal(first.isClosed, true)
})
