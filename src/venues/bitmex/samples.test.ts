import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Channel, Instrument, MarketEvent, Micros } from '../../market/index.ts'
import type { PastSource, VenueProtocol } from '../protocol.ts'
import { asOpinion, opinionsOf } from '../testing/opinion.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { type MessageRow, messageRows, recordingsAbsent } from '../testing/recordings.ts'
import { bitmex } from './protocol.ts'
import { instrumentFromSymbol } from './symbol.ts'

const skip = recordingsAbsent('gateio')
const CHANNELS: readonly Channel[] = bitmex.channels

function instrument(symbol: string) {
  const found = instrumentFromSymbol(symbol)
  assert.ok(found !== undefined, symbol)
  return found
}

/** Reads one sample in a session of one instrument, which knows the others of the sample. */
function readSample(
  protocol: VenueProtocol,
  watched: Instrument,
  channels: readonly Channel[],
  raw: unknown,
  before: readonly unknown[] = [],
): RecordingOutput {
  const symbols = JSON.stringify([raw, ...before]).matchAll(/"symbol":"([^"]+)"/g)
  const instruments = [...symbols]
    .map(([, symbol = '']) => instrumentFromSymbol(symbol))
    .filter((one) => one !== undefined)
  const subscriptions = channels.map((channel) => ({ instrument: watched, channel }))
  const plan = { name: 'samples', path: '', subscriptions }
  const session = protocol.session({ plan, instruments, resume: new Map(), repairTrades: false })
  const out = new RecordingOutput()
  const at = 1_546_300_800_000_000 as Micros
  session.opened(at, out)
  for (const frame of before) session.received(JSON.stringify(frame), at, out)
  out.clear()
  session.received(JSON.stringify(raw), at, out)
  return out
}

/** The samples of one channel, in the order in which that project saw them. */
function samples(channel: string): MessageRow[] {
  return messageRows('bitmex')
    .filter((row) => row.channel === channel)
    .sort((left, right) => left.seq - right.seq)
}

function said(out: RecordingOutput): MarketEvent[] {
  return out.events.filter((event) => event.messageType !== 'feed-state')
}

test('trades and quotes mean what another project reads in them', { skip }, () => {
  for (const channel of ['trade', 'quote']) {
    for (const row of samples(channel)) {
      const symbol = channel === 'trade' ? 'XBTUSD' : 'ETHUSD'
      const out = readSample(bitmex, instrument(symbol), CHANNELS, row.raw)
      assert.deepEqual(out.refusals, [])
      assert.deepEqual(said(out).map(asOpinion), opinionsOf(row))
    }
  }
})

test('messages of the book do, but for their time, which they do not have', { skip }, () => {
  const seen: unknown[] = []
  for (const row of samples('orderBookL2')) {
    for (const symbol of ['XBTUSD', 'EOSM19']) {
      if (!JSON.stringify(row.raw).includes(symbol)) continue
      const out = readSample(
        bitmex,
        instrument(symbol),
        ['book'],
        row.raw,
        seen.filter((raw) => JSON.stringify(raw).includes(`"${symbol}"`)),
      )
      const ours = said(out).map((event) => ({ ...asOpinion(event), timestamp: undefined }))
      const theirs = opinionsOf(row)
        .filter((opinion) => opinion.symbol === symbol)
        .map((opinion) => ({ ...opinion, timestamp: undefined }))
      // A message before the partial is ignored: by them too.
      assert.deepEqual(ours, theirs, JSON.stringify(row.raw))
    }
    seen.push(row.raw)
  }
  assert.equal(seen.length, 5)
})

test('instruments are merged as they do, and are several facts', { skip }, () => {
  const [before, partial, update, other] = samples('instrument')
  assert.ok(before !== undefined && partial !== undefined && update !== undefined && other !== undefined)
  // A change of what was not said whole yet is nothing.
  assert.deepEqual(said(readSample(bitmex, instrument('XBTUSD'), CHANNELS, before.raw)), [])
  assert.deepEqual(said(readSample(bitmex, instrument('ETHUSD'), CHANNELS, other.raw)), [])
  const whole = readSample(bitmex, instrument('ETHM19'), CHANNELS, partial.raw)
  assert.deepEqual(
    [
      whole.of('open-interest')[0]?.openInterest,
      whole.of('open-interest')[0]?.value,
      whole.of('mark-price')[0]?.markPrice,
    ],
    ['150499', '4758.77838', '0.03162'],
  )
  assert.equal(whole.of('mark-price')[0]?.indexPrice, '0.03131')
  assert.deepEqual(
    whole.of('status').map(({ status, venueStatus }) => [status, venueStatus]),
    [['trading', 'Open']],
  )
  const changed = readSample(bitmex, instrument('ETHM19'), CHANNELS, update.raw, [partial.raw])
  const [opinion] = opinionsOf(update)
  const [ticker] = changed.of('ticker')
  // Their event joins what was said before; ours are of what changed.
  assert.deepEqual([Number(ticker?.last), ticker?.exchangeTime], [opinion?.lastPrice, opinion?.timestamp])
  assert.deepEqual([ticker?.open, ticker?.high, ticker?.low], ['0.03089', '0.03163', '0.03033'])
  assert.deepEqual(changed.of('mark-price'), [])
})

