import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useServices, useSignal } from '../services.ts'
import { DEFAULT_VIEW, type MarketView, orderMarkets, type SortColumn, steadyOrder } from '../state/market-order.ts'
import { marketKey } from '../state/market-row.ts'
import { instrumentPath } from '../state/router.ts'
import { MarketEmpty } from './market-empty.tsx'
import { MarketFilters } from './market-filters.tsx'
import { MarketLine, rowSpread } from './market-row.tsx'
import { useMedia } from './use-media.ts'
import { useWindow } from './use-window.ts'

/** The list is put in order anew this often: prices move at once, lines do not jump under the eye. */
const REORDER_MILLISECONDS = 5_000
/** Heights of a line in the style sheet. */
const LINE_HEIGHT = 40
const NARROW_LINE_HEIGHT = 56
const HEAD_HEIGHT = 32

const COLUMNS: readonly { className: string; label: string; title?: string; sort?: SortColumn }[] = [
  { className: 'cell-name', label: 'Market', sort: 'instrument' },
  { className: 'number cell-price', label: 'Price', sort: 'last' },
  {
    className: 'number cell-change',
    label: '24 h',
    title: 'Change over 24 hours, as the venue counts them',
    sort: 'change',
  },
  { className: 'cell-spark', label: 'Trend' },
  { className: 'number cell-high', label: 'High' },
  { className: 'number cell-low', label: 'Low' },
  {
    className: 'number cell-volume',
    label: 'Volume',
    title: 'Turnover over 24 hours, as the venue counts it',
    sort: 'volume',
  },
  { className: 'number cell-bid', label: 'Bid' },
  { className: 'number cell-ask', label: 'Ask' },
  { className: 'number cell-spread', label: 'Spread, bp', title: 'In basis points of the bid', sort: 'spread' },
]

/** How the list was left, to find it so again. */
let remembered: MarketView = DEFAULT_VIEW
let lastOpened: string | null = null

