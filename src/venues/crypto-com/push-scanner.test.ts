import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Micros } from '../../market/index.ts'
import { isTextObject, parseJsonText } from '../shared/json-text.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { objectOf, textOf } from '../shared/text-members.ts'
import { assertSameFacts } from '../testing/mutation.ts'
import { readTicker, readTrades, rowsOf, sayTicker } from './frame-reader.ts'
import { PushScanner } from './push-scanner.ts'

const FRAMES = [
  '{"id":1,"method":"subscribe","code":0,"result":{"instrument_name":"BTCUSD-PERP","subscription":"trade.BTCUSD-PERP","channel":"trade","data":[{"d":"2030407068","t":1613581138462,"p":"51327.500000","q":"0.000100","s":"SELL","i":"BTCUSD-PERP"}]}}',
  // Another order, numbers without quotes, two trades.
  '{"id":-1,"code":0,"method":"subscribe","result":{"channel":"trade","subscription":"trade.BTC_USDT","instrument_name":"BTC_USDT","data":[{"s":"BUY","p":51327.5,"q":2e-4,"t":1613581138463,"d":2030407069,"i":"BTC_USDT","m":"12"},{"d":"2030407068","t":1613581138462,"p":"51327.500000","q":"0.000100","s":"SELL","i":"BTC_USDT"}]}}',
  '{"id":-1,"method":"subscribe","code":0,"result":{"instrument_name":"BTCUSD-PERP","subscription":"ticker.BTCUSD-PERP","channel":"ticker","data":[{"h":"51790.00","l":"47895.50","a":"51174.5","c":"-0.03955106","b":"51170.0","bs":"0.1000","k":"51180.0","ks":"0.2000","i":"BTCUSD-PERP","v":"879.5024","vv":"26370000.12","oi":"12345.12","t":1613580710768}]}}',
  // Without sizes, as until 2022, and of a spot pair.
  '{"method":"subscribe","result":{"instrument_name":"BTC_USDT","subscription":"ticker.BTC_USDT","channel":"ticker","data":[{"i":"BTC_USDT","b":51170,"k":null,"a":51174.5,"t":1613580710768,"v":879.5024,"h":51790.00,"l":47895.50,"c":1464.5}]}}',
]

/** From when on trades are live. */
const LIVE = 1_613_581_138_463_000 as Micros

function readCarefully(frame: string, facts: MarketFacts): boolean {
  const root = parseJsonText(frame)
  assert.ok(isTextObject(root))
  const result = objectOf(root, 'result')
  const symbol = textOf(result, 'instrument_name')
  const rows = rowsOf(result)
  if (result.channel === 'trade') readTrades(symbol, rows, LIVE, facts)
  else for (const row of rows) readTicker(symbol, row, facts)
  return true
}

test('trades and tickers are read from their text as they are read with care, or not at all', () => {
  const scanner = new PushScanner()
  assertSameFacts(
    FRAMES,
    (frame, facts) => {
      const found = scanner.scan(frame)
      if (found === undefined) return false
      if (found.kind === 'ticker') for (const row of found.rows) sayTicker(found.symbol, row, facts)
      else {
        for (const { id, price, amount, side, time } of [...found.rows].reverse()) {
          facts.trade(found.symbol, id, price, amount, side, time, time < LIVE)
        }
      }
      return true
    },
    readCarefully,
  )
})

test('the id of the question is told, and a frame whose channel is said twice is left', () => {
  const scanner = new PushScanner()
  assert.deepEqual(
    FRAMES.map((frame) => scanner.scan(frame)?.id),
    ['1', '-1', '-1', ''],
  )
  const [frame = ''] = FRAMES
  assert.equal(scanner.scan(`${frame.slice(0, -2)},"channel":"ticker"}}`), undefined)
  assert.equal(scanner.scan(frame.replace('"code":0', '"id":true')), undefined)
})
