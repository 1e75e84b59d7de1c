import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Channel, Instrument, MarketEvent, Micros } from '../../market/index.ts'
import type { VenueSession } from '../protocol.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { type MessageRow, messageRows, recordingsAbsent } from '../testing/recordings.ts'
import { type Category, categoryOfName } from './category.ts'
import { bybitPast, tradeHistory } from './history.ts'
import { instrumentFromName } from './instrument-name.ts'
import { readInstruments } from './instruments.ts'
import { bybit } from './protocol.ts'
import { channelsOfCategory } from './topics.ts'

const skip = recordingsAbsent('bybit')
const AT = 1_780_000_000_000_000 as Micros

function instrument(category: Category, name: string): Instrument {
  const found = instrumentFromName(category, name)
  assert.ok(found !== undefined, name)
  return found
}

/** One session for each market, as one mapper of that project sees them all. */
class Markets {
  readonly out = new RecordingOutput()
  readonly #sessions = new Map<Category, VenueSession>()

  received(category: Category, name: string, raw: unknown): readonly MarketEvent[] {
    const one = instrument(category, name)
    const channels: readonly Channel[] = channelsOfCategory(category, true).filter((channel) => channel !== 'status')
    const subscriptions = channels.map((channel) => ({ instrument: one, channel }))
    let session = this.#sessions.get(category)
    if (session === undefined) {
      const plan = { name: category, path: `/v5/public/${category}`, subscriptions }
      session = bybit.session({ plan, instruments: [], resume: new Map(), repairTrades: false })
      session.opened(AT, this.out)
      this.#sessions.set(category, session)
    } else session.changed(subscriptions, [], AT, this.out)
    this.out.clear()
    session.received(JSON.stringify(raw), AT, this.out)
    assert.deepEqual(this.out.refusals, [], JSON.stringify(raw))
    return this.out.events.filter((event) => event.messageType !== 'feed-state')
  }
}

type Opinion = Readonly<Record<string, unknown>>

/** Our events in that project's words, its doubles included. */
function asOpinions(events: readonly MarketEvent[], tickers: Map<string, Record<string, unknown>>): Opinion[] {
  const opinions: Opinion[] = []
  const number = (text: string | null) => (text === null ? null : Number(text))
  const levels = (side: readonly (readonly [string, string])[]) =>
    side.map(([price, amount]) => ({ price: Number(price), amount: Number(amount) }))
  let derived: Record<string, unknown> | undefined
  for (const event of events) {
    if (!('exchangeTime' in event)) continue
    const named = {
      symbol: event.symbol.replace('spot:', ''),
      timestamp: event.exchangeTime === null ? '' : new Date(event.exchangeTime / 1_000).toISOString(),
    }
    if (event.messageType === 'trade') {
      const { id, side, price, amount } = event
      opinions.push({ type: 'trade', ...named, id, price: Number(price), amount: Number(amount), side })
    } else if (event.messageType === 'book') {
      const isSnapshot = event.kind === 'snapshot'
      opinions.push({ type: 'book_change', ...named, isSnapshot, bids: levels(event.bids), asks: levels(event.asks) })
    } else if (event.messageType === 'quote') {
      const { askAmount, askPrice, bidPrice, bidAmount } = event
      const quote = { askAmount, askPrice, bidPrice, bidAmount }
      const doubles = Object.fromEntries(Object.entries(quote).map(([name, value]) => [name, number(value)]))
      opinions.push({ type: 'book_ticker', ...named, ...doubles })
    } else {
      derived = tickers.get(named.symbol) ?? { ...EMPTY_TICKER }
      tickers.set(named.symbol, derived)
      Object.assign(derived, { type: 'derivative_ticker', ...named }, tickerFacts(event))
    }
  }
  if (derived !== undefined) opinions.push({ ...derived })
  return opinions
}

const EMPTY_TICKER = { fundingRate: null, fundingTimestamp: null, predictedFundingRate: null }

