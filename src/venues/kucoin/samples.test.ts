import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asOpinion, opinionsOf, readSample } from '../testing/opinion.ts'
import { type MessageRow, messageRows, recordingsAbsent } from '../testing/recordings.ts'
import { instrumentFromSymbol, KUCOIN_CHANNELS } from './instruments.ts'
import { kucoin } from './protocol.ts'

const skip = recordingsAbsent('kucoin')

function read(row: MessageRow) {
  const { topic = ':BTC-USDT' } = row.raw as { readonly topic?: string }
  const instrument = instrumentFromSymbol(topic.split(':')[1] ?? '')
  assert.ok(instrument !== undefined)
  return readSample(kucoin, instrument, KUCOIN_CHANNELS, row.raw)
}

test('the samples mean what another project reads in them', { skip }, () => {
  const rows = messageRows('kucoin')
  assert.equal(rows.length, 11)
  for (const row of rows) {
    const out = read(row)
    assert.deepEqual(out.refusals, [], `${row.channel} ${row.seq}`)
    // Changes of books are nothing yet to either: the snapshot is not there.
    const found = out.events.map(asOpinion).filter((event) => event !== undefined)
    assert.deepEqual(found, opinionsOf(row), `${row.channel} ${row.seq}`)
  }
})
