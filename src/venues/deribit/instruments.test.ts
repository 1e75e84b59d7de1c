import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instrumentFromName } from './instruments.ts'
import { deribit } from './protocol.ts'

test('names of every kind', () => {
  const of = (name: string) => {
    const { id, kind, base, quote, settleCurrency, contractUnit } = instrumentFromName(name) ?? {}
    return [id, kind, base, quote, settleCurrency, contractUnit]
  }
  assert.deepEqual(of('BTC-PERPETUAL'), ['BTC-USD-PERP', 'perpetual', 'BTC', 'USD', 'BTC', 'quote'])
  assert.deepEqual(of('SOL_USDC-PERPETUAL'), ['SOL-USDC-PERP', 'perpetual', 'SOL', 'USDC', 'USDC', undefined])
  assert.deepEqual(of('BTC-5JUN26'), ['BTC-USD-20260605', 'future', 'BTC', 'USD', 'BTC', 'quote'])
  assert.deepEqual(of('BTC-25DEC26-60000-C'), ['BTC-USD-20261225-60000-C', 'option', 'BTC', 'BTC', 'BTC', undefined])
  assert.deepEqual(of('XRP_USDC-30JUN25-0d625-P'), [
    'XRP-USDC-20250630-0.625-P',
    'option',
    'XRP',
    'USDC',
    'USDC',
    undefined,
  ])
  assert.deepEqual(of('BTC_USDC'), ['BTC-USDC', 'spot', 'BTC', 'USDC', undefined, undefined])
  for (const name of ['BTC', 'BTC-FS-25DEC26_PERP', 'BTC-31FEB26', 'BTC-25XXX26', 'btc-perpetual', 'BTC-0JAN26', '']) {
    assert.equal(instrumentFromName(name), undefined, name)
  }
  assert.equal(
    new Date((instrumentFromName('BTC-25DEC26')?.expiresAt ?? 0) / 1_000).toISOString(),
    '2026-12-25T08:00:00.000Z',
  )
})

test('reference data that cannot be read is told, not thrown, as long as some can', () => {
  const good = {
    instrument_name: 'BTC_USDC',
    kind: 'spot',
    is_active: false,
    creation_timestamp: 1_700_000_000_000,
    tick_size: 1e-4,
  }
  const bad = [{ ...good, instrument_name: 'ETH_USDC', tick_size: {} }, { instrument_name: 'X.Y', kind: 'swap' }, 7]
  const { instruments, skipped } = deribit.instruments([
    JSON.stringify({ result: [good, ...bad] }),
    'no',
    '',
    '',
    '',
    '{}',
  ])
  assert.deepEqual(
    instruments.map(({ id, status, tickSize }) => [id, status, tickSize]),
    [['BTC-USDC', 'delisted', '0.0001']],
  )
  assert.equal(skipped.length, 5)
  assert.throws(() => deribit.instruments(['', '{"error":{}}']), { code: 'VENUE_REFERENCE_DATA_INVALID' })
})

test('recorded answers of any host and order are known', () => {
  const [request] = deribit.instrumentRequests()
  assert.ok(request !== undefined)
  assert.ok(
    deribit.answers('https://test.deribit.com/api/v2/public/get_instruments?expired=false&currency=BTC', request),
  )
  assert.ok(!deribit.answers('https://www.deribit.com/api/v2/public/get_instruments?currency=ETH', request))
})

test('combinations of instruments are refused, each with its reason', () => {
  const combination = (instrument_name: string, kind: string) => ({ instrument_name, kind, creation_timestamp: 1 })
  const { instruments, skipped } = deribit.instruments([
    JSON.stringify({
      result: [
        combination('BTC-FS-25DEC26_PERP', 'future_combo'),
        combination('BTC-CS-25DEC26-90000_100000', 'option_combo'),
      ],
    }),
  ])
  assert.equal(instruments.length, 0)
  assert.deepEqual(
    skipped.map(({ kind, reason }) => [kind, reason]),
    [
      ['unknown-instrument', 'BTC-FS-25DEC26_PERP: a combination of instruments'],
      ['unknown-instrument', 'BTC-CS-25DEC26-90000_100000: a combination of instruments'],
    ],
  )
})
