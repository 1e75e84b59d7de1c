import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isTextObject, parseJsonText } from '../shared/json-text.ts'
import { CandleCloser } from '../shared/market/candle-closer.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { textOf } from '../shared/text-members.ts'
import { assertNeverThrows, assertSameFacts } from '../testing/mutation.ts'
import { CONTRACT_CHANNELS, contractFromSymbol } from './contracts.ts'
import { readPush } from './frame-reader.ts'
import { scanFrame } from './frame-scanner.ts'
import { HTX_CHANNELS, instrumentFromSymbol } from './instruments.ts'
import { htx } from './protocol.ts'
import { readTopic } from './topics.ts'
import { scanUsual } from './usual-scanner.ts'

const FREQUENT = [
  '{"ch":"market.btcusdt.trade.detail","ts":1572911088789,"tick":{"id":100033171587,"ts":1572911088761,"data":[{"id":10003317158754670853281,"ts":1572911088761,"tradeId":100027416191,"amount":1569.86,"price":6.37e-8,"direction":"buy"}]}}',
  '{"ch":"market.btcusdt.trade.detail","ts":1572911088789,"tick":{"id":100033171587,"ts":1572911088761,"data":[{"id":10003317158754670853281,"ts":1572911088761,"tradeId":100027416191,"amount":1569.86,"price":6.37e-8,"direction":"buy"},{"id":10003317158754670853282,"ts":1572911088761,"tradeId":100027416192,"amount":2.24e-4,"price":64,"direction":"sell"}]}}',
  '{"ch":"market.btcusdt.bbo","ts":1671941599613,"tick":{"seqId":161499562790,"ask":16829.51,"askSize":0.707776,"bid":16829.5,"bidSize":1.685945,"quoteTime":1671941599612,"symbol":"btcusdt"}}',
  '{"ch":"market.btcusdt.depth.step0","ts":1633000000123,"tick":{"bids":[[9137.67,4.683547],[9135.0,0.4998]],"asks":[[9138.6,0.010259]],"version":100433317651,"ts":1633000000100}}',
  '{"ch":"market.btcusdt.mbp.150","ts":1593561600793,"tick":{"seqNum":109409288160,"prevSeqNum":109409288130,"asks":[[9138.6,0.010259],[9145.18,0.0]],"bids":[]}}',
  '{"ch":"market.btcusdt.mbp.400","ts":1593561600793,"tick":{"seqNum":109409288160,"prevSeqNum":109409288130,"asks":[[9138.6,0.010259]]}}',
  '{"ch":"market.btcusdt.mbp.400","ts":1593561600793,"tick":{"seqNum":109409288160,"prevSeqNum":109409288130,"bids":[[9137.670,8.02e-4],[6.0e-8,1]],"asks":[[9138,0.0]]}}',
  '{"ch":"market.btcusdt.detail","ts":1583494163784,"tick":{"id":209988464418,"low":8988,"high":9155.41,"open":9078.91,"close":9136.46,"vol":237813910.5928412,"amount":26184.202558551195,"version":209988464418,"count":265673}}',
]
const CONTRACTS = [
  '{"ch":"market.BTC_CW.depth.step0","ts":1565857755564,"tick":{"mrid":14848858327,"id":1565857755,"bids":[[9829.99,1]],"asks":[[9830,625]],"ts":1565857755552,"version":1565857755,"ch":"market.BTC_CW.depth.step0"}}',
]
const OTHERS = [
  '{"ch":"market.BTC-USDT.depth.size_150.high_freq","tick":{"asks":[[6.7918,118],[6.7941,0]],"bids":[],"event":"snapshot","ts":1606780833036,"version":27290512},"ts":1606780833036}',
  '{"op":"notify","topic":"public.BTC-USDT.funding_rate","ts":1606780803260,"data":[{"symbol":"BTC","contract_code":"BTC-USDT","funding_rate":"0.0001","estimated_rate":"0.0002","settlement_time":"1606780800000"}]}',
  '{"ch":"market.BTC-USDT.open_interest","data":[{"volume":3063121.0,"amount":3063.121,"value":60398313.5659,"contract_code":"BTC-USDT"}],"ts":1606780807036}',
  '{"op":"notify","topic":"public.BTC.liquidation_orders","ts":1593561769911,"data":[{"contract_code":"BTC-USDT","direction":"sell","offset":"close","volume":1450,"price":9062.71,"created_at":1593561769833}]}',
  '{"ch":"market.btcusdt.depth.step0","ts":1572912002012,"update":true,"tick":{"bids":[[4.37e-8,731389.72]],"asks":[[1.55e-7,437407.32],[4.75e-8,0]],"ts":1572912002002,"version":100058542239}}',
  '{"id":"market.btcusdt.mbp.400","rep":"market.btcusdt.mbp.400","status":"ok","ts":1593561600793,"data":{"seqNum":109409288130,"bids":[[9137.67,4.683547]],"asks":[[9138.6,0.010259]]}}',
  '{"ch":"market.btcusdt.ticker","ts":1630982370526,"tick":{"open":51732,"high":52785.64,"low":51000,"close":52735.63,"amount":13259.24137056181,"vol":687640987.4125315,"count":448737,"bid":52732.88,"bidSize":0.036,"ask":52732.89,"askSize":0.583653,"lastPrice":52735.63,"lastSize":0.03}}',
  '{"ch":"market.btcusdt.kline.1min","ts":1618700872863,"tick":{"id":1618700820,"open":60751.62,"close":60724.73,"low":60724.73,"high":60751.62,"amount":2.1990737759143966,"vol":133570.944386,"count":235}}',
  '{"ping":1492420473027}',
  '{"id":"market.btcusdt.bbo","status":"ok","subbed":"market.btcusdt.bbo","ts":1489474081631}',
  '{"id":"market.btcusdt.mbp.400","status":"error","err-code":"bad-request","err-msg":"invalid topic market.btcusdt.mbp.400","ts":1489474081631}',
]

