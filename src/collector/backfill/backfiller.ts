import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Channel,
  type GapEvent,
  type Instrument,
  type InstrumentId,
  type MarketEvent,
  type Micros,
  now,
  type VenueId,
} from '../../market/index.ts'
import type { Logger } from '../../platform/index.ts'
import type { PastRange, PastSource, RestOutcome, RestRequest, VenueProtocol } from '../../venues/index.ts'
import { CollectorError } from '../collector-error.ts'
import { describe } from '../rest-client.ts'
import type { BackfillLog } from './backfill-log.ts'
import { BackfillMemory } from './backfill-memory.ts'
import { type BackfillProgress, RangeProgress } from './backfill-progress.ts'
import { type GapJob, GapQueue } from './gap-queue.ts'
import { GapRepair, momentOf, rangeOf } from './gap-repair.ts'
import { readPast } from './past-reader.ts'
import { type TradesOnTape, tradesOnTape } from './tape-window.ts'

/** How often it is looked for work. */
const IDLE_MILLISECONDS = 1_000
/** What was just repaired in vain is left to settle: the session may still be at it, and venues' history comes late. */
const SETTLE_MICROS = 20_000_000
/** Around a gap the tape is searched so far, in microseconds. */
const TAPE_MARGIN = 60_000_000
/** Answers that no later try will better are given up after this many. */
const USELESS_TRIES = 3

/** What the repair needs of a venue that is watched. */
export interface BackfillVenue {
  readonly protocol: VenueProtocol
  instrument(id: InstrumentId): Instrument | undefined
  /** Asks the venue when nothing more urgent is asked. */
  past(request: RestRequest): Promise<RestOutcome>
  /** Puts an event of history onto the tape. */
  sayPast(event: MarketEvent): void
}

export interface BackfillerOptions {
  readonly log: BackfillLog
  /** Name and line of the collector. */
  readonly name: string
  readonly line: string
  readonly registry: ReadonlyMap<string, VenueProtocol>
  /** Gaps that ended longer ago are left to `opentape backfill`. */
  readonly maximumAgeMicros: number
  /** The venues that are watched now. */
  readonly venues: () => Iterable<BackfillVenue>
  readonly flush: () => Promise<void>
  readonly logger: Logger
  readonly settleMicros?: number
  readonly idleMilliseconds?: number
  readonly retryMilliseconds?: number
}

/** What the repair has done since the collector started. */
export interface BackfillCounts {
  repaired: number
  partly: number
  beyond: number
  rows: number
  found: number
  failures: number
}

/** Repairs by itself what sessions had to leave: gaps that venues' history can fill, the newest first, one at a time a venue. */
export class Backfiller {
  readonly counts: BackfillCounts = { repaired: 0, partly: 0, beyond: 0, rows: 0, found: 0, failures: 0 }
  readonly #options: BackfillerOptions
  readonly #queue: GapQueue
  readonly #memory: BackfillMemory
  readonly #stopping = new AbortController()
  readonly #underWay = new Map<VenueId, RangeProgress>()
  readonly #working = new Set<Promise<void>>()
  #isLoaded = false
  #running: Promise<void> = Promise.resolve()

  constructor(options: BackfillerOptions) {
    this.#options = options
    this.#memory = new BackfillMemory(options.log, options.name, options.line)
    const channels = [...options.registry].map(([venue, { past }]): [VenueId, ReadonlySet<Channel>] => [
      venue as VenueId,
      new Set((past ?? []).map(({ channel }) => channel)),
    ])
    this.#queue = new GapQueue(new Map(channels), options.retryMilliseconds)
  }

