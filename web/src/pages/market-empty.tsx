import { type FormEvent, useState } from 'react'
import { storeToken } from '../api/rest.ts'
import { StateBadge } from '../components/state-dot.tsx'
import { useServices, useSignal } from '../services.ts'
import type { LoadState } from '../state/market-store.ts'

/** Asked for where the gateway is not on this machine and wants a token. */
export function TokenForm() {
  const { loadMarkets, status, stream } = useServices()
  const [token, setToken] = useState('')
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    storeToken(token.trim())
    void loadMarkets()
    void status.refresh()
    stream.retryNow()
  }
  return (
    <form className="empty" onSubmit={submit}>
      <h1>This gateway asks for a token</h1>
      <p>
        It was printed when the gateway first started. <code>npx opentape token</code> on its machine makes another.
      </p>
      <label>
        <span>Token</span>
        <input type="password" autoComplete="off" value={token} onChange={(event) => setToken(event.target.value)} />
      </label>
      <button type="submit" className="button" disabled={token.trim() === ''}>
        Open
      </button>
    </form>
  )
}

/** What the list says while it has no line to show. */
export function MarketEmpty({ load }: { load: LoadState }) {
  const { loadMarkets, status } = useServices()
  const answer = useSignal(status.status)
  if (load.kind === 'failed' && (load.status === 401 || load.status === 403)) return <TokenForm />
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