function readCarefully(frame: string, facts: MarketFacts): boolean {
  const root = parseJsonText(frame)
  assert.ok(isTextObject(root))
  const topic = readTopic(textOf(root, 'ch'))
  assert.ok(topic !== undefined)
  readPush(topic, root, facts, new CandleCloser())
  return true
}

test('books, quotes and trades are read from their text as they are read with care, or not at all', () => {
  assertSameFacts([...FREQUENT, ...CONTRACTS], scanFrame, readCarefully)
})

test('books, quotes and trades in the usual order are read from their text as they are read with care, or not at all', () => {
  assertSameFacts(
    FREQUENT.filter((frame) => /\.(?:bbo|trade\.detail|mbp)/.test(frame)),
    scanUsual,
    readCarefully,
  )
})

test('in another order they are read from their text all the same', () => {
  assertSameFacts(
    [
      '{"ch":"market.btcusdt.bbo","ts":1489474082831,"tick":{"symbol":"btcusdt","quoteTime":1489474082811,"bid":10008.31,"bidSize":0.01,"ask":10009.54,"askSize":0.3,"seqId":10242474683}}',
      '{"ch":"market.btcusdt.trade.detail","ts":1572911088789,"tick":{"ts":1572911088761,"id":100033171587,"data":[{"amount":0.25,"direction":"sell","id":10003317158754670853281,"price":9000.10,"tradeId":100027416191,"ts":1572911088761}]}}',
      '{"ch":"market.btcusdt.mbp.150","ts":1593561600793,"tick":{"bids":[[9137.670,8.02e-4],[6.0e-8,1]],"seqNum":109409288160,"asks":[[9138,0.0]],"prevSeqNum":109409288130}}',
    ],
    scanFrame,
    readCarefully,
  )
})

test('whatever is done to a frame, it is read or refused', () => {
  const instrument = instrumentFromSymbol('btcusdt')
  const swap = contractFromSymbol('BTC-USDT')
  assert.ok(instrument !== undefined && swap !== undefined)
  const subscriptions = [
    ...HTX_CHANNELS.map((channel) => ({ instrument, channel })),
    ...CONTRACT_CHANNELS.map((channel) => ({ instrument: swap, channel })),
  ]
  const plan = { name: 'market-0', path: '', subscriptions }
  assertNeverThrows(
    () => htx.session({ plan, instruments: [], resume: new Map(), repairTrades: true }),
    [...FREQUENT, ...CONTRACTS, ...OTHERS],
  )
})
