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
const TAPE_EVENTS = 1.6
const WARM_UP_SECONDS = 20
const HOLD_SECONDS = 60
const KEEPING_UP = 0.97
const MOST_LAG_SECONDS = 4
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
  readonly lagSeconds: number
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
      { what: 'store behind the tape at the end', value: `${held.lagSeconds.toFixed(1)} s` },
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
        `${SIMULATED_VENUES.length} venues with ${COINS} coins each, every channel; the exchanges run in one process on the same cores, and take what the table says.`,
        `Held: over ${HOLD_SECONDS} s every stage did at least ${KEEPING_UP * 100} % of what the one before it gave it, the store was at most ${MOST_LAG_SECONDS} s behind, and no message to the client was replaced by a newer one. From ${perSecond(TARGET)} on the rate goes down by ${Math.round((1 - STEP) * 100)} % until that is so.`,
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
  if (stretch.lagSeconds > MOST_LAG_SECONDS) return 'store'
  if (stretch.pushed < stretch.pushable * KEEPING_UP || stretch.conflated > 0) return 'gateway'
  return undefined
}

function describe(stretch: Stretch): string {
  const used = [...stretch.cores].map(([part, share]) => `${part} ${share.toFixed(2)}`).join(', ')
  const { happened, sent, received, events, stored, pushed, pushable, lagSeconds } = stretch
  const behind = fallingBehind(stretch) ?? 'nothing'
  return `market ${perSecond(happened)}, frames ${perSecond(sent)} sent, ${perSecond(received)} received, tape ${perSecond(events)}, stored ${perSecond(stored)} (${lagSeconds.toFixed(1)} s behind), pushed ${perSecond(pushed)} of ${perSecond(pushable)}; falls behind: ${behind}; cores: ${used}`
}

/** One try, from the start: a market goes at one rate for all its life. */
async function load(rate: number, tape: number, say: (text: string) => void): Promise<Stretch> {
  const venues = [...SIMULATED_VENUES]
  const simulator = await SimulatorProcess.start({ seed: 7, venues, instruments: COINS, rate, limits: false })
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
      await client.report()
      const started = performance.now()
      await pause(HOLD_SECONDS)
      const seconds = (performance.now() - started) / 1_000
      const report = await client.report()
      const after = await stand(installation, simulator, client)
      const of = (name: 'happened' | 'sent' | 'received' | 'events' | 'stored' | 'pushable'): number =>
        (after[name] - before[name]) / seconds
      const cores = [...after.cores].map(
        ([part, used]) => [part, (used - (before.cores.get(part) ?? 0)) / seconds] as const,
      )
      return {
        wanted: rate,
        happened: of('happened'),
        sent: of('sent'),
        received: of('received'),
        events: of('events'),
        stored: of('stored'),
        pushable: of('pushable'),
        pushed: report.events / seconds,
        lagSeconds: after.lagSeconds,
        conflated: report.conflated,
        closed: report.closed,
        ages: report.ages,
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

/** Everything that is counted, since the start. */
async function stand(installation: Installation, simulator: SimulatorProcess, client: LoadClient) {
  const { ports } = installation
  const [market, collector, processor, health] = await Promise.all([
    simulator.counts(),
    metrics(ports.collector),
    metrics(ports.processor),
    installation.json<{ sink: { lagSeconds: number } }>(`http://127.0.0.1:${ports.processor}/health`),
  ])
  const cores = new Map<string, number>(installation.processorSeconds())
  cores.set('simulated exchanges', simulator.processorSeconds)
  cores.set('measuring client', client.processorSeconds)
  return {
    happened: market.events,
    sent: market.messages,
    received: sum(collector, 'opentape_collector_frames_total'),
    events: sum(collector, 'opentape_collector_events_total'),
    pushable: CHANNELS.reduce(
      (total, kind) => total + sum(collector, 'opentape_collector_events_total', `kind="${kind}"`),
      0,
    ),
    stored: sum(processor, 'opentape_processor_rows_stored_total'),
    lagSeconds: health.sink.lagSeconds,
    cores,
  }
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
