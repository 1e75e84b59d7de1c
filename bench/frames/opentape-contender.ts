import type { Instrument, Micros } from '../../src/market/index.ts'
import type { Capture } from './capture.ts'
import type { Contender, Run } from './contender.ts'
import { Desk, instrumentsAmong } from './desk.ts'

/** Our own protocols; with `books`, every book is kept from their events too, as any consumer of the tape does. */
export function opentapeContender(books: boolean): Contender {
  return {
    name: books ? 'Opentape, books kept' : 'Opentape, events',
    keepsBooks: books,
    prepare: async (capture) => {
      const desk = new Desk({ venue: capture.venue, instruments: instrumentsOf(capture), keepsBooks: books })
      for (const record of capture.prelude) desk.play(record)
      // What happens before the books stand is no part of the measurement.
      desk.troubles.length = 0
      return run(desk, capture)
    },
  }
}

function run(desk: Desk, capture: Capture): Run {
  const lines = capture.frames.map(({ connection }) => {
    const line = desk.lineOf(connection)
    if (line === undefined) throw new Error(`nothing was recognised on ${connection}`)
    return line
  })
  const times = capture.frames.map(({ time }) => time as Micros)
  return (frames) => {
    const before = desk.events
    for (let index = 0; index < frames.length; index++) {
      const { session, output } = lines[index] as (typeof lines)[number]
      session.received(frames[index] as string, times[index] as Micros, output)
    }
    if (desk.troubles.length > 0) {
      throw new Error(`${capture.name}: not a clean run, so its time says nothing: ${desk.troubles[0]}`)
    }
    return desk.events - before
  }
}

/** Reference data is read once a capture: that is not what is measured. */
const instrumentsByCapture = new WeakMap<Capture, readonly Instrument[]>()

function instrumentsOf(capture: Capture): readonly Instrument[] {
  let instruments = instrumentsByCapture.get(capture)
  if (instruments === undefined) {
    instruments = instrumentsAmong(capture.venue, capture.prelude)
    instrumentsByCapture.set(capture, instruments)
  }
  return instruments
}
