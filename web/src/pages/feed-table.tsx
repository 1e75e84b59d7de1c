import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { CHANNELS } from '../../../src/market/index.ts'
import { getCandles, getCompleteness, getGaps } from '../api/rest.ts'
import { CoverageStrip } from '../components/coverage-strip.tsx'
import { Select } from '../components/select.tsx'
import { StateBadge } from '../components/state-dot.tsx'
import { VenueLabel, venueText } from '../components/venue-label.tsx'
import { formatDuration } from '../format/time-format.ts'
import { useServices, useSignal } from '../services.ts'
import { COVERAGE_RANGES, CompletenessLoader, type CoverageRange, coverageKey } from '../state/completeness-loader.ts'
import { formatShare } from '../state/coverage-parts.ts'
import { type FeedFilter, orderFeeds } from '../state/feed-order.ts'
import type { FeedRow } from '../state/feed-store.ts'
import { useNow } from './use-now.ts'
import { useWindow } from './use-window.ts'

const LINE_HEIGHT = 34
/** What is in sight is asked for this often; what is not old is not asked for again. */
const COVERAGE_MILLISECONDS = 5_000
const STATES = ['synchronised', 'recovering', 'stale', 'halted', 'unknown'] as const
const RANGES = ['hour', 'day', 'week'] as const

function FeedCoverageCell(props: { loader: CompletenessLoader; range: CoverageRange; row: FeedRow }) {
  const { loader, range, row } = props
  const { settings } = useServices()
  const zone = useSignal(settings.zone)
  const key = coverageKey(range, row.key)
  const found = useSyncExternalStore(
    (listener) => loader.found.subscribe(key, listener),
    () => loader.found.get(key),
  )
  if (typeof found !== 'object') {
    return (
      <span className="coverage-none muted" title={found}>
        {found === undefined ? '…' : '—'}
      </span>
    )
  }
  return (
    <span className="coverage-cell">
      <CoverageStrip name={`${row.venue} ${row.instrument} ${row.channel}`} coverage={found} zone={zone} />
      <span className="coverage-share">{formatShare(found.share)}</span>
    </span>
  )
}

function FeedLine(props: { row: FeedRow; now: number; loader: CompletenessLoader; range: CoverageRange }) {
  const { row, now, loader, range } = props
  return (
    <tr>
      <td>
        <StateBadge state={row.state} title={row.reason} />
      </td>
      <td className="cell-venue">
        <VenueLabel venue={row.venue} />
      </td>
      <td>
        <b>{row.instrument}</b>
        <span className="under-venue">
          <VenueLabel venue={row.venue} />
        </span>
      </td>
      <td>{row.channel}</td>
      <td className="cell-coverage">
        <FeedCoverageCell loader={loader} range={range} row={row} />
      </td>
      <td className="number">{row.lastMessageTime === null ? '—' : formatDuration(now - row.lastMessageTime)}</td>
      <td className="number cell-delay">{row.delay === null ? '—' : `${(row.delay / 1_000).toFixed(0)} ms`}</td>
      <td className="number cell-sequence">{row.lastSequence ?? '—'}</td>
      <td className="number cell-resyncs">{row.resyncs}</td>
      <td className={`number ${row.openGaps > 0 ? 'warn' : ''}`}>{row.openGaps}</td>
      <td className="cell-reason muted" title={row.reason}>
        {row.reason}
      </td>
    </tr>
  )
}

