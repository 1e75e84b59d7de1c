import type { KV, KvEntry } from '@nats-io/kv'
import type { GroupMember, GroupPosition, Topic } from './log.ts'
import { LogError } from './log-error.ts'

const RENEWALS_PER_LEASE = 4
const GROUP_NAME = /^[A-Za-z0-9_-]{1,64}$/
/** A commit whose answer was lost is looked up and repeated this often. */
const COMMIT_TRIES = 5

interface JetStreamMemberOptions {
  readonly topic: Topic
  readonly group: string
  readonly owner: string
  readonly positions: KV
  readonly leases: KV
  readonly leaseMilliseconds: number
  readonly left: (member: JetStreamMember) => void
}

interface StoredPosition extends GroupPosition {
  readonly owner: string
}

/**
 * The active member of a group. The lease is an entry of a bucket whose age is the lease's length; the position is an entry
 * that only the revision last seen may replace. Who takes over writes the position under its own name first, so that from
 * then on every commit of its predecessor fails.
 */
export class JetStreamMember implements GroupMember {
  readonly start: GroupPosition
  readonly #options: JetStreamMemberOptions
  readonly #key: string
  readonly #renewal: NodeJS.Timeout
  #leaseRevision: number
  #positionRevision: number
  #hasLeft = false
  #renewing: Promise<void> | undefined

  private constructor(
    options: JetStreamMemberOptions,
    leaseRevision: number,
    position: { start: GroupPosition; revision: number },
  ) {
    this.#options = options
    this.#key = keyFor(options.topic, options.group)
    this.#leaseRevision = leaseRevision
    this.#positionRevision = position.revision
    this.start = position.start
    this.#renewal = setInterval(() => this.#startRenewal(), options.leaseMilliseconds / RENEWALS_PER_LEASE).unref()
  }

  /** The member, or undefined while another holds the lease. */
  static async tryJoin(options: JetStreamMemberOptions): Promise<JetStreamMember | undefined> {
    const key = keyFor(options.topic, options.group)
    let leaseRevision: number
    try {
      leaseRevision = await options.leases.create(key, options.owner)
    } catch (error) {
      if (isConflict(error)) return undefined
      throw error
    }
    const position = await takePosition(options, key)
    return position === undefined ? undefined : new JetStreamMember(options, leaseRevision, position)
  }

  static async position(positions: KV, topic: Topic, group: string): Promise<GroupPosition> {
    const { next, note } = parse(await positions.get(keyFor(topic, group)))
    return { next, note }
  }

  async commit(next: number, note: string | null = null): Promise<void> {
    const { topic, group, owner, positions } = this.#options
    const value = JSON.stringify({ next, note, owner } satisfies StoredPosition)
    for (let attempt = 1; !this.#hasLeft; attempt++) {
      try {
        this.#positionRevision = await positions.update(this.#key, value, this.#positionRevision)
        return
      } catch (error) {
        if (attempt === COMMIT_TRIES) {
          throw new LogError('LOG_UNAVAILABLE', `the position of group ${group} could not be stored; try again`, {
            cause: error,
          })
        }
      }
      // The answer may have been lost after the position was stored: then it still bears this member's name.
      const entry = await positions.get(this.#key).catch(() => undefined)
      if (entry === undefined) continue
      if (parse(entry).owner !== owner) break
      this.#positionRevision = entry?.revision ?? this.#positionRevision
    }
    this.#stop()
    throw new LogError('LOG_LEASE_LOST', `another member has taken over group ${group} of ${topic}; join it again`)
  }

  async leave(): Promise<void> {
    if (this.#hasLeft) return
    this.#stop()
    await this.#renewing
    const { leases, owner } = this.#options
    try {
      await leases.delete(this.#key, { previousSeq: this.#leaseRevision })
    } catch (error) {
      if (!isConflict(error)) throw error
      // Another holds it by now, or it ran out; or the answer to this member's last renewal was lost.
      const entry = await leases.get(this.#key)
      if (entry?.operation === 'PUT' && entry.string() === owner) {
        await leases.delete(this.#key, { previousSeq: entry.revision })
      }
    }
  }

  #startRenewal(): void {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined
    })
  }

  async #renew(): Promise<void> {
    try {
      this.#leaseRevision = await this.#options.leases.update(this.#key, this.#options.owner, this.#leaseRevision)
    } catch (error) {
      // Anything but a conflict may pass; if the lease runs out meanwhile, the next commit tells.
      if (isConflict(error)) await this.#adoptLease()
    }
  }

  /** A renewal whose answer was lost looks like a conflict; the entry tells whose it is. */
  async #adoptLease(): Promise<void> {
    const entry = await this.#options.leases.get(this.#key).catch(() => undefined)
    if (entry === undefined) return
    if (entry !== null && entry.operation === 'PUT' && entry.string() === this.#options.owner)
      this.#leaseRevision = entry.revision
    else if (entry !== null && entry.operation === 'PUT') this.#stop()
    else
      this.#leaseRevision = await this.#options.leases
        .create(this.#key, this.#options.owner)
        .catch(() => this.#leaseRevision)
  }

  #stop(): void {
    this.#hasLeft = true
    clearInterval(this.#renewal)
    this.#options.left(this)
  }
}

async function takePosition(
  options: JetStreamMemberOptions,
  key: string,
): Promise<{ start: GroupPosition; revision: number } | undefined> {
  const entry = await options.positions.get(key)
  const { next, note } = parse(entry)
  const value = JSON.stringify({ next, note, owner: options.owner } satisfies StoredPosition)
  try {
    const revision =
      entry === null
        ? await options.positions.create(key, value)
        : await options.positions.update(key, value, entry.revision)
    return { start: { next, note }, revision }
  } catch (error) {
    // The predecessor committed in between: look again at the next try.
    await options.leases.delete(key)
    if (isConflict(error)) return undefined
    throw error
  }
}

function parse(entry: KvEntry | null): StoredPosition {
  if (entry === null || entry.operation !== 'PUT') return { next: 1, note: null, owner: '' }
  return JSON.parse(entry.string()) as StoredPosition
}

function keyFor(topic: Topic, group: string): string {
  if (!GROUP_NAME.test(group)) {
    throw new LogError(
      'LOG_ADDRESS_INVALID',
      `${JSON.stringify(group)} cannot name a group; use letters, digits, - and _`,
    )
  }
  return `${topic}.${group}`
}

/** JetStream's answer where the revision is not the one expected: error 10071, "wrong last sequence". */
function isConflict(error: unknown): boolean {
  return error instanceof Error && /wrong last sequence|10071|key exists/i.test(error.message)
}
