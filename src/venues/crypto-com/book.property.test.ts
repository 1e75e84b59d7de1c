import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertBooksRecover } from '../testing/book-property.ts'
import { instrumentFromSymbol } from './instruments.ts'
import { cryptoCom } from './protocol.ts'

function frame(channel: string, row: object): string {
  const subscription = 'book.BTCUSD-PERP.50'
  const result = { instrument_name: 'BTCUSD-PERP', subscription, channel, depth: 50, data: [row] }
  return JSON.stringify({ id: -1, method: 'subscribe', code: 0, result })
}

test('whatever happens to its changes, no wrong book is called synchronised, and it recovers', () => {
  const instrument = instrumentFromSymbol('BTCUSD-PERP')
  assert.ok(instrument !== undefined)
  const rows = (levels: ReadonlyArray<readonly string[]>) => levels.map((level) => [...level, '1'])
  assertBooksRecover({
    protocol: cryptoCom,
    instrument,
    change({ previous, sequence, bids, asks }) {
      const update = { bids: rows(bids), asks: rows(asks) }
      return frame('book.update', { update, t: 1_780_000_000_000, u: sequence, pu: previous })
    },
    answerTo(text, { sequence, bids, asks }) {
      if (!text.includes('"method":"subscribe"')) return undefined
      return frame('book', { bids: rows(bids), asks: rows(asks), t: 1_780_000_000_000, u: sequence })
    },
  })
})
