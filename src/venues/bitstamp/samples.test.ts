import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MarketEvent } from '../../market/index.ts'
import { isTextObject, parseJsonText } from '../shared/json-text.ts'
import { asOpinion, opinionsOf, readSample } from '../testing/opinion.ts'
import { type MessageRow, messageRows, recordingsAbsent } from '../testing/recordings.ts'
import { instrumentFromSymbol } from './instruments.ts'
import { bitstamp } from './protocol.ts'
import { channelNamed, readBook } from './wire.ts'
import { bitstampBookRule } from './words.ts'

const skip = recordingsAbsent('bitstamp')

interface Sample {
  readonly row: MessageRow
  readonly raw: { readonly channel: string; readonly data: Readonly<Record<string, unknown>> }
  readonly symbol: string
}

function samples(): Sample[] {
  return messageRows('bitstamp').map((row) => {
    const raw = row.raw as Sample['raw']
    const symbol = channelNamed(raw.channel)?.symbol
    assert.ok(symbol !== undefined)
    return { row, raw, symbol }
  })
}

function read({ raw, symbol }: Sample): MarketEvent[] {
  const instrument = instrumentFromSymbol(symbol)
  assert.ok(instrument !== undefined)
  const out = readSample(bitstamp, instrument, ['trade', 'book'], raw)
  assert.deepEqual(out.refusals, [])
  return out.events
}

function bookOf({ data }: Sample['raw'], kind: 'snapshot' | 'update') {
  const value = parseJsonText(JSON.stringify(data))
  assert.ok(isTextObject(value))
  return readBook(value, kind)
}

/** That project writes symbols in capitals. */
function inCapitals(event: MarketEvent) {
  const opinion = asOpinion(event)
  return opinion === undefined ? [] : [{ ...opinion, symbol: opinion.symbol.toUpperCase() }]
}

test('a trade and a confirmation mean what another project reads in them', { skip }, () => {
  const rows = samples().filter(({ row }) => row.channel === 'live_trades' || row.channel === 'control')
  assert.equal(rows.length, 2)
  for (const sample of rows) assert.deepEqual(read(sample).flatMap(inCapitals), opinionsOf(sample.row))
})

test('books that a recorder fetched and wrapped are read as what they are, answers to a request', { skip }, () => {
  const rows = samples().filter(({ row }) => row.channel === 'diff_order_book_snapshot')
  assert.equal(rows.length, 2)
  for (const { row, raw } of rows) {
    const change = bookOf(raw, 'snapshot')
    const [expected] = opinionsOf(row)
    assert.ok(expected !== undefined)
    const asObjects = (levels: typeof change.bids) =>
      levels.map(([price, amount]) => ({ price: Number(price), amount: Number(amount) }))
    assert.deepEqual(asObjects(change.bids), expected.bids)
    assert.deepEqual(asObjects(change.asks), expected.asks)
    assert.equal(change.exchangeTime, expected.timestamp)
  }
})

test('a change that comes before its book waits for it, and is newer than one of whole seconds', { skip }, () => {
  const change = samples().find(({ row }) => row.channel === 'diff_order_book')
  assert.ok(change !== undefined)
  assert.deepEqual(read(change).flatMap(inCapitals), [])
  const fetched = samples().find(({ row, symbol }) => row.note !== undefined && symbol === change.symbol)
  assert.ok(fetched !== undefined)
  const snapshot = bookOf(fetched.raw, 'snapshot')
  const update = bookOf(change.raw, 'update')
  assert.equal(bitstampBookRule.judge(update, { last: snapshot.last, isFirst: true }), 'next')
  assert.equal(bitstampBookRule.judge(snapshot, { last: update.last, isFirst: true }), 'stale')
})
