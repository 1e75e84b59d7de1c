import { test } from 'node:test'
import { isTextObject, parseJsonText } from '../shared/json-text.ts'
import { assertSameFacts } from '../testing/mutation.ts'
import { BookScanner } from './book-scanner.ts'
import { GeminiReader } from './reader.ts'

test('updates of books are scanned as the careful reader reads them', () => {
  const frames = [
    '{"type":"l2_updates","symbol":"BTCUSD","changes":[["sell","9160.20","0.1921229751"]]}',
    '{"type":"l2_updates","symbol":"ETHBTC","changes":[["sell","0.02189","88.236"],["buy","0.02185","0"]]}',
  ]
  const scanner = new BookScanner()
  assertSameFacts(
    frames,
    (text, facts) => {
      const found = scanner.scan(text)
      if (found === undefined) return false
      const { symbol, bids, asks } = found
      facts.book(symbol, { kind: 'update', bids, asks, exchangeTime: null, first: null, last: null, previous: null })
      return true
    },
    (text, facts) => {
      const frame = parseJsonText(text)
      return isTextObject(frame) && new GeminiReader().read(frame, facts)
    },
  )
})
