import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withBan } from './ban.ts'
import { WeightBudget } from './weight-budget.ts'

test('a venue that wants no requests for a while says so in its state, until it is over', () => {
  const budget = new WeightBudget(100, 60_000)
  budget.blockUntil(1_700_000_000_000)
  assert.equal(
    withBan('every connection is open', budget.blockedUntil(1_699_999_999_000)),
    'every connection is open; the venue wants no requests until 2023-11-14T22:13:20.000Z',
  )
  assert.equal(withBan('every connection is open', budget.blockedUntil(1_700_000_000_000)), 'every connection is open')
})
