import { decodeFrames, type KeptFrame, type Log, type LogRecord } from '../log/index.ts'
import { MICROS_PER_SECOND, type Micros } from '../market/index.ts'
import type { Config } from '../platform/index.ts'
import { CliError } from './cli-error.ts'
import { DataDirectory } from './data-directory.ts'
import { writeExport } from './export-target.ts'
import { EMBEDDED, openConfiguredLog } from './parts.ts'
import { ProgressBar } from './progress-bar.ts'

export interface RawExportOptions {
  readonly config: Config
  readonly venue: string
  readonly connection: string | undefined
  readonly from: Micros | undefined
  readonly to: Micros | undefined
  readonly output: string | undefined
}

const TOPIC = 'raw-market-data'
const READ_LIMITS = { records: 500, bytes: 8_000_000 }
/** Frames of several connections come in batches: those of one stretch of time are put in order before they are written. */
const ORDERING_MICROS = 5 * MICROS_PER_SECOND
/** However dense they are, no more than these wait for it. */
const ORDERING_FRAMES = 200_000

/** Writes what a venue said, as a capture: one record a line, in order of time. */
export async function exportRaw(options: RawExportOptions): Promise<void> {
  const { config } = options
  if (config.log.url === EMBEDDED && new DataDirectory(config.data).kind() === undefined)
    throw new CliError(
      'CLI_INPUT_UNREADABLE',
      `there is no data in ${config.data}: name the data directory with --data`,
    )
  const log = await openConfiguredLog(config)
  try {
    const { first, next } = await log.bounds(TOPIC)
    const progress = new ProgressBar({ label: 'exporting', unit: 'records', total: next - first })
    const records = readRecords(log, first, next, (done) => progress.update(done))
    await writeExport(options.output, asText(inOrder(framesOf(records, options))))
    progress.finish()
  } finally {
    await log.close()
  }
}

async function* readRecords(
  log: Log,
  first: number,
  end: number,
  progress: (done: number) => void,
): AsyncGenerator<LogRecord, void, undefined> {
  let position = first
  while (position < end) {
    const records = await log.read(TOPIC, position, READ_LIMITS)
    const last = records.at(-1)
    if (last === undefined) return
    for (const record of records) if (record.position < end) yield record
    position = last.position + 1
    progress(Math.min(position, end) - first)
  }
}

async function* framesOf(
  records: AsyncIterable<LogRecord>,
  { venue, connection, from, to }: RawExportOptions,
): AsyncGenerator<KeptFrame, void, undefined> {
  for await (const record of records) {
    for (const frame of decodeFrames(record)) {
      if (frame.source.venue !== venue) continue
      if (connection !== undefined && frame.source.connection !== connection) continue
      if ((from === undefined || frame.receiveTime >= from) && (to === undefined || frame.receiveTime < to)) yield frame
    }
  }
}

/** Frames by their time; those of one time stay as they came. */
async function* inOrder(frames: AsyncIterable<KeptFrame>): AsyncGenerator<readonly KeptFrame[], void, undefined> {
  let waiting: KeptFrame[] = []
  let newest = 0
  let sortedUntil = 0
  for await (const frame of frames) {
    waiting.push(frame)
    if (frame.receiveTime > newest) newest = frame.receiveTime
    if (newest - sortedUntil < 2 * ORDERING_MICROS && waiting.length < ORDERING_FRAMES) continue
    waiting.sort((left, right) => left.receiveTime - right.receiveTime)
    const isCrowded = waiting.length >= ORDERING_FRAMES
    const cut = isCrowded
      ? waiting.length / 2
      : waiting.findIndex((each) => each.receiveTime > newest - ORDERING_MICROS)
    sortedUntil = newest - ORDERING_MICROS
    yield waiting.slice(0, cut)
    waiting = waiting.slice(cut)
  }
  yield waiting.sort((left, right) => left.receiveTime - right.receiveTime)
}

async function* asText(batches: AsyncIterable<readonly KeptFrame[]>): AsyncGenerator<string, void, undefined> {
  for await (const batch of batches) {
    const text = batch.map(captureLine).join('')
    if (text !== '') yield text
  }
}

/** A line of a capture. The time is written digit by digit: as a binary fraction it would not be exact. */
function captureLine({ receiveTime, kind, direction, source: { url, connection }, data }: KeptFrame): string {
  const seconds = Math.floor(receiveTime / MICROS_PER_SECOND)
  const fraction = String(receiveTime - seconds * MICROS_PER_SECOND).padStart(6, '0')
  const rest = JSON.stringify({ kind, dir: direction, url, conn: connection, data })
  return `{"t":${seconds}.${fraction},${rest.slice(1)}\n`
}
