import { test } from 'node:test'
import { parseJsonText } from '../shared/json-text.ts'
import { assertSameFacts } from '../testing/mutation.ts'
import { BookScanner } from './book-scanner.ts'
import { UpbitReader } from './reader.ts'

test('books are scanned as the careful reader reads them', () => {
  const frames = [
    '{"ty":"orderbook","cd":"KRW-BTC","tms":1584263923870,"tas":20.67627941,"tbs":622.9,"obu":[{"ap":6727000.0,"bp":6721000.0,"as":0.4744314,"bs":0.0014551},{"ap":0,"bp":6719000.0,"as":0,"bs":0.0}],"st":"REALTIME"}',
    '{"ty":"orderbook","cd":"USDT-ETC","tms":1691530805062,"tas":1,"tbs":2,"obu":[{"ap":18.14783928,"bp":17.56,"as":8.39,"bs":10.7}],"st":"SNAPSHOT","lv":0}',
    '{"ty":"orderbook","cd":"USDT-BTC","tms":1795380385522,"tas":1.4E-4,"tbs":0.2192903,"obu":[{"ap":98099.5,"bp":9.80937E-5,"as":3.7044E-4,"bs":3.0E-6}],"st":"REALTIME"}',
  ]
  const scanner = new BookScanner()
  assertSameFacts(
    frames,
    (text, facts) => {
      const found = scanner.scan(text)
      if (found === undefined) return false
      new UpbitReader().book(found.code, found.bids, found.asks, found.exchangeTime, facts)
      return true
    },
    (text, facts) => new UpbitReader().read(parseJsonText(text), facts),
  )
})
