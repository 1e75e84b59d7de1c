import { useEffect, useMemo, useRef, useState } from 'react'
import { CHANNELS } from '../../../src/market/index.ts'
import { getFeeds, getGaps } from '../api/rest.ts'
import { StateBadge } from '../components/state-dot.tsx'
import { formatDuration } from '../format/time-format.ts'
import { useServices, useSignal } from '../services.ts'
import { type FeedFilter, orderFeeds } from '../state/feed-order.ts'
import { type FeedRow, FeedStore } from '../state/feed-store.ts'
import { FeedSummary } from './feed-summary.tsx'
import { GapTable } from './gap-table.tsx'
import { useNow } from './use-now.ts'
import { useWindow } from './use-window.ts'

const LINE_HEIGHT = 34
/** Facts that no message brings, such as open gaps and ages, are read anew this often. */
const POLL_MILLISECONDS = 3_000

function FeedLine({ row, now }: { row: FeedRow; now: number }) {
  return (
    <tr title={row.reason}>
      <td>
        <StateBadge state={row.state} />
      </td>
      <td className="cell-venue">{row.venue}</td>
      <td>
        <b>{row.instrument}</b>
      </td>
      <td>{row.channel}</td>
      <td className="number">{row.lastMessageTime === null ? '—' : formatDuration(now - row.lastMessageTime)}</td>
      <td className="number cell-delay">{row.delay === null ? '—' : `${(row.delay / 1_000).toFixed(0)} ms`}</td>
      <td className="number cell-sequence">{row.lastSequence ?? '—'}</td>
      <td className="number cell-resyncs">{row.resyncs}</td>
      <td className={`number ${row.openGaps > 0 ? 'warn' : ''}`}>{row.openGaps}</td>
      <td className="cell-reason muted">{row.reason}</td>
    </tr>
  )
}

const COLUMNS: readonly { label: string; className?: string; title?: string }[] = [
  { label: 'State' },
  { label: 'Venue', className: 'cell-venue' },
  { label: 'Instrument' },
  { label: 'Channel' },
  { label: 'Age', className: 'number', title: 'Since its last message' },
  {
    label: 'Delay',
    className: 'number cell-delay',
    title: "From the venue's time of the last trade to our receiving it; it holds the difference of the two clocks too",
  },
  { label: 'Last sequence', className: 'number cell-sequence' },
  { label: 'Resyncs', className: 'number cell-resyncs', title: 'Since the collector started' },
  { label: 'Open gaps', className: 'number' },
  { label: 'Why', className: 'cell-reason' },
]

export function FeedsPage() {
  const { stream, slowly } = useServices()
  const [store] = useState(() => new FeedStore(slowly))
  const feeds = useSignal(store.feeds)
  const gaps = useSignal(store.gaps)
  const now = useNow()
  const [filter, setFilter] = useState<FeedFilter>({ state: '', venue: '', channel: '' })
  const [failure, setFailure] = useState<string | null>(null)
  const [gapFailure, setGapFailure] = useState<string | null>(null)
  const [loaded, setLoaded] = useState(false)
  const scroller = useRef<HTMLElement>(null)

  useEffect(() => {
    document.title = 'Feeds · Opentape'
    const abort = new AbortController()
    const load = async (): Promise<void> => {
      // Each for itself: feeds are in the gateway's memory, gaps in the store, and one may be there without the other.
      const [allFeeds, newestGaps] = await Promise.allSettled([
        getFeeds({}, abort.signal),
        getGaps({ limit: 200 }, abort.signal),
      ])
      if (abort.signal.aborted) return
      if (allFeeds.status === 'fulfilled') {
        store.replaceFeeds(allFeeds.value)
        setLoaded(true)
      }
      setFailure(allFeeds.status === 'rejected' ? messageOf(allFeeds.reason) : null)
      if (newestGaps.status === 'fulfilled') store.mergeGaps(newestGaps.value.items)
      setGapFailure(newestGaps.status === 'rejected' ? messageOf(newestGaps.reason) : null)
    }
    void load()
    const timer = setInterval(load, POLL_MILLISECONDS)
    const end = store.follow(stream)
    return () => {
      clearInterval(timer)
      abort.abort()
      end()
    }
  }, [store, stream])

  const shown = useMemo(() => orderFeeds(feeds, filter), [feeds, filter])
  const lines = useWindow(scroller, shown.length, LINE_HEIGHT)
  const channels = useMemo(() => CHANNELS.filter((channel) => feeds.some((row) => row.channel === channel)), [feeds])
  const venues = useMemo(() => [...new Set(feeds.map((row) => row.venue))].sort(), [feeds])

  return (
    <div className="feeds">
      <h1 className="visually-hidden">Feeds</h1>
      <FeedSummary feeds={feeds} gaps={gaps} />
      {failure !== null && (
        <div className="banner banner-error" role="alert">
          {failure}
        </div>
      )}
      <div className="feeds-columns">
        <section className="panel feed-panel" aria-labelledby="feeds-title">
          <header className="panel-head">
            <h2 id="feeds-title">Feeds</h2>
            <span className="muted">
              {shown.length === feeds.length ? feeds.length : `${shown.length} of ${feeds.length}`}
            </span>
            <span className="panel-tools">
              <select
                aria-label="State"
                value={filter.state}
                onChange={(event) => setFilter({ ...filter, state: event.target.value })}
              >
                <option value="">Every state</option>
                {['synchronised', 'recovering', 'stale', 'halted', 'unknown'].map((state) => (
                  <option key={state}>{state}</option>
                ))}
              </select>
              <select
                aria-label="Venue"
                value={filter.venue}
                onChange={(event) => setFilter({ ...filter, venue: event.target.value })}
              >
                <option value="">All venues</option>
                {venues.map((venue) => (
                  <option key={venue}>{venue}</option>
                ))}
              </select>
              <select
                aria-label="Channel"
                value={filter.channel}
                onChange={(event) => setFilter({ ...filter, channel: event.target.value })}
              >
                <option value="">All channels</option>
                {channels.map((channel) => (
                  <option key={channel}>{channel}</option>
                ))}
              </select>
            </span>
          </header>
          <section ref={scroller} className="panel-body feed-scroller" aria-label="Every feed">
            <table className="feed-table" aria-rowcount={shown.length + 1}>
              <thead>
                <tr>
                  {COLUMNS.map((column) => (
                    <th key={column.label} scope="col" className={column.className} title={column.title}>
                      {column.label}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {lines.from > 0 && <Spacer height={lines.from * LINE_HEIGHT} />}
                {shown.slice(lines.from, lines.to).map((row) => (
                  <FeedLine key={row.key} row={row} now={now} />
                ))}
                {lines.to < shown.length && <Spacer height={(shown.length - lines.to) * LINE_HEIGHT} />}
              </tbody>
            </table>
            {shown.length === 0 && (
              <p className="panel-note" role="status">
                {feeds.length > 0 ? 'No feed fits the filters.' : loaded ? 'No feed is watched yet.' : 'Loading feeds…'}
              </p>
            )}
          </section>
        </section>
        <GapTable gaps={gaps} loaded={loaded} failure={gapFailure} />
      </div>
    </div>
  )
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function Spacer({ height }: { height: number }) {
  return (
    <tr className="spacer">
      <td style={{ height }} />
    </tr>
  )
}
