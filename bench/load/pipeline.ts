import { atLeast, type Measurement, type Row } from '../support/measurement.ts'
import { milliseconds, perSecond, times } from '../support/statistics.ts'
import { LoadClient, LoadSource } from './load-stage.ts'
import { LoadedInstallation as Loaded, type LoadedInstallation, type Stretch } from './loaded-installation.ts'

const TARGET = 100_000
const TRIAL_SECONDS = 12
const WARM_UP_SECONDS = 7
const HOLD_SECONDS = 60
const MOST_TRIES = 9
const STEP = 0.75
/** A stage that does less than this part of what is sent falls behind. */
const KEEPING_UP = 0.97
/** In a short trial one batch of the store more or less is nearly as much as a tenth; the minute that follows decides. */
const TRIAL_KEEPING_UP = 0.9
/** A batch of the store waits up to a second for company, and takes some time to be written. */
const MOST_LAG_SECONDS = 4

export const pipeline: Measurement = {
  name: 'pipeline',
  title: 'Socket to durable, stored and pushed, all processes on this machine',
  run: async (settings) => {
    const loaded = await Loaded.start()
    let held: Stretch
    try {
      held = await search(loaded, settings.say)
    } finally {
      await loaded.stop()
    }
    const parsed = await parseOnly()
    const cores = [...held.cores].filter(([, share]) => share > 0.005)
    const rows: Row[] = [
      atLeast(
        `events a second, held for ${HOLD_SECONDS} s: sent, logged, stored, pushed`,
        held.sent,
        TARGET,
        perSecond,
      ),
      { what: '… stored', value: perSecond(held.stored) },
      { what: '… pushed to a client that takes everything', value: perSecond(held.pushed) },
      {
        what: '… receive to client at that rate, p50 / p99',
        value: `${milliseconds(held.ages[0] / 1_000)} / ${milliseconds(held.ages[1] / 1_000)}`,
      },
      { what: 'a client that only receives and parses, same source', value: perSecond(parsed) },
      { what: 'ratio: parse only / whole way', value: times(parsed / held.sent) },
      ...cores.map(([part, share]) => ({ what: `cores taken by: ${part}`, value: share.toFixed(2) })),
    ]
    return {
      rows,
      notes: [
        'One Binance-like source; of ten frames five best quotes, three trades, two book changes of six levels. Raw frames are kept too. The source and the measuring client run on the same cores; how much they take is in the table.',
        `Held: over ${HOLD_SECONDS} s each stage did at least ${KEEPING_UP * 100} % of what was to be sent, the store was at most ${MOST_LAG_SECONDS} s behind at the end, and no message to the client was replaced by a newer one.`,
        'The parsing client gets its frames one by one from the socket, as any client does: most of its time goes into that and JSON.parse.',
      ],
    }
  },
}

/** The highest rate that is held: begins with the target, and goes down by a quarter each time. */
async function search(loaded: LoadedInstallation, say: (text: string) => void): Promise<Stretch> {
  let rate = TARGET
  let best: Stretch | undefined
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const trial = await loaded.load(rate, WARM_UP_SECONDS, TRIAL_SECONDS)
    say(`${perSecond(rate)} wanted: ${describe(trial)}`)
    if (isHeld(trial, rate * TRIAL_KEEPING_UP)) {
      const hold = await loaded.load(rate, 0, HOLD_SECONDS)
      say(`${perSecond(rate)} held for a minute: ${describe(hold)}`)
      best = hold
      if (isHeld(hold, rate * KEEPING_UP)) return hold
    }
    // What a stage does while all of them fight for the cores says little of what it can do: down in even steps.
    rate = Math.max(2_000, Math.floor((rate * STEP) / 1_000) * 1_000)
    await loaded.drain()
  }
  if (best === undefined) throw new Error('no rate was held')
  return best
}

function isHeld(stretch: Stretch, least: number): boolean {
  if (stretch.closed !== null) throw new Error(`the client was cut: ${stretch.closed}`)
  return (
    Math.min(stretch.sent, stretch.stored, stretch.pushed) >= least &&
    stretch.lagSeconds <= MOST_LAG_SECONDS &&
    stretch.conflated === 0
  )
}

function describe({ sent, stored, pushed, lagSeconds, conflated, cores }: Stretch): string {
  const used = [...cores].map(([part, share]) => `${part} ${share.toFixed(2)}`).join(', ')
  return `sent ${perSecond(sent)}, stored ${perSecond(stored)} (${lagSeconds.toFixed(1)} s behind), pushed ${perSecond(pushed)}, replaced ${conflated}; cores: ${used}`
}

async function parseOnly(): Promise<number> {
  const source = await LoadSource.start()
  const client = new LoadClient({
    url: `ws://127.0.0.1:${source.port}/stream`,
    connections: [['{"method":"SUBSCRIBE","params":[],"id":1}']],
    work: 'parse',
  })
  try {
    source.rate(5_000_000)
    await pause(4)
    await client.report()
    const started = performance.now()
    await pause(10)
    const { events } = await client.report()
    return (events * 1_000) / (performance.now() - started)
  } finally {
    await client.stop()
    await source.stop()
  }
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1_000))
}
