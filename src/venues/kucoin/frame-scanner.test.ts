import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isTextObject, parseJsonText } from '../shared/json-text.ts'
import { CandleCloser } from '../shared/market/candle-closer.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { objectOf, textOf } from '../shared/text-members.ts'
import { assertNeverThrows, assertSameFacts } from '../testing/mutation.ts'
import { readMessage } from './frame-reader.ts'
import { scanFrame } from './frame-scanner.ts'
import { instrumentFromSymbol, KUCOIN_CHANNELS } from './instruments.ts'
import { kucoin } from './protocol.ts'

/** As they were written in 2021, and as they are documented today. */
const FREQUENT = [
  '{"data":{"sequenceStart":1613277183874,"symbol":"BCHSV-USDT","changes":{"asks":[["0","0","1613277183874"]],"bids":[]},"sequenceEnd":1613277183874},"subject":"trade.l2update","topic":"/market/level2:BCHSV-USDT","type":"message"}',
  '{"topic":"/market/level2:BTC-USDT","type":"message","subject":"trade.l2update","data":{"changes":{"asks":[["67971.60","0","14610502970"]],"bids":[["67971.5","0.00331","14610502971"],["67971.4","1.5","14610502970"]]},"sequenceEnd":14610502971,"sequenceStart":14610502970,"symbol":"BTC-USDT","time":1729762774496}}',
  '{"data":{"sequence":"1612844051653","bestAsk":"0.00028717","size":"0.01745248","bestBidSize":"3.70422021","price":"0.00028676","time":1619378326323,"bestAskSize":"14.04274325","bestBid":"0.00028678"},"subject":"trade.ticker","topic":"/market/ticker:SNX-BTC","type":"message"}',
  '{"topic":"/market/ticker:BTC-USDT","type":"message","subject":"trade.ticker","data":{"bestAsk":"67218.7","bestAskSize":"1.92318539","bestBid":"67218.6","bestBidSize":"0.01045638","price":"67220","sequence":"14691455768","size":"0.00004316","time":1729757723612}}',
]
const OTHERS = [
  '{"topic":"/market/match:BTC-USDT","type":"message","subject":"trade.l3match","data":{"makerOrderId":"671b5007389355000701b1d3","price":"67523","sequence":"11067996711960577","side":"buy","size":"0.003","symbol":"BTC-USDT","takerOrderId":"671b50161777ff00074c168d","time":"1729843222921000000","tradeId":"11067996711960577","type":"match"}}',
  '{"data":{"symbol":"DAPPT-BTC","candles":["1619378220","0.0000001116","0.0000001116","0.0000001116","0.0000001116","0","0"],"time":1619378328806000034},"subject":"trade.candles.add","topic":"/market/candles:DAPPT-BTC_1min","type":"message"}',
  '{"topic":"/market/snapshot:BTC-USDT","type":"message","subject":"trade.snapshot","data":{"sequence":"14635283131","data":{"symbol":"BTC-USDT","lastTradedPrice":67319.6,"open":67700.2,"high":67900,"low":66900.5,"vol":2411.3,"volValue":1.6228e8,"datetime":1729757723612,"marketChange24h":{"changePrice":-300,"high":67901,"low":66901,"open":67700,"vol":2411.5,"volValue":162280000.5}}}}',
  '{"topic":"/spotMarket/level1:BTC-USDT","type":"message","subject":"level1","data":{"asks":["68145.8","0.51987471"],"bids":["68145.7","1.29267802"],"timestamp":1729816058766}}',
  '{"id":"1","type":"ack"}',
  '{"id":"1","type":"error","code":404,"data":"topic /market/match:X-Y is not found"}',
  '{"id":"hQvf8jkno","type":"welcome"}',
]

function readCarefully(frame: string, facts: MarketFacts): boolean {
  const root = parseJsonText(frame)
  assert.ok(isTextObject(root))
  return readMessage(textOf(root, 'topic'), objectOf(root, 'data'), facts, new CandleCloser())
}

test('frequent frames are read from their text as they are read with care, or not at all', () => {
  assertSameFacts(FREQUENT, scanFrame, readCarefully)
})

test('whatever is done to a frame, it is read or refused', () => {
  const instruments = ['BTC-USDT', 'SNX-BTC', 'BCHSV-USDT'].map((symbol) => instrumentFromSymbol(symbol))
  const subscriptions = instruments.flatMap((instrument) => {
    assert.ok(instrument !== undefined)
    return KUCOIN_CHANNELS.map((channel) => ({ instrument, channel }))
  })
  const plan = { name: 'market-0', path: '', subscriptions }
  assertNeverThrows(
    () => kucoin.session({ plan, instruments: [], resume: new Map(), repairTrades: true }),
    [...FREQUENT, ...OTHERS],
  )
})
