import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AssetId, Instrument, InstrumentId, VenueSymbol } from '../market/index.ts'
import type { RestRequest } from '../venues/index.ts'
import { Catalogue } from './catalogue.ts'
import { toyVenue } from './testing/toy-venue.ts'

const answer = (_request: RestRequest) =>
  Promise.resolve({ kind: 'answered' as const, response: { status: 200, body: '' } })

function listing(symbol: string, id: string): Instrument {
  const { venue } = toyVenue
  const [base = '', quote = ''] = id.split('-')
  return {
    venue,
    id: id as InstrumentId,
    symbol: symbol as VenueSymbol,
    kind: 'spot',
    base: base as AssetId,
    quote: quote as AssetId,
    status: 'trading',
  }
}

function catalogueOf(...instruments: Instrument[]): Catalogue {
  return new Catalogue({ ...toyVenue, instruments: () => ({ instruments, skipped: [] }) })
}

test('a venue whose names are not one to one is not watched, and the error names both', async () => {
  await assert.rejects(catalogueOf(listing('XBTUSD', 'BTC-USD'), listing('BTCUSD', 'BTC-USD')).refresh(answer), {
    code: 'COLLECTOR_SYMBOLS_COLLIDE',
    message: /XBTUSD and its BTCUSD would both be BTC-USD/,
  })
  await assert.rejects(catalogueOf(listing('NEIRO', 'NEIRO-USD'), listing('NEIRO', 'NEIROCTO-USD')).refresh(answer), {
    code: 'COLLECTOR_SYMBOLS_COLLIDE',
    message: /NEIRO would be both NEIRO-USD and NEIROCTO-USD/,
  })
  const change = await catalogueOf(listing('NEIRO', 'NEIRO-USD'), listing('NEIROCTO', 'NEIROCTO-USD')).refresh(answer)
  assert.equal(change.changed.length, 2)
})
