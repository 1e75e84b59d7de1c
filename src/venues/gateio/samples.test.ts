import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asOpinion, opinionsOf, readSample } from '../testing/opinion.ts'
import { type MessageRow, messageRows, recordingsAbsent } from '../testing/recordings.ts'
import { instrumentFromPair } from './instruments.ts'
import { gateio } from './protocol.ts'

const skip = recordingsAbsent('gateio')

function pair(symbol: string) {
  const instrument = instrumentFromPair(symbol)
  assert.ok(instrument !== undefined)
  return instrument
}

function samples(channel: string): MessageRow[] {
  return messageRows('gateio').filter((row) => row.channel === channel)
}

test('trades and quotes mean what another project reads in them', { skip }, () => {
  for (const [channel, symbol] of [
    ['spot.trades', 'TLOS_BTC'],
    ['spot.book_ticker', 'ETC_ETH'],
  ] as const) {
    for (const row of samples(channel)) {
      const out = readSample(gateio, pair(symbol), ['trade', 'quote'], row.raw)
      assert.deepEqual(out.refusals, [])
      const said = out.events.map(asOpinion).filter((opinion) => opinion !== undefined)
      assert.deepEqual(said, opinionsOf(row))
    }
  }
})

test('a change of the book does, after a book that it follows', { skip }, () => {
  const [generated, update] = samples('spot.order_book_update')
  const before = {
    channel: 'spot.order_book_update',
    event: 'update',
    result: { t: 1682689045000, s: 'BTC_USDT', full: true, U: 1, u: 13934528632, b: [], a: [] },
  }
  assert.ok(generated !== undefined && update !== undefined)
  const out = readSample(gateio, pair('BTC_USDT'), ['book'], update.raw, [before])
  const said = out.events.map(asOpinion).filter((opinion) => opinion !== undefined)
  assert.deepEqual(said, opinionsOf(update))
  // The other sample was made by a recorder out of an HTTP body: Gate sends no event `snapshot`, so none is read.
  const unknown = readSample(gateio, pair('BTC_USDT'), ['book'], generated.raw)
  assert.deepEqual(
    unknown.refusals.map((refusal) => refusal.kind),
    ['unknown-message'],
  )
})

test('a confirmation says nothing', { skip }, () => {
  for (const row of samples('control')) {
    const out = readSample(gateio, pair('MAF_USDT'), ['book'], row.raw)
    assert.deepEqual([out.events, out.refusals], [[], []])
  }
})
