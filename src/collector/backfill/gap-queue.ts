import type { Channel, GapEvent, Micros, VenueId } from '../../market/index.ts'

/** Gaps that wait; of more, the oldest are not repaired by themselves. */
const MAXIMUM_WAITING = 10_000
/** Between two tries of one gap, in milliseconds. */
const FIRST_RETRY_MILLISECONDS = 60_000
const LONGEST_RETRY_MILLISECONDS = 3_600_000

/** What is known of the repair of one gap. */
export interface GapJob {
  /** As it was said last. */
  readonly gap: GapEvent
  /** Where to go on; absent at the beginning. */
  readonly cursor?: string
  /** Ids that are still missing, after what was read up to the cursor; absent where they are not known. */
  readonly missingIds?: string
  /** What was found up to the cursor. */
  readonly found: number
  /** Whether something before the gap was among what was read: then history reaches back to it. */
  readonly reachesBack: boolean
  readonly failures: number
}

/** Gaps that are to be repaired from history, the newest first. */
export class GapQueue {
  readonly #jobs = new Map<string, GapJob>()
  readonly #dueAt = new Map<string, number>()
  readonly #channels: ReadonlyMap<VenueId, ReadonlySet<Channel>>

  readonly #firstRetry: number

  /** @param channels those that each venue has a past of */
  constructor(channels: ReadonlyMap<VenueId, ReadonlySet<Channel>>, firstRetry = FIRST_RETRY_MILLISECONDS) {
    this.#channels = channels
    this.#firstRetry = firstRetry
  }

  get size(): number {
    return this.#jobs.size
  }

  get jobs(): readonly GapJob[] {
    return [...this.#jobs.values()]
  }

  /** Takes in a gap as it is said by whoever watches its feed. */
  note(gap: GapEvent): void {
    const known = this.#jobs.get(gap.id)
    if (known !== undefined && known.gap.revision >= gap.revision) return
    const isOver = gap.to !== null && (gap.state === 'partly' || gap.state === 'beyond-repair')
    if (!isOver || this.#channels.get(gap.venue)?.has(gap.channel) !== true) {
      this.#jobs.delete(gap.id)
      return
    }
    this.#jobs.set(gap.id, { gap, found: 0, reachesBack: false, failures: 0 })
    this.#bound()
  }

  /** A gap was judged after history was read: nothing more is done for it, unless it is said anew. */
  judged(gap: GapEvent): void {
    const known = this.#jobs.get(gap.id)
    if (known !== undefined && known.gap.revision <= gap.revision) this.done(gap.id)
  }

  restore(job: GapJob): void {
    this.#jobs.set(job.gap.id, job)
  }

  /** The newest gap of a venue whose time has come. Those that ended before `oldest` are forgotten: their history is gone, or not worth it. */
  next(venue: VenueId, at: number, oldest: Micros): GapJob | undefined {
    let best: GapJob | undefined
    for (const job of this.#jobs.values()) {
      if (job.gap.venue !== venue) continue
      if (endOf(job) < oldest) {
        this.done(job.gap.id)
        continue
      }
      if ((this.#dueAt.get(job.gap.id) ?? 0) > at) continue
      if (best === undefined || endOf(job) > endOf(best)) best = job
    }
    return best
  }

  /** It is read up to here; unless the gap was said anew meanwhile. */
  advance(job: GapJob): void {
    if (this.#jobs.get(job.gap.id)?.gap.revision === job.gap.revision) this.#jobs.set(job.gap.id, job)
  }

  /** It went wrong: it is tried again later, from where it is. */
  failed(id: string, at: number): void {
    const job = this.#jobs.get(id)
    if (job === undefined) return
    const failures = job.failures + 1
    this.#jobs.set(id, { ...job, failures })
    const wait = Math.min(LONGEST_RETRY_MILLISECONDS, this.#firstRetry * 2 ** Math.min(failures - 1, 10))
    this.#dueAt.set(id, at + wait)
  }

  done(id: string): void {
    this.#jobs.delete(id)
    this.#dueAt.delete(id)
  }

  #bound(): void {
    if (this.#jobs.size <= MAXIMUM_WAITING) return
    let oldest: GapJob | undefined
    for (const job of this.#jobs.values()) if (oldest === undefined || endOf(job) < endOf(oldest)) oldest = job
    if (oldest !== undefined) this.done(oldest.gap.id)
  }
}

function endOf({ gap }: GapJob): number {
  return gap.to ?? gap.receiveTime
}
