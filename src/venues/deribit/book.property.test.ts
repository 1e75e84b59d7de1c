import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BookLevel } from '../../market/index.ts'
import { assertBooksRecover, type WireBook } from '../testing/book-property.ts'
import { instrumentFromName } from './instruments.ts'
import { deribit } from './protocol.ts'

const NAME = 'BTC-PERPETUAL'
const CHANNEL = `book.${NAME}.100ms`

function frame({ previous, sequence, bids, asks }: WireBook, isWhole: boolean): string {
  const rows = (levels: readonly BookLevel[]) =>
    levels.map(([price, amount]) => [amount === '0' ? 'delete' : 'change', Number(price), Number(amount)])
  const data = {
    type: isWhole ? 'snapshot' : 'change',
    timestamp: 1_780_000_000_000,
    ...(!isWhole && { prev_change_id: previous }),
    instrument_name: NAME,
    change_id: sequence,
    bids: rows(bids),
    asks: rows(asks),
  }
  return JSON.stringify({ jsonrpc: '2.0', method: 'subscription', params: { channel: CHANNEL, data } })
}

test('lost, repeated and garbled changes never leave a wrong book that is called synchronised', () => {
  const instrument = instrumentFromName(NAME)
  assert.ok(instrument !== undefined)
  assertBooksRecover({
    protocol: deribit,
    instrument,
    change: (book) => frame(book, false),
    answerTo: (text, whole) => {
      const { method, params } = JSON.parse(text) as { method: string; params: { channels?: readonly string[] } }
      const isAsked = method === 'public/subscribe' && params.channels?.includes(CHANNEL) === true
      return isAsked ? frame(whole, true) : undefined
    },
  })
})
