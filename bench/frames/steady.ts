import type { Capture, CaptureRecord } from './capture.ts'
import { Desk, instrumentsAmong } from './desk.ts'

/**
 * Divides a session where it becomes steady: every book that ever becomes whole is whole, and nothing more is recognised. Found
 * by playing it once. What the session refuses after that, and frames of which nothing is known, are left out of the frames.
 * @param settling frames that still belong to the beginning
 */
export function steadyCapture(
  about: Pick<Capture, 'venue' | 'name' | 'source'>,
  records: readonly CaptureRecord[],
  settling: number,
): Capture {
  const desk = new Desk({ venue: about.venue, instruments: instrumentsAmong(about.venue, records), keepsBooks: false })
  const unfit = new Set<CaptureRecord>()
  let steady = 0
  let known = 0
  for (const [index, record] of records.entries()) {
    const troubles = desk.troubles.length
    desk.play(record)
    const size = desk.whole.size + desk.recognised
    if (size > known) {
      known = size
      steady = index + 1
    }
    if (desk.troubles.length > troubles) unfit.add(record)
  }
  const beginning = steady + settling
  const frames = records.slice(beginning).filter((record) => {
    const { kind, direction, connection, text } = record
    // With some venues a `pong` is no JSON, which the one it is compared with cannot read.
    return kind === 'ws' && direction === 'in' && /^[[{]/.test(text) && desk.lineOf(connection) !== undefined
  })
  const refused = frames.filter((record) => unfit.has(record))
  return {
    ...about,
    date: new Date((records[0]?.time ?? 0) / 1_000),
    prelude: records.slice(0, beginning),
    frames: frames.filter((record) => !unfit.has(record)),
    leftOut: refused.length,
  }
}
