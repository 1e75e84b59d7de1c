import type { Gap, Status } from '../../../src/gateway/schemas/index.ts'
import { Link } from '../components/link.tsx'
import { StateBadge } from '../components/state-dot.tsx'
import { VenueLabel } from '../components/venue-label.tsx'
import { useServices, useSignal } from '../services.ts'
import { totalsOf } from '../state/feed-order.ts'
import type { FeedRow } from '../state/feed-store.ts'
import { feedsPath } from '../state/router.ts'

function Tile(props: { label: string; value: string; note: string; tone?: 'good' | 'warn' | 'bad' | undefined }) {
  return (
    <div className={`tile ${props.tone === undefined ? '' : `tile-${props.tone}`}`}>
      <dt>{props.label}</dt>
      <dd>
        <span className="tile-value">{props.value}</span>
        <span className="tile-note" title={props.note}>
          {props.note}
        </span>
      </dd>
    </div>
  )
}

/** More venues than this have no room to be named one by one: those that are well have a view of their own. */
const NAMED_VENUES = 6

/** How the whole stands, before the details. */
export function FeedSummary(props: {
  feeds: readonly FeedRow[]
  gaps: readonly Gap[]
  venues: readonly Status['venues'][number][]
}) {
  const { feeds, gaps, venues } = props
  const { status } = useServices()
  const answer = useSignal(status.status)
  const totals = totalsOf(feeds, gaps)
  const { synchronised, recovering, stale, unknown, halted } = totals.states
  const well = venues.filter((venue) => venue.state === 'connected')
  const named = venues.length <= NAMED_VENUES ? venues : venues.filter((venue) => venue.state !== 'connected')
  const behind =
    answer === null ? null : answer.log.topics.reduce((sum, topic) => sum + Math.max(0, topic.next - topic.position), 0)
  return (
    <section aria-label="Summary" className="summary">
      <dl className="tiles">
        <Tile
          label="Synchronised"
          value={feeds.length === 0 ? '—' : `${synchronised}`}
          note={`of ${feeds.length} feeds`}
          tone={feeds.length > 0 && synchronised === feeds.length ? 'good' : undefined}
        />
        <Tile
          label="Recovering"
          value={`${recovering}`}
          note="being repaired"
          tone={recovering > 0 ? 'warn' : undefined}
        />
        <Tile label="Stale" value={`${stale}`} note="silent or disconnected" tone={stale > 0 ? 'bad' : undefined} />
        <Tile label="Halted or unknown" value={`${halted + unknown}`} note={`${halted} halted, ${unknown} unknown`} />
        <Tile
          label="Gaps"
          value={`${totals.openGaps}`}
          note={`open now; ${totals.lostGaps} of the recent ones not repaired`}
          tone={totals.openGaps > 0 ? 'warn' : undefined}
        />
        <Tile
          label="Largest delay"
          value={totals.largestDelay === null ? '—' : `${(totals.largestDelay / 1_000).toFixed(0)} ms`}
          note="venue to here, last trades"
        />
        <Tile
          label="Tape"
          value={behind === null ? '—' : behind.toLocaleString('en-US')}
          note={answer === null ? 'unknown' : `records behind; ${answer.log.state}`}
          tone={answer !== null && answer.log.state !== 'following' ? 'bad' : undefined}
        />
        <Tile
          label="Store"
          value={answer === null ? '—' : answer.store.state === 'ready' ? 'Ready' : 'Away'}
          note={answer === null ? 'unknown' : answer.store.reason || 'history answers'}
          tone={answer !== null && answer.store.state !== 'ready' ? 'bad' : undefined}
        />
      </dl>
      {venues.length > 0 && (
        <ul className="venue-strip" aria-label="Venues">
          {named.map((venue) => (
            <li key={venue.id} title={`${venue.integrity.trades}\n${venue.integrity.books}`}>
              <b>
                <VenueLabel venue={venue.id} name={venue.name} />
              </b>
              <StateBadge state={venue.state} title={venue.reason} />
              <span className="muted">
                {venue.connectionsOpen}/{venue.connectionsPlanned} connections · {venue.instruments} instruments
                {venue.latency !== null && (
                  <span title="From the venue's time of half of its recent trades to our receiving them, with the difference of the clocks">
                    {' '}
                    · {Math.round(venue.latency.p50 / 1_000)} ms
                  </span>
                )}
              </span>
              {venue.state !== 'connected' && <span className="muted venue-reason">{venue.reason}</span>}
            </li>
          ))}
          {named.length < venues.length && (
            <li>
              <Link href={feedsPath('venues')} className="text-button">
                {well.length === venues.length ? `All ${venues.length} venues` : `${well.length} other venues`}
              </Link>
              <StateBadge state="connected" />
            </li>
          )}
        </ul>
      )}
    </section>
  )
}
