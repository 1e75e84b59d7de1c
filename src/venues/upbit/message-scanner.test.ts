import { test } from 'node:test'
import { parseJsonText } from '../shared/json-text.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { assertSameFacts } from '../testing/mutation.ts'
import { MessageScanner } from './message-scanner.ts'
import { UpbitReader } from './reader.ts'

const TRADES = [
  '{"ty":"trade","cd":"KRW-BTC","tp":489700.0,"tv":0.00125285,"ab":"BID","pcp":491400.0,"c":"FALL","cp":1700.0,"td":"2023-01-01","ttm":"00:00:02","ttms":1672531202000,"tms":1672531202135,"sid":16725312020000000,"bap":489700.0,"bas":1.2,"bbp":489650.0,"bbs":3.0,"st":"REALTIME"}',
  // The order of 2019, a small amount, and the last trade before a subscription.
  '{"ty":"trade","cd":"KRW-BTC","tms":1672531202135,"td":"2023-01-01","ttm":"00:00:02","ttms":1672531202000,"tp":1.0E-4,"tv":2.1E-7,"ab":"ASK","pcp":491400,"c":"FALL","cp":1700.0,"sid":16725312020000001,"st":"SNAPSHOT"}',
]
const TICKERS = [
  '{"ty":"ticker","cd":"USDT-ADA","op":0.98185,"hp":1.00545,"lp":0.96985,"tp":0.99915,"pcp":0.98185,"c":"EVEN","cp":0.0,"scp":0.0,"cr":0.0,"scr":-0.01,"tv":9.98688713,"atv":997884.69989478,"atv24h":997884.69989478,"atp":983440.2162096601252,"atp24h":9.834402E-4,"tdt":"20261122","ttm":"204625","ttms":1795380385473,"ab":"BID","h52wp":1.00545,"l52wp":0.96985,"ms":"ACTIVE","its":false,"dd":null,"mw":"NONE","tms":1795380385473,"st":"REALTIME"}',
  '{"ty":"ticker","tms":1795380385473,"ms":"DELISTED","cd":"KRW-BTC","tp":6727000.0,"lp":1,"hp":2.50,"op":0,"atp24h":0.0,"atv24h":0}',
]

function readCarefully(text: string, facts: MarketFacts): boolean {
  return new UpbitReader().read(parseJsonText(text), facts)
}

test('trades are scanned as the careful reader reads them', () => {
  const scanner = new MessageScanner()
  assertSameFacts(
    TRADES,
    (text, facts) => {
      const found = scanner.trade(text)
      if (found === undefined) return false
      const { code, id, price, amount, side, time, isBacklog } = found
      facts.trade(code, id, price, amount, side, time, isBacklog)
      return true
    },
    readCarefully,
  )
})

test('tickers are scanned as the careful reader reads them', () => {
  const scanner = new MessageScanner()
  assertSameFacts(
    TICKERS,
    (text, facts) => {
      const found = scanner.ticker(text)
      if (found === undefined) return false
      new UpbitReader().ticker(found.code, found.ticker, found.state, facts)
      return true
    },
    readCarefully,
  )
})
