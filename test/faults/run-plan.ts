import { until } from '../support/until.ts'
import type { FaultPlan } from './fault-plan.ts'
import { baselineOf, judge, type Verdict } from './judge.ts'
import { Stage } from './stage.ts'

/** Trades that every instrument must have before the faults begin, so that a missing one can be told from one never watched. */
const WARM_TRADES = 2

/** Carries out one plan from start to verdict. @throws Error with the seed, the plan and the end of the output. */
export async function runPlan(plan: FaultPlan): Promise<Verdict> {
  const stage = await Stage.set({ seed: plan.seed, venues: plan.venues })
  const { control } = stage.simulator
  try {
    const baseline = baselineOf(stage)
    await stage.opentape.start()
    await stage.untilConnected()
    control.resume()
    await until('every instrument has traded', async () => {
      const stored = await stage.opentape.sql(
        'SELECT venue, instrument, count() FROM trades WHERE NOT backlog GROUP BY venue, instrument',
      )
      const live = new Map(stored.map(([venue, instrument, count]) => [`${venue} ${instrument}`, Number(count)]))
      return [...baseline.keys()].every((key) => (live.get(key) ?? 0) >= WARM_TRADES)
    })
    const begun = performance.now()
    for (const fault of plan.faults) control.addFault(fault)
    for (const { victim, afterMilliseconds } of plan.kills) {
      await pause(afterMilliseconds - (performance.now() - begun))
      stage.opentape.kill(victim)
      if (victim === 'everything') await stage.opentape.start()
    }
    await pause(plan.durationMilliseconds - (performance.now() - begun))
    control.removeAllFaults()
    // What the exchange has forgotten stays forgotten.
    for (const fault of plan.faults) if (fault.kind === 'history-limit') control.addFault(fault)
    // A moment of ordinary market, so that every feed speaks again.
    await pause(1_500)
    await control.quiesce()
    return await judge(stage, plan, baseline)
  } catch (error) {
    if (process.env.FAULTS_KEEP !== undefined) {
      console.error(`kept for a look: ${stage.opentape.directory}, store on port ${stage.opentape.ports.store}`)
      await pause(Number(process.env.FAULTS_KEEP) * 1000)
    }
    const tail = stage.opentape.output.split('\n').slice(-40).join('\n')
    throw new Error(
      `seed ${plan.seed}: ${error instanceof Error ? error.message : String(error)}\n${JSON.stringify(plan)}\n${tail}`,
      {
        cause: error,
      },
    )
  } finally {
    await stage.stop()
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)))
}
