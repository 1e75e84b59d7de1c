import type { EmbeddedThread } from './embedded-thread.ts'
import type { GroupMember, GroupPosition, Topic } from './log.ts'
import { isLogError, LogError } from './log-error.ts'

/** A lease is renewed this many times before it would run out. */
const RENEWALS_PER_LEASE = 4

interface EmbeddedMemberOptions {
  readonly topic: Topic
  readonly group: string
  readonly owner: string
  readonly start: GroupPosition
  readonly thread: EmbeddedThread
  readonly leaseMilliseconds: number
  readonly left: (member: EmbeddedMember) => void
}

/** The active member of a group. A timer keeps its lease; the commit proves it, in the transaction that stores the position. */
export class EmbeddedMember implements GroupMember {
  readonly start: GroupPosition
  readonly #options: EmbeddedMemberOptions
  readonly #renewal: NodeJS.Timeout
  #hasLeft = false

  constructor(options: EmbeddedMemberOptions) {
    this.#options = options
    this.start = options.start
    this.#renewal = setInterval(() => this.#renew(), options.leaseMilliseconds / RENEWALS_PER_LEASE).unref()
  }

  async commit(next: number, note: string | null = null): Promise<void> {
    const { topic, group, owner, thread } = this.#options
    if (this.#hasLeft)
      throw new LogError('LOG_LEASE_LOST', `this member has left group ${group} of ${topic}; join it again`)
    await thread.write({ kind: 'commit', topic, group, owner, next, note }, 0)
  }

  async leave(): Promise<void> {
    if (this.#hasLeft) return
    this.#stop()
    const { topic, group, owner, thread } = this.#options
    await thread.write({ kind: 'release', topic, group, owner }, 0)
  }

  #renew(): void {
    const { topic, group, owner, thread } = this.#options
    thread.write({ kind: 'renew', topic, group, owner }, 0).then(
      (held) => {
        if (held === 0) this.#stop()
      },
      (error: unknown) => {
        // A full disk may pass, and the lease with it: the next commit tells. A closed log ends the renewals.
        if (isLogError(error, 'LOG_CLOSED') || isLogError(error, 'LOG_UNAVAILABLE')) this.#stop()
      },
    )
  }

  #stop(): void {
    this.#hasLeft = true
    clearInterval(this.#renewal)
    this.#options.left(this)
  }
}
