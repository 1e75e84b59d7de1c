import type { Topic } from './log.ts'
import { LogError } from './log-error.ts'

/** Where a JetStream log is: `nats://[user:password@]host[:port][,host…][?replicas=3&prefix=opentape]`, or `tls://…`. */
export interface JetStreamAddress {
  readonly servers: readonly string[]
  /** Refuse to talk in the clear. */
  readonly tls: boolean
  readonly credentials: { readonly user?: string; readonly pass?: string }
  /** Copies of each stream in the cluster. */
  readonly replicas: number
  /** Begins the names of streams, subjects and buckets, so that one cluster can carry several tapes. */
  readonly prefix: string
}

const PREFIX = /^[A-Za-z0-9_-]{1,32}$/
const REPLICAS = /^[1-5]$/

/** @throws LogError LOG_ADDRESS_INVALID */
export function parseJetStreamAddress(text: string): JetStreamAddress {
  const match = /^(nats|tls):\/\/(?:([^@/?]*)@)?([^/?]+)\/?(?:\?(.*))?$/.exec(text)
  const hosts = match?.[3]?.split(',') ?? []
  if (match === null || hosts.some((host) => !/^(\[[0-9a-f:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?$/i.test(host))) {
    throw invalid('it is not of the form nats:// or tls://[user:password@]host[:port][,host…][?replicas=3&prefix=name]')
  }
  const query = new URLSearchParams(match[4] ?? '')
  for (const name of query.keys()) {
    if (name !== 'replicas' && name !== 'prefix')
      throw invalid(`there is no parameter ${JSON.stringify(name)}; use replicas or prefix`)
  }
  const replicas = query.get('replicas') ?? '1'
  if (!REPLICAS.test(replicas)) throw invalid(`replicas is ${JSON.stringify(replicas)}; use 1 to 5`)
  const prefix = query.get('prefix') ?? 'opentape'
  if (!PREFIX.test(prefix)) throw invalid('prefix may have 1 to 32 letters, digits, - and _')
  const [user, pass] = (match[2] ?? '').split(':', 2)
  return {
    servers: hosts,
    tls: match[1] === 'tls',
    credentials: {
      ...(user ? { user: decoded(user) } : {}),
      ...(pass ? { pass: decoded(pass) } : {}),
    },
    replicas: Number(replicas),
    prefix,
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalid('user or password have a % that encodes nothing; write %25 for %')
  }
}

/** The address may hold a password, so the message does not repeat it. */
function invalid(why: string): LogError {
  return new LogError('LOG_ADDRESS_INVALID', `the address of the log cannot be used: ${why}`)
}

export function streamName(prefix: string, topic: Topic): string {
  return `${prefix}_${topic}`
}

/** A key may hold any text; a subject's token may not. */
export function subjectOf(prefix: string, topic: Topic, key: string): string {
  return `${prefix}.${topic}.${Buffer.from(key).toString('base64url') || '-'}`
}

export function keyOf(prefix: string, topic: Topic, subject: string): string {
  const token = subject.slice(prefix.length + topic.length + 2)
  return token === '-' ? '' : Buffer.from(token, 'base64url').toString()
}
