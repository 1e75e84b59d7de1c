import type { Log, LogRecord } from '../log/index.ts'

const TOPIC = 'analytics'

/** What a processor writes down for itself among the analytics: the same envelope, and nobody else reads it. */
export interface StateEnvelope<State> {
  readonly messageType: 'processor-state'
  readonly timestamp: number
  readonly payload: State
}

/** Writes a state. @returns its position. @throws LogError */
export async function writeState<State>(log: Log, name: string, state: State, timestamp: number): Promise<number> {
  const envelope: StateEnvelope<State> = { messageType: 'processor-state', timestamp, payload: state }
  return await log.append(TOPIC, [{ key: `processor/${name}`, value: Buffer.from(`${JSON.stringify(envelope)}\n`) }])
}

/** The state that was written at a position; undefined if retention has removed it. @throws LogError */
export async function readState<State>(log: Log, name: string, position: number): Promise<State | undefined> {
  const record = await recordAt(log, position)
  if (record === undefined || record.key !== `processor/${name}`) return undefined
  const envelope = JSON.parse(Buffer.from(record.value).toString('utf8')) as StateEnvelope<State>
  return envelope.messageType === 'processor-state' ? envelope.payload : undefined
}

/** The record of `analytics` at exactly this position. */
export async function recordAt(log: Log, position: number): Promise<LogRecord | undefined> {
  const [record] = await log.read(TOPIC, position, { records: 1 })
  return record?.position === position ? record : undefined
}