  /** Begins to work; what is left from earlier runs is read in the background. */
  start(): void {
    this.#running = this.#run().catch((error: unknown) => {
      this.#options.logger.error({ error: describe(error) }, 'gaps are not repaired from history until the next start')
    })
  }

  /** A gap was said. */
  note(gap: GapEvent): void {
    this.#queue.note(gap)
  }

  /** Gaps that wait, those under way among them. */
  get waiting(): number {
    return this.#queue.size
  }

  /** Whether everything is read from earlier runs and nothing waits. */
  get isIdle(): boolean {
    return this.#isLoaded && this.#queue.size === 0 && this.#working.size === 0
  }

  get underWay(): readonly BackfillProgress[] {
    return [...this.#underWay.values()].map((progress) => progress.now())
  }

  async save(): Promise<void> {
    if (this.#isLoaded) await this.#memory.save(this.#queue, this.#options.flush)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
    await Promise.all(this.#working)
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    await this.#memory.load(this.#queue, signal)
    this.#isLoaded = !signal.aborted
    while (!signal.aborted) {
      for (const venue of this.#options.venues()) this.#begin(venue)
      await sleep(this.#options.idleMilliseconds ?? IDLE_MILLISECONDS, undefined, { signal }).catch(() => undefined)
    }
  }

  /** Takes up the next gap of a venue, if it is at none. */
  #begin(venue: BackfillVenue): void {
    const id = venue.protocol.venue
    if (this.#underWay.has(id)) return
    const at = now()
    const job = this.#queue.next(id, Date.now(), (at - this.#options.maximumAgeMicros) as Micros)
    if (job === undefined || job.gap.receiveTime > at - (this.#options.settleMicros ?? SETTLE_MICROS)) return
    const source = venue.protocol.past?.find(({ channel }) => channel === job.gap.channel)
    const instrument = venue.instrument(job.gap.instrument)
    // Reference data may be on its way still.
    if (source === undefined || instrument === undefined) return
    this.#underWay.set(id, new RangeProgress(job.gap, job.gap.from, job.gap.to ?? at))
    const work = this.#work(venue, job, source, instrument).finally(() => {
      this.#underWay.delete(id)
      this.#working.delete(work)
    })
    this.#working.add(work)
  }

  async #work(venue: BackfillVenue, job: GapJob, source: PastSource, instrument: Instrument): Promise<void> {
    try {
      const tape = await this.#tapeAround(job.gap)
      if (tape?.isWhole === false) this.#leave(job, 'the tape around it is no longer kept whole')
      else await this.#repair(venue, job, source, instrument, tape)
    } catch (error) {
      if (this.#stopping.signal.aborted) return
      this.counts.failures++
      const isUseless = error instanceof CollectorError && error.message.endsWith('is of no use')
      const { id, instrument: name, venue: of } = job.gap
      this.#options.logger.warn(
        { venue: of, instrument: name, gap: id, reason: describe(error) },
        'a gap is not repaired yet',
      )
      this.#queue.failed(id, Date.now())
      if (isUseless && job.failures + 1 >= USELESS_TRIES) this.#leave(job, describe(error))
    }
  }

  async #repair(
    venue: BackfillVenue,
    job: GapJob,
    source: PastSource,
    instrument: Instrument,
    tape: TradesOnTape | undefined,
  ): Promise<void> {
    const range: PastRange = { instrument, ...rangeOf(job.gap, tape) }
    const repair = new GapRepair(job, range, tape)
    const progress = new RangeProgress(job.gap, range.from, range.to)
    this.#underWay.set(instrument.venue, progress)
    const get = (request: RestRequest) => venue.past(request)
    for await (const { events, next } of readPast({ source, range, cursor: job.cursor, get, now })) {
      if (this.#stopping.signal.aborted) return
      const fresh = repair.take(events)
      for (const event of fresh) venue.sayPast(event)
      progress.add(events.length, events.map(momentOf))
      this.counts.rows += events.length
      this.counts.found += fresh.length
      if (next !== undefined) this.#queue.advance(repair.jobAt(next))
    }
    const { gap, coverage } = repair.judge(now())
    // Beside another line that may have been whole, only what is good news is known of the tape.
    if (this.#options.line === '' || gap.state === 'repaired') venue.sayPast(gap)
    if (coverage !== undefined) venue.sayPast(coverage)
    this.#queue.done(gap.id)
    if (gap.state === 'repaired') this.counts.repaired++
    else if (gap.state === 'partly') this.counts.partly++
    else this.counts.beyond++
    const { id, venue: of, instrument: name, channel, state } = gap
    this.#options.logger.info(
      { venue: of, instrument: name, channel, gap: id, state, found: repair.found },
      'a gap was read from history',
    )
  }

  /** What the tape holds around a gap of trades that the venue does not number. */
  async #tapeAround(gap: GapEvent): Promise<TradesOnTape | undefined> {
    if (gap.channel !== 'trade' || gap.missingIds !== null) return undefined
    const { venue, instrument, from, to, receiveTime } = gap
    const stretch = {
      venue,
      instrument,
      from: (from - TAPE_MARGIN) as Micros,
      to: (Math.max(to ?? 0, receiveTime) + TAPE_MARGIN) as Micros,
    }
    return await tradesOnTape(this.#options.log, stretch, { from, to: to ?? receiveTime })
  }

  /** Nothing more can be done for it here. */
  #leave({ gap }: GapJob, why: string): void {
    this.#queue.done(gap.id)
    this.counts.beyond++
    const { id, venue, instrument, channel } = gap
    this.#options.logger.warn({ venue, instrument, channel, gap: id, why }, 'a gap stays as it is')
  }
}
