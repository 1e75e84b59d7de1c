import { Counter, Gauge, Histogram } from 'prom-client'
import { MICROS_PER_SECOND } from '../market/index.ts'
import type { Metrics } from '../platform/serving.ts'

/** What the processor counts. */
export class ProcessorMetrics {
  readonly #events: Counter
  readonly #unreadable: Counter
  readonly #rows: Counter
  readonly #duplicates: Counter
  readonly #rejected: Counter
  readonly #lost: Counter
  readonly #insertFailures: Counter
  readonly #insertSeconds: Histogram
  readonly #sinkLag: Gauge
  readonly #sinkRecords: Gauge
  readonly #liveLag: Gauge
  readonly #published: Counter
  readonly #crossed: Counter
  readonly #snapshotFailures: Counter
  readonly #refreshesDropped: Counter
  readonly #audits: Counter
  readonly #differences: Counter
  readonly #undecided: Counter

  constructor(metrics: Metrics) {
    const registers = [metrics]
    const counter = (name: string, help: string, labelNames: string[] = []): Counter =>
      new Counter({ name: `opentape_processor_${name}`, help, labelNames, registers })
    const gauge = (name: string, help: string): Gauge =>
      new Gauge({ name: `opentape_processor_${name}`, help, registers })
    this.#events = counter('events_total', 'Events read from the tape by the live reader.')
    this.#unreadable = counter('unreadable_lines_total', 'Lines of the tape that could not be read.')
    this.#rows = counter('rows_stored_total', 'Rows that the store acknowledged.', ['table'])
    this.#duplicates = counter('duplicate_trades_total', 'Trades that were stored before and left out.')
    this.#rejected = counter('rejected_events_total', 'Events kept in rejected_events instead of their table.')
    this.#lost = counter('records_lost_total', 'Records that retention removed before they were stored.')
    this.#insertFailures = counter(
      'insert_failures_total',
      'Tries to write a batch that the store did not acknowledge.',
    )
    this.#insertSeconds = new Histogram({
      name: 'opentape_processor_insert_seconds',
      help: 'Time that the store took to acknowledge a batch.',
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    })
    this.#sinkLag = gauge('sink_lag_seconds', 'Age of the oldest record of the tape that is not stored yet.')
    this.#sinkRecords = gauge('sink_lag_records', 'Records of the tape that are not stored yet.')
    this.#liveLag = gauge('live_lag_seconds', 'Age of the newest record when the live reader had taken it in.')
    this.#published = counter('published_total', 'Messages published on the topic analytics.', ['kind'])
    this.#crossed = counter('crossed_books_total', 'Books whose best bid was found at or above the best ask.', [
      'venue',
    ])
    this.#snapshotFailures = counter('book_snapshot_failures_total', 'Book snapshots that the store did not take.')
    this.#refreshesDropped = counter(
      'candle_refreshes_dropped_total',
      'Old candles that changed and were not said again.',
    )
    const labels = ['venue', 'subject']
    this.#audits = counter('audits_total', 'Candles and last prices of ours that were compared with the venue.', labels)
    this.#differences = counter('audit_differences_total', 'Of these, those that differed.', labels)
    this.#undecided = counter(
      'audits_undecided_total',
      'Comparisons that came to nothing: the two differed, but our trades were not known to be complete.',
      labels,
    )
  }

  read(events: number, unreadable: number, lagMicros: number): void {
    this.#events.inc(events)
    if (unreadable > 0) this.#unreadable.inc(unreadable)
    this.#liveLag.set(Math.max(0, lagMicros) / MICROS_PER_SECOND)
  }

  sinkWrote(rows: Readonly<Record<string, number>>, duplicates: number, rejected: number): void {
    for (const [table, count] of Object.entries(rows)) this.#rows.inc({ table }, count)
    if (duplicates > 0) this.#duplicates.inc(duplicates)
    if (rejected > 0) this.#rejected.inc(rejected)
  }

  sinkBehind(records: number, ageMicros: number): void {
    this.#sinkRecords.set(records)
    this.#sinkLag.set(ageMicros / MICROS_PER_SECOND)
  }

  recordsLost(records: number): void {
    this.#lost.inc(records)
  }

  insertTook(seconds: number): void {
    this.#insertSeconds.observe(seconds)
  }

  insertFailed(): void {
    this.#insertFailures.inc()
  }

  published(kind: string, count: number): void {
    if (count > 0) this.#published.inc({ kind }, count)
  }

  bookCrossed(venue: string): void {
    this.#crossed.inc({ venue })
  }

  snapshotFailed(count: number): void {
    this.#snapshotFailures.inc(count)
  }

  /** `undecided` comparisons count as none. */
  audited(venue: string, subject: string, outcome: 'agreed' | 'differed' | 'undecided'): void {
    if (outcome === 'undecided') {
      this.#undecided.inc({ venue, subject })
      return
    }
    this.#audits.inc({ venue, subject })
    if (outcome === 'differed') this.#differences.inc({ venue, subject })
  }

  refreshDropped(): void {
    this.#refreshesDropped.inc()
  }
}
