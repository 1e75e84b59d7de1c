import type { Gap } from '../../../src/gateway/schemas/index.ts'
import { StateBadge } from '../components/state-dot.tsx'
import { formatDateTime, formatDuration } from '../format/time-format.ts'
import { useServices, useSignal } from '../services.ts'

/** The recent gaps: when, what, why, what became of them, and the facts they are concluded from. */
export function GapTable(props: { gaps: readonly Gap[]; loaded: boolean; failure: string | null }) {
  const { gaps, loaded, failure } = props
  const { settings } = useServices()
  const zone = useSignal(settings.zone)
  return (
    <section className="panel gap-panel" aria-labelledby="gaps-title">
      <header className="panel-head">
        <h2 id="gaps-title">Recent gaps</h2>
        <span className="muted">{gaps.length}</span>
      </header>
      <section className="panel-body" aria-label="List of gaps">
        {failure !== null && (
          <p className="gap-failure" role="alert">
            Gaps of the past cannot be read now, those of this moment are shown. {failure}
          </p>
        )}
        {gaps.length === 0 ? (
          <p className="panel-note" role="status">
            {failure !== null ? 'No open gap is known.' : loaded ? 'No gap is recorded.' : 'Loading gaps…'}
          </p>
        ) : (
          <ul className="gap-list">
            {gaps.map((gap) => (
              <li key={gap.id}>
                <div className="gap-line">
                  <b>{gap.instrument}</b>
                  <span className="muted">
                    {gap.venue} · {gap.channel}
                  </span>
                  <StateBadge state={gap.state} />
                </div>
                <div className="gap-line muted">
                  <span>{formatDateTime(gap.from, zone)}</span>
                  <span>{gap.to === null ? 'lasting' : formatDuration(gap.to - gap.from)}</span>
                  <span>{gap.cause.replaceAll('-', ' ')}</span>
                  {gap.missing !== null && gap.missing > 0 && <span>{gap.missing} missing</span>}
                </div>
                <p className="gap-evidence">{gap.evidence}</p>
              </li>
            ))}
          </ul>
        )}
      </section>
    </section>
  )
}
