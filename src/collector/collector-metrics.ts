import { Counter, Gauge, Histogram } from 'prom-client'
import type { MessageType, VenueId, VenueLatency } from '../market/index.ts'
import type { Metrics } from '../platform/serving.ts'
import type { Refusal } from '../venues/index.ts'
import type { Backfiller } from './backfill/backfiller.ts'

/** Latencies remembered of each venue for its percentiles. */
const LATENCY_SAMPLES = 1_024

/** Counts the events of one kind of a venue. */
export interface EventCounter {
  count: number
}

/** The newest latencies of a venue, in microseconds. */
export class RecentLatencies {
  readonly #samples = new Float64Array(LATENCY_SAMPLES)
  #next = 0
  #count = 0

  add(micros: number): void {
    this.#samples[this.#next] = micros
    this.#next = (this.#next + 1) % LATENCY_SAMPLES
    if (this.#count < LATENCY_SAMPLES) this.#count++
  }

  /** Null while there is none. */
  percentiles(): VenueLatency | null {
    const count = this.#count
    if (count === 0) return null
    const sorted = this.#samples.slice(0, count).sort()
    const at = (quantile: number): number => sorted[Math.min(count - 1, Math.floor(quantile * count))] ?? 0
    return { minimum: at(0), p50: at(0.5), p90: at(0.9), p99: at(0.99) }
  }
}

/**
 * What the collector counts. The hot path only adds to plain numbers; they reach the registry when somebody asks, since a
 * labelled counter costs more than parsing the frame.
 */
export class CollectorMetrics {
  readonly appended: Histogram
  readonly #events = new Map<VenueId, Map<MessageType, EventCounter>>()
  readonly #frames = new Map<VenueId, { count: number; bytes: number }>()
  readonly #latencies = new Map<VenueId, RecentLatencies>()
  readonly #refused: Counter
  readonly #rest: Counter
  readonly #silent: Counter
  readonly #appendFailures: Counter

