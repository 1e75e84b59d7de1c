import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { WeightBudget } from './weight-budget.ts'

test('spends up to its share of the limit and then waits for the window to move', () => {
  const budget = new WeightBudget(100, 60_000)
  assert.equal(budget.delayFor(80, 0), 0)
  budget.spend(80, 0)
  assert.equal(budget.delayFor(1, 10_000), 50_000)
  assert.equal(budget.delayFor(1, 60_000), 0)
})

test('sends nothing while the venue forbids it, however much is left', () => {
  const budget = new WeightBudget(100, 60_000)
  budget.blockUntil(5_000)
  assert.equal(budget.delayFor(1, 1_000), 4_000)
  assert.equal(budget.blockedUntil(1_000), 5_000)
  assert.equal(budget.delayFor(1, 5_000), 0)
  assert.equal(budget.blockedUntil(5_000), undefined)
})

test('never spends more than its share in any window, whatever is asked when', () => {
  const requests = fc.array(
    fc.record({ gap: fc.integer({ min: 0, max: 5_000 }), weight: fc.integer({ min: 1, max: 20 }) }),
  )
  fc.assert(
    fc.property(requests, (asked) => {
      const budget = new WeightBudget(50, 10_000)
      const sent: { at: number; weight: number }[] = []
      let at = 0
      for (const { gap, weight } of asked) {
        at += gap
        for (let delay = budget.delayFor(weight, at); delay > 0; delay = budget.delayFor(weight, at)) at += delay
        budget.spend(weight, at)
        sent.push({ at, weight })
      }
      for (const { at: end } of sent) {
        const inWindow = sent.filter((entry) => entry.at <= end && entry.at > end - 10_000)
        assert.ok(inWindow.reduce((sum, { weight }) => sum + weight, 0) <= 40)
      }
    }),
  )
})

test('what can wait leaves the rest of the budget to what cannot', () => {
  const budget = new WeightBudget(100, 10_000)
  while (budget.delayFor(5, 0, 0.5) === 0) budget.spend(5, 0)
  assert.equal(budget.used(0), 40)
  assert.equal(budget.delayFor(5, 0), 0)
  assert.equal(budget.delayFor(5, 0, 0.5), 10_000)
})
