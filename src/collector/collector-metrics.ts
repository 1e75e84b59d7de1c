import { Counter, Gauge, Histogram } from 'prom-client'
import type { MarketEvent, MessageType, Micros, VenueId, VenueLatency } from '../market/index.ts'
import type { Metrics } from '../platform/serving.ts'
import type { Refusal } from '../venues/index.ts'
import type { Backfiller } from './backfill/backfiller.ts'

/** Latencies remembered of each venue for its percentiles. */
const LATENCY_SAMPLES = 1_024

type Counts = Map<string, number>

/**
 * What the collector counts. The hot path only adds to plain numbers; they reach the registry when somebody asks, since a
 * labelled counter costs more than parsing the frame.
 */
export class CollectorMetrics {
  readonly appended: Histogram
  readonly #events: Map<VenueId, Counts> = new Map()
  readonly #frames = new Map<VenueId, { count: number; bytes: number }>()
  readonly #latencies = new Map<VenueId, { samples: Float64Array; next: number; count: number }>()
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
        for (const [venue, counts] of events) for (const [kind, count] of counts) this.inc({ venue, kind }, count)
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

  eventMade(event: MarketEvent): void {
    let counts = this.#events.get(event.venue)
    if (counts === undefined) {
      counts = new Map<MessageType, number>()
      this.#events.set(event.venue, counts)
    }
    counts.set(event.messageType, (counts.get(event.messageType) ?? 0) + 1)
    if (event.messageType === 'trade' && event.backlog !== true && event.exchangeTime !== null) {
      this.#latency(event.venue, event.exchangeTime, event.receiveTime)
    }
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
    const recent = this.#latencies.get(venue)
    if (recent === undefined || recent.count === 0) return null
    const sorted = recent.samples.slice(0, recent.count).sort()
    const at = (quantile: number): number =>
      sorted[Math.min(recent.count - 1, Math.floor(quantile * recent.count))] ?? 0
    return { minimum: at(0), p50: at(0.5), p90: at(0.9), p99: at(0.99) }
  }

  #latency(venue: VenueId, exchangeTime: Micros, receiveTime: Micros): void {
    let recent = this.#latencies.get(venue)
    if (recent === undefined) {
      recent = { samples: new Float64Array(LATENCY_SAMPLES), next: 0, count: 0 }
      this.#latencies.set(venue, recent)
    }
    recent.samples[recent.next] = receiveTime - exchangeTime
    recent.next = (recent.next + 1) % LATENCY_SAMPLES
    recent.count = Math.min(LATENCY_SAMPLES, recent.count + 1)
  }
}
