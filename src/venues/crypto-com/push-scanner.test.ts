import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Micros } from '../../market/index.ts'
import { isTextObject, parseJsonText } from '../shared/json-text.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { objectOf, textOf } from '../shared/text-members.ts'
import { assertNeverThrows, assertSameFacts } from '../testing/mutation.ts'
import { readBook, readTicker, readTrades, rowsOf, sayTicker } from './frame-reader.ts'
import { channelsOfInstrument, instrumentFromSymbol } from './instruments.ts'
import { cryptoCom } from './protocol.ts'
import { PushScanner } from './push-scanner.ts'

const CHANGES = [
  '{"id":-1,"code":0,"method":"subscribe","result":{"channel":"book.update","subscription":"book.BTCUSD-PERP.50","instrument_name":"BTCUSD-PERP","depth":50,"data":[{"update":{"asks":[["43755.460","0.10000","1"]],"bids":[["43737.46","0","0"],["43737.4","0.14096","1"]]},"t":1704484068898,"tt":1704484068892,"u":78795598253024,"pu":78795598162080,"cs":-781431132}]}}',
  '{"id":-1,"method":"subscribe","code":0,"result":{"instrument_name":"BTCUSD-PERP","subscription":"book.BTCUSD-PERP.10","channel":"book.update","depth":10,"data":[{"update":{"asks":[],"bids":[[50097.5,0.252,1]]},"tt":1647917463003,"t":1647917463003,"u":7845460002,"pu":7845460001}]}}',
  // The bids first, and members of the row before the levels.
  '{"id":-1,"method":"subscribe","code":0,"result":{"instrument_name":"BTC_USDT","subscription":"book.BTC_USDT.50","channel":"book.update","data":[{"t":1647917463003,"u":7845460003,"update":{"bids":[["50097.50","0.2520","1"],["50097",0,"0"]],"asks":[["50098","0.001","1"]]},"pu":7845460002}],"depth":50}}',
]
const FRAMES = [
  '{"id":1,"method":"subscribe","code":0,"result":{"instrument_name":"BTCUSD-PERP","subscription":"trade.BTCUSD-PERP","channel":"trade","data":[{"d":"2030407068","t":1613581138462,"p":"51327.500000","q":"0.000100","s":"SELL","i":"BTCUSD-PERP"}]}}',
  // Another order, numbers without quotes, two trades.
  '{"id":-1,"code":0,"method":"subscribe","result":{"channel":"trade","subscription":"trade.BTC_USDT","instrument_name":"BTC_USDT","data":[{"s":"BUY","p":51327.5,"q":0.00020,"t":1613581138463,"d":2030407069,"i":"BTC_USDT","m":"12"},{"d":"2030407068","t":1613581138462,"p":"51327.500000","q":"0.000100","s":"SELL","i":"BTC_USDT"}]}}',
  '{"id":-1,"method":"subscribe","code":0,"result":{"instrument_name":"BTCUSD-PERP","subscription":"ticker.BTCUSD-PERP","channel":"ticker","data":[{"h":"51790.00","l":"47895.50","a":"51174.5","c":"-0.03955106","b":"51170.0","bs":"0.1000","k":"51180.0","ks":"0.2000","i":"BTCUSD-PERP","v":"879.5024","vv":"26370000.12","oi":"12345.12","t":1613580710768}]}}',
  // Without sizes, as until 2022, and of a spot pair.
  '{"method":"subscribe","result":{"instrument_name":"BTC_USDT","subscription":"ticker.BTC_USDT","channel":"ticker","data":[{"i":"BTC_USDT","b":51170,"k":null,"a":51174.5,"t":1613580710768,"v":879.5024,"h":51790.00,"l":47895.50,"c":1464.5}]}}',
]

