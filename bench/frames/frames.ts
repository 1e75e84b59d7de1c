import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Measurement, Outcome, Row, Settings } from '../support/measurement.ts'
import { median, times } from '../support/statistics.ts'
import type { Capture } from './capture.ts'
import { type Contender, parseAlone } from './contender.ts'
import { installPeers } from './install-peers.ts'
import { opentapeContender } from './opentape-contender.ts'
import { ccxtContender, peerVersion, tardisContender } from './peers.ts'
import { recordedCapture } from './recorded.ts'
import { simulatedCapture } from './simulated.ts'

/** Rounds in which every contender has its turn; the first of them warm up. */
const ROUNDS = 14
const WARM_UP_ROUNDS = 4
/** Frames that a turn has at least: a short capture is read again and again, each time from its beginning. */
const FRAMES_A_TURN = 25_000
const EVENTS_TARGET = 1.3
const BOOKS_TARGET = 1.8

export const frames: Measurement = {
  name: 'frames',
  title: 'Frames to events, one thread',
  run: async (settings) => {
    await installPeers(settings)
    const captures = await everyCapture(settings)
    const contenders = [
      parseAlone,
      opentapeContender(false),
      opentapeContender(true),
      ...(await Promise.all([tardisContender(false), tardisContender(true), ccxtContender()])),
    ].filter((contender) => contender !== undefined)
    const results = await race(captures, contenders, settings)
    return table(captures, results)
  },
}

async function everyCapture(settings: Settings): Promise<Capture[]> {
  const captures: Capture[] = []
  for (const venue of ['binance', 'coinbase', 'kraken'] as const) {
    const recorded = recordedCapture(venue)
    if (recorded !== undefined) captures.push(recorded)
    // No session of kraken's present protocol is recorded.
    if (recorded !== undefined && venue !== 'kraken') continue
    settings.say(`capturing frames of the simulated ${venue}`)
    captures.push(await simulatedCapture(venue))
  }
  return captures
}

/** Nanoseconds a frame, by capture and contender. */
type Results = ReadonlyMap<Capture, ReadonlyMap<string, { readonly nanoseconds: number; readonly events: number }>>

async function race(
  captures: readonly Capture[],
  contenders: readonly Contender[],
  settings: Settings,
): Promise<Results> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const results = new Map<Capture, Map<string, { nanoseconds: number; events: number }>>()
  for (const capture of captures) {
    const frames = capture.frames.map(({ text }) => text)
    const repeats = Math.ceil(FRAMES_A_TURN / frames.length)
    const able = contenders.filter((contender) => canRead(contender, capture))
    const samples = new Map<Contender, number[]>(able.map((contender) => [contender, []]))
    const events = new Map<Contender, number>()
    for (let round = 0; round < ROUNDS; round++) {
      settings.say(`${capture.name}: round ${round + 1} of ${ROUNDS}, ${repeats * frames.length} frames each`)
      // Whoever comes after a certain other one is another one in each round.
      const order = able.map((_, index) => able[(index + round) % able.length] as Contender)
      for (const contender of order) {
        collect()
        let micros = 0
        for (let repeat = 0; repeat < repeats; repeat++) {
          const run = await contender.prepare(capture)
          const before = process.threadCpuUsage()
          events.set(contender, run(frames))
          const { user, system } = process.threadCpuUsage(before)
          micros += user + system
        }
        if (round >= WARM_UP_ROUNDS) samples.get(contender)?.push((micros * 1_000) / (repeats * frames.length))
      }
    }
    results.set(
      capture,
      new Map(
        able.map((contender) => [
          contender.name,
          { nanoseconds: median(samples.get(contender) ?? []), events: events.get(contender) ?? 0 },
        ]),
      ),
    )
  }
  return results
}

/** This tardis-dev and this ccxt each read one of kraken's two protocols. */
function canRead(contender: Contender, capture: Capture): boolean {
  if (contender.name.startsWith('tardis')) return capture.name !== 'kraken v2'
  if (contender.name.startsWith('ccxt')) return capture.name !== 'kraken v1'
  return true
}

async function table(captures: readonly Capture[], results: Results): Promise<Outcome> {
  const rows: Row[] = []
  for (const capture of captures) {
    const of = results.get(capture)
    const parse = of?.get(parseAlone.name)?.nanoseconds ?? Number.NaN
    const bytes = capture.frames.reduce((sum, { text }) => sum + text.length, 0) / capture.frames.length
    const about = `${capture.name} (${capture.source}, ${Math.round(bytes)} B a frame)`
    rows.push({ what: `${about}: JSON.parse alone`, value: `${parse.toFixed(0)} ns, 1.00x` })
    const peers = { events: Number.POSITIVE_INFINITY, books: Number.POSITIVE_INFINITY }
    for (const [name, { nanoseconds }] of of ?? []) {
      if (name.startsWith('Opentape') || name === parseAlone.name) continue
      if (name.endsWith('events')) peers.events = Math.min(peers.events, nanoseconds)
      else peers.books = Math.min(peers.books, nanoseconds)
    }
    for (const [name, { nanoseconds }] of of ?? []) {
      if (name === parseAlone.name) continue
      const value = `${nanoseconds.toFixed(0)} ns, ${times(nanoseconds / parse)}`
      if (!name.startsWith('Opentape')) {
        rows.push({ what: `${about}: ${name}`, value })
        continue
      }
      const [limit, peer] = name.endsWith('events') ? [EVENTS_TARGET, peers.events] : [BOOKS_TARGET, peers.books]
      const ahead = nanoseconds < peer
      const reached = nanoseconds / parse <= limit && ahead
      rows.push({ what: `${about}: ${name}`, value, target: `≤ ${times(limit)}, ahead of peers`, reached })
    }
  }
  return {
    rows,
    notes: [
      `Peers: tardis-dev ${await peerVersion('tardis-dev')}, ccxt ${await peerVersion('ccxt')}. Nanoseconds a frame, and the time as a multiple of JSON.parse alone on the same frames. ccxt always keeps the books; tardis-dev with its OrderBook where it says so.`,
      `All contenders take turns in one process, with a garbage collection before each; medians of ${ROUNDS - WARM_UP_ROUNDS} rounds after ${WARM_UP_ROUNDS} to warm up. Processor time of the thread, so that what else runs on the machine does not count. Snapshots are read before the clock starts.`,
      'Coinbase and kraken: our protocol itself keeps a book, because a crossed book (coinbase) and a checksum (kraken, verified on every message) are how a missed update shows. That is in "events"; with "books kept" a consumer’s book is kept as well, so each update is applied twice.',
    ],
  }
}
