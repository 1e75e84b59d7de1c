import { readdirSync } from 'node:fs'
import { setPriority } from 'node:os'
import type { Logger } from '../../platform/index.ts'

/**
 * How far a part of the installation stands back, as its niceness, where a machine has more to do than it can. What an
 * exchange says comes once: the collector takes it before anything else. What is on the tape can wait, and is made up for.
 */
const NICENESS: Readonly<Record<string, number>> = { processor: 2, store: 4 }

/**
 * Lets a process that is up stand back behind the collector. On Linux every thread has a niceness of its own, and threads
 * that come later have that of the one that starts them: setpriority(2), https://man7.org/linux/man-pages/man2/setpriority.2.html
 * (2026-11-23).
 */
export function standBack(part: string, pid: number, logger: Logger): void {
  const niceness = NICENESS[part]
  if (niceness === undefined) return
  for (const thread of threadsOf(pid)) {
    try {
      setPriority(thread, niceness)
    } catch (error) {
      // The thread may have ended meanwhile. Else it is as good as ever without, as long as the machine is fast enough.
      logger.debug({ err: error, part, thread }, 'a thread does not stand back behind others')
    }
  }
}

function threadsOf(pid: number): readonly number[] {
  if (process.platform !== 'linux') return [pid]
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number)
  } catch {
    // It has ended already; the next one is told when it is up.
    return []
  }
}
