import { StateBadge } from '../components/state-dot.tsx'
import { useServices, useSignal } from '../services.ts'
import type { LoadState } from '../state/market-store.ts'

/** What the list says while it has no line to show. */
export function MarketEmpty({ load }: { load: LoadState }) {
  const { loadMarkets, status } = useServices()
  const answer = useSignal(status.status)
  if (load.kind === 'failed') {
    return (
      <div className="empty" role="alert">
        <h1>The markets cannot be shown</h1>
        <p>{load.message}</p>
        <p className="muted">The page tries again by itself every few seconds.</p>
        <button type="button" className="button" onClick={() => void loadMarkets()}>
          Try now
        </button>
      </div>
    )
  }
  const venues = answer?.venues ?? []
  const unreachable = venues.length > 0 && venues.every((venue) => venue.state === 'unreachable')
  return (
    <div className="empty" role="status">
      <h1>{unreachable ? 'No exchange can be reached' : 'Waiting for the first market'}</h1>
      {unreachable ? (
        <p>
          Opentape keeps trying, with growing pauses between the tries. Without a network, <code>npm run demo</code>{' '}
          shows the same dashboard with simulated exchanges.
        </p>
      ) : (
        <p>Nothing has come from an exchange yet. The page fills by itself as soon as something does.</p>
      )}
      {venues.length > 0 && (
        <ul className="venue-states">
          {venues.map((venue) => (
            <li key={venue.id}>
              <b>{venue.name}</b>
              <StateBadge state={venue.state} />
              <span className="muted">{venue.reason}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
