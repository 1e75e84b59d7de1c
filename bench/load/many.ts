import { SIMULATED_VENUES } from '../../src/simulator/index.ts'
import { Installation } from '../support/installation.ts'
import { atLeast, type Measurement, type Row, type Settings } from '../support/measurement.ts'
import { milliseconds, perSecond } from '../support/statistics.ts'
import { LoadClient } from './load-stage.ts'
import { SimulatorProcess } from './simulator-process.ts'

const TARGET = 50_000
const STEP = 0.8
const LEAST = 1_000
const COINS = 5
/** Events on the tape for each event of the market that is asked for, about: quotes and changes of books beside trades. */
const TAPE_EVENTS = 1.39
const WARM_UP_SECONDS = 20
const HOLD_SECONDS = 60
const KEEPING_UP = 0.97
/** A batch of the store is five seconds of a tape as lively as this, and is written while the next one comes. */
const MOST_LAG_SECONDS = 15
/** So much more at the end of the stretch than at its beginning, on average, is a store that falls behind. */
const GROWN_LAG_SECONDS = 2
const LAG_EVERY_SECONDS = 1
/** The exchanges are at their own limit where they do less than this part of what was to be. */
const SIMULATED = 0.9
const CHANNELS = ['trade', 'quote', 'book'] as const

/** What each stage did in a stretch of time, a second. */
interface Stretch {
  readonly wanted: number
  /** Events of the simulated market, and messages of the exchanges. */
  readonly happened: number
  readonly sent: number
  /** Frames and events of the collector. */
  readonly received: number
  readonly events: number
  readonly stored: number
  /** Trades, quotes and books: made by the collector, and pushed to the client. */
  readonly pushable: number
  readonly pushed: number
  /** How far the store was behind the tape: at the most, and on average in the first and the last third. */
  readonly lag: { readonly most: number; readonly first: number; readonly last: number }
  readonly conflated: number
  readonly closed: string | null
  readonly ages: readonly [number, number, number, number]
  readonly cores: ReadonlyMap<string, number>
}

export const many: Measurement = {
  name: 'many',
  title: 'All simulated venues at once, exchanges and all stages on this machine',
  run: async (settings) => {
    const held = await search(settings)
    const cores = [...held.cores].filter(([, share]) => share > 0.005)
    const rows: Row[] = [
      atLeast(`events a second on the tape, held for ${HOLD_SECONDS} s`, held.events, TARGET, perSecond),
      { what: 'frames a second: sent by the exchanges', value: perSecond(held.sent) },
      { what: '… received by the collector', value: perSecond(held.received) },
      { what: 'rows a second stored', value: perSecond(held.stored) },
      {
        what: 'store behind the tape, first third / last third / at most',
        value: `${held.lag.first.toFixed(1)} / ${held.lag.last.toFixed(1)} / ${held.lag.most.toFixed(1)} s`,
      },
      { what: 'trades, quotes and changes of books a second: made', value: perSecond(held.pushable) },
      { what: '… pushed to a client that takes everything', value: perSecond(held.pushed) },
      {
        what: '… receive to client, p50 / p99',
        value: `${milliseconds(held.ages[0] / 1_000)} / ${milliseconds(held.ages[1] / 1_000)}`,
      },
      { what: 'stage that falls behind', value: fallingBehind(held) ?? 'none' },
      ...cores.map(([part, share]) => ({ what: `cores taken by: ${part}`, value: share.toFixed(2) })),
    ]
    return {
      rows,
      notes: [
        `${SIMULATED_VENUES.length} venues with ${COINS} coins each, every channel; their market is steady, without livelier and calmer times; the exchanges run in one process on the same cores, and take what the table says.`,
        `Held: over ${HOLD_SECONDS} s every stage did at least ${KEEPING_UP * 100} % of what the one before it gave it, the store was at most ${MOST_LAG_SECONDS} s behind and in the last third no more than ${GROWN_LAG_SECONDS} s further than in the first, and no message to the client was replaced by a newer one. From ${perSecond(TARGET)} on the rate goes down by ${Math.round((1 - STEP) * 100)} % until that is so.`,
      ],
    }
  },
}

async function search({ say }: Settings): Promise<Stretch> {
  for (let tape = TARGET; ; tape = Math.floor(tape * STEP)) {
    const stretch = await load(tape / TAPE_EVENTS, tape, say)
    say(`${perSecond(tape)} wanted: ${describe(stretch)}`)
    if (fallingBehind(stretch) === undefined || tape * STEP < LEAST) return stretch
  }
}

function fallingBehind(stretch: Stretch): string | undefined {
  if (stretch.closed !== null) return `gateway: the client was cut (${stretch.closed})`
  if (stretch.happened < stretch.wanted * SIMULATED) return 'the simulated exchanges themselves'
  if (stretch.received < stretch.sent * KEEPING_UP) return 'collector'
  const { most, first, last } = stretch.lag
  if (most > MOST_LAG_SECONDS || last > first + GROWN_LAG_SECONDS) return 'store'
  if (stretch.pushed < stretch.pushable * KEEPING_UP || stretch.conflated > 0) return 'gateway'
  return undefined
}

function describe(stretch: Stretch): string {
  const used = [...stretch.cores].map(([part, share]) => `${part} ${share.toFixed(2)}`).join(', ')
  const { happened, sent, received, events, stored, pushed, pushable, lag } = stretch
  const behind = fallingBehind(stretch) ?? 'nothing'
  return `market ${perSecond(happened)}, frames ${perSecond(sent)} sent, ${perSecond(received)} received, tape ${perSecond(events)}, stored ${perSecond(stored)} (${lag.first.toFixed(1)} / ${lag.last.toFixed(1)} / ${lag.most.toFixed(1)} s behind), pushed ${perSecond(pushed)} of ${perSecond(pushable)}; falls behind: ${behind}; cores: ${used}`
}

