import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { AssetId, Instrument, InstrumentId, Micros, VenueSymbol } from '../../market/index.ts'
import { KRAKEN } from './instruments.ts'
import { krakenPastTrades } from './trade-history.ts'

const instrument: Instrument = {
  venue: KRAKEN,
  id: 'BTC-USD' as InstrumentId,
  symbol: 'BTC/USD' as VenueSymbol,
  kind: 'spot',
  base: 'BTC' as AssetId,
  quote: 'USD' as AssetId,
  status: 'trading',
}
const START = 1_700_000_000_000_000

/** The exchange's side: trades later than `since`, oldest first; pages end where the time changes, so they may be short. */
function answer(times: readonly number[], path: string, size: number): string {
  const since = Number(new URL(path, 'http://exchange').searchParams.get('since')?.slice(0, -3))
  const rows: string[] = []
  let last = since
  for (const [index, time] of times.entries()) {
    if (time <= since) continue
    if (rows.length >= size && time !== last) break
    const text = `${Math.floor(time / 1_000_000)}.${String(time % 1_000_000).padStart(6, '0')}`
    rows.push(`["1.5","2",${text},"b","m","",${index + 1}]`)
    last = time
  }
  return `{"error":[],"result":{"XXBTZUSD":[${rows.join(',')}],"last":"${last}000"}}`
}

test('whatever the range and the pages, every trade of it is read', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 2_000 }), { minLength: 1, maxLength: 400 })
  const part = fc.double({ min: 0, max: 1.1, noNaN: true })
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 100 }), part, part, (between, size, left, right) => {
      let at = START
      const times = between.map((step) => {
        at += step
        return at
      })
      const place = (share: number) => Math.round(START + (at - START) * share) as Micros
      const range = { instrument, from: place(Math.min(left, right)), to: place(Math.max(left, right)) }
      const found = new Set<string>()
      for (let cursor: string | undefined, more = true; more; ) {
        const { path } = krakenPastTrades.request(range, cursor)
        const page = krakenPastTrades.read(answer(times, path, size), range, cursor, at as Micros)
        for (const event of page.events) if (event.messageType === 'trade' && event.id !== null) found.add(event.id)
        cursor = page.next
        more = cursor !== undefined
      }
      times.forEach((time, index) => {
        if (time >= range.from && time < range.to) assert.ok(found.has(String(index + 1)), `trade ${index + 1}`)
      })
    }),
    { numRuns: 100 },
  )
})
