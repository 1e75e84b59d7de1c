import type { Completeness } from '../../../src/gateway/schemas/index.ts'

/**
 * A part of a range as it is drawn. `quiet`: watched, and nothing traded; that is not the same as `unknown`, where nobody watched.
 */
export interface CoveragePart {
  readonly kind: 'complete' | 'quiet' | 'missing' | 'unknown'
  readonly from: number
  readonly to: number
  /** Ids of the gaps by which it is missing. */
  readonly gaps: readonly string[]
}

/** Which stretches of one width had trades, by their beginnings. */
export interface Activity {
  readonly width: number
  readonly busy: ReadonlySet<number>
}

/** The parts of a range in order; what is complete is told apart by whether anything traded, where that is known. */
export function coverageParts(segments: Completeness['segments'], activity: Activity | null): CoveragePart[] {
  const parts: CoveragePart[] = []
  const add = (kind: CoveragePart['kind'], from: number, to: number, gaps: readonly string[]): void => {
    if (from >= to) return
    const before = parts.at(-1)
    if (before?.kind === kind && before.to === from && before.gaps.join() === gaps.join()) {
      parts[parts.length - 1] = { ...before, to }
    } else parts.push({ kind, from, to, gaps })
  }
  for (const { state, from, to, gaps } of segments) {
    if (state !== 'complete' || activity === null) {
      add(state, from, to, gaps)
      continue
    }
    const { width, busy } = activity
    for (let start = Math.floor(from / width) * width; start < to; start += width) {
      // A stretch that lies only partly in here may have had its trades outside.
      const isQuiet = start >= from && start + width <= to && !busy.has(start)
      add(isQuiet ? 'quiet' : 'complete', Math.max(start, from), Math.min(start + width, to), gaps)
    }
  }
  return parts
}

/** The part at a fraction of the range; -1 if there are no parts. */
export function partAt(parts: readonly CoveragePart[], fraction: number): number {
  const first = parts[0]
  const last = parts.at(-1)
  if (first === undefined || last === undefined) return -1
  const at = first.from + fraction * (last.to - first.from)
  const index = parts.findIndex((part) => at < part.to)
  return index < 0 ? parts.length - 1 : index
}

/** `99.98 %`: cut, not rounded, so that what is not whole is never called 100 %. */
export function formatShare(share: number): string {
  if (share >= 1) return '100 %'
  return `${(Math.floor(share * 10_000) / 100).toFixed(share < 0.1 ? 1 : 2)} %`
}