const COLUMNS: readonly { label: string; className?: string; title?: string }[] = [
  { label: 'State' },
  { label: 'Venue', className: 'cell-venue' },
  { label: 'Instrument' },
  { label: 'Channel' },
  { label: 'Completeness', className: 'cell-coverage', title: 'Until a minute and a half ago; the share is of time' },
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

/** Every feed: how it stands, and how complete it was over a range. */
export function FeedTable({ feeds, loaded }: { feeds: readonly FeedRow[]; loaded: boolean }) {
  const { stream } = useServices()
  const now = useNow()
  const [filter, setFilter] = useState<FeedFilter>({ state: '', venue: '', channel: '' })
  const [range, setRange] = useState<CoverageRange>('hour')
  const [loader] = useState(() => new CompletenessLoader(COVERAGE_SOURCE, () => stream.now()))
  const scroller = useRef<HTMLElement>(null)
  const shown = useMemo(() => orderFeeds(feeds, filter), [feeds, filter])
  const lines = useWindow(scroller, shown.length, LINE_HEIGHT)
  const channels = useMemo(() => CHANNELS.filter((channel) => feeds.some((row) => row.channel === channel)), [feeds])
  const venues = useMemo(() => [...new Set(feeds.map((row) => row.venue))].sort(), [feeds])

  const inSight = useRef<readonly FeedRow[]>([])
  inSight.current = shown.slice(lines.from, lines.to)
  const sight = inSight.current.map((row) => row.key).join('\n')
  // Whatever comes into sight is asked for at once, and again when it has become old.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `sight` stands for what the ref holds.
  useEffect(() => {
    const want = (): void => loader.want(inSight.current, range)
    want()
    const timer = setInterval(want, COVERAGE_MILLISECONDS)
    return () => clearInterval(timer)
  }, [loader, range, sight])

  return (
    <section className="panel feed-panel" aria-labelledby="feeds-title">
      <header className="panel-head">
        <h2 id="feeds-title">Feeds</h2>
        <span className="muted">
          {shown.length === feeds.length ? feeds.length : `${shown.length} of ${feeds.length}`}
        </span>
        <Legend />
        <span className="panel-tools">
          <fieldset className="segmented" aria-label="Completeness over">
            {RANGES.map((each) => (
              <button
                key={each}
                type="button"
                aria-pressed={range === each}
                title={COVERAGE_RANGES[each].name}
                onClick={() => setRange(each)}
              >
                {COVERAGE_RANGES[each].label}
              </button>
            ))}
          </fieldset>
          <Select
            label="State"
            every="Every state"
            value={filter.state}
            options={STATES}
            onChange={(state) => setFilter({ ...filter, state })}
          />
          <Select
            label="Venue"
            every="All venues"
            value={filter.venue}
            options={venues}
            textOf={venueText}
            onChange={(venue) => setFilter({ ...filter, venue })}
          />
          <Select
            label="Channel"
            every="All channels"
            value={filter.channel}
            options={channels}
            onChange={(channel) => setFilter({ ...filter, channel })}
          />
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
              <FeedLine key={row.key} row={row} now={now} loader={loader} range={range} />
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
  )
}

const COVERAGE_SOURCE: ConstructorParameters<typeof CompletenessLoader>[0] = {
  completeness: ({ venue, instrument, channel }, from, to) => getCompleteness({ venue, instrument, channel, from, to }),
  gaps: async ({ venue, instrument, channel }, from, to) =>
    (await getGaps({ venue, instrument, channel, from, to, limit: 200 })).items,
  busy: async ({ venue, instrument }, interval, from, to) =>
    (await getCandles({ venue, instrument, interval, from, to, limit: 200 })).items.map(({ openTime }) => openTime),
}

const KINDS = [
  ['complete', 'complete'],
  ['quiet', 'nothing traded'],
  ['missing', 'missing'],
  ['unknown', 'not watched'],
] as const

/** What the parts of a strip look like. */
function Legend() {
  return (
    <ul className="coverage-legend" aria-label="Parts of a strip">
      {KINDS.map(([kind, what]) => (
        <li key={kind}>
          <span className="coverage-strip" aria-hidden="true">
            <span className={`part part-${kind}`} />
          </span>
          {what}
        </li>
      ))}
    </ul>
  )
}

function Spacer({ height }: { height: number }) {
  return (
    <tr className="spacer">
      <td style={{ height }} />
    </tr>
  )
}
