import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asOpinion, opinionsOf, readSample } from '../testing/opinion.ts'
import { type MessageRow, messageRows, recordingsAbsent } from '../testing/recordings.ts'
import { HTX_CHANNELS, instrumentFromSymbol } from './instruments.ts'
import { htx } from './protocol.ts'

// There are samples of this venue, and no session: those lie beside the others.
const skip = recordingsAbsent('kucoin')

interface Sample {
  readonly ch?: string
  readonly ts: number
  readonly update?: boolean
}

function read(row: MessageRow) {
  const { ch = 'market.btcusdt.trade.detail', ts, update } = row.raw as Sample
  const instrument = instrumentFromSymbol(ch.split('.')[1] ?? '')
  assert.ok(instrument !== undefined)
  const book = { ch, ts, tick: { bids: [], asks: [], ts, version: 1 } }
  return readSample(htx, instrument, HTX_CHANNELS, row.raw, update === true ? [book] : [])
}

test('the samples mean what another project reads in them', { skip }, () => {
  const rows = messageRows('huobi')
  assert.equal(rows.length, 13)
  for (const row of rows) {
    const out = read(row)
    assert.deepEqual(out.refusals, [], `${row.channel} ${row.seq}`)
    // That project writes symbols in capitals, and takes the time of the message for that of the book in it (`tick.ts`).
    const found = out.events.map(asOpinion).flatMap((event) => {
      if (event === undefined) return []
      const symbol = event.symbol.toUpperCase()
      if (event.type !== 'book_change') return [{ ...event, symbol }]
      return [{ ...event, symbol, timestamp: (row.raw as Sample).ts * 1_000 }]
    })
    assert.deepEqual(found, opinionsOf(row), `${row.channel} ${row.seq}`)
  }
})