function tickerFacts(event: MarketEvent): Record<string, unknown> {
  if (event.messageType === 'ticker') return { lastPrice: Number(event.last) }
  if (event.messageType === 'mark-price') {
    return { markPrice: Number(event.markPrice), indexPrice: Number(event.indexPrice) }
  }
  if (event.messageType === 'open-interest') return { openInterest: Number(event.openInterest) }
  if (event.messageType !== 'funding') return {}
  const fundingTimestamp = event.fundingTime === null ? null : new Date(event.fundingTime / 1_000).toISOString()
  return { fundingRate: Number(event.rate), fundingTimestamp }
}

function withoutNames(row: MessageRow): Opinion[] {
  return (row.expected ?? []).map((one) => {
    const { exchange: _exchange, localTimestamp: _local, ...rest } = one as Record<string, unknown>
    return rest
  })
}

test('the samples of v5 mean what another project reads in them', { skip }, () => {
  const rows = messageRows('bybit').filter(({ source }) => source.startsWith('tardis'))
  assert.equal(rows.length, 15)
  const tickers = new Map<string, Record<string, unknown>>()
  const markets = new Markets()
  for (const row of [...rows].sort((left, right) => left.seq - right.seq)) {
    const raw = row.raw as { readonly topic: string }
    const name = raw.topic.split('.').at(-1) ?? ''
    const category = row.test?.includes('spot') === true ? 'spot' : categoryOfName(name)
    const found = asOpinions(markets.received(category, name, raw), tickers)
    assert.deepEqual(found, withoutNames(row), `${row.channel} ${row.seq}`)
  }
})

function rawOf(channel: string): string {
  const row = messageRows('bybit').find((one) => one.channel === `nautilus_${channel}`)
  assert.ok(row !== undefined, channel)
  return JSON.stringify(row.raw)
}

function received(channel: string, category: Category, name: string): readonly MarketEvent[] {
  return new Markets().received(category, name, JSON.parse(rawOf(channel)))
}

test('the documented messages of the socket are read', { skip }, () => {
  const [quote] = received('ws_orderbook_snapshot', 'linear', 'BTCUSDT')
  assert.ok(quote?.messageType === 'quote')
  assert.deepEqual(
    [quote.bidPrice, quote.bidAmount, quote.askPrice, quote.askAmount],
    ['27450', '0.5', '27451', '0.75'],
  )
  // It is a delta of a quote that is not there.
  assert.deepEqual(received('ws_orderbook_delta', 'linear', 'BTCUSDT'), [])
  // A candle of five minutes is not one that is kept.
  assert.deepEqual(received('ws_kline', 'linear', 'BTCUSDT'), [])
  const events = received('ws_ticker_linear', 'linear', 'BTCUSDT')
  assert.deepEqual(
    events.map((event) => event.messageType),
    ['ticker', 'funding', 'mark-price', 'open-interest'],
  )
  const [ticker, funding, mark, interest] = events
  assert.ok(ticker?.messageType === 'ticker' && funding?.messageType === 'funding')
  assert.ok(mark?.messageType === 'mark-price' && interest?.messageType === 'open-interest')
  assert.deepEqual([ticker.last, ticker.volume, ticker.quoteVolume], ['17216', '91705.276', '1570383121.943499'])
  assert.deepEqual(
    [funding.rate, funding.fundingTime, funding.intervalSeconds],
    ['-0.000212', 1_673_280_000_000_000, 28_800],
  )
  assert.deepEqual([mark.markPrice, mark.indexPrice], ['17217.33', '17227.36'])
  assert.deepEqual([interest.openInterest, interest.value], ['68744.761', '1183601235.91'])
  // Options are not collected: nothing is subscribed to on their socket.
  const out = new RecordingOutput()
  const subscriptions = [{ instrument: instrument('linear', 'BTCUSDT'), channel: 'ticker' as const }]
  const plan = { name: 'l', path: '/v5/public/linear', subscriptions }
  const session = bybit.session({ plan, instruments: [], resume: new Map(), repairTrades: false })
  session.received(rawOf('ws_ticker_option'), AT, out)
  assert.ok(out.refusals.length > 0 && out.refusals.every(({ kind }) => kind === 'unknown-instrument'))
  assert.deepEqual(out.events, [])
  out.clear()
  session.received(rawOf('ws_subscription_ack'), AT, out)
  session.received(rawOf('ws_subscription_failure'), AT, out)
  assert.deepEqual(
    out.refusals.map(({ kind }) => kind),
    ['venue-error'],
  )
})

