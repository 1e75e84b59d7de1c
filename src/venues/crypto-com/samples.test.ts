import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asOpinion, opinionsOf, readSample } from '../testing/opinion.ts'
import { type MessageRow, messageRows, recordingsAbsent } from '../testing/recordings.ts'
import { channelsOfInstrument, instrumentFromSymbol } from './instruments.ts'
import { cryptoCom } from './protocol.ts'

// There are samples of this venue, and no session: those lie beside the others.
const skip = recordingsAbsent('kucoin')

interface Sample {
  readonly result?: Readonly<Record<string, unknown>>
}

function read(row: MessageRow) {
  const { result } = row.raw as Sample
  const instrument = instrumentFromSymbol(String(result?.instrument_name ?? 'BTC_USDT'))
  assert.ok(instrument !== undefined)
  // A change means nothing without a book before it.
  const empty = { bids: [], asks: [], s: 1, t: 1_659_312_000_000 }
  const book = { method: 'subscribe', code: 0, result: { ...result, channel: 'book', data: [empty] } }
  const before = row.channel === 'book.update' ? [book] : []
  return readSample(cryptoCom, instrument, channelsOfInstrument(instrument), row.raw, before)
}

test('the samples mean what another project reads in them', { skip }, () => {
  const rows = messageRows('crypto-com')
  assert.equal(rows.length, 8)
  for (const row of rows) {
    const out = read(row)
    assert.deepEqual(out.refusals, [], `${row.channel} ${row.seq}`)
    // Ids have up to 19 digits: the samples went through doubles, and have lost the last of them before they came here.
    const withoutId = ({ id: _id, ...rest }: Readonly<Record<string, unknown>>) => rest
    const found = out.events.map(asOpinion).filter((event) => event !== undefined)
    const expected = opinionsOf(row).filter(({ type }) => type !== 'derivative_ticker')
    assert.deepEqual(found.map(withoutId), expected.map(withoutId), `${row.channel} ${row.seq}`)
  }
})

test('what that project joins to one ticker of derivatives are events of their own here', { skip }, () => {
  const row = messageRows('crypto-com').find(({ seq }) => seq === 607)
  assert.ok(row !== undefined)
  const out = read(row)
  assert.equal(out.of('open-interest')[0]?.openInterest, '55851')
  assert.equal(out.of('ticker')[0]?.last, '4.6121')
  assert.equal(out.of('ticker')[0]?.quoteVolume, '580747.59')
})
