import type { Log } from '../log/index.ts'

/** Records that are looked at in one go. */
const STEP = 64

/** The newest text that was written under a key to the topic `collector-state`; undefined if there is none. */
export async function newestState(log: Pick<Log, 'bounds' | 'read'>, key: string): Promise<string | undefined> {
  const { first, next } = await log.bounds('collector-state')
  // Others write here too: look back until this one's is found.
  for (let to = next; to > first; to -= STEP) {
    const records = await log.read('collector-state', Math.max(first, to - STEP), { records: STEP })
    for (const record of [...records].reverse()) {
      if (record.key === key && record.position < to) return Buffer.from(record.value).toString('utf8')
    }
  }
  return undefined
}