test('a liquidation is one when its order is placed', { skip }, () => {
  const [insertion, deletion] = samples('liquidation')
  assert.ok(insertion !== undefined && deletion !== undefined)
  const [event] = readSample(bitmex, instrument('XBTUSD'), CHANNELS, insertion.raw).of('liquidation')
  const [opinion] = opinionsOf(insertion)
  assert.deepEqual(
    [event?.id, Number(event?.price), Number(event?.amount), event?.side, event?.exchangeTime],
    // The message has no time; they put their own.
    [opinion?.id, opinion?.price, opinion?.amount, opinion?.side, null],
  )
  assert.deepEqual(said(readSample(bitmex, instrument('XBTUSD'), CHANNELS, deletion.raw, [insertion.raw])), [])
})

/** Samples of single rows, as the messages that they are from. */
const ROWS: ReadonlyArray<readonly [channel: string, table: string, action: string, said: readonly string[]]> = [
  ['nautilus_ws_orderbook_l2', 'orderBookL2', 'partial', ['book']],
  ['nautilus_ws_trade', 'trade', 'insert', ['trade']],
  ['nautilus_ws_trade_bin_1m', 'tradeBin1m', 'insert', ['venue-candle']],
  ['nautilus_ws_funding_rate', 'funding', 'insert', ['funding']],
  ['nautilus_ws_liquidation', 'liquidation', 'insert', ['liquidation']],
  ['nautilus_ws_instrument', 'instrument', 'partial', ['ticker', 'mark-price', 'open-interest']],
  ['nautilus_ws_instrument_index_update', 'instrument', 'partial', ['mark-price']],
]

test('single rows of today are read, in the message of their table', { skip }, () => {
  for (const [channel, table, action, kinds] of ROWS) {
    const [row] = samples(channel)
    const out = readSample(bitmex, instrument('XBTUSD'), CHANNELS, { table, action, data: [row?.raw] })
    assert.deepEqual(out.refusals, [], channel)
    assert.deepEqual(
      said(out).map((event) => event.messageType),
      kinds,
      channel,
    )
  }
})

test('a bin is the minute before its time', { skip }, () => {
  const [row] = samples('nautilus_ws_trade_bin_1m')
  const out = readSample(bitmex, instrument('XBTUSD'), CHANNELS, {
    table: 'tradeBin1m',
    action: 'insert',
    data: [row?.raw],
  })
  const [candle] = out.of('venue-candle')
  assert.deepEqual(
    [candle?.openTime, candle?.open, candle?.volume, candle?.quoteVolume, candle?.trades],
    [Date.UTC(2024, 10, 23, 20, 6) * 1_000, '97550', '84000', '84000', 20],
  )
})

function source(channel: PastSource['channel']): PastSource {
  const found = bitmex.past?.find((one) => one.channel === channel)
  assert.ok(found !== undefined)
  return found
}

test('answers of HTTP are read', { skip }, () => {
  const range = { instrument: instrument('XBTUSD'), from: 0, to: 2_000_000_000_000_000 } as Parameters<
    PastSource['read']
  >[1]
  const [trades] = samples('nautilus_http_get_trades')
  const page = source('trade').read(JSON.stringify(trades?.raw), range, undefined, range.to)
  assert.deepEqual(
    page.events.map((event) => (event.messageType === 'trade' ? [event.id, event.amount, event.side] : [])),
    [
      ['00000000-006d-1000-0000-000e8737d540', '100', 'buy'],
      ['00000000-006d-1000-0000-000e8737d541', '100', 'buy'],
      ['00000000-006d-1000-0000-000e8737d539', '50', 'sell'],
    ],
  )
  const [bins] = samples('nautilus_http_get_trade_bins')
  const [candle] = source('candle').read(JSON.stringify(bins?.raw), range, undefined, range.to).events
  assert.ok(candle?.messageType === 'venue-candle')
  assert.deepEqual(
    [candle.openTime, candle.close, candle.quoteVolume],
    [Date.UTC(2024, 10, 25, 10, 29) * 1_000, '98950', '150000'],
  )
  // Spreads are of a kind that is not read; an error is no list.
  const [spread] = samples('nautilus_http_get_instrument_xbtm26_xbtu26_spread')
  const { instruments, skipped } = bitmex.instruments([JSON.stringify([spread?.raw])])
  assert.deepEqual([instruments.length, skipped[0]?.reason], [0, 'XBTM26-XBTU26 is of the kind FFMCSX'])
  const [failure] = samples('nautilus_http_error_response')
  assert.throws(() => bitmex.instruments([JSON.stringify(failure?.raw)]))
})

test('there is no sample that none of these tests reads', { skip }, () => {
  const read = new Set([
    'trade',
    'quote',
    'orderBookL2',
    'instrument',
    'liquidation',
    ...ROWS.map(([channel]) => channel),
  ])
  const http = messageRows('bitmex').filter((row) => !read.has(row.channel))
  assert.deepEqual(http.map((row) => row.channel).sort(), [
    'nautilus_http_error_response',
    'nautilus_http_get_instrument_xbtm26_xbtu26_spread',
    'nautilus_http_get_trade_bins',
    'nautilus_http_get_trades',
  ])
  assert.equal(messageRows('bitmex').length, 24)
})
