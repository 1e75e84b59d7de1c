import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AssetId, Instrument, InstrumentId, VenueSymbol } from '../market/index.ts'
import type { RestOutcome, RestRequest } from '../venues/index.ts'
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

/** A venue whose second list comes in pages that the answers number: `AAA 2` names the next one. */
function pagedVenue(): { readonly catalogue: Catalogue; readonly asked: string[]; readonly failing: Set<string> } {
  const asked: string[] = []
  const failing = new Set<string>()
  const requestOf = (path: string): RestRequest => ({ id: 1, purpose: 'instruments', path, weight: 1 })
  const catalogue = new Catalogue({
    ...toyVenue,
    instrumentRequests: () => [requestOf('/spot'), requestOf('/linear?page=1')],
    nextInstrumentRequest: (_request, body) => {
      const page = body.split(' ')[1]
      return page === undefined ? undefined : requestOf(`/linear?page=${page}`)
    },
    instruments: (bodies, pages = []) => ({
      skipped: [],
      instruments: [...bodies, ...pages.map(({ of, body }) => (of === 1 ? body : 'WRONG'))]
        .map((body) => body.split(' ')[0] ?? '')
        .filter(Boolean)
        .map((name) => listing(name, `${name}-USD`)),
    }),
  })
  return { catalogue, asked, failing }
}

test('every page of the reference data is read, and half a list is none', async () => {
  const { catalogue, asked, failing } = pagedVenue()
  const bodies = new Map([
    ['/spot', 'AAA'],
    ['/linear?page=1', 'BBB 2'],
    ['/linear?page=2', 'CCC 3'],
    ['/linear?page=3', 'DDD'],
  ])
  const request = async ({ path }: RestRequest): Promise<RestOutcome> => {
    asked.push(path)
    if (failing.has(path)) return { kind: 'failed', reason: 'no answer' }
    return { kind: 'answered', response: { status: 200, body: bodies.get(path) ?? '' } }
  }
  await catalogue.refresh(request)
  assert.deepEqual(
    catalogue.all.map(({ symbol }) => symbol),
    ['AAA', 'BBB', 'CCC', 'DDD'],
  )
  assert.deepEqual(asked, ['/spot', '/linear?page=1', '/linear?page=2', '/linear?page=3'])

  failing.add('/linear?page=3')
  await assert.rejects(catalogue.refresh(request), { code: 'COLLECTOR_CATALOGUE_UNAVAILABLE', message: /page 3/ })
  assert.equal(catalogue.all.length, 4, 'what is known stays')

  failing.clear()
  failing.add('/linear?page=1')
  await assert.rejects(catalogue.refresh(request), { message: /instruments, page 1: no answer/ })
  assert.equal(catalogue.all.length, 4, 'a list that came before is not forgotten')

  failing.clear()
  bodies.set('/linear?page=3', 'DDD 1')
  await assert.rejects(catalogue.refresh(request), { message: /more than 100 pages/ })
})

test('what is not essential, and never came, is done without', async () => {
  const { catalogue } = pagedVenue()
  await catalogue.refresh(async ({ path }) =>
    path === '/spot'
      ? { kind: 'answered', response: { status: 200, body: 'AAA' } }
      : { kind: 'answered', response: { status: 503, body: '' } },
  )
  assert.deepEqual(
    catalogue.all.map(({ symbol }) => symbol),
    ['AAA'],
  )
})
