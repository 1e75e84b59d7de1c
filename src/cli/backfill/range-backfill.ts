import { momentOf, RangeProgress, readPast } from '../../collector/index.ts'
import { type InstrumentId, isoFromMicros, type Micros, now } from '../../market/index.ts'
import type { Config } from '../../platform/index.ts'
import type { PastSource } from '../../venues/index.ts'
import { CliError } from '../cli-error.ts'
import { ProgressBar } from '../progress-bar.ts'
import { withPastParts } from './open-parts.ts'
import { type PastReport, reportOf } from './past-report.ts'
import { PastWork } from './past-work.ts'
import { Reconciler } from './reconcile.ts'
import { SavedProgress } from './saved-progress.ts'
import { interrupted } from './tape-appender.ts'

export interface RangeBackfillOptions {
  readonly config: Config
  readonly venue: string
  readonly instrument: string
  readonly channel: PastSource['channel']
  readonly from: Micros
  /** What is left of the present is not taken: it is being collected. */
  readonly to: Micros | undefined
  readonly say: (message: string) => void
  readonly signal?: AbortSignal
}

/** What has just happened may not be in the venue's history yet. */
const PRESENT_MICROS = 5_000_000
/** Times of one trade differ by so much between a venue's feed and its history. */
const TIME_STEP = 1_001

/** So much before the range is read too: what is found there proves that history reaches back to its beginning. */
const LOOK_BACK: Readonly<Record<PastSource['channel'], number>> = {
  trade: 10 * 60_000_000,
  candle: 10 * 60_000_000,
  funding: 25 * 3_600_000_000,
}

/** Fills a range of the past of an instrument with what its venue gives of it over REST. */
export async function backfillRange(options: RangeBackfillOptions): Promise<PastReport> {
  const { config, venue, channel, from, say, signal: given } = options
  const name = `${options.instrument} ${channel}`
  const parts = { config, venue, name, say, ...(given === undefined ? {} : { signal: given }) }
  return await withPastParts(parts, async ({ protocol, store, appender, past, signal }) => {
    const source = protocol.past?.find((each) => each.channel === channel)
    if (source === undefined) throw nothingGiven(venue, channel, protocol.past ?? [])
    const instruments = await past.instruments()
    const instrument = instruments.find(({ id }) => id === (options.instrument as InstrumentId))
    if (instrument === undefined)
      throw new CliError(
        'CLI_USAGE',
        `${venue} has no instrument ${options.instrument}; "opentape venues" tells how they are called`,
      )
    const to = Math.min(options.to ?? Number.MAX_SAFE_INTEGER, now() - PRESENT_MICROS) as Micros
    if (from >= to) throw new CliError('CLI_USAGE', 'the range is empty: --from has to be before --to, and in the past')
    const work = await PastWork.begin({
      store,
      appender,
      progress: new SavedProgress(config.data, ['backfill', venue, instrument.id, channel, from, options.to ?? 'now']),
      reconciler: new Reconciler(store, instrument, { kind: 'id', timeStep: TIME_STEP }),
      instrument,
      channel,
      from,
      to,
      source: 'backfill',
      fillsGaps: true,
    })
    if (work.cursor !== undefined) say(`going on; ${work.counts.read} rows were read before`)
    const range = { instrument, from: Math.max(0, from - LOOK_BACK[channel]) as Micros, to }
    const progress = new RangeProgress({ venue: instrument.venue, instrument: instrument.id, channel }, from, to)
    const bar = new ProgressBar({
      label: `${instrument.id} ${channel} of ${venue}`,
      unit: 'minutes',
      total: Math.max(1, Math.ceil((to - from) / 60_000_000)),
    })
    const { cursor } = work
    for await (const { events, next } of readPast({
      source,
      range,
      cursor,
      get: (request) => past.get(request),
      now,
    })) {
      await work.take(events, next ?? cursor ?? '')
      if (signal.aborted && next !== undefined) throw interrupted()
      progress.add(events.length, events.map(momentOf))
      bar.update(Math.round(progress.part * ((to - from) / 60_000_000)))
    }
    bar.update(Math.ceil((to - from) / 60_000_000))
    bar.finish()
    const { coverage, gaps } = await work.finish(false)
    if (coverage === undefined) say(`${venue} gave nothing of this range; it keeps ${source.depth}`)
    else if (coverage.since > from)
      say(`nothing was given before ${isoFromMicros(coverage.since)}; ${venue} keeps ${source.depth}`)
    return reportOf({ venue, instrument: instrument.id, channel, from, to }, work, coverage, gaps)
  })
}

function nothingGiven(venue: string, channel: string, given: readonly PastSource[]): CliError {
  const others = given.map((each) => `${each.channel} (${each.depth})`).join(', ')
  return new CliError(
    'CLI_USAGE',
    `${venue} gives nothing of the past of ${channel}${others === '' ? '' : `; it gives ${others}`}`,
  )
}
