import { useEffect, useMemo, useState } from 'react'
import { getFeeds, getGaps } from '../api/rest.ts'
import { Link } from '../components/link.tsx'
import { useServices, useSignal } from '../services.ts'
import { FeedStore } from '../state/feed-store.ts'
import { FEEDS_VIEWS, type FeedsView, feedsPath } from '../state/router.ts'
import { AuditTable } from './audit-table.tsx'
import { FeedSummary } from './feed-summary.tsx'
import { FeedTable } from './feed-table.tsx'
import { GapTable } from './gap-table.tsx'
import { VenueTable } from './venue-table.tsx'

/** Facts that no message brings, such as open gaps and ages, are read anew this often. */
const POLL_MILLISECONDS = 3_000

const NAMES: Record<FeedsView, string> = { feeds: 'Feeds', gaps: 'Gaps', venues: 'Venues', audits: 'Audit' }

/** What the tape is worth: how each feed stands, how complete it is, what is missing and why, and what the venues say of it. */
export function FeedsPage({ view }: { view: FeedsView }) {
  const { stream, slowly, status } = useServices()
  const [store] = useState(() => new FeedStore(slowly))
  const feeds = useSignal(store.feeds)
  const gaps = useSignal(store.gaps)
  const answer = useSignal(status.status)
  const [failure, setFailure] = useState<string | null>(null)
  const [loaded, setLoaded] = useState(false)

  useEffect(() => {
    document.title = `${NAMES[view]} · Opentape`
  }, [view])

  useEffect(() => {
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

  // Many venues can be watched; those of which nothing was ever heard are not.
  const venues = useMemo(() => answer?.venues.filter((venue) => venue.stateTime !== null) ?? [], [answer])
  const venueIds = useMemo(() => venues.map(({ id }) => id), [venues])
  return (
    <div className="feeds">
      <h1 className="visually-hidden">Feeds</h1>
      <FeedSummary feeds={feeds} gaps={gaps} venues={view === 'venues' ? [] : venues} />
      {failure !== null && (
        <div className="banner banner-error" role="alert">
          {failure}
        </div>
      )}
      <nav className="feeds-nav" aria-label="Views of the feeds">
        {FEEDS_VIEWS.map((each) => (
          <Link key={each} href={feedsPath(each)} aria-current={each === view ? 'page' : undefined}>
            {NAMES[each]}
          </Link>
        ))}
      </nav>
      {view === 'feeds' && <FeedTable feeds={feeds} loaded={loaded} />}
      {view === 'gaps' && <GapTable venues={venueIds} />}
      {view === 'venues' && <VenueTable venues={venues} />}
      {view === 'audits' && <AuditTable />}
    </div>
  )
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
