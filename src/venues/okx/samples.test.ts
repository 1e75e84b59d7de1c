import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MarketEvent, Micros } from '../../market/index.ts'
import type { SessionOptions } from '../protocol.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { type MessageRow, messageRows, recordingsAbsent } from '../testing/recordings.ts'
import { OKX_PAST, okxTradeHistory } from './history.ts'
import { instrumentFromSymbol, readInstruments } from './instruments.ts'
import { okx } from './protocol.ts'

const AT = 1_785_870_855_000_000 as Micros

/** What a session that wants everything of what a frame names says of it. */
function said(raw: unknown, instruments: SessionOptions['instruments'] = []): RecordingOutput {
  const text = JSON.stringify(raw)
  const recognised = okx.recognise({ url: '', direction: 'in', text }, instruments)
  const plan = recognised?.plan ?? { name: 'samples', path: '', subscriptions: [] }
  const session = okx.session({ plan, instruments, resume: new Map(), repairTrades: false })
  const out = new RecordingOutput()
  session.opened(AT, out)
  out.clear()
  session.received(text, AT, out)
  return out
}

function facts({ events }: RecordingOutput): MarketEvent[] {
  return events.filter(({ messageType }) => messageType !== 'feed-state' && messageType !== 'gap')
}

function rows(channel: string): MessageRow[] {
  return messageRows('okx').filter((row) => row.channel === channel)
}

type Opinion = Readonly<Record<string, unknown>>

function opinions({ expected }: MessageRow, type: string): Opinion[] {
  return ((expected ?? []) as readonly Opinion[]).filter((opinion) => opinion.type === type)
}

const skip = recordingsAbsent('okx')

test('every sample is one that these tests know', { skip }, () => {
  const tested = new Set(
    'books-l2-tbt control funding-rate index-tickers liquidations mark-price open-interest price-limit tickers trades'.split(
      ' ',
    ),
  )
  const channels = new Set(messageRows('okx').map(({ channel }) => channel))
  for (const channel of channels) assert.ok(tested.has(channel) || channel.startsWith('nautilus_'), channel)
  assert.equal(messageRows('okx').length, 42)
})

test('trades mean what another project reads in them', { skip }, () => {
  const samples = rows('trades')
  assert.equal(samples.length, 3)
  for (const row of samples) {
    const found = facts(said(row.raw)).map((event) => {
      assert.equal(event.messageType, 'trade')
      const { symbol, id, price, amount, side } = event
      return { symbol, id, price: Number(price), amount: Number(amount), side }
    })
    const expected = opinions(row, 'trade').map(({ symbol, id, price, amount, side }) => {
      return { symbol, id, price, amount, side }
    })
    assert.deepEqual(found, expected)
  }
})

test('levels of books mean what another project reads in them; samples of books do not prove themselves', {
  skip,
}, () => {
  const samples = rows('books-l2-tbt')
  assert.equal(samples.length, 5)
  for (const { raw } of samples) {
    // These are beginnings of real frames: their checksums are those of whole books. So nothing of them is said.
    const out = said(raw)
    assert.deepEqual(facts(out), [])
    const frame = raw as { action: string; data: Array<Record<string, unknown>> }
    const proved = { ...frame, action: 'snapshot', data: frame.data.map((row) => ({ ...row, checksum: 0 })) }
    const [book] = facts(said(proved))
    assert.equal(book?.messageType, 'book')
  }
  const row = samples.find(({ raw }) => JSON.stringify(raw).includes('BTC-DAI'))
  assert.ok(row !== undefined)
  const frame = row.raw as { data: Array<Record<string, unknown>> }
  const [book] = facts(said({ ...frame, data: frame.data.map((data) => ({ ...data, checksum: 0 })) }))
  assert.ok(book?.messageType === 'book')
  const [opinion] = opinions(row, 'book_change')
  const levels = (side: typeof book.bids) =>
    side.map(([price, amount]) => ({ price: Number(price), amount: Number(amount) }))
  assert.deepEqual(levels(book.bids), opinion?.bids)
  assert.deepEqual(levels(book.asks), opinion?.asks)
})

