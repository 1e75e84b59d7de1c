import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Micros } from '../../market/index.ts'
import { PAST } from './history.ts'
import { instrumentFromSymbol, readInstruments } from './instruments.ts'
import { krakenFutures } from './protocol.ts'

test('symbols of every kind, with ids of their own', () => {
  const of = (symbol: string) => {
    const { id, kind, settleCurrency, contractUnit } = instrumentFromSymbol(symbol) ?? {}
    return [id, kind, settleCurrency, contractUnit]
  }
  assert.deepEqual(of('PI_XBTUSD'), ['BTC-USD-PERP-INVERSE', 'perpetual', 'BTC', 'quote'])
  assert.deepEqual(of('PF_XBTUSD'), ['BTC-USD-PERP', 'perpetual', 'USD', undefined])
  assert.deepEqual(of('FI_ETHUSD_210730'), ['ETH-USD-20210730-INVERSE', 'future', 'ETH', 'quote'])
  assert.deepEqual(of('FF_ETHUSD_261225'), ['ETH-USD-20261225', 'future', 'USD', undefined])
  assert.deepEqual(of('PV_XRPXBT'), ['XRP-BTC-PERP', 'perpetual', 'BTC', undefined])
  for (const symbol of ['in_xbtusd', 'IN_XBTUSD', 'RR_XBTUSD', 'XBTUSD', 'PI_', '', 'PI_XBTUSD_2107']) {
    assert.equal(instrumentFromSymbol(symbol), undefined, symbol)
  }
})

test('what cannot be read of reference data is told; nothing at all is an error', () => {
  const good = { symbol: 'PI_XBTUSD', tradeable: false, tickSize: 0.5, contractSize: 1 }
  const bad = [{ ...good, symbol: 'PF_XBTUSD', openingDate: 'yesterday' }, 7, { symbol: 'in_xbtusd' }]
  const { instruments, skipped } = readInstruments([JSON.stringify({ instruments: [good, ...bad] }), 'no'])
  assert.deepEqual(
    instruments.map(({ id, status }) => [id, status]),
    [['BTC-USD-PERP-INVERSE', 'halted']],
  )
  assert.equal(skipped.length, 4)
  assert.throws(() => readInstruments(['{"result":"error"}']), { code: 'VENUE_REFERENCE_DATA_INVALID' })
})

test('past trades are read downwards until the range is covered', () => {
  const trades = PAST.find(({ channel }) => channel === 'trade')
  const instrument = instrumentFromSymbol('PF_XBTUSD')
  assert.ok(trades !== undefined && instrument !== undefined)
  const range = { instrument, from: 1_700_000_000_000_000 as Micros, to: 1_700_000_600_000_000 as Micros }
  assert.equal(
    trades.request(range, undefined).path,
    '/derivatives/api/v3/history?symbol=PF_XBTUSD&lastTime=2023-11-14T22%3A23%3A20.000Z',
  )
  const rows = (first: number, count: number) =>
    Array.from({ length: count }, (_, index) => ({
      time: new Date(first - index * 1_000).toISOString(),
      price: 1.5,
      size: 0.5,
      side: 'buy',
      uid: `${first}-${index}`,
    }))
  const page = (first: number, count: number) =>
    trades.read(JSON.stringify({ history: rows(first, count) }), range, undefined, range.to)
  assert.equal(page(1_700_000_590_000, 100).next, new Date(1_700_000_491_001).toISOString())
  assert.equal(page(1_700_000_050_000, 100).next, undefined)
  assert.equal(page(1_700_000_590_000, 99).next, undefined)
  assert.throws(() => trades.read('{}', range, undefined, range.to), { code: 'VENUE_ANSWER_INVALID' })
})

test('recorded answers are known by their path', () => {
  const [instruments] = krakenFutures.instrumentRequests()
  assert.ok(instruments !== undefined)
  assert.ok(krakenFutures.answers('https://demo-futures.kraken.com/derivatives/api/v3/instruments', instruments))
  assert.ok(!krakenFutures.answers('https://futures.kraken.com/derivatives/api/v3/tickers', instruments))
})
