import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Gap } from '../../../src/gateway/schemas/index.ts'
import { GapCatalogue } from './gap-catalogue.ts'

function gap(id: string, facts: Partial<Gap> = {}): Gap {
  return {
    ...{ id, revision: 1, venue: 'kraken', instrument: 'BTC-USD', symbol: 'BTC/USD', channel: 'trade' },
    ...{ from: Number(id.slice(1)), to: null, cause: 'disconnect', state: 'open', missing: null, missingIds: null },
    ...{ evidence: '', receiveTime: 0 },
    ...facts,
  }
}

const idsOf = (catalogue: GapCatalogue) => catalogue.gaps.get().map(({ id }) => id)

test('a filter asks the store, older gaps come on demand, and what is said meanwhile is woven in', async () => {
  const asked: object[] = []
  const catalogue = new GapCatalogue(async ({ cursor, ...filter }) => {
    asked.push({ ...filter, cursor })
    return cursor === null
      ? { items: [gap('g9'), gap('g7')], nextCursor: 'older' }
      : { items: [gap('g5')], nextCursor: null }
  })
  await catalogue.show({ venue: 'kraken', state: 'open' })
  assert.deepEqual(idsOf(catalogue), ['g9', 'g7'])
  assert.equal(catalogue.hasMore.get(), true)
  await catalogue.more()
  assert.deepEqual(idsOf(catalogue), ['g9', 'g7', 'g5'])
  assert.equal(catalogue.hasMore.get(), false)
  assert.deepEqual(asked, [
    { venue: 'kraken', state: 'open', limit: 100, cursor: null },
    { venue: 'kraken', state: 'open', limit: 100, cursor: 'older' },
  ])

  catalogue.apply(gap('g8'))
  catalogue.apply(gap('g10', { venue: 'binance' }))
  catalogue.apply(gap('g7', { revision: 2, state: 'repaired' }))
  assert.deepEqual(idsOf(catalogue), ['g9', 'g8', 'g5'])
})

test('while the store is away that is said, and what is known stays', async () => {
  let isAway = false
  const catalogue = new GapCatalogue(async () => {
    if (isAway) throw new Error('the store is away')
    return { items: [gap('g1')], nextCursor: null }
  })
  await catalogue.show({})
  isAway = true
  await catalogue.refresh()
  assert.deepEqual([idsOf(catalogue), catalogue.failure.get()], [['g1'], 'the store is away'])
  isAway = false
  await catalogue.refresh()
  assert.equal(catalogue.failure.get(), null)
})