const OTHERS = [
  '{"id":-1,"method":"subscribe","code":0,"result":{"instrument_name":"BTCUSD-PERP","subscription":"book.BTCUSD-PERP.50","channel":"book","depth":50,"data":[{"asks":[["43755.46","0.1","1"]],"bids":[["43737.46","0.2","1"]],"t":1704484068898,"tt":1704484068892,"u":78795598162080}]}}',
  '{"id":1,"method":"subscribe","code":0,"result":{"instrument_name":"BTCUSD-PERP","subscription":"candlestick.1m.BTCUSD-PERP","channel":"candlestick","interval":"1m","data":[{"o":"51140.5","h":"51699.0","l":"49212.0","c":"51313.5","v":"867.9432","t":1612224000000}]}}',
  '{"id":-1,"method":"subscribe","code":0,"result":{"instrument_name":"BTCUSD-INDEX","subscription":"index.BTCUSD-INDEX","channel":"index","data":[{"v":"31601.35","t":1653992545000}]}}',
  '{"id":1,"method":"subscribe","code":0,"result":{"instrument_name":"BTCUSD-PERP","subscription":"mark.BTCUSD-PERP","channel":"mark","data":[{"v":"31606.3","t":1653992543000}]}}',
  '{"id":-1,"method":"subscribe","code":0,"result":{"instrument_name":"BTCUSD-PERP","subscription":"funding.BTCUSD-PERP","channel":"funding","data":[{"v":"0.00000700","t":1653992579000}]}}',
  '{"id":1587523073344,"method":"public/heartbeat","code":0}',
  '{"id":1,"code":0,"method":"subscribe"}',
  '{"id":1,"code":40003,"method":"subscribe","message":"Unknown symbol","original":"{}"}',
]

/** From when on trades are live. */
const LIVE = 1_613_581_138_463_000 as Micros

const scanner = new PushScanner()

function readCarefully(frame: string, facts: MarketFacts): boolean {
  const root = parseJsonText(frame)
  assert.ok(isTextObject(root))
  const result = objectOf(root, 'result')
  const symbol = textOf(result, 'instrument_name')
  const rows = rowsOf(result)
  if (result.channel === 'trade') readTrades(symbol, rows, LIVE, facts)
  else if (result.channel === 'book.update') for (const row of rows) readBook(symbol, result, row, facts)
  else for (const row of rows) readTicker(symbol, row, facts)
  return true
}

function readFast(frame: string, facts: MarketFacts): boolean {
  const found = scanner.scan(frame)
  if (found?.kind === 'book') facts.book(found.symbol, found.change)
  else if (found?.kind === 'ticker') for (const row of found.rows) sayTicker(found.symbol, row, facts)
  else if (found?.kind === 'trade') {
    for (const { id, price, amount, side, time } of [...found.rows].reverse()) {
      facts.trade(found.symbol, id, price, amount, side, time, time < LIVE)
    }
  }
  return found !== undefined
}

test('changes of books are read from their text as they are read with care, or not at all', () => {
  assertSameFacts(CHANGES, readFast, readCarefully)
})

test('trades and tickers are read from their text as they are read with care, or not at all', () => {
  assertSameFacts(FRAMES, readFast, readCarefully)
})

test('the id of the question is told', () => {
  assert.deepEqual(
    FRAMES.map((frame) => scanner.scan(frame)?.id),
    ['1', '-1', '-1', ''],
  )
})

test('what a frame says twice, or as another kind of value, is left to the careful reader', () => {
  const [trade = ''] = FRAMES
  const [change = ''] = CHANGES
  for (const left of [
    `${trade.slice(0, -2)},"channel":"ticker"}}`,
    `${trade.slice(0, -2)},"data":null}}`,
    `${trade.slice(0, -1)},"result":null}`,
    `${change.slice(0, -2)},"data":null}}`,
    change.replace('"t":', '"update":null,"t":'),
    change.replace('"bids":', '"asks":null,"bids":'),
    trade.replace('"code":0', '"id":true'),
    trade.replace('"instrument_name":"BTCUSD-PERP"', '"instrument_name":true'),
    trade.replace('"d":"2030407068"', '"d":false'),
  ]) {
    assert.equal(scanner.scan(left), undefined, left)
  }
})

test('whatever is done to a frame, it is read or refused', () => {
  const instrument = instrumentFromSymbol('BTCUSD-PERP')
  assert.ok(instrument !== undefined)
  const subscriptions = channelsOfInstrument(instrument).map((channel) => ({ instrument, channel }))
  const plan = { name: 'market-0', path: '', subscriptions }
  assertNeverThrows(
    () => cryptoCom.session({ plan, instruments: [], resume: new Map(), repairTrades: true }),
    [...CHANGES, ...FRAMES, ...OTHERS],
  )
})
