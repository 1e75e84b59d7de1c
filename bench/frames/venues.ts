import { SIMULATED_VENUES } from '../../src/simulator/index.ts'
import { venueIds } from '../../src/venues/venue-ids.ts'
import type { Measurement, Outcome, Row, Settings } from '../support/measurement.ts'
import { median, times } from '../support/statistics.ts'
import type { Capture } from './capture.ts'
import { ContenderProcess } from './contender-process.ts'
import { recordedSession } from './recorded.ts'
import { simulatedCapture } from './simulated.ts'
import { steadyCapture } from './steady.ts'

/** Rounds in which every contender has its turn; the first of them warm up. */
const ROUNDS = 6
const WARM_UP_ROUNDS = 3
/** What V8 makes of code depends on what it happened to see first: each contender lives several times. */
const LIVES = 3
const FRAMES_A_TURN = 15_000
/** So many that most sessions are as long as a turn: one that is read again begins with books that no cache holds. */
const SIMULATED_EVENTS = 64_000
/** Simulated exchanges that are captured at a time. */
const CAPTURED_AT_ONCE = 4
const EVENTS_TARGET = 1.3
const BOOKS_TARGET = 1.8
const KINDS = ['parse', 'opentape-events', 'opentape-books'] as const

export const venues: Measurement = {
  name: 'venues',
  title: 'Frames to events of every venue, one thread',
  run: async (settings) => {
    const asked = venueIds().filter((venue) => settings.venues.length === 0 || settings.venues.includes(venue))
    const captures: Capture[] = []
    const without: string[] = []
    for (let from = 0; from < asked.length; from += CAPTURED_AT_ONCE) {
      const some = asked.slice(from, from + CAPTURED_AT_ONCE)
      settings.say(`frames of ${some.join(', ')}`)
      for (const [index, capture] of (await Promise.all(some.map(captureOf))).entries()) {
        if (capture === undefined) without.push(some[index] as string)
        else captures.push(capture)
      }
    }
    return table(captures, await race(captures, settings), without)
  },
}

/** Recorded where there is a recording, simulated where there is a simulated exchange. */
async function captureOf(venue: string): Promise<Capture | undefined> {
  const session = recordedSession(venue)
  if (session !== undefined) {
    const capture = steadyCapture({ venue, name: venue, source: 'recording' }, session, 0)
    if (capture.frames.length > 0) return capture
  }
  const simulated = SIMULATED_VENUES.find((one) => one === venue)
  if (simulated === undefined) return undefined
  const capture = await simulatedCapture(simulated, SIMULATED_EVENTS)
  if (capture.frames.length === 0) return undefined
  // All of them are held by every contender: more would make its memory one that no collector has.
  return { ...capture, frames: capture.frames.slice(0, FRAMES_A_TURN) }
}

/** Nanoseconds a frame: of JSON.parse alone, events, books kept. */
type Results = ReadonlyMap<Capture, readonly number[]>

async function race(captures: readonly Capture[], settings: Settings): Promise<Results> {
  const samples = captures.map(() => KINDS.map((): number[] => []))
  for (let life = 0; life < LIVES; life++)
    await live(captures, samples, (text) => settings.say(`life ${life + 1}, ${text}`))
  return new Map(captures.map((capture, index) => [capture, (samples[index] ?? []).map(median)]))
}

/** @param samples by capture and kind, where those of this life are put */
async function live(
  captures: readonly Capture[],
  samples: readonly (readonly number[][])[],
  say: (text: string) => void,
): Promise<void> {
  const started = await Promise.all(KINDS.map((kind) => ContenderProcess.start(kind, captures, FRAMES_A_TURN)))
  const contenders = started.filter((contender) => contender !== undefined)
  try {
    for (let round = 0; round < ROUNDS; round++) {
      say(`round ${round + 1} of ${ROUNDS}`)
      for (const [index] of captures.entries()) {
        for (const [turn, contender] of contenders.entries()) {
          const nanoseconds = await contender.turn(index)
          if (round >= WARM_UP_ROUNDS) samples[index]?.[turn]?.push(nanoseconds)
        }
      }
    }
  } finally {
    for (const contender of contenders) contender.stop()
  }
}

function table(captures: readonly Capture[], results: Results, without: readonly string[]): Outcome {
  const rows = captures.map((capture): Row => {
    const [parse = Number.NaN, events = Number.NaN, books = Number.NaN] = results.get(capture) ?? []
    const { frames, source, leftOut } = capture
    const bytes = frames.reduce((sum, { text }) => sum + text.length, 0) / frames.length
    const refused = leftOut === undefined || leftOut === 0 ? '' : `, ${leftOut} more refused`
    const nanoseconds = [parse, events, books].map((value) => value.toFixed(0)).join(' / ')
    return {
      what: `${capture.venue} (${source}, ${frames.length} frames of ${Math.round(bytes)} B${refused})`,
      value: `${nanoseconds} ns: ${times(events / parse)}, ${times(books / parse)}`,
      target: `≤ ${times(EVENTS_TARGET)}, ${times(BOOKS_TARGET)}`,
      reached: events / parse <= EVENTS_TARGET && books / parse <= BOOKS_TARGET,
    }
  })
  const notes = [
    'Nanoseconds a frame of JSON.parse alone, of our events, and of events with the books kept by a consumer; then the last two as multiples of the first.',
    'From a recording of the real exchange where there is one, else from the simulator. The clock runs from the moment at which every book of the session is whole to its end. Recorded sessions are short, so each is read many times in a turn, from its beginning. Of long ones, what the beginning left in young memory is collected before the clock starts.',
    `All venues in one process each for JSON.parse, events and books, one turn after the other, as one collector reads them; medians of ${LIVES} lives of the processes, each of ${ROUNDS - WARM_UP_ROUNDS} rounds after ${WARM_UP_ROUNDS} to warm up.`,
  ]
  if (without.length > 0) notes.push(`No frames on this machine: ${without.join(', ')}.`)
  return { rows, notes }
}
