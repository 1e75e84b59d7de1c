import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Instrument, MarketEvent, Micros } from '../../market/index.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { messageRows, recordingsAbsent } from '../testing/recordings.ts'
import { instrumentFromCode } from './instruments.ts'
import { upbit } from './protocol.ts'

/** There are samples of this venue where there are those of any. */
const skip = recordingsAbsent('bybit')
const AT = 1_780_000_000_000_000 as Micros

function asOpinion(event: MarketEvent): Record<string, unknown> | undefined {
  if (event.messageType !== 'trade' && event.messageType !== 'book') return undefined
  const { symbol } = event
  const named = { symbol, exchange: 'upbit', timestamp: new Date((event.exchangeTime ?? 0) / 1_000).toISOString() }
  if (event.messageType === 'trade') {
    const { id, side, price, amount } = event
    return { type: 'trade', ...named, id, side, price: Number(price), amount: Number(amount) }
  }
  const levels = (side: typeof event.bids) =>
    side.map(([price, amount]) => ({ price: Number(price), amount: Number(amount) }))
  const isSnapshot = event.kind === 'snapshot'
  return { type: 'book_change', ...named, isSnapshot, bids: levels(event.bids), asks: levels(event.asks) }
}

test('the samples mean what another project reads in them', { skip }, () => {
  const rows = messageRows('upbit')
  assert.equal(rows.length, 3)
  for (const row of rows) {
    const raw = row.raw as { readonly code: string }
    const instrument = instrumentFromCode(raw.code, 'unknown') as Instrument
    const subscriptions = (['trade', 'book'] as const).map((channel) => ({ instrument, channel }))
    const plan = { name: 'samples', path: '', subscriptions }
    const session = upbit.session({ plan, instruments: [], resume: new Map(), repairTrades: false })
    const out = new RecordingOutput()
    session.opened(AT, out)
    out.clear()
    session.received(JSON.stringify(raw), AT, out)
    assert.deepEqual(out.refusals, [])
    const found = out.events.map(asOpinion).filter((one) => one !== undefined)
    const expected = (row.expected ?? []).map((one) => {
      const { localTimestamp: _local, timestamp, ...rest } = one as Record<string, unknown>
      // Microseconds, where the venue sent them.
      return { ...rest, timestamp: String(timestamp).replace(/(\.\d{3})000Z$/, '$1Z') }
    })
    assert.deepEqual(found, expected, `${row.channel} ${row.seq}`)
  }
})
