import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertBooksRecover } from '../testing/book-property.ts'
import { instrumentFromSymbol } from './instruments.ts'
import { kucoin } from './protocol.ts'

test('whatever happens to its changes, no wrong book is called synchronised, and it recovers', () => {
  const instrument = instrumentFromSymbol('BTC-USDT')
  assert.ok(instrument !== undefined)
  const rows = (levels: ReadonlyArray<readonly string[]>, sequence: number) =>
    levels.map((level) => [...level, `${sequence}`])
  assertBooksRecover({
    protocol: kucoin,
    instrument,
    change({ previous, sequence, bids, asks }) {
      const changes = { asks: rows(asks, sequence), bids: rows(bids, sequence) }
      const data = { changes, sequenceEnd: sequence, sequenceStart: previous + 1, symbol: 'BTC-USDT' }
      return JSON.stringify({ topic: '/market/level2:BTC-USDT', type: 'message', subject: 'trade.l2update', data })
    },
    bodyFor(_request, { sequence, bids, asks }) {
      return JSON.stringify({ code: '200000', data: { time: 1_780_000_000_000, sequence: `${sequence}`, bids, asks } })
    },
  })
})
