import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Micros } from '../../market/index.ts'
import { channelsOf } from '../channels-of.ts'
import { assertTruth } from '../testing/assert-truth.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { recordingsAbsent, sessionLines, type Truth, truthOf } from '../testing/recordings.ts'
import { replaySession } from '../testing/session-report.ts'
import { COINM_MARKET } from './market.ts'
import { binanceCoinm } from './protocol.ts'

const skip = recordingsAbsent('binance-futures')

/** The recorded session of USD-M, as this market would have written it: other hosts, and symbols with their pair. */
function sisterLines(): string[] {
  const lines = sessionLines('binance-futures')
    .filter((line) => !line.includes('exchangeInfo'))
    .map((line) =>
      line
        .replace('fstream.binance.com', 'dstream.binance.com')
        .replace('fapi.binance.com/fapi', 'dapi.binance.com/dapi')
        .replace(/symbol=([A-Z]+)USDT/, 'symbol=$1USD_PERP')
        .replaceAll(/([a-z]+)usdt@/g, '$1usd_perp@')
        .replaceAll(/\\"s\\":\\"([A-Z]+)USDT\\"/g, '\\"s\\":\\"$1USD_PERP\\",\\"ps\\":\\"$1USD\\"'),
    )
  // The books came before the first frame was read: frames had queued meanwhile.
  const isBody = (line: string): boolean => line.includes('"kind":"http"')
  return [...lines.filter(isBody), ...lines.filter((line) => !isBody(line))]
}

function sisterTruth(): Truth {
  const { symbols } = truthOf('binance-futures')
  return {
    symbols: Object.fromEntries(
      Object.entries(symbols).map(([symbol, truth]) => [symbol.replace('USDT', 'USD_PERP'), truth]),
    ),
  }
}

test('the session of the sister market, in the words of this one, gives the same trades, quotes and books', {
  skip,
}, () => {
  const report = replaySession(binanceCoinm, sisterLines())
  assertTruth(report, sisterTruth())
  assert.deepEqual(report.problems, [])
  assert.equal(report.summary.unansweredRequests, 0)
  assert.equal(report.summary.unusedBodies, 0)
  assert.equal(report.events.filter((event) => event.messageType === 'gap').length, 0)
})

const contract = {
  symbol: 'BTCUSD_PERP',
  pair: 'BTCUSD',
  contractType: 'PERPETUAL',
  deliveryDate: 4133404800000,
  onboardDate: 1597042800000,
  contractStatus: 'TRADING',
  contractSize: 100,
  marginAsset: 'BTC',
  baseAsset: 'BTC',
  quoteAsset: 'USD',
  filters: [
    { filterType: 'PRICE_FILTER', minPrice: '1000', maxPrice: '4520958', tickSize: '0.1' },
    { filterType: 'LOT_SIZE', maxQty: '60000', minQty: '1', stepSize: '1' },
  ],
}

test('reference data gives inverse contracts: each an amount of the quote asset, settled in the coin', () => {
  const dated = { ...contract, symbol: 'ETHUSD_260626', contractType: 'CURRENT_QUARTER', deliveryDate: 1782460800000 }
  const ether = { ...dated, baseAsset: 'ETH', marginAsset: 'ETH', contractSize: 10, contractStatus: 'PRE_DELIVERING' }
  const volumes = JSON.stringify([{ symbol: 'BTCUSD_PERP', pair: 'BTCUSD', volume: '494109', baseVolume: '5192.9' }])
  const { instruments, skipped } = binanceCoinm.instruments([
    JSON.stringify({ timezone: 'UTC', symbols: [contract, ether] }),
    volumes,
  ])
  assert.deepEqual(skipped, [])
  assert.deepEqual(instruments[0], {
    venue: 'binance-coinm',
    id: 'BTC-USD-PERP',
    symbol: 'BTCUSD_PERP',
    kind: 'perpetual',
    base: 'BTC',
    quote: 'USD',
    settleCurrency: 'BTC',
    contractSize: '100',
    contractUnit: 'quote',
    status: 'trading',
    tickSize: '0.1',
    priceScale: 1,
    lotSize: '1',
    amountScale: 0,
    minimumAmount: '1',
    listedAt: 1597042800000000,
    quoteVolume24h: '49410900',
  })
  assert.partialDeepStrictEqual(instruments[1], {
    id: 'ETH-USD-20260626',
    kind: 'future',
    settleCurrency: 'ETH',
    contractSize: '10',
    status: 'halted',
    expiresAt: 1782460800000000,
  })
})

test('a symbol without reference data is taken for what it looks like', () => {
  const bitcoin = { id: 'BTC-USD-PERP', settleCurrency: 'BTC', contractSize: '100', contractUnit: 'quote' }
  assert.partialDeepStrictEqual(COINM_MARKET.derive('BTCUSD_PERP'), bitcoin)
  const ether = { id: 'ETH-USD-20210924', kind: 'future', contractSize: '10', expiresAt: 1632470400000000 }
  assert.partialDeepStrictEqual(COINM_MARKET.derive('ETHUSD_210924'), ether)
})

test('volumes of tickers and candles are told apart: contracts, base, and quote by the size of the contract', () => {
  const instrument = COINM_MARKET.derive('BTCUSD_PERP')
  const channels = ['ticker', 'candle'] as const
  const subscriptions = channels.map((channel) => ({ instrument, channel }))
  const plan = { name: 'market-0', path: '/stream', subscriptions }
  const session = binanceCoinm.session({ plan, instruments: [], resume: new Map(), repairTrades: true })
  const out = new RecordingOutput()
  const at = 1_700_000_000_000_000 as Micros
  session.opened(at, out)
  const ticker =
    '{"stream":"btcusd_perp@ticker","data":{"e":"24hrTicker","E":1591268262453,"s":"BTCUSD_PERP","ps":"BTCUSD","p":"-43.4","P":"-0.452","w":"0.00147974","c":"9548.5","Q":"2","o":"9591.9","h":"10000.0","l":"7000.0","v":"487850","q":"5192.94797687","O":1591181820000,"C":1591268262442,"F":512014,"L":615289,"n":103272}}'
  const candle =
    '{"stream":"btcusd_perp@kline_1m","data":{"e":"kline","E":1591261542539,"s":"BTCUSD_PERP","k":{"t":1591261500000,"T":1591261559999,"s":"BTCUSD_PERP","i":"1m","f":606400,"L":606430,"o":"9638.9","c":"9639.8","h":"9639.8","l":"9638.6","v":"156","n":31,"x":false,"q":"1.61836886","V":"73","Q":"0.75731156","B":"0"}}}'
  session.received(ticker, at, out)
  session.received(candle, at, out)
  assert.deepEqual(out.refusals, [])
  assert.partialDeepStrictEqual(out.of('ticker')[0], { volume: '5192.94797687', quoteVolume: '48785000' })
  assert.partialDeepStrictEqual(out.of('venue-candle')[0], { volume: '156', quoteVolume: '15600' })
})

test('everything is on one path, and futures have no funding', () => {
  const channels = channelsOf(binanceCoinm, COINM_MARKET.derive('ETHUSD_210924'))
  assert.equal(channels.includes('funding'), false)
  const instrument = COINM_MARKET.derive('BTCUSD_PERP')
  const plans = binanceCoinm.plan(channelsOf(binanceCoinm, instrument).map((channel) => ({ instrument, channel })))
  assert.deepEqual(
    plans.map(({ path, subscriptions }) => [path, subscriptions.length]),
    [['/stream', 10]],
  )
})