export function MarketsPage() {
  const { markets, stream, router } = useServices()
  const keys = useSignal(markets.keys)
  const load = useSignal(markets.load)
  const [view, setView] = useState<MarketView>(remembered)
  const [order, setOrder] = useState<readonly string[]>([])
  const scroller = useRef<HTMLElement>(null)
  const search = useRef<HTMLInputElement>(null)
  /** The line that is about to have the focus, while it is being drawn. */
  const aimed = useRef<string | null>(null)
  /** The view by which the list was put in order last. */
  const ordered = useRef<MarketView | null>(null)
  const narrow = useMedia('(max-width: 640px)')
  const lineHeight = narrow ? NARROW_LINE_HEIGHT : LINE_HEIGHT
  const shown = useWindow(scroller, order.length, lineHeight)

  useEffect(() => markets.follow(stream, '*', '*'), [markets, stream])

  useEffect(() => {
    document.title = 'Markets · Opentape'
  }, [])

  useEffect(() => {
    remembered = view
    const sort = (): void => {
      const rows = keys.map((key) => markets.rows.get(key)).filter((row) => row !== undefined)
      const next = orderMarkets(rows, view, rowSpread)
      // Not while someone is at a line, by mouse or keyboard: it would be another one when they choose it.
      const held = scroller.current?.querySelector('tbody:hover, tbody:focus-within') != null
      const hold = held && ordered.current === view
      ordered.current = view
      setOrder((known) => steadyOrder(known, next, hold))
    }
    sort()
    const timer = setInterval(sort, REORDER_MILLISECONDS)
    return () => clearInterval(timer)
  }, [keys, view, markets])

  const choices = useMemo(() => {
    const rows = keys.map((key) => markets.rows.get(key)).filter((row) => row !== undefined)
    const distinct = (values: string[]): string[] => [...new Set(values)].sort()
    return {
      venues: distinct(rows.map((row) => row.venue)),
      bases: distinct(rows.map((row) => row.base)),
      quotes: distinct(rows.map((row) => row.quote)),
    }
  }, [keys, markets])

  const focusLine = useCallback(
    (index: number): void => {
      const element = scroller.current
      const key = order[index]
      if (element === null || key === undefined) return
      const top = index * lineHeight
      const room = element.clientHeight - HEAD_HEIGHT - lineHeight
      if (top < element.scrollTop) element.scrollTop = top
      else if (top > element.scrollTop + room) element.scrollTop = top - room
      // The line may only be drawn after the scroll; then its link is there to be focused, unless another is wanted by then.
      aimed.current = key
      const focus = (tries: number): void => {
        if (aimed.current !== key) return
        const link = [...element.querySelectorAll<HTMLAnchorElement>('a[data-row]')].find((a) => a.dataset.row === key)
        link?.focus({ preventScroll: true })
        if (link === undefined && tries > 0) requestAnimationFrame(() => focus(tries - 1))
        else aimed.current = null
      }
      focus(5)
    },
    [order, lineHeight],
  )

  // Before the list is painted: a key never meets the lines that were there before.
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]') !== null) return
      const target = event.target
      if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement) return
      const line = aimed.current ?? (target instanceof HTMLElement ? target.dataset.row : undefined)
      const current = line === undefined ? -1 : order.indexOf(line)
      if (event.key === '/') search.current?.focus()
      else if (event.key === 'j' || event.key === 'ArrowDown') focusLine(Math.min(order.length - 1, current + 1))
      else if (event.key === 'k' || event.key === 'ArrowUp') focusLine(Math.max(0, current - 1))
      else if (event.key === 'Home' && current >= 0) focusLine(0)
      else if (event.key === 'End' && current >= 0) focusLine(order.length - 1)
      else if (event.key === 'PageDown' && current >= 0) focusLine(Math.min(order.length - 1, current + 10))
      else if (event.key === 'PageUp' && current >= 0) focusLine(Math.max(0, current - 10))
      else return
      event.preventDefault()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [order, focusLine])

  // Coming back from a market, the reader goes on at its line.
  useEffect(() => {
    if (lastOpened === null || order.length === 0) return
    const index = order.indexOf(lastOpened)
    lastOpened = null
    if (index >= 0) focusLine(index)
  }, [order, focusLine])

  useEffect(
    () => () => {
      const route = router.route.get()
      if (route.page === 'instrument') lastOpened = marketKey(route.venue, route.instrument)
    },
    [router],
  )

  const sortBy = (column: SortColumn): void => {
    const descending = view.sort === column ? !view.descending : column !== 'instrument' && column !== 'venue'
    setView({ ...view, sort: column, descending })
  }

  const empty = keys.length === 0
  return (
    <div className="markets">
      <h1 className="visually-hidden">Markets</h1>
      {!empty && (
        <MarketFilters
          view={view}
          onChange={setView}
          choices={choices}
          shown={order.length}
          total={keys.length}
          search={search}
          onLeave={() => focusLine(0)}
          onOpen={() => {
            const first = markets.rows.get(order[0] ?? '')
            if (first !== undefined) router.go(instrumentPath(first.venue, first.instrument))
          }}
        />
      )}
      {empty && load.kind === 'loading' && <Skeleton />}
      {empty && load.kind !== 'loading' && <MarketEmpty load={load} />}
      <section ref={scroller} className="market-scroller" aria-label="All markets" hidden={empty}>
        <table className="market-table" aria-rowcount={order.length + 1}>
          <thead>
            <tr aria-rowindex={1}>
              {COLUMNS.map((column) => (
                <th
                  key={column.label}
                  scope="col"
                  className={column.className}
                  title={column.title}
                  aria-sort={column.sort !== view.sort ? undefined : view.descending ? 'descending' : 'ascending'}
                >
                  {column.sort === undefined ? (
                    column.label
                  ) : (
                    <button type="button" onClick={() => sortBy(column.sort as SortColumn)}>
                      {column.label}
                      <span className="sort-mark" aria-hidden="true">
                        {column.sort !== view.sort ? '' : view.descending ? '↓' : '↑'}
                      </span>
                    </button>
                  )}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.from > 0 && <Spacer height={shown.from * lineHeight} />}
            {order.slice(shown.from, shown.to).map((key, offset) => (
              <MarketLine key={key} id={key} index={shown.from + offset} />
            ))}
            {shown.to < order.length && <Spacer height={(order.length - shown.to) * lineHeight} />}
          </tbody>
        </table>
        {order.length === 0 && !empty && (
          <div className="empty" role="status">
            <h2>No market fits</h2>
            <p>Nothing in the list fits the search and the filters.</p>
            <button type="button" className="button" onClick={() => setView(DEFAULT_VIEW)}>
              Show all markets
            </button>
          </div>
        )}
      </section>
    </div>
  )
}

/** Stands for the lines out of sight. One cell: more would make columns of those that a narrow page hides. */
function Spacer({ height }: { height: number }) {
  return (
    <tr className="spacer">
      <td style={{ height }} />
    </tr>
  )
}

const SKELETON_LINES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]

function Skeleton() {
  return (
    <div className="skeleton" role="status" aria-label="Loading markets">
      {SKELETON_LINES.map((line) => (
        <div key={line} className="skeleton-line" />
      ))}
    </div>
  )
}
