import { test } from 'node:test'
import { isTextObject, parseJsonText } from '../shared/json-text.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { assertSameFacts } from '../testing/mutation.ts'
import { BookScanner, RetiredBookScanner, type ScannedBook } from './book-scanner.ts'
import { RetiredReader } from './retired-reader.ts'
import { TradeScanner } from './trade-scanner.ts'
import { V5Reader } from './v5-reader.ts'

function carefully(reader: V5Reader | RetiredReader) {
  return (text: string, facts: MarketFacts): boolean => {
    const frame = parseJsonText(text)
    return isTextObject(frame) && typeof frame.topic === 'string' && reader.read(frame.topic, frame, facts)
  }
}

function scanned(scanner: { scan(text: string): ScannedBook | undefined }) {
  return (text: string, facts: MarketFacts): boolean => {
    const found = scanner.scan(text)
    if (found !== undefined) facts.book(found.name, found.change)
    return found !== undefined
  }
}

test('updates of books are scanned as the careful reader reads them', () => {
  const frames = [
    '{"topic":"orderbook.1000.BTCUSDT","type":"delta","ts":1687940967466,"data":{"s":"BTCUSDT","b":[["30247.20","30.028"],["30240.00","0"]],"a":[],"u":177400507,"seq":66544703342},"cts":1687940967464}',
    '{"topic":"orderbook.50.BTC-29DEC23","ts":1680652806615,"type":"delta","data":{"s":"BTC-29DEC23","b":[],"a":[["28165.07","0.166754"]],"u":20404755,"seq":4281281875}}',
  ]
  assertSameFacts(frames, scanned(new BookScanner()), carefully(new V5Reader('linear')))
})

test('updates of the books before v5 are scanned as the careful reader reads them', () => {
  const frames = [
    '{"topic":"orderBookL2_25.BCHUSDT","type":"delta","data":{"delete":[{"price":"1054.30","symbol":"BCHUSDT","id":"10543000","side":"Buy"}],"update":[{"price":"1053.90","symbol":"BCHUSDT","id":"10539000","side":"Sell","size":179.49998}],"insert":[]},"cross_seq":"1970978293","timestamp_e6":"1618677786284990"}',
    '{"topic":"orderBook_200.100ms.EOSUSD","type":"delta","data":{"delete":[],"update":[{"price":"7.971","symbol":"EOSUSD","id":79710,"side":"Buy","size":47766}],"insert":[],"transactTimeE6":0},"cross_seq":1225777225,"timestamp_e6":1618677786598877}',
  ]
  assertSameFacts(frames, scanned(new RetiredBookScanner()), carefully(new RetiredReader('inverse')))
})

test('trades are scanned as the careful reader reads them', () => {
  const frames = [
    '{"topic":"publicTrade.BTCUSD","type":"snapshot","ts":1680673823566,"data":[{"T":1680673823564,"s":"BTCUSD","S":"Buy","v":"5823","p":"28560.50","L":"PlusTick","i":"0cbf2330-952d-5d03-a462-4bf826c867af","BT":false},{"T":1680673823564,"s":"BTCUSD","S":"Sell","v":"3","p":"28560.50","L":"ZeroPlusTick","i":"912e56de","BT":true,"RPI":false,"seq":1783284617}]}',
    '{"topic":"publicTrade.BTCUSDT","ts":1680652847526,"type":"snapshot","data":[{"i":"2290000000050703789","T":1680652847524,"p":"28165.38","v":"0.041732","S":"Sell","s":"BTCUSDT","BT":false}]}',
  ]
  const scanner = new TradeScanner()
  assertSameFacts(frames, (text, facts) => scanner.say(text, facts), carefully(new V5Reader('linear')))
})
