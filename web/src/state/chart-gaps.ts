import type { Gap } from '../../../src/gateway/schemas/index.ts'

/** A stretch of the chart that is not known to be complete, in candles' opening seconds. */
export interface GapBand {
  readonly fromSeconds: number
  /** Null while it lasts. */
  readonly toSeconds: number | null
  readonly state: Gap['state']
}

/** The gaps of a chart's trades that are worth a mark: everything that is missing still. Repaired ones left no hole. */
export function gapBands(gaps: readonly Gap[]): GapBand[] {
  return gaps
    .filter((gap) => gap.channel === 'trade' && gap.state !== 'repaired')
    .map((gap) => ({
      fromSeconds: gap.from / 1_000_000,
      toSeconds: gap.to === null ? null : gap.to / 1_000_000,
      state: gap.state,
    }))
}

/**
 * Where a moment lies among ascending opening times, as a fractional index: the chart spaces candles evenly, so a moment
 * between two of them lies between their places.
 */
export function fractionalIndex(times: readonly number[], moment: number, step: number): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((times[middle] ?? 0) <= moment) low = middle + 1
    else high = middle
  }
  const at = low - 1
  const open = times[at]
  if (open === undefined) return ((moment - (times[0] ?? moment)) / step) * (times.length === 0 ? 0 : 1)
  return at + Math.min(1, (moment - open) / step)
}
