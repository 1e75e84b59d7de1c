import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Micros } from '../../market/index.ts'
import { recordingsAbsent, sessionLines } from '../testing/recordings.ts'
import { OKX_PAST } from './history.ts'
import { instrumentFromSymbol } from './instruments.ts'
import { okx } from './protocol.ts'

const answers = (url: string, index: number) => {
  const request = okx.instrumentRequests()[index]
  assert.ok(request !== undefined)
  return okx.answers(url, request)
}

test('recorded addresses answer ours: another host, families under their old name, a limit', () => {
  const url = 'https://www.okex.com/api/v5/public/instruments'
  assert.ok(answers(`${url}?instType=SPOT`, 0))
  assert.ok(!answers(`${url}?instType=SWAP`, 0))
  assert.ok(answers(`${url}?instType=OPTION&uly=BTC-USD`, 3))
  assert.ok(answers(`${url}?instFamily=ETH-USD&instType=OPTION`, 4))
  assert.ok(!answers(`${url}?instType=OPTION&uly=BTC-USD`, 4))
})

test('the recorded reference data become instruments, each with a name of its own', {
  skip: recordingsAbsent('okx'),
}, () => {
  const bodies = okx.instrumentRequests().map(() => '')
  for (const line of sessionLines('okx')) {
    const { kind, url, data } = JSON.parse(line) as Record<string, string>
    const index = okx.instrumentRequests().findIndex((request) => kind === 'http' && okx.answers(url ?? '', request))
    if (index >= 0) bodies[index] = data ?? ''
  }
  const { instruments, skipped } = okx.instruments(bodies)
  assert.deepEqual(skipped, [])
  assert.equal(instruments.length, 513 + 166 + 104 + 346 + 350)
  assert.equal(new Set(instruments.map(({ id }) => id)).size, instruments.length)
  // Without reference data the names are the same.
  for (const { id, symbol, kind, base, quote } of instruments) {
    const bare = instrumentFromSymbol(symbol)
    assert.deepEqual([bare?.id, bare?.kind, bare?.base, bare?.quote], [id, kind, base, quote])
  }
  const uni = instruments.find(({ symbol }) => symbol === 'UNI-USD-SWAP')
  assert.deepEqual([uni?.contractSize, uni?.contractUnit, uni?.settleCurrency], ['10', 'quote', 'UNI'])
})

test('what is no name of a known form is no instrument', () => {
  for (const symbol of [
    '',
    'BTC',
    'BTC-usdt',
    'BTC-USDT-',
    'BTC-USDT-SWAP-2',
    'BTC-USD-2505',
    'BTC-USD_UM',
    'BTC-USD-250328-C',
  ]) {
    assert.equal(instrumentFromSymbol(symbol), undefined, symbol)
  }
  assert.equal(instrumentFromSymbol('币安人生-USDT')?.base, '币安人生')
  assert.equal(instrumentFromSymbol('BTC-USD_UM-SWAP')?.id, 'BTC-USD_UM-PERP')
  assert.equal(instrumentFromSymbol('BTC-USD-250328-92000-P')?.id, 'BTC-USD-20250328-92000-P')
  assert.throws(
    () => okx.instruments(['{"code":"50011","msg":"Too Many Requests","data":[]}', '', '', '', '', '', '', '']),
    {
      code: 'VENUE_REFERENCE_DATA_INVALID',
    },
  )
})

test('turnover of contracts is coins at the last price', () => {
  const data = [
    {
      instType: 'SWAP',
      instId: 'BTC-USDT-SWAP',
      ctType: 'linear',
      ctVal: '0.01',
      ctValCcy: 'BTC',
      settleCcy: 'USDT',
      state: 'live',
    },
  ]
  const tickers = [{ instType: 'SWAP', instId: 'BTC-USDT-SWAP', last: '50000', volCcy24h: '12.5' }]
  const body = (rows: unknown) => JSON.stringify({ code: '0', data: rows })
  const { instruments } = okx.instruments(['', body(data), '', '', '', '', body(tickers), ''])
  assert.equal(instruments[0]?.quoteVolume24h, '625000')
})

test('addresses of the past, and where its pages end', () => {
  const instrument = instrumentFromSymbol('BTC-USDT-SWAP')
  assert.ok(instrument !== undefined)
  const range = { instrument, from: 1_700_000_000_000_000 as Micros, to: 1_700_003_600_000_000 as Micros }
  const [trades, candles, funding] = OKX_PAST
  const path = '/api/v5/market/history-trades?instId=BTC-USDT-SWAP&limit=100'
  assert.equal(trades?.request(range, undefined).path, `${path}&type=2&after=1700003600000`)
  assert.equal(trades?.request(range, '77').path, `${path}&type=1&after=77`)
  const rows = (ts: number) => {
    return Array.from({ length: 100 }, (_, index) => ({
      tradeId: `${500 - index}`,
      px: '1',
      sz: '1',
      side: 'buy',
      ts: `${ts}`,
    }))
  }
  const body = (data: unknown) => JSON.stringify({ code: '0', data })
  const at = range.to
  assert.equal(trades?.read(body(rows(1_700_000_000_001)), range, undefined, at).next, '401')
  assert.equal(trades?.read(body(rows(1_699_999_999_999)), range, undefined, at).next, undefined)
  assert.equal(
    candles?.request(range, undefined).path,
    '/api/v5/market/history-candles?instId=BTC-USDT-SWAP&limit=300&bar=1m&after=1700003600000',
  )
  assert.equal(
    funding?.request(range, '5').path,
    '/api/v5/public/funding-rate-history?instId=BTC-USDT-SWAP&limit=400&after=5',
  )
  assert.equal(funding?.read(body([]), range, undefined, at).next, undefined)
  assert.throws(() => funding?.read('{"code":"1"}', range, undefined, at), { code: 'VENUE_ANSWER_INVALID' })
  assert.throws(() => trades?.read(body([{}]), range, undefined, at), { code: 'VENUE_ANSWER_INVALID' })
})