/** One try, from the start: a market goes at one rate for all its life. */
async function load(rate: number, tape: number, say: (text: string) => void): Promise<Stretch> {
  const venues = [...SIMULATED_VENUES]
  const simulator = await SimulatorProcess.start({
    seed: 7,
    venues,
    instruments: COINS,
    rate,
    steady: true,
    limits: false,
  })
  const configured = venues.map((venue) => [venue, { instruments: ['*'], endpoints: simulator.endpoints[venue] }])
  const installation = await Installation.prepare({ venues: Object.fromEntries(configured) })
  try {
    await installation.start()
    await installation.until('most feeds are synchronised', async () => {
      const { feeds } = await installation.json<{ feeds: Record<string, number> }>(`${installation.api}/status`)
      return (feeds.synchronised ?? 0) >= venues.length * COINS * 2
    })
    say(`${perSecond(tape)}: ${venues.length} venues are up`)
    const client = new LoadClient({
      url: `${installation.api.replace('http', 'ws')}/stream`,
      connections: [
        CHANNELS.map((channel) =>
          JSON.stringify({ op: 'subscribe', id: channel, venue: '*', instrument: '*', channel, snapshot: false }),
        ),
      ],
      work: 'count',
    })
    try {
      await pause(WARM_UP_SECONDS)
      const before = await stand(installation, simulator, client)
      const lag = await watchLag(installation)
      const after = await stand(installation, simulator, client)
      const { report } = after
      const cores = [...after.cores.counts].map(
        ([part, used]) =>
          [part, (used - (before.cores.counts.get(part) ?? 0)) / secondsBetween(before.cores, after.cores)] as const,
      )
      return {
        wanted: rate,
        happened: perSecondOf('happened', before.market, after.market),
        sent: perSecondOf('sent', before.market, after.market),
        received: perSecondOf('received', before.collector, after.collector),
        events: perSecondOf('events', before.collector, after.collector),
        pushable: perSecondOf('pushable', before.collector, after.collector),
        stored: perSecondOf('stored', before.processor, after.processor),
        pushed: report.counts.events / secondsBetween(before.report, report),
        lag,
        conflated: report.counts.conflated,
        closed: report.counts.closed,
        ages: report.counts.ages,
        cores: new Map(cores),
      }
    } finally {
      await client.stop()
    }
  } finally {
    await installation.stop()
    await simulator.stop()
  }
}

/** What somebody has counted since the start, and when he said so: a stage that is busy takes its time to answer. */
interface Reading<Counts> {
  readonly counts: Counts
  readonly atMilliseconds: number
}

async function stand(installation: Installation, simulator: SimulatorProcess, client: LoadClient) {
  const { ports } = installation
  const used = new Map<string, number>(installation.processorSeconds())
  used.set('simulated exchanges', simulator.processorSeconds)
  used.set('measuring client', client.processorSeconds)
  const cores = { counts: used, atMilliseconds: performance.now() }
  const [market, collector, processor, report] = await Promise.all([
    read(simulator.counts().then(({ events, messages }) => ({ happened: events, sent: messages }))),
    read(metrics(ports.collector).then(countsOfCollector)),
    read(metrics(ports.processor).then((text) => ({ stored: sum(text, 'opentape_processor_rows_stored_total') }))),
    read(client.report()),
  ])
  return { market, collector, processor, report, cores }
}

/** Waits for the stretch, and looks how far the store is behind meanwhile. */
async function watchLag(installation: Installation): Promise<Stretch['lag']> {
  const seen: number[] = []
  const until = performance.now() + HOLD_SECONDS * 1_000
  while (performance.now() < until) {
    await pause(LAG_EVERY_SECONDS)
    const { sink } = await installation.json<{ sink: { lagSeconds: number } }>(
      `http://127.0.0.1:${installation.ports.processor}/health`,
    )
    seen.push(sink.lagSeconds)
  }
  const third = Math.floor(seen.length / 3)
  return { most: Math.max(...seen), first: average(seen.slice(0, third)), last: average(seen.slice(-third)) }
}

function average(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length
}

function countsOfCollector(text: string): { received: number; events: number; pushable: number } {
  const events = 'opentape_collector_events_total'
  return {
    received: sum(text, 'opentape_collector_frames_total'),
    events: sum(text, events),
    pushable: CHANNELS.reduce((total, kind) => total + sum(text, events, `kind="${kind}"`), 0),
  }
}

async function read<Counts>(answer: Promise<Counts>): Promise<Reading<Counts>> {
  return { counts: await answer, atMilliseconds: performance.now() }
}

function secondsBetween(before: Reading<unknown>, after: Reading<unknown>): number {
  return (after.atMilliseconds - before.atMilliseconds) / 1_000
}

function perSecondOf<Name extends string>(
  name: Name,
  before: Reading<Readonly<Record<Name, number>>>,
  after: Reading<Readonly<Record<Name, number>>>,
): number {
  return (after.counts[name] - before.counts[name]) / secondsBetween(before, after)
}

async function metrics(port: number): Promise<string> {
  return await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
}

function sum(text: string, name: string, label = ''): number {
  let total = 0
  for (const line of text.split('\n')) {
    if (line.startsWith(`${name}{`) && line.includes(label)) total += Number(line.slice(line.lastIndexOf(' ') + 1))
  }
  return total
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1_000))
}
