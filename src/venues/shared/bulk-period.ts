import type { Micros } from '../../market/index.ts'

/**
 * The day or month that the name of a bulk file ends with: `2026-01-31`, `2026-01`.
 * @param zoneHours how far the days of the venue's files are ahead of UTC
 */
export function bulkPeriod(text: string, zoneHours = 0): { readonly from: Micros; readonly to: Micros } | undefined {
  const match = /^(\d{4})-(\d{2})(?:-(\d{2}))?$/.exec(text)
  if (match === null) return undefined
  const [year, month, day] = [Number(match[1]), Number(match[2]), match[3] === undefined ? undefined : Number(match[3])]
  const at = (y: number, m: number, d: number) => (Date.UTC(y, m, d, -zoneHours) * 1_000) as Micros
  if (day === undefined) return { from: at(year, month - 1, 1), to: at(year, month, 1) }
  return { from: at(year, month - 1, day), to: at(year, month - 1, day + 1) }
}
