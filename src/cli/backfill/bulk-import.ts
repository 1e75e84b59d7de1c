import { momentOf } from '../../collector/index.ts'
import { type Instrument, MarketError, type MarketEvent, type Micros, now } from '../../market/index.ts'
import type { Config } from '../../platform/index.ts'
import { type BulkFile, type BulkSource, VenueError } from '../../venues/index.ts'
import { CliError } from '../cli-error.ts'
import { ProgressBar } from '../progress-bar.ts'
import { type BulkTable, tablesOf } from './bulk-file.ts'
import { linesOf, RowReader } from './csv-rows.ts'
import { knownInstruments, type PastParts, withPastParts } from './open-parts.ts'
import { type PastReport, reportOf } from './past-report.ts'
import { PastWork } from './past-work.ts'
import { Reconciler } from './reconcile.ts'
import { SavedProgress } from './saved-progress.ts'
import { type SourceFile, sourceFiles } from './source-files.ts'
import { interrupted } from './tape-appender.ts'

export interface BulkImportOptions {
  readonly config: Config
  readonly venue: string
  /** Files, folders and addresses. */
  readonly sources: readonly string[]
  /** Only of this instrument. */
  readonly instrument: string | undefined
  readonly from: Micros | undefined
  readonly to: Micros | undefined
  readonly say: (message: string) => void
  /** Told of each table as it is done. */
  readonly done: (report: PastReport) => void
  readonly signal?: AbortSignal
}

/** Rows that are reconciled and written at a time. */
const BATCH = 10_000
const END_OF_TIME = Number.MAX_SAFE_INTEGER as Micros

/** What a table is: a kind of file of the venue, of an instrument. */
interface Identified {
  readonly source: BulkSource
  readonly file: BulkFile
  readonly instrument: Instrument
}

/** Brings a venue's bulk files onto the tape: each row that is not stored yet, once. @returns how many tables were read */
export async function importBulk(options: BulkImportOptions): Promise<number> {
  const { config, venue, sources, say, signal: given } = options
  const parts = { config, venue, name: 'import', say, ...(given === undefined ? {} : { signal: given }) }
  return await withPastParts(parts, async (opened) => {
    const { bulk } = opened.protocol
    if (bulk === undefined) throw new CliError('CLI_USAGE', `no bulk files of ${venue} are known; see docs/venues.md`)
    const instruments = await knownInstruments(opened)
    let tables = 0
    for await (const file of sourceFiles(sources, config.data, opened.signal)) {
      try {
        if (file.isVerified) say(`${file.name}: its checksum is right`)
        for await (const table of tablesOf(file.path)) {
          const identified = identify(bulk, table.name, instruments)
          if (typeof identified === 'string') say(`${table.name} is left out: ${identified}`)
          else if (options.instrument === undefined || identified.instrument.id === options.instrument) {
            // Packed tables tell at their end only whether they are damaged: not a row of such a one must be stored.
            if (!file.isVerified) await readThrough(table)
            options.done(await importTable(options, opened, file, table, identified))
            tables++
          }
        }
      } finally {
        await file.release()
      }
    }
    return tables
  })
}

async function readThrough(table: BulkTable): Promise<void> {
  for await (const _chunk of await table.open());
}

function identify(bulk: readonly BulkSource[], name: string, instruments: readonly Instrument[]): Identified | string {
  let isKnown = false
  for (const source of bulk) {
    const file = source.file(name)
    if (file === undefined) continue
    isKnown = true
    const instrument = instruments.find((each) => file.matches(each))
    if (instrument !== undefined) return { source, file, instrument }
  }
  if (isKnown) return 'the venue has no such instrument'
  return `it is not of a kind that can be imported: ${bulk.map(({ what }) => what).join('; ')}`
}

async function importTable(
  options: BulkImportOptions,
  { store, appender, signal }: PastParts,
  file: SourceFile,
  table: BulkTable,
  { source, file: { period }, instrument }: Identified,
): Promise<PastReport> {
  const { config, venue, say } = options
  const from = Math.max(options.from ?? 0, period?.from ?? 0) as Micros
  const to = Math.min(options.to ?? END_OF_TIME, period?.to ?? END_OF_TIME) as Micros
  const isWhole = period !== undefined
  const work = await PastWork.begin({
    store,
    appender,
    progress: new SavedProgress(config.data, ['import', venue, table.name, file.bytes, options.from, options.to]),
    reconciler: new Reconciler(store, instrument, { kind: source.identity, timeStep: source.timeStep }),
    instrument,
    channel: source.channel,
    from,
    to,
    source: 'import',
    fillsGaps: isWhole && source.identity === 'id',
  })
  const done = Number(work.cursor ?? 0)
  if (done > 0) say(`${table.name}: going on after ${done} rows`)
  const bar = new ProgressBar({ label: table.name, unit: 'rows', total: undefined })
  let rows = 0
  for await (const batch of batchesOf(source, eventsOf(table, source, instrument, done))) {
    rows = batch.rows
    await work.take(batch.events, String(rows))
    bar.update(rows)
    if (signal.aborted) throw interrupted()
  }
  bar.finish()
  const { coverage, gaps } = await work.finish(isWhole)
  const of = { venue, instrument: instrument.id, channel: source.channel, from, to, file: table.name }
  return reportOf(of, work, coverage, gaps)
}

interface Row {
  /** Its number, from 1 on. */
  readonly row: number
  readonly event: MarketEvent
}

/** The rows of a table after the first so many. */
async function* eventsOf(
  table: BulkTable,
  source: BulkSource,
  instrument: Instrument,
  skip: number,
): AsyncGenerator<Row, void, undefined> {
  const reader = new RowReader(source)
  let row = 0
  for await (const line of linesOf(await table.open())) {
    const cells = reader.read(line)
    if (cells === undefined || ++row <= skip) continue
    try {
      yield { row, event: source.read(cells, instrument, now()) }
    } catch (cause) {
      if (!(cause instanceof VenueError || cause instanceof MarketError)) throw cause
      throw new VenueError('VENUE_BULK_INVALID', `${table.name}, row ${row}: ${cause.message}`, { cause })
    }
  }
}

/** Batches of rows. What has no ids is never cut within a step of its time: such a step is compared as a whole. */
async function* batchesOf(
  { identity, timeStep }: BulkSource,
  rows: AsyncIterable<Row>,
): AsyncGenerator<{ readonly events: readonly MarketEvent[]; readonly rows: number }, void, undefined> {
  let events: MarketEvent[] = []
  let last = 0
  let unit = Number.NaN
  for await (const { row, event } of rows) {
    const now = Math.floor((momentOf(event) ?? 0) / timeStep)
    if (events.length >= BATCH && (identity === 'id' || now !== unit)) {
      yield { events, rows: last }
      events = []
    }
    unit = now
    last = row
    events.push(event)
  }
  if (events.length > 0) yield { events, rows: last }
}
