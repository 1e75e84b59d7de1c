import assert from 'node:assert/strict'
import fc from 'fast-check'
import { MarketError, type Micros } from '../../market/index.ts'
import type { VenueSession } from '../protocol.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { VenueError } from '../venue-error.ts'
import { FactsRecorder } from './facts-recorder.ts'
import { RecordingOutput } from './recording-output.ts'

/** One of the frames, with a few characters taken out at some place and others put in. */
export function mutated(frames: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.constantFrom(...frames),
      fc.nat(),
      fc.nat({ max: 3 }),
      fc.constantFrom('', '0', '"', '-', 'e5', '\\', ',', ']', ' ', '{}', '\u0000', '9', 'null', '[[]]', '"x":1,'),
    )
    .map(([frame, place, removed, put]) => {
      const at = place % (frame.length + 1)
      return frame.slice(0, at) + put + frame.slice(at + removed)
    })
}

/** Whatever is done to frames, a session reads or refuses them: it never throws. */
export function assertNeverThrows(open: () => VenueSession, frames: readonly string[]): void {
  fc.assert(
    fc.property(fc.array(mutated(frames), { maxLength: 20 }), (texts) => {
      const session = open()
      const out = new RecordingOutput()
      let at = 1_700_000_000_000_000
      session.opened(at as Micros, out)
      for (const text of texts) {
        at += 1_000_000
        session.received(text, at as Micros, out)
        session.ticked(at as Micros, out)
      }
    }),
    { numRuns: 300 },
  )
}

/** What a fast reader says of a frame is what the careful one says of it, or nothing. */
export function assertSameFacts(
  frames: readonly string[],
  fast: (frame: string, facts: MarketFacts) => boolean,
  careful: (frame: string, facts: MarketFacts) => boolean,
): void {
  for (const frame of frames) assert.equal(fast(frame, new FactsRecorder()), true, `not read fast: ${frame}`)
  fc.assert(
    fc.property(mutated(frames), (frame) => {
      const said = new FactsRecorder()
      if (!fast(frame, said)) {
        assert.deepEqual(said.calls, [])
        return
      }
      const meant = new FactsRecorder()
      try {
        careful(frame, meant)
      } catch (error) {
        if (!(error instanceof VenueError || error instanceof MarketError)) throw error
      }
      assert.deepEqual(said.calls, meant.calls, frame)
    }),
    { numRuns: 2_000 },
  )
}
