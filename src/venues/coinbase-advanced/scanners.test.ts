import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { assertSameFacts } from '../testing/mutation.ts'
import { Level2Scanner } from './level2-scanner.ts'
import { PushScanner } from './push-scanner.ts'
import { AdvancedWords } from './words.ts'

const BOOKS = [
  '{"channel":"l2_data","client_id":"","timestamp":"2023-02-09T20:32:50.714964855Z","sequence_num":0,"events":[{"type":"snapshot","product_id":"BTC-USD","updates":[{"side":"bid","event_time":"1970-01-01T00:00:00Z","price_level":"21921.73","new_quantity":"0.06317902"},{"side":"offer","event_time":"1970-01-01T00:00:00Z","price_level":"21921.80","new_quantity":"0.02000000"}]}]}',
  '{"channel":"l2_data","timestamp":"2023-02-09T20:32:51.714964Z","sequence_num":17,"events":[{"type":"update","product_id":"BTC-USD","updates":[{"side":"offer","event_time":"2023-02-09T20:32:51.1Z","price_level":"21921.73","new_quantity":"0"},{"side":"bid","event_time":"2023-02-09T20:32:51.2Z","price_level":"21921.3","new_quantity":"0.02"}]},{"type":"update","product_id":"ETH-USD","updates":[]}]}',
]
const PUSHES = [
  '{"channel":"market_trades","client_id":"","timestamp":"2023-02-09T20:19:35.39625135Z","sequence_num":0,"events":[{"type":"snapshot","trades":[{"trade_id":"12","product_id":"ETH-USD","price":"1260.010","size":"0.3","side":"BUY","time":"2019-08-14T20:42:27.265Z"},{"trade_id":"11","product_id":"ETH-USD","price":"1260","size":"0.00020","side":"SELL","time":"2019-08-14T20:42:27Z"}]}]}',
  // Other orders, and two events.
  '{"timestamp":"2023-02-09T20:19:35.39625135Z","sequence_num":3,"channel":"market_trades","events":[{"trades":[{"time":"2019-08-14T20:42:27.265Z","side":"SELL","trade_id":13,"product_id":"ETH-USD","price":1260.01,"size":"0.3"}],"type":"update"},{"type":"update","trades":[{"trade_id":"14","product_id":"BTC-USD","price":"30000","size":"1","time":"2019-08-14T20:42:27.265+00:00","side":"BUY"}]}]}',
  '{"channel":"ticker","client_id":"","timestamp":"2023-02-09T20:30:37.167359596Z","sequence_num":5,"events":[{"type":"snapshot","tickers":[{"type":"ticker","product_id":"BTC-USD","price":"21932.98","volume_24_h":"16038.28770938","low_24_h":"21835.29","high_24_h":"23011.18","low_52_w":"15460","high_52_w":"48240","price_percent_chg_24_h":"-4.15775596190603","best_bid":"21931.98","best_bid_quantity":"8000.21","best_ask":"21933.98","best_ask_quantity":"8038.07770938"}]}]}',
  '{"channel":"ticker_batch","timestamp":"2023-02-09T20:30:37.167359596Z","sequence_num":6,"events":[{"type":"update","tickers":[{"product_id":"BTC-USD","price":"21932.98","volume_24_h":null,"low_24_h":"","high_24_h":"23011.180"},{"product_id":"ETH-USD","price":"1"}]}]}',
]

const level2 = new Level2Scanner()
const pushes = new PushScanner()

function readFast(frame: string, facts: MarketFacts): boolean {
  if (level2.read(frame) === undefined && pushes.read(frame) === undefined) return false
  return new AdvancedWords().read(frame, facts)
}

/** Behind a space no scanner reads anything. */
function readCarefully(frame: string, facts: MarketFacts): boolean {
  return new AdvancedWords().read(` ${frame}`, facts)
}

test('books are read from their text as they are read with care, or not at all', () => {
  assertSameFacts(BOOKS, readFast, readCarefully)
})

test('trades and tickers are read from their text as they are read with care, or not at all', () => {
  assertSameFacts(PUSHES, readFast, readCarefully)
})

test('what a frame says twice, or of which it is not said what it is, is left to the careful reader', () => {
  const [frame = ''] = PUSHES
  const { length } = frame
  for (const left of [
    ` ${frame}`,
    `${frame.slice(0, length - 1)},"channel":"ticker"}`,
    `${frame.slice(0, length - 1)},"type":"error"}`,
    frame.replace('"channel":"market_trades",', ''),
    frame.replace('"events":[', '"events":[],"events":['),
    `${frame.slice(0, length - 1)},"events":null}`,
    `${frame.slice(0, length - 3)},"trades":null}]}`,
    frame.replace('"product_id":"ETH-USD"', '"product_id":true'),
    frame.replace('"sequence_num":0', '"sequence_num":-1'),
  ]) {
    assert.equal(pushes.read(left), undefined, left)
  }
})
