import type { Log } from '../log/index.ts'
import { CollectorError } from './collector-error.ts'

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

/**
 * The payload of such a text.
 * @param what names it, for people: `the usual rates`
 * @throws CollectorError COLLECTOR_STATE_UNREADABLE if it is none of its kind
 */
export function payloadOf<Payload>(
  text: string,
  what: string,
  isOne: (payload: unknown) => payload is Payload,
): Payload {
  let payload: unknown
  try {
    payload = JSON.parse(text)?.payload
  } catch (cause) {
    throw unreadable(what, cause)
  }
  if (!isOne(payload)) throw unreadable(what)
  return payload
}

/** Whether a payload is of the version that is read here, and has members of these kinds. */
export function isStateOf(payload: unknown, kinds: Readonly<Record<string, 'number' | 'object' | 'array'>>): boolean {
  if (typeof payload !== 'object' || payload === null) return false
  const members: Readonly<Record<string, unknown>> = { ...payload }
  const fits = ([name, kind]: [string, string]): boolean =>
    kind === 'array' ? Array.isArray(members[name]) : typeof members[name] === kind && members[name] !== null
  return members.version === 1 && Object.entries(kinds).every(fits)
}

function unreadable(what: string, cause?: unknown): CollectorError {
  return new CollectorError(
    'COLLECTOR_STATE_UNREADABLE',
    `${what} cannot be read in the topic collector-state; start with a new collector name or data directory`,
    { cause },
  )
}