test('tickers: statistics are read; best bid and offer are those of another channel', { skip }, () => {
  for (const row of rows('tickers')) {
    // The other project also makes a `book_ticker` of each. Tickers come ten times a second at most, `bbo-tbt` at each change: quotes are of that.
    const [ticker, ...rest] = facts(said(row.raw))
    assert.deepEqual(rest, [])
    assert.ok(ticker?.messageType === 'ticker')
    assert.equal(Number(ticker.last), opinions(row, 'derivative_ticker')[0]?.lastPrice)
  }
})

test('funding, marks and open interest are read as another project reads them', { skip }, () => {
  for (const row of rows('funding-rate')) {
    const [funding] = facts(said(row.raw))
    assert.ok(funding?.messageType === 'funding')
    const [opinion] = opinions(row, 'derivative_ticker')
    assert.equal(funding.rate === null ? null : Number(funding.rate), opinion?.fundingRate)
    const predicted = funding.predictedRate === null ? null : Number(funding.predictedRate)
    assert.equal(predicted, opinion?.predictedFundingRate)
    assert.equal(new Date(Number(funding.fundingTime) / 1_000).toISOString(), opinion?.fundingTimestamp)
  }
  for (const row of rows('mark-price')) {
    const [mark] = facts(said(row.raw))
    assert.ok(mark?.messageType === 'mark-price')
    assert.equal(Number(mark.markPrice), opinions(row, 'derivative_ticker')[0]?.markPrice)
  }
  for (const row of rows('open-interest')) {
    const [interest] = facts(said(row.raw))
    assert.ok(interest?.messageType === 'open-interest')
    assert.equal(Number(interest.openInterest), opinions(row, 'derivative_ticker')[0]?.openInterest)
  }
})

test('the price of an index is said of every contract on it', { skip }, () => {
  const [row] = rows('index-tickers').filter(({ raw }) => JSON.stringify(raw).includes('BTC-USD'))
  const instruments = ['BTC-USD-SWAP', 'BTC-USD_UM_XPERP-310404', 'ETH-USD-SWAP', 'BTC-USD'].map((symbol) => {
    const instrument = instrumentFromSymbol(symbol)
    assert.ok(instrument !== undefined)
    return instrument
  })
  const args = [{ channel: 'index-tickers', instId: 'BTC-USD' }]
  const text = JSON.stringify({ op: 'subscribe', args })
  const recognised = okx.recognise({ url: '', direction: 'out', text }, instruments)
  assert.ok(recognised !== undefined)
  const session = okx.session({ ...recognised, instruments, resume: new Map(), repairTrades: false })
  const out = new RecordingOutput()
  session.opened(AT, out)
  session.received(JSON.stringify(row?.raw), AT, out)
  const marks = out.of('mark-price').map(({ symbol, indexPrice }) => [symbol, indexPrice])
  assert.deepEqual(marks, [
    ['BTC-USD-SWAP', '64280'],
    ['BTC-USD_UM_XPERP-310404', '64280'],
  ])
})

test('what is not read is told: price limits, and liquidations as one recorder wrote them', { skip }, () => {
  // No exchange sends `liquidations` like that; today's channel is `liquidation-orders` (session.test.ts).
  for (const row of [...rows('price-limit'), ...rows('liquidations')]) {
    const out = said(row.raw)
    assert.deepEqual(facts(out), [])
    assert.deepEqual(
      out.refusals.map(({ kind }) => kind),
      ['unknown-message'],
    )
  }
  for (const { raw } of rows('control')) assert.deepEqual(said(raw).refusals, [])
})

