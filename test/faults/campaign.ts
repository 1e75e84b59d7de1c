import { parseArgs } from 'node:util'
import { faultPlan } from './fault-plan.ts'
import { runPlan } from './run-plan.ts'

// The fault campaign: seeded runs against misbehaving exchanges, with processes killed at random moments.
// Seeds below 60 are of the first three exchanges, those above go round all the others.
//   node test/faults/campaign.ts [--runs 81] [--from 0] [--parallel 2]
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '81' },
    from: { type: 'string', default: '0' },
    parallel: { type: 'string', default: '2' },
  },
})
const from = Number(values.from)
const seeds = Array.from({ length: Number(values.runs) }, (_, index) => from + index)
const failed: number[] = []
const begun = performance.now()
let done = 0

async function work(): Promise<void> {
  for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
    const plan = faultPlan(seed)
    const what = [...plan.faults.map(({ kind }) => kind), ...plan.kills.map(({ victim }) => `kill ${victim}`)].join(
      ', ',
    )
    const started = performance.now()
    try {
      const verdict = await runPlan(plan)
      const { trades, books, candles, gaps, beyondRepair } = verdict
      console.log(
        `ok   seed ${seed} (${((performance.now() - started) / 1000).toFixed(0)} s): ${what}: ${trades} trades, ${books} books, ${candles} candles equal; ${gaps} gaps, ${beyondRepair} trades beyond repair`,
      )
    } catch (error) {
      failed.push(seed)
      console.log(`FAIL seed ${seed}: ${what}\n${error instanceof Error ? error.message : String(error)}`)
    }
    done++
  }
}

await Promise.all(Array.from({ length: Number(values.parallel) }, work))
const minutes = ((performance.now() - begun) / 60_000).toFixed(1)
console.log(`${done - failed.length} passed, ${failed.length} failed`)
console.log(
  `fault campaign: ${done} runs in ${minutes} minutes${failed.length > 0 ? `; failed seeds: ${failed.join(', ')}` : ''}`,
)
process.exitCode = failed.length > 0 ? 1 : 0
