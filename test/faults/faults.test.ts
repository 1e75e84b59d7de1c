import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { FAULT_KINDS, SIMULATED_VENUES } from '../../src/simulator/index.ts'
import { FIRST_SEED_OF_OTHERS, faultPlan, VICTIMS } from './fault-plan.ts'
import { runPlan } from './run-plan.ts'

// A short selection of the campaign (`npm run test:faults`): one in which everything is killed, one with other
// exchanges.
describe('faults', { concurrency: 2 }, () => {
  for (const seed of [4, 61]) {
    const plan = faultPlan(seed)
    const what = [...plan.faults.map(({ kind }) => kind), ...plan.kills.map(({ victim }) => `kill ${victim}`)].join(
      ', ',
    )
    test(`nothing is lost or doubled: seed ${seed}: ${what}`, { timeout: 170_000 }, async () => {
      const verdict = await runPlan(plan)
      assert.ok(verdict.trades > 0 && verdict.books > 0 && verdict.candles > 0)
    })
  }
})

test('the seeds above sixty are of every other exchange', () => {
  const plans = Array.from({ length: 21 }, (_, index) => faultPlan(FIRST_SEED_OF_OTHERS + index))
  const venues = new Set([...plans.flatMap((plan) => plan.venues), ...faultPlan(0).venues])
  assert.deepEqual([...venues].sort(), [...SIMULATED_VENUES].sort())
})

test('sixty consecutive seeds use every fault and kill every process', () => {
  const plans = Array.from({ length: 60 }, (_, seed) => faultPlan(seed))
  const kinds = new Set(plans.flatMap(({ faults }) => faults.map(({ kind }) => kind)))
  const victims = new Set(plans.flatMap(({ kills }) => kills.map(({ victim }) => victim)))
  assert.deepEqual([...kinds].sort(), [...FAULT_KINDS].sort())
  assert.deepEqual([...victims].sort(), [...VICTIMS].sort())
})
