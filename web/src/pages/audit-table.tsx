import { useEffect, useState } from 'react'
import type { Audit } from '../../../src/gateway/schemas/index.ts'
import { getLatestAudits } from '../api/rest.ts'
import { VenueLabel } from '../components/venue-label.tsx'
import { formatDateTime } from '../format/time-format.ts'
import { useServices, useSignal } from '../services.ts'

const POLL_MILLISECONDS = 10_000
const HEADS = ['Of', 'Venue', 'Instrument', 'What', 'Ours', 'Theirs', 'Evidence']

/** What our trades come to and what the venue says, where the two differ: the newest of each instrument. */
export function AuditTable() {
  const { settings } = useServices()
  const zone = useSignal(settings.zone)
  const [audits, setAudits] = useState<readonly Audit[] | null>(null)
  const [failure, setFailure] = useState<string | null>(null)

  useEffect(() => {
    const abort = new AbortController()
    const load = async (): Promise<void> => {
      try {
        const found = await getLatestAudits(abort.signal)
        setAudits(found.sort((left, right) => right.of - left.of))
        setFailure(null)
      } catch (error) {
        if (!abort.signal.aborted) setFailure(error instanceof Error ? error.message : String(error))
      }
    }
    void load()
    const timer = setInterval(load, POLL_MILLISECONDS)
    return () => {
      clearInterval(timer)
      abort.abort()
    }
  }, [])

  return (
    <section className="panel" aria-labelledby="audits-title">
      <header className="panel-head">
        <h2 id="audits-title">Audit</h2>
        <span className="muted">
          candles and last prices of ours against the venue's, sampled; what differs stands here
        </span>
      </header>
      <section className="panel-body" aria-label="Differences">
        {failure !== null && (
          <p className="gap-failure" role="alert">
            {failure}
          </p>
        )}
        {audits !== null && audits.length > 0 ? (
          <table className="feed-table tall">
            <thead>
              <tr>
                {HEADS.map((head) => (
                  <th key={head} scope="col" className={head === 'Ours' || head === 'Theirs' ? 'number' : undefined}>
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {audits.map((audit) => (
                <tr key={`${audit.venue} ${audit.instrument}`}>
                  <td>{formatDateTime(audit.of, zone)}</td>
                  <td>
                    <VenueLabel venue={audit.venue} />
                  </td>
                  <td>
                    <b>{audit.instrument}</b>
                  </td>
                  <td>{audit.subject === 'candle' ? `${audit.field} of a candle` : 'last price'}</td>
                  <td className="number">{audit.ours}</td>
                  <td className="number">{audit.theirs}</td>
                  <td className="gap-evidence muted">{audit.evidence}</td>
                </tr>
              ))}
            </tbody>
          </table>
        ) : (
          <p className="panel-note" role="status">
            {audits === null ? (failure === null ? 'Loading…' : '') : 'No difference has been found.'}
          </p>
        )}
      </section>
    </section>
  )
}