test('the documented reference data are read', { skip }, () => {
  const { instruments, skipped } = readInstruments(
    ['spot', 'linear', 'inverse'].map((category) => rawOf(`http_get_instruments_${category}`)),
  )
  assert.deepEqual(skipped, [])
  assert.deepEqual(
    instruments.map(({ id, symbol, kind, tickSize, lotSize }) => [id, symbol, kind, tickSize, lotSize]),
    [
      ['BTC-USDT', 'spot:BTCUSDT', 'spot', '0.1', '0.0001'],
      ['ETH-USDT', 'spot:ETHUSDT', 'spot', '0.01', '0.00001'],
      ['BTC-USDT-PERP', 'BTCUSDT', 'perpetual', '0.5', '0.001'],
      ['ETH-USDT-PERP', 'ETHUSDT', 'perpetual', '0.05', '0.01'],
      ['BTC-USD-PERP', 'BTCUSD', 'perpetual', '0.5', '1'],
    ],
  )
  assert.deepEqual(
    [instruments[4]?.contractSize, instruments[4]?.contractUnit, instruments[4]?.settleCurrency],
    ['1', 'quote', 'BTC'],
  )
  const others = readInstruments([
    rawOf('http_get_instruments_spot_xstocks'),
    rawOf('http_get_instruments_option'),
    rawOf('http_get_instruments_inverse_symbol_type'),
  ])
  assert.deepEqual(
    others.instruments.map(({ id }) => id),
    ['AAPL-USDT', 'BRENT-USD-PERP'],
  )
  assert.match(others.skipped[0]?.reason ?? '', /contracts of type undefined are not known/)
  assert.equal(readInstruments(['', rawOf('http_get_instruments_option_symbol_id'), '']).skipped.length, 1)
})

test('the documented history is read', { skip }, () => {
  const one = instrument('linear', 'BTCUSDT')
  const range = { instrument: one, from: 0 as Micros, to: AT }
  const [trade] = tradeHistory.read(
    rawOf('http_get_trades_recent'),
    { instrument: one, first: 0, last: null, after: null },
    AT,
  ).trades
  assert.deepEqual([trade?.price, trade?.amount, trade?.side, trade?.backlog], ['27450.5', '0.005', 'buy', true])
  const [trades, candles, funding] = bybitPast
  assert.equal(trades?.read(rawOf('http_get_trades_recent'), range, undefined, AT).events.length, 1)
  const [candle] = candles?.read(rawOf('http_get_klines_linear'), range, undefined, AT).events ?? []
  assert.ok(candle?.messageType === 'venue-candle')
  assert.deepEqual(
    [candle.open, candle.high, candle.low, candle.close, candle.volume],
    ['27450', '27460', '27440', '27455', '123.45'],
  )
  assert.equal(candle.quoteVolume, '3390000')
  const events = funding?.read(rawOf('http_get_funding_history'), range, undefined, AT).events ?? []
  assert.deepEqual(
    events.map((event) => event.messageType === 'funding' && [event.rate, event.fundingTime]),
    [
      ['0.0001', 1_709_884_800_000_000],
      ['0.00015', 1_709_856_000_000_000],
    ],
  )
  // Books are never asked for over REST: the socket begins with a snapshot of 1,000 levels.
  assert.throws(() => candles?.read(rawOf('http_get_orderbook'), range, undefined, AT), {
    code: 'VENUE_ANSWER_INVALID',
  })
})
