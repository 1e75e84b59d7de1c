import type { Status } from '../../../src/gateway/schemas/index.ts'
import { StateBadge } from '../components/state-dot.tsx'
import { VenueLabel } from '../components/venue-label.tsx'
import { formatDuration } from '../format/time-format.ts'
import { useNow } from './use-now.ts'

type Venue = Status['venues'][number]

const PERCENTILES = ['minimum', 'p50', 'p90', 'p99'] as const
const MICROS_PER_MILLISECOND = 1_000
const HEADS: readonly { label: string; className?: string; title?: string }[] = [
  { label: 'Venue' },
  { label: 'State' },
  { label: 'Why', title: 'What its collector says: refusals, limits that are waited for, tries that failed' },
  { label: 'Sockets', className: 'number' },
  { label: 'Instruments', className: 'number' },
  ...['Least', 'p50', 'p90', 'p99'].map((label) => ({
    label,
    className: 'number',
    title:
      "Receive time less the venue's own time of its recent trades, in milliseconds, with the difference of the two clocks",
  })),
  { label: 'Said', className: 'number', title: 'When its state was said last' },
  { label: 'Trades are proved by', className: 'venue-proof' },
  { label: 'Books are proved by', className: 'venue-proof' },
  { label: 'Limits', className: 'venue-proof' },
]

function milliseconds(micros: number): string {
  const value = micros / MICROS_PER_MILLISECOND
  return Math.abs(value) < 10 ? value.toFixed(1) : value.toFixed(0)
}

function limitsText({ limits }: Venue): string {
  if (limits === null) return '—'
  const { requestWeight, requestWindowMilliseconds, connectionsPerMinute, subscriptionsPerConnection } = limits
  return [
    `${requestWeight.toLocaleString('en-US')} weight in ${requestWindowMilliseconds / 1_000} s`,
    `${connectionsPerMinute} connections a minute`,
    `${subscriptionsPerConnection} subscriptions a connection`,
  ].join(', ')
}

/** How each venue stands: its connections, how long its trades take to us, what proves it whole, and its limits. */
export function VenueTable({ venues }: { venues: readonly Venue[] }) {
  const now = useNow()
  return (
    <section className="panel" aria-labelledby="venues-title">
      <header className="panel-head">
        <h2 id="venues-title">Venues</h2>
        <span className="muted">{venues.length}; delays in milliseconds</span>
      </header>
      <section className="panel-body" aria-label="Every venue that was heard of">
        <table className="feed-table tall">
          <thead>
            <tr>
              {HEADS.map((head) => (
                <th key={head.label} scope="col" className={head.className} title={head.title}>
                  {head.label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {venues.map((venue) => (
              <tr key={venue.id}>
                <td>
                  <b>
                    <VenueLabel venue={venue.id} name={venue.name} />
                  </b>
                </td>
                <td>
                  <StateBadge state={venue.state} title={venue.reason} />
                </td>
                <td className="venue-why muted">{venue.reason}</td>
                <td className="number">
                  {venue.connectionsOpen}/{venue.connectionsPlanned}
                </td>
                <td className="number">{venue.instruments.toLocaleString('en-US')}</td>
                {PERCENTILES.map((percentile) => (
                  <td key={percentile} className="number">
                    {venue.latency === null ? '—' : milliseconds(venue.latency[percentile])}
                  </td>
                ))}
                <td className="number">{venue.stateTime === null ? '—' : formatDuration(now - venue.stateTime)}</td>
                <td className="venue-proof muted">{venue.integrity.trades || '—'}</td>
                <td className="venue-proof muted">{venue.integrity.books || '—'}</td>
                <td className="venue-proof muted">{limitsText(venue)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {venues.length === 0 && (
          <p className="panel-note" role="status">
            No venue has been heard of yet.
          </p>
        )}
      </section>
    </section>
  )
}
