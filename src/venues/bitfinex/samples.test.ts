import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Instrument, MarketEvent, Micros } from '../../market/index.ts'
import { asOpinion, opinionsOf, readSample } from '../testing/opinion.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { type MessageRow, messageRows, recordingsAbsent } from '../testing/recordings.ts'
import { instrumentFromSymbol } from './instruments.ts'
import { bitfinex } from './protocol.ts'
import { channelsOf } from './recognise.ts'

const skip = recordingsAbsent('bitfinex')

const AT = 1_633_910_430_074_000 as Micros

type Frame = readonly unknown[]

const CONFIRMED: ReadonlyMap<unknown, Readonly<Record<string, unknown>>> = new Map([
  [89, { event: 'subscribed', channel: 'trades', chanId: 89, symbol: 'tBTCUSD' }],
  [6959, { event: 'subscribed', channel: 'book', chanId: 6959, symbol: 'tETHUSD', prec: 'P0' }],
  [147794, { event: 'subscribed', channel: 'ticker', chanId: 147794, symbol: 'tBTCUSD' }],
  [138325, { event: 'subscribed', channel: 'ticker', chanId: 138325, symbol: 'tBTCF0:USTF0' }],
])

function instrument(symbol: string): Instrument {
  const found = instrumentFromSymbol(symbol)
  assert.ok(found !== undefined)
  return found
}

/** Reads a frame on a connection where its channel was confirmed, and its book begun. */
function read(frame: Frame): MarketEvent[] {
  const [chanId, payload, sequence] = frame
  const confirmation = CONFIRMED.get(chanId)
  assert.ok(confirmation !== undefined)
  const one = instrument(String(confirmation.symbol))
  const isUpdate = confirmation.channel === 'book' && Array.isArray(payload) && !Array.isArray(payload[0])
  const before = isUpdate ? [confirmation, [chanId, [], Number(sequence) - 1]] : [confirmation]
  const out = readSample(bitfinex, one, channelsOf(one), frame, before)
  assert.deepEqual(out.refusals, [])
  return out.events
}

/** That project leaves out the `t`. */
function withoutPrefix(event: MarketEvent) {
  const opinion = asOpinion(event)
  return opinion === undefined ? [] : [{ ...opinion, symbol: opinion.symbol.slice(1) }]
}

function rows(venue: string, channel: string): MessageRow[] {
  return messageRows(venue).filter((row) => row.channel === channel)
}

test('books and trades mean what another project reads in them', { skip }, () => {
  const frames = [...rows('bitfinex', 'by-chanId'), ...rows('bitfinex', 'trades'), ...rows('bitfinex', 'hb')].filter(
    ({ raw }) => CONFIRMED.has((raw as Frame)[0]),
  )
  assert.equal(frames.length, 8)
  for (const row of frames) {
    const found = read(row.raw as Frame).filter((event) => !('backlog' in event))
    assert.deepEqual(found.flatMap(withoutPrefix), opinionsOf(row), JSON.stringify(row.raw))
  }
})

test('the trades at subscription are history here, and nothing there', { skip }, () => {
  const [row] = rows('bitfinex', 'by-chanId')
  assert.ok(row !== undefined)
  const [trade] = read(row.raw as Frame).filter((event) => event.messageType === 'trade')
  assert.deepEqual(row.expected, [])
  assert.ok(trade?.messageType === 'trade')
  assert.deepEqual(
    [trade.id, trade.exchangeTime, trade.side, trade.amount, trade.price, trade.backlog],
    ['382489562', 1_564_617_598_688_000, 'buy', '0.01302607', '10088', true],
  )
})

test('a frame of a channel that was never confirmed is unknown', { skip }, () => {
  const [row] = rows('bitfinex', 'trades')
  assert.ok(row !== undefined)
  assert.equal((row.raw as Frame)[0], 6957)
  const out = readSample(bitfinex, instrument('tBTCUSD'), ['trade'], row.raw)
  assert.deepEqual(out.of('trade'), [])
  assert.deepEqual(
    out.refusals.map(({ kind }) => kind),
    ['unknown-message'],
  )
})

test('tickers: no quote is made of them, since their sizes are sums of 25 levels', { skip }, () => {
  const [spot, funding] = rows('bitfinex', 'ticker')
  const [derivative] = rows('bitfinex-derivatives', 'ticker')
  for (const [row, last, open] of [
    [spot, '71754', '71107'],
    [derivative, '71840', '71169'],
  ] as const) {
    assert.equal(row?.expected?.length, 1)
    const events = read(row?.raw as Frame)
    const [ticker] = events.filter((event) => event.messageType === 'ticker')
    assert.ok(ticker?.messageType === 'ticker')
    assert.deepEqual([ticker.last, ticker.open], [last, open])
    assert.equal(ticker.exchangeTime, opinionsOf(row as MessageRow)[0]?.timestamp)
    assert.ok(events.every(({ messageType }) => messageType !== 'quote'))
  }
  // One of margin funding: its confirmation is told as unknown, and its frames are left alone.
  const confirmation = JSON.stringify({ event: 'subscribed', channel: 'ticker', chanId: 129136, symbol: 'fBTC' })
  const session = bitfinex.session({
    plan: { name: 'market-0', path: '', subscriptions: [] },
    instruments: [],
    resume: new Map(),
    repairTrades: false,
  })
  const out = new RecordingOutput()
  session.received(confirmation, AT, out)
  session.received(JSON.stringify(funding?.raw), AT, out)
  assert.deepEqual(
    out.refusals.map(({ kind }) => kind),
    ['unknown-message'],
  )
  assert.deepEqual(out.events, [])
})
