import type { BookLevel } from '../../../market/index.ts'

/** Changed levels, and beside them those that fell out of the book by it, removed by name. */
export function withRemoved(levels: readonly BookLevel[], removed: readonly BookLevel[]): readonly BookLevel[] {
  if (removed.length === 0) return levels
  const zero = '0' as BookLevel[1]
  const gone = new Set<string>(removed.map(([price]) => price))
  return [...levels.filter(([price]) => !gone.has(price)), ...removed.map(([price]) => [price, zero] as const)]
}

/** Whether two lists hold the same levels, in whichever order. */
export function isSameSide(held: readonly BookLevel[], said: readonly BookLevel[]): boolean {
  if (held.length !== said.length) return false
  const amounts = new Map<string, string>(held)
  return said.every(([price, amount]) => amounts.get(price) === amount)
}
