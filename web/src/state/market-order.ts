import { type DecimalText, multiplyDecimals } from '../../../src/market/index.ts'
import { compareKnown } from '../format/decimal-format.ts'
import type { MarketRow } from './market-row.ts'

export type SortColumn = 'instrument' | 'venue' | 'last' | 'change' | 'volume' | 'spread'

export interface MarketView {
  readonly search: string
  /** Empty: every one. */
  readonly venue: string
  readonly base: string
  readonly quote: string
  readonly sort: SortColumn
  readonly descending: boolean
}

export const DEFAULT_VIEW: MarketView = {
  search: '',
  venue: '',
  base: '',
  quote: '',
  sort: 'volume',
  descending: true,
}

/** Keys of the rows that a view shows, in its order. Ties keep the order of venue and instrument. */
export function orderMarkets(
  rows: readonly MarketRow[],
  view: MarketView,
  spread: (row: MarketRow) => string | null,
): string[] {
  const words = view.search.toLowerCase().split(/\s+/).filter(Boolean)
  const shown = rows.filter(
    (row) =>
      (view.venue === '' || row.venue === view.venue) &&
      (view.base === '' || row.base === view.base) &&
      (view.quote === '' || row.quote === view.quote) &&
      words.every((word) => `${row.venue} ${row.instrument} ${row.symbol}`.toLowerCase().includes(word)),
  )
  const value: Record<Exclude<SortColumn, 'instrument' | 'venue'>, (row: MarketRow) => string | null> = {
    last: (row) => row.last,
    change: (row) => row.change,
    volume: turnoverOf,
    spread,
  }
  const byName = (left: MarketRow, right: MarketRow) =>
    compareText(left.instrument, right.instrument) || compareText(left.venue, right.venue)
  const sort = view.sort
  shown.sort((left, right) => {
    if (sort === 'instrument') return view.descending ? -byName(left, right) : byName(left, right)
    if (sort === 'venue') {
      const order = compareText(left.venue, right.venue)
      return (view.descending ? -order : order) || byName(left, right)
    }
    const read = value[sort]
    return compareKnown(read(left), read(right), view.descending) || byName(left, right)
  })
  return shown.map((row) => row.key)
}

/**
 * The order that is shown next: the wanted one, or, while it is held, the known one without those that have gone and with new
 * ones at its end. An order that does not change stays the same object.
 */
export function steadyOrder(known: readonly string[], wanted: readonly string[], held: boolean): readonly string[] {
  const next = held ? heldOrder(known, wanted) : wanted
  return known.length === next.length && next.every((key, at) => key === known[at]) ? known : next
}

function heldOrder(known: readonly string[], wanted: readonly string[]): readonly string[] {
  const present = new Set(wanted)
  const stayed = known.filter((key) => present.has(key))
  const before = new Set(stayed)
  return [...stayed, ...wanted.filter((key) => !before.has(key))]
}

/** What a market is ranked by: its turnover, or an estimate by its last price where the venue counts only the base asset. */
function turnoverOf(row: MarketRow): string | null {
  if (row.quoteVolume !== null) return row.quoteVolume
  if (row.volume === null || row.last === null) return null
  return multiplyDecimals(row.volume as DecimalText, row.last as DecimalText)
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
