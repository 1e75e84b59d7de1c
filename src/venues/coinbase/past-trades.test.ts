import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type AssetId,
  type Instrument,
  type InstrumentId,
  isoFromMicros,
  type Micros,
  type VenueSymbol,
} from '../../market/index.ts'
import { COINBASE } from './instruments.ts'
import { coinbasePastTrades } from './past-trades.ts'

const instrument: Instrument = {
  venue: COINBASE,
  id: 'BTC-USD' as InstrumentId,
  symbol: 'BTC-USD' as VenueSymbol,
  kind: 'spot',
  base: 'BTC' as AssetId,
  quote: 'USD' as AssetId,
  status: 'trading',
}
const START = 1_700_000_000_000_000

/** The exchange's side: ids from 1, the times rise by what is given. */
function answer(times: readonly number[], path: string): string {
  const query = new URL(path, 'http://exchange').searchParams
  const limit = Number(query.get('limit'))
  const newest = Math.min(times.length, Number(query.get('after') ?? times.length + 1) - 1)
  const rows: unknown[] = []
  for (let id = newest; id > Math.max(0, newest - limit); id--) {
    const time = isoFromMicros((times[id - 1] ?? 0) as Micros)
    rows.push({ trade_id: id, price: '1.5', size: '2', side: 'sell', time })
  }
  return JSON.stringify(rows)
}

test('whatever the range, every trade of it is read, with few pages beyond', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 3_000_000 }), { minLength: 1, maxLength: 6_000 })
  const part = fc.double({ min: 0, max: 1.1, noNaN: true })
  fc.assert(
    fc.property(steps, part, part, (between, left, right) => {
      let at = START
      const times = between.map((step) => {
        at += step
        return at
      })
      const place = (share: number) => Math.round(START + (at - START) * share) as Micros
      const range = { instrument, from: place(Math.min(left, right)), to: place(Math.max(left, right)) }
      const found = new Set<string>()
      let pages = 0
      for (let cursor: string | undefined, more = true; more; pages++) {
        const { path } = coinbasePastTrades.request(range, cursor)
        const page = coinbasePastTrades.read(answer(times, path), range, cursor, at as Micros)
        for (const event of page.events) if (event.messageType === 'trade' && event.id !== null) found.add(event.id)
        assert.notEqual(page.next ?? null, cursor ?? 'the first page')
        cursor = page.next
        more = cursor !== undefined
      }
      times.forEach((time, index) => {
        if (time >= range.from && time < range.to) assert.ok(found.has(String(index + 1)), `trade ${index + 1}`)
      })
      assert.ok(pages < 40, `${pages} pages`)
    }),
    { numRuns: 60 },
  )
})
