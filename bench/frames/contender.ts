import type { Capture } from './capture.ts'

/** Somebody who reads frames. */
export interface Contender {
  readonly name: string
  readonly keepsBooks: boolean
  /** Gets ready for one run through a capture: its prelude is played. What comes back reads the frames, to be timed. */
  prepare(capture: Capture): Promise<Run>
}

/** Reads every frame of a capture once. @returns how many events came of them */
export type Run = (frames: readonly string[]) => number

export const parseAlone: Contender = {
  name: 'JSON.parse',
  keepsBooks: false,
  prepare: async () => (frames) => {
    let count = 0
    for (const frame of frames) if (JSON.parse(frame) !== null) count++
    return count
  },
}
