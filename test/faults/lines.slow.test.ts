import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../support/until.ts'
import { baselineOf, judge } from './judge.ts'
import { Stage } from './stage.ts'

test('with two lines, killing either collector loses nothing, doubles nothing, and leaves no gap', {
  timeout: 170_000,
}, async () => {
  const stage = await Stage.set({ seed: 7, lines: 2 })
  const { control } = stage.simulator
  try {
    const baseline = baselineOf(stage)
    await stage.opentape.start()
    await stage.untilConnected()
    control.resume()
    for (const victim of ['collector-A', 'collector-B', 'collector-A'] as const) {
      await untilBothAreWhole(stage)
      await pause(1_500)
      stage.opentape.kill(victim)
    }
    await untilBothAreWhole(stage)
    await control.quiesce()
    const verdict = await judge(
      stage,
      { seed: 7, venues: [], faults: [], kills: [], durationMilliseconds: 0 },
      baseline,
    )
    assert.ok(verdict.trades > 500, `${verdict.trades} trades are too few to tell`)
    assert.equal(verdict.beyondRepair, 0)
    const gaps = await stage.opentape.sql("SELECT id, state, evidence FROM gaps FINAL WHERE state != 'repaired'")
    assert.deepEqual(gaps, [], 'one line was whole all the time')
  } catch (error) {
    throw new Error(`${String(error)}\n${stage.opentape.output.split('\n').slice(-30).join('\n')}`, { cause: error })
  } finally {
    await stage.stop()
  }
})

/** Resolves when both collectors have every feed of every venue whole. */
async function untilBothAreWhole({ opentape, simulator }: Stage): Promise<void> {
  const venues = [...simulator.control.clients().keys()]
  for (const collector of opentape.collectors) {
    await until('both collectors have every feed', async () => {
      const health = await opentape.json<{ venues: { feeds: { synchronised?: number }; subscriptions: number }[] }>(
        `${collector}/health`,
      )
      const whole = health.venues.filter(
        ({ feeds, subscriptions }) => subscriptions > 0 && feeds.synchronised === subscriptions,
      )
      return whole.length === venues.length
    })
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