  constructor(metrics: Metrics) {
    const registers = [metrics]
    const events = this.#events
    const frames = this.#frames
    new Counter({
      name: 'opentape_collector_events_total',
      help: 'Events made of frames and answers.',
      labelNames: ['venue', 'kind'],
      registers,
      collect() {
        this.reset()
        for (const [venue, counts] of events) for (const [kind, { count }] of counts) this.inc({ venue, kind }, count)
      },
    })
    new Counter({
      name: 'opentape_collector_frames_total',
      help: 'Frames received.',
      labelNames: ['venue'],
      registers,
      collect() {
        this.reset()
        for (const [venue, { count }] of frames) this.inc({ venue }, count)
      },
    })
    new Counter({
      name: 'opentape_collector_frame_bytes_total',
      help: 'Bytes received in frames, unpacked.',
      labelNames: ['venue'],
      registers,
      collect() {
        this.reset()
        for (const [venue, { bytes }] of frames) this.inc({ venue }, bytes)
      },
    })
    const percentiles = (venue: VenueId): [string, number][] => this.latencyPercentiles(venue)
    const latencies = this.#latencies
    new Gauge({
      name: 'opentape_collector_exchange_latency_seconds',
      help: "Receive time less exchange time of recent trades, clock offset included: negative where the venue's clock is ahead.",
      labelNames: ['venue', 'quantile'],
      registers,
      collect() {
        this.reset()
        for (const venue of latencies.keys())
          for (const [quantile, value] of percentiles(venue)) this.set({ venue, quantile }, value)
      },
    })
    this.#refused = new Counter({
      name: 'opentape_collector_refused_total',
      help: 'Messages that could not be used; they stay in the raw log.',
      labelNames: ['venue', 'kind'],
      registers,
    })
    this.#rest = new Counter({
      name: 'opentape_collector_rest_answers_total',
      help: 'Answers of the venues to requests, by status; 0 = none came.',
      labelNames: ['venue', 'status'],
      registers,
    })
    this.#silent = new Counter({
      name: 'opentape_collector_silences_total',
      help: 'Feeds found silent beyond their usual rate.',
      labelNames: ['venue', 'channel'],
      registers,
    })
    this.#appendFailures = new Counter({
      name: 'opentape_collector_append_failures_total',
      help: 'Times that the log did not take a batch; it is tried again until it does.',
      registers,
    })
    this.appended = new Histogram({
      name: 'opentape_collector_append_seconds',
      help: 'Time until a batch was durable.',
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2, 10],
      registers,
    })
  }

  /** Shows how far the repair of gaps from history is. */
  watchBackfill(metrics: Metrics, backfill: Pick<Backfiller, 'counts' | 'waiting' | 'underWay'>): void {
    const registers = [metrics]
    new Gauge({
      name: 'opentape_collector_backfill_waiting',
      help: 'Gaps that wait to be read from history, those under way among them.',
      registers,
      collect() {
        this.set(backfill.waiting)
      },
    })
    new Gauge({
      name: 'opentape_collector_backfill_seconds_left',
      help: 'Time that the gap under way will take at its pace, in seconds.',
      labelNames: ['venue', 'channel'],
      registers,
      collect() {
        this.reset()
        for (const { venue, channel, etaSeconds } of backfill.underWay)
          if (etaSeconds !== null) this.set({ venue, channel }, etaSeconds)
      },
    })
    new Gauge({
      name: 'opentape_collector_backfill_rows_per_second',
      help: 'Pace of the gap under way, in rows of history a second.',
      labelNames: ['venue', 'channel'],
      registers,
      collect() {
        this.reset()
        for (const { venue, channel, rowsPerSecond } of backfill.underWay) this.set({ venue, channel }, rowsPerSecond)
      },
    })
    new Counter({
      name: 'opentape_collector_backfill_rows_total',
      help: 'Rows of history: all that were read, and those that were new.',
      labelNames: ['kind'],
      registers,
      collect() {
        this.reset()
        this.inc({ kind: 'read' }, backfill.counts.rows)
        this.inc({ kind: 'new' }, backfill.counts.found)
      },
    })
    new Counter({
      name: 'opentape_collector_backfill_gaps_total',
      help: 'Gaps that were read from history, by what became of them; failed: tries that are repeated.',
      labelNames: ['outcome'],
      registers,
      collect() {
        const { repaired, partly, beyond, failures } = backfill.counts
        this.reset()
        this.inc({ outcome: 'repaired' }, repaired)
        this.inc({ outcome: 'partly' }, partly)
        this.inc({ outcome: 'beyond-repair' }, beyond)
        this.inc({ outcome: 'failed' }, failures)
      },
    })
  }

  /** What counts the events of a kind that a venue's frames are made into. */
  events(venue: VenueId, kind: MessageType): EventCounter {
    let counts = this.#events.get(venue)
    if (counts === undefined) {
      counts = new Map()
      this.#events.set(venue, counts)
    }
    let counter = counts.get(kind)
    if (counter === undefined) {
      counter = { count: 0 }
      counts.set(kind, counter)
    }
    return counter
  }

  /** What takes receive time less exchange time of a venue's trades. */
  latencies(venue: VenueId): RecentLatencies {
    let recent = this.#latencies.get(venue)
    if (recent === undefined) {
      recent = new RecentLatencies()
      this.#latencies.set(venue, recent)
    }
    return recent
  }

  frameReceived(venue: VenueId, bytes: number): void {
    let frames = this.#frames.get(venue)
    if (frames === undefined) {
      frames = { count: 0, bytes: 0 }
      this.#frames.set(venue, frames)
    }
    frames.count++
    frames.bytes += bytes
  }

  refused(venue: VenueId, kind: Refusal['kind']): void {
    this.#refused.inc({ venue, kind })
  }

  restAnswered(venue: VenueId, status: number): void {
    this.#rest.inc({ venue, status: String(status) })
  }

  silent(venue: VenueId, channel: string): void {
    this.#silent.inc({ venue, channel })
  }

  appendFailed(): void {
    this.#appendFailures.inc()
  }

  /** Quantiles of receive time less exchange time in seconds, over the last trades of a venue. */
  latencyPercentiles(venue: VenueId): [quantile: string, seconds: number][] {
    const latency = this.latency(venue)
    if (latency === null) return []
    return [
      ['0', latency.minimum / 1_000_000],
      ['0.5', latency.p50 / 1_000_000],
      ['0.9', latency.p90 / 1_000_000],
      ['0.99', latency.p99 / 1_000_000],
    ]
  }

  /** The same in microseconds, for the tape; null where no trade had a time. */
  latency(venue: VenueId): VenueLatency | null {
    return this.#latencies.get(venue)?.percentiles() ?? null
  }
}
