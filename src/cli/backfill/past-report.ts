import { type CoverageEvent, type GapEvent, isoFromMicros, type Micros } from '../../market/index.ts'
import { paint } from '../output.ts'
import type { PastWork } from './past-work.ts'
import type { Difference } from './reconcile.ts'

/** What came of a backfill, or of the import of a file. Times in microseconds. */
export interface PastReport {
  readonly venue: string
  readonly instrument: string
  readonly channel: string
  readonly from: Micros
  readonly to: Micros
  /** The file, of imports. */
  readonly file?: string
  readonly rows: { readonly read: number; readonly new: number; readonly stored: number; readonly differing: number }
  readonly differences: readonly Difference[]
  /** What is known to be whole now; null if nothing is. */
  readonly covered: { readonly from: Micros; readonly to: Micros } | null
  readonly gaps: readonly { readonly id: string; readonly state: string; readonly missing: number | null }[]
}

/** Puts a report together. */
export function reportOf(
  of: Pick<PastReport, 'venue' | 'instrument' | 'channel' | 'from' | 'to' | 'file'>,
  { counts, differences }: Pick<PastWork, 'counts' | 'differences'>,
  coverage: CoverageEvent | undefined,
  gaps: readonly GapEvent[],
): PastReport {
  return {
    ...of,
    rows: counts,
    differences,
    covered: coverage === undefined ? null : { from: coverage.since, to: coverage.until },
    gaps: gaps.map(({ id, state, missing }) => ({ id, state, missing })),
  }
}

/** A report for people. */
export function reportText(report: PastReport): string {
  const { rows, covered, gaps, differences } = report
  const count = (value: number) => value.toLocaleString('en')
  const lines = [
    `${paint.strong(`${report.venue} ${report.instrument} ${report.channel}`)}${report.file === undefined ? '' : ` from ${report.file}`}`,
    `  ${count(rows.read)} rows read: ${count(rows.new)} new, ${count(rows.stored)} already stored, ${count(rows.differing)} differing`,
    covered === null
      ? '  nothing is known to be whole by it'
      : `  whole from ${isoFromMicros(covered.from)} to ${isoFromMicros(covered.to)}`,
  ]
  for (const { id, state } of gaps) lines.push(`  gap ${id}: ${state}`)
  for (const { what, stored, read } of differences)
    lines.push(`  ${paint.warning('differs')} ${what}: stored ${stored}; read ${read}`)
  const untold = rows.differing - differences.length
  if (differences.length > 0 && untold > 0)
    lines.push(`  … and ${count(untold)} more that differ; what is stored stays`)
  return lines.join('\n')
}
