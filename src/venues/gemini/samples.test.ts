import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Instrument, MarketEvent, Micros } from '../../market/index.ts'
import type { VenueSession } from '../protocol.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { type MessageRow, messageRows, recordingsAbsent } from '../testing/recordings.ts'
import { instrumentFromSymbol } from './instruments.ts'
import { gemini } from './protocol.ts'

/** There are samples of this venue where there are those of any. */
const skip = recordingsAbsent('bybit')
const AT = 1_780_000_000_000_000 as Micros

function sessionOf(symbol: string, isStreams: boolean): VenueSession {
  const instrument = instrumentFromSymbol(symbol, 'unknown') as Instrument
  const subscriptions = (['trade', 'book', 'quote'] as const).map((channel) => ({ instrument, channel }))
  const plan = { name: 'samples', path: isStreams ? '?snapshot=-1' : '/v2/marketdata', subscriptions }
  const dialect = isStreams ? { dialect: 'streams' } : {}
  return gemini.session({ plan, instruments: [], resume: new Map(), repairTrades: false, ...dialect })
}

function asOpinion(event: MarketEvent): Record<string, unknown> | undefined {
  if (event.messageType === 'trade') {
    const { symbol, id, side, price, amount } = event
    return { type: 'trade', symbol, id, side, price: Number(price), amount: Number(amount) }
  }
  if (event.messageType !== 'book') return undefined
  const levels = (side: typeof event.bids) =>
    side.map(([price, amount]) => ({ price: Number(price), amount: Number(amount) }))
  const isSnapshot = event.kind === 'snapshot'
  const { symbol } = event
  return { type: 'book_change', symbol, isSnapshot, bids: levels(event.bids), asks: levels(event.asks) }
}

/** That project gives its own receive time where a message has none, and its own name of the venue. */
function opinionsOf(row: MessageRow): unknown[] {
  return (row.expected ?? []).map((one) => {
    const { localTimestamp: _local, timestamp: _time, exchange: _exchange, ...rest } = one as Record<string, unknown>
    return rest
  })
}

test('the samples of Market Data v2 mean what another project reads in them', { skip }, () => {
  const rows = messageRows('gemini').filter(({ channel }) => channel.startsWith('v2_'))
  assert.equal(rows.length, 3)
  for (const row of rows) {
    const raw = row.raw as { readonly symbol: string; readonly auction_events?: unknown }
    const session = sessionOf(raw.symbol, false)
    const out = new RecordingOutput()
    session.opened(AT, out)
    // An update means nothing without the state before it.
    const state = { type: 'l2_updates', symbol: raw.symbol, changes: [], trades: [] }
    if (row.channel === 'v2_l2_updates' && raw.auction_events === undefined) {
      session.received(JSON.stringify(state), AT, out)
    }
    out.clear()
    session.received(JSON.stringify(raw), AT, out)
    assert.deepEqual(out.refusals, [])
    const found = out.events.map(asOpinion).filter((one) => one !== undefined)
    assert.deepEqual(found, opinionsOf(row), `${row.channel} ${row.seq}`)
  }
})

test('the samples of the streams are read', { skip }, () => {
  const rows = messageRows('gemini').filter(({ channel }) => channel.startsWith('v3_'))
  assert.equal(rows.length, 4)
  const events: MarketEvent[] = []
  for (const row of rows) {
    const session = sessionOf(row.channel === 'v3_depthUpdate' ? 'GUSDGBP' : 'BTCUSD', true)
    const out = new RecordingOutput()
    session.opened(AT, out)
    out.clear()
    session.received(JSON.stringify(row.raw), AT, out)
    assert.deepEqual(out.refusals, [], row.channel)
    events.push(...out.events.filter((event) => event.messageType !== 'feed-state'))
  }
  const [book, quote, ...others] = events
  assert.deepEqual(others, [])
  assert.ok(book?.messageType === 'book' && quote?.messageType === 'quote')
  assert.deepEqual([book.kind, book.bids, book.asks], ['snapshot', [], [['0.75196', '1325.499']]])
  assert.deepEqual([book.symbol, book.sequence], ['GUSDGBP', 1_764_550_512_767_893])
  assert.equal(book.exchangeTime, 1_784_851_199_088_426)
  // That project makes nothing of a ticker that names neither side; here it is a book that is empty on both.
  assert.deepEqual([quote.bidPrice, quote.askPrice, quote.sequence], [null, null, 1_764_549_594_389_752])
})
