import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** Where recorded traffic of real exchanges lies, if this machine has it. It is no part of the project. */
const DIRECTORY = process.env.OPENTAPE_RECORDINGS ?? resolve(import.meta.dirname, '../../../../shared/recordings')

/** A reason to skip the tests that read recordings, or false where they are present. */
export function recordingsAbsent(venue: string): string | false {
  if (existsSync(join(DIRECTORY, 'truth', `${venue}.json`))) return false
  return `no recordings of ${venue} in ${DIRECTORY}: set OPENTAPE_RECORDINGS to have this tested`
}

/** The lines of a recorded session. */
export function sessionLines(venue: string): string[] {
  return lines(join(DIRECTORY, 'sessions', `${venue}.ndjson`))
}

/** One message sample. */
export interface MessageRow {
  readonly channel: string
  readonly source: string
  readonly raw: unknown
  /** Another project's opinion of it; absent where unknown. */
  readonly expected: readonly unknown[] | undefined
  readonly test: string | undefined
  readonly seq: number
  readonly note: string | undefined
}

/** Every message sample of a venue, by file, in the order of the rows. */
export function messageRows(venue: string): MessageRow[] {
  const directory = join(DIRECTORY, 'messages', venue)
  const rows: MessageRow[] = []
  for (const file of readdirSync(directory).sort()) {
    for (const line of lines(join(directory, file))) {
      const row = JSON.parse(line) as Record<string, unknown>
      rows.push({
        channel: String(row.channel),
        source: String(row.source),
        raw: row.raw,
        expected: Array.isArray(row.expected) ? (row.expected as readonly unknown[]) : undefined,
        test: typeof row.test === 'string' ? row.test : undefined,
        seq: typeof row.seq === 'number' ? row.seq : 0,
        note: typeof row.note === 'string' ? row.note : undefined,
      })
    }
  }
  return rows
}

/** What an independent replay found in a session. Only what is compared is named here. */
export interface Truth {
  readonly symbols: Readonly<Record<string, TruthOfSymbol>>
}

export interface TruthOfTrades {
  readonly count: number
  readonly sum_amount?: string
  readonly sum_price_times_amount?: string
  readonly first_price?: string
  readonly last_price?: string
  readonly taker_buy?: number
  readonly taker_sell?: number
}

export interface TruthOfSymbol {
  readonly trades?: TruthOfTrades
  readonly trades_backlog?: TruthOfTrades
  readonly book?: {
    readonly snapshots: number
    readonly applied_frames: number
    readonly dropped_stale_frames: number
    readonly sequence_gaps: number
    readonly last_sequence?: string
    readonly checksums?: { readonly verified: number; readonly failed: number }
    readonly bbo_crosscheck_with_ticker?: { readonly compared: number; readonly equal: number }
    readonly levels: { readonly bids: number; readonly asks: number }
    readonly top5: { readonly bids: readonly string[][]; readonly asks: readonly string[][] }
    readonly full_book_sha256: string
  }
}

export function truthOf(venue: string): Truth {
  return JSON.parse(readFileSync(join(DIRECTORY, 'truth', `${venue}.json`), 'utf8')) as Truth
}

function lines(path: string): string[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
}
