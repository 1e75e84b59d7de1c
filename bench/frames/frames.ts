import type { Measurement, Outcome, Row, Settings } from '../support/measurement.ts'
import { median, times } from '../support/statistics.ts'
import type { Capture } from './capture.ts'
import { parseAlone } from './contender.ts'
import { CONTENDERS, ContenderProcess } from './contender-process.ts'
import { installPeers } from './install-peers.ts'
import { peerVersion } from './peers.ts'
import { recordedCapture } from './recorded.ts'
import { simulatedCapture } from './simulated.ts'

/** Rounds in which every contender has its turn; the first of them warm up. */
const ROUNDS = 14
const WARM_UP_ROUNDS = 4
const FRAMES_A_TURN = 50_000
const SIMULATED_EVENTS = 24_000
const EVENTS_TARGET = 1.3
const BOOKS_TARGET = 1.8

export const frames: Measurement = {
  name: 'frames',
  title: 'Frames to events, one thread',
  run: async (settings) => {
    await installPeers(settings)
    const captures = await everyCapture(settings)
    return table(captures, await race(captures, settings))
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
    captures.push(await simulatedCapture(venue, SIMULATED_EVENTS))
  }
  return captures
}

/** Nanoseconds a frame, by capture and contender. */
type Results = ReadonlyMap<Capture, ReadonlyMap<string, number>>

async function race(captures: readonly Capture[], settings: Settings): Promise<Results> {
  const starting = CONTENDERS.map((kind) => ContenderProcess.start(kind, captures, FRAMES_A_TURN))
  const contenders = (await Promise.all(starting)).filter((contender) => contender !== undefined)
  try {
    const samples = new Map(captures.map((capture) => [capture, new Map<string, number[]>()]))
    for (let round = 0; round < ROUNDS; round++) {
      settings.say(`round ${round + 1} of ${ROUNDS}`)
      for (const [index, capture] of captures.entries()) {
        for (const contender of contenders) {
          if (!canRead(contender.name, capture)) continue
          const nanoseconds = await contender.turn(index)
          const of = samples.get(capture)?.get(contender.name) ?? []
          if (round >= WARM_UP_ROUNDS) samples.get(capture)?.set(contender.name, [...of, nanoseconds])
        }
      }
    }
    return new Map([...samples].map(([capture, of]) => [capture, medians(of)]))
  } finally {
    for (const contender of contenders) contender.stop()
  }
}

function medians(samples: ReadonlyMap<string, readonly number[]>): Map<string, number> {
  return new Map([...samples].map(([name, values]) => [name, median(values)]))
}

/** This tardis-dev and this ccxt each read one of kraken's two protocols. */
function canRead(contender: string, capture: Capture): boolean {
  if (contender.startsWith('tardis')) return capture.name !== 'kraken v2'
  if (contender.startsWith('ccxt')) return capture.name !== 'kraken v1'
  return true
}

async function table(captures: readonly Capture[], results: Results): Promise<Outcome> {
  const rows: Row[] = []
  for (const capture of captures) {
    const of = results.get(capture)
    const parse = of?.get(parseAlone.name) ?? Number.NaN
    const bytes = capture.frames.reduce((sum, { text }) => sum + text.length, 0) / capture.frames.length
    const about = `${capture.name} (${capture.source}, ${Math.round(bytes)} B a frame)`
    rows.push({ what: `${about}: JSON.parse alone`, value: `${parse.toFixed(0)} ns, 1.00x` })
    const peers = { events: Number.POSITIVE_INFINITY, books: Number.POSITIVE_INFINITY }
    for (const [name, nanoseconds] of of ?? []) {
      if (name.startsWith('Opentape') || name === parseAlone.name) continue
      if (name.endsWith('events')) peers.events = Math.min(peers.events, nanoseconds)
      else peers.books = Math.min(peers.books, nanoseconds)
    }
    for (const [name, nanoseconds] of of ?? []) {
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
      `Each contender in a process of its own, since the peers change the engine for everybody in theirs (a subclass of Array is enough to slow down every array); one turn after the other; medians of ${ROUNDS - WARM_UP_ROUNDS} rounds after ${WARM_UP_ROUNDS} to warm up. Snapshots are read before the clock starts, and what those of long sessions leave in young memory is collected then; a full collection is never forced: it would throw optimised code away, which no running collector sees.`,
      'Coinbase and kraken: our protocol itself keeps a book, because a crossed book (coinbase) and a checksum (kraken, verified on every message) are how a missed update shows. That is in "events"; with "books kept" a consumer’s book is kept as well, so each update is applied twice.',
    ],
  }
}