test('the reference data of another project become instruments with contract sizes', { skip }, () => {
  const bodies = ['spot', 'swap', 'futures', 'option'].map((kind) => {
    const [row] = rows(`nautilus_http_get_instruments_${kind}`)
    return JSON.stringify(row?.raw)
  })
  const { instruments, skipped } = readInstruments(bodies)
  assert.deepEqual(skipped, [])
  const inverse = instruments.find(({ symbol }) => symbol === 'BTC-USD-SWAP')
  assert.equal(inverse?.id, 'BTC-USD-PERP')
  assert.equal(inverse?.contractSize, '100')
  assert.equal(inverse?.contractUnit, 'quote')
  assert.equal(inverse?.settleCurrency, 'BTC')
  const linear = instruments.find(({ symbol }) => symbol === 'ETH-USDT-SWAP')
  assert.equal(linear?.contractSize, '0.1')
  assert.equal(linear?.contractUnit, 'base')
  const option = instruments.find(({ symbol }) => symbol === 'BTC-USD-241217-92000-C')
  assert.equal(option?.id, 'BTC-USD-20241217-92000-C')
  assert.equal(option?.contractSize, '0.01')
  const future = instruments.find(({ symbol }) => symbol === 'BTC-USD-241220')
  assert.equal(future?.id, 'BTC-USD-20241220')
  assert.equal(future?.expiresAt, 1_734_681_600_000_000)
  assert.equal(new Set(instruments.map(({ id }) => id)).size, instruments.length)
})

test('answers of history are read: trades, candles, funding', { skip }, () => {
  const instrument = instrumentFromSymbol('BTC-USDT-SWAP')
  assert.ok(instrument !== undefined)
  const range = { instrument, from: 0 as Micros, to: AT }
  const body = (channel: string) => JSON.stringify(rows(channel)[0]?.raw)
  const ask = { instrument, first: 734_864_332, last: 734_864_333, after: null }
  const page = okxTradeHistory.read(body('nautilus_http_get_trades'), ask, AT)
  assert.deepEqual(
    page.trades.map(({ id, side, backlog }) => [id, side, backlog]),
    [
      ['734864333', 'sell', true],
      ['734864332', 'buy', true],
    ],
  )
  const [trades, candles, funding] = OKX_PAST
  assert.equal(trades?.read(body('nautilus_http_get_trades'), range, undefined, AT).events.length, 2)
  const [candle] = candles?.read(body('nautilus_http_get_candlesticks_full'), range, undefined, AT).events ?? []
  assert.ok(candle?.messageType === 'venue-candle')
  assert.equal(candle.volume, '1040.37')
  assert.equal(candle.quoteVolume, '1069603.34883')
  assert.equal(candle.isClosed, true)
  const [rate] = funding?.read(body('nautilus_http_get_funding_rate_history'), range, undefined, AT).events ?? []
  assert.ok(rate?.messageType === 'funding')
  assert.equal(rate.rate, '0.00015')
})

test('other samples of a project: books with both proofs, candles of a day, options, statuses', { skip }, () => {
  const books = [...rows('nautilus_ws_books_snapshot'), ...rows('nautilus_ws_books_update')]
  // Examples of the documentation: their checksum is of no book.
  for (const { raw } of books) assert.deepEqual(facts(said(raw)), [])
  assert.deepEqual(facts(said(rows('nautilus_ws_candle')[0]?.raw)), [])
  const [status] = facts(said(rows('nautilus_ws_instruments')[0]?.raw))
  assert.ok(status?.messageType === 'status')
  assert.equal(status.status, 'trading')
  const summaries = rows('nautilus_ws_opt_summary')[0]?.raw as ReadonlyArray<{ instId: string }>
  const instruments = summaries.flatMap(({ instId }) => instrumentFromSymbol(instId) ?? [])
  const frame = { arg: { channel: 'opt-summary', instFamily: 'BTC-USD' }, data: summaries }
  const out = said(frame, instruments)
  assert.deepEqual(
    out.of('option-summary').map(({ instrument, markVolatility, delta }) => [instrument, markVolatility, delta]),
    [
      ['BTC-USD-20250328-92000-C', '0.53', '0.5312'],
      ['BTC-USD-20250328-92000-P', '0.52', '-0.4688'],
    ],
  )
})
