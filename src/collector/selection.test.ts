import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AssetId, DecimalText, Instrument, InstrumentId, VenueId, VenueSymbol } from '../market/index.ts'
import { selectInstruments } from './selection.ts'

function instrument(id: string, turnover?: string): Instrument {
  const [base, quote] = id.split('-')
  return {
    venue: 'test' as VenueId,
    id: id as InstrumentId,
    symbol: id as VenueSymbol,
    kind: 'spot',
    base: base as AssetId,
    quote: quote as AssetId,
    status: 'trading',
    ...(turnover === undefined ? {} : { quoteVolume24h: turnover as DecimalText }),
  }
}

const ALL = [
  instrument('BTC-USDT', '900'),
  instrument('ETH-USDT', '1000'),
  instrument('NEW-USDT'),
  instrument('BTC-EUR', '50'),
]

test('a pattern takes whole names, not parts of them', () => {
  assert.deepEqual(selectInstruments(ALL, { instruments: ['BTC-USD'], top: 0 }), [])
  assert.equal(selectInstruments(ALL, { instruments: ['BTC-*'], top: 0 }).length, 2)
  assert.equal(selectInstruments(ALL, { instruments: ['?TC-EUR'], top: 0 }).length, 1)
})

test('the top are those of the largest turnover, compared as numbers; unknown turnover comes last', () => {
  const top = selectInstruments(ALL, { instruments: ['*-USDT'], top: 2 })
  assert.deepEqual(
    top.map(({ id }) => id),
    ['ETH-USDT', 'BTC-USDT'],
  )
})

test('what is delisted is not selected', () => {
  const gone = { ...instrument('OLD-USDT'), status: 'delisted' as const }
  assert.deepEqual(selectInstruments([gone], { instruments: ['*'], top: 0 }), [])
})
