import type { FrameSource, RawFrame } from '../log/index.ts'
import type {
  Channel,
  CoverageEvent,
  FeedState,
  GapEvent,
  InstrumentId,
  MarketEvent,
  Micros,
  NamedEvent,
  VenueId,
  VenueStateEvent,
} from '../market/index.ts'
import { channelOfEvent, now } from '../market/index.ts'
import type { Logger } from '../platform/index.ts'
import type { Refusal } from '../venues/index.ts'
import type { Canary } from './canary.ts'
import type { CollectorMetrics, RecentLatencies } from './collector-metrics.ts'
import { FeedEars } from './feed-ears.ts'
import { FeedStates } from './feed-states.ts'
import { BACKFILL_CONNECTION, liveKey } from './line.ts'
import type { ResumeState } from './resume-state.ts'
import type { SilenceWatch } from './silence-watch.ts'
import type { TapeWriter } from './tape-writer.ts'
import type { UsualRates } from './usual-rates.ts'

/** Refusals named in the log, a minute; the rest is only counted. */
const REFUSALS_NAMED_PER_MINUTE = 10
/** Name of the answers to requests among the connections of a venue. */
const REST = 'rest'

export interface VenueVoiceOptions {
  /** Which of several lines this collector is; empty if it is the only one. */
  readonly line?: string
  readonly writer: TapeWriter
  readonly resume: ResumeState
  readonly metrics: CollectorMetrics
  /** What is usual of each feed of this venue, by hour of the week. */
  readonly rates: UsualRates
  /** Compares this venue with the others of the collector. */
  readonly canary: Canary
  readonly logger: Logger
  /** Told of every gap as it is said. */
  readonly onGap?: (gap: GapEvent) => void
}

/** Puts what a venue says, and what is concluded of it, onto the tape, and tells everybody who keeps account of it. */
export class VenueVoice {
  readonly #venue: VenueId
  readonly #options: VenueVoiceOptions
  readonly #watch: SilenceWatch
  readonly #feedStates = new FeedStates()
  readonly #ears: FeedEars
  readonly #latencies: RecentLatencies
  /** Under which key what is heard now is written. */
  readonly #live: string
  /** The same of history that was read later. */
  readonly #past: string
  #refusalsNamed = 0

  constructor(venue: VenueId, options: VenueVoiceOptions, watch: SilenceWatch) {
    this.#venue = venue
    this.#options = options
    this.#watch = watch
    this.#latencies = options.metrics.latencies(venue)
    this.#ears = new FeedEars((event, channel) => ({
      counter: options.metrics.events(venue, event.messageType),
      resume: options.resume.instrument(event),
      rate: options.rates.feed(event.instrument, channel, event.receiveTime / 1000),
    }))
    const { line = '' } = options
    this.#live = liveKey(line)
    this.#past = `${venue}/${line === '' ? '' : `${line}-`}${BACKFILL_CONNECTION}`
  }

  event(event: MarketEvent): void {
    const channel = channelOfEvent(event)
    if (channel === null || event.messageType === 'venue-state') this.#word(event)
    else this.#heard(event, channel)
  }

  /** What is said of a feed, or of an instrument as such. */
  #word(event: MarketEvent): void {
    const { resume, metrics, writer, onGap } = this.#options
    resume.note(event)
    metrics.events(event.venue, event.messageType).count++
    writer.event(this.#live, event)
    if (event.messageType === 'gap') onGap?.(event)
    else if (event.messageType === 'feed-state') this.#feedStates.note(event)
  }

  /** What came from a feed: everybody who keeps account of it is told. */
  #heard(event: NamedEvent, channel: Channel): void {
    const { writer, rates, canary } = this.#options
    const ear = this.#ears.of(event, channel)
    const { receiveTime } = event
    ear.counter.count++
    writer.named(this.#live, event, ear.names)
    if (event.messageType === 'trade') {
      ear.resume.noteTrade(event)
      if (event.backlog === true) return
      if (event.exchangeTime !== null) this.#latencies.add(receiveTime - event.exchangeTime)
    }
    if (ear.heard === undefined) ear.heard = ear.resume.hear(channel, receiveTime)
    else ear.heard.at = receiveTime
    const milliseconds = receiveTime / 1000
    ear.watched ??= this.#watch.feed(event.instrument, channel)
    if (ear.watched !== undefined) this.#watch.heard(ear.watched, milliseconds)
    rates.count(ear.rate, milliseconds)
    if (channel !== 'trade') return
    ear.member ??= canary.member(event.venue, event.instrument)
    if (ear.member !== undefined) canary.heard(ear.member, milliseconds)
  }

  /** An event of the venue's past: it tells nothing of how the feeds are now. */
  past(event: MarketEvent): void {
    this.#options.metrics.events(event.venue, event.messageType).count++
    this.#options.writer.event(this.#past, event)
  }

  frame(frame: RawFrame): void {
    if (frame.direction === 'in') this.#options.metrics.frameReceived(this.#venue, frame.data.length)
    this.#options.writer.frame(frame)
  }

  /** What the venue answered to a request. */
  body(url: string, data: string): void {
    const source: FrameSource = { venue: this.#venue, connection: REST, url }
    this.#options.writer.frame({ receiveTime: now(), source, kind: 'http', direction: 'in', data })
  }

  /** A message that could not be used. */
  refused(connection: string, { kind, reason, sample }: Refusal): void {
    this.#options.metrics.refused(this.#venue, kind)
    if (this.#refusalsNamed++ >= REFUSALS_NAMED_PER_MINUTE) return
    this.#options.logger.warn({ venue: this.#venue, connection, kind, reason, sample }, 'a message could not be used')
  }

  /** A minute has passed: refusals are named again. */
  nameRefusalsAgain(): void {
    this.#refusalsNamed = 0
  }

  venueState(event: VenueStateEvent): void {
    this.#options.writer.event(this.#live, event)
  }

  coverages(events: readonly CoverageEvent[]): void {
    for (const event of events) this.#options.writer.event(this.#live, event)
  }

  /** Says the state of every feed again: who starts to listen later than the collector learns of them so. */
  repeatFeeds(): void {
    for (const event of this.#feedStates.all()) {
      const lastHeard = this.#watch.lastHeard(event.instrument, event.channel)
      const lastMessageTime = lastHeard === undefined ? event.lastMessageTime : (Math.round(lastHeard * 1000) as Micros)
      this.#options.writer.event(this.#live, { ...event, lastMessageTime, receiveTime: now() })
    }
  }

  /** A feed is not watched any more. */
  forget(instrument: InstrumentId, channel: Channel): void {
    this.#feedStates.forget(instrument, channel)
    this.#ears.forget(instrument, channel)
  }

  /** How many feeds are in which state. */
  get feedCounts(): Readonly<Partial<Record<FeedState, number>>> {
    const counts: Partial<Record<FeedState, number>> = {}
    for (const event of this.#feedStates.all()) counts[event.state] = (counts[event.state] ?? 0) + 1
    return counts
  }
}
