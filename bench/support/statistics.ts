/** The value below which a share of the sorted values lies. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return Number.NaN
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  const middle = sorted.length >> 1
  if (sorted.length % 2 === 1) return sorted[middle] ?? Number.NaN
  return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2
}

/** Growth a minute of values over time, by least squares. */
export function slopePerMinute(points: readonly { readonly minute: number; readonly value: number }[]): number {
  const count = points.length
  if (count < 2) return Number.NaN
  const meanMinute = points.reduce((sum, point) => sum + point.minute, 0) / count
  const meanValue = points.reduce((sum, point) => sum + point.value, 0) / count
  let above = 0
  let below = 0
  for (const { minute, value } of points) {
    above += (minute - meanMinute) * (value - meanValue)
    below += (minute - meanMinute) ** 2
  }
  return above / below
}

export function milliseconds(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`
}

export function seconds(value: number): string {
  return `${value.toFixed(2)} s`
}

export function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1_000_000)} MB`
}

export function times(value: number): string {
  return `${value.toFixed(2)}x`
}

export function perSecond(value: number): string {
  return value >= 10_000 ? `${(value / 1_000).toFixed(0)}k/s` : `${value.toFixed(0)}/s`
}
