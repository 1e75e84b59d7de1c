import { useEffect, useMemo, useState } from 'react'
import type { Gap } from '../../../src/gateway/schemas/index.ts'
import { CHANNELS, GAP_CAUSES } from '../../../src/market/index.ts'
import { getGaps } from '../api/rest.ts'
import { Select, spaced } from '../components/select.tsx'
import { StateBadge } from '../components/state-dot.tsx'
import { VenueLabel, venueText } from '../components/venue-label.tsx'
import { formatDateTime, formatDuration, type TimeZoneChoice } from '../format/time-format.ts'
import { useServices, useSignal } from '../services.ts'
import { GapCatalogue } from '../state/gap-catalogue.ts'
import { useNow } from './use-now.ts'

const POLL_MILLISECONDS = 5_000
const STATES = ['open', 'repaired', 'partly', 'beyond-repair'] as const
const HEADS = ['From', 'Lasted', 'Venue', 'Instrument', 'Channel', 'Cause', 'State', 'Missing', 'Ids', 'Evidence']

function GapLine({ gap, now, zone }: { gap: Gap; now: number; zone: TimeZoneChoice }) {
  return (
    <tr>
      <td className="gap-from">{formatDateTime(gap.from, zone)}</td>
      <td className="gap-lasted number">
        {formatDuration((gap.to ?? now) - gap.from)}
        {gap.to === null && <span className="warn"> lasting</span>}
      </td>
      <td className="gap-venue">
        <VenueLabel venue={gap.venue} />
      </td>
      <td className="gap-instrument">
        <b>{gap.instrument}</b>
      </td>
      <td className="gap-channel">{gap.channel}</td>
      <td className="gap-cause">{spaced(gap.cause)}</td>
      <td className="gap-state">
        <StateBadge state={gap.state} />
      </td>
      <td className={`gap-missing number ${gap.missing !== null && gap.missing > 0 ? 'warn' : ''}`}>
        {gap.missing === null ? <span className="muted">not numbered</span> : gap.missing.toLocaleString('en-US')}
      </td>
      <td className={`gap-ids ${gap.missingIds === null ? 'gap-ids-none' : ''}`}>{gap.missingIds ?? '—'}</td>
      <td className="gap-evidence muted">{gap.evidence}</td>
    </tr>
  )
}

/** The gap catalogue: when, what, why, what is missing still, what became of it, and the facts it is concluded from. */
export function GapTable({ venues }: { venues: readonly string[] }) {
  const { settings, stream } = useServices()
  const zone = useSignal(settings.zone)
  const now = useNow()
  const [filter, setFilter] = useState({ venue: '', channel: '', cause: '', state: '' })
  const [catalogue] = useState(() => new GapCatalogue((asked, signal) => getGaps(asked, signal)))
  const gaps = useSignal(catalogue.gaps)
  const hasMore = useSignal(catalogue.hasMore)
  const isLoaded = useSignal(catalogue.isLoaded)
  const failure = useSignal(catalogue.failure)
  const missing = useMemo(() => gaps.reduce((sum, gap) => sum + (gap.missing ?? 0), 0), [gaps])

  useEffect(() => {
    const said = (value: string): string | undefined => (value === '' ? undefined : value)
    const { venue, channel, cause, state } = filter
    void catalogue.show({ venue: said(venue), channel: said(channel), cause: said(cause), state: said(state) })
  }, [catalogue, filter])

  useEffect(() => {
    const timer = setInterval(() => void catalogue.refresh(), POLL_MILLISECONDS)
    const end = stream.subscribe(
      { venue: '*', instrument: '*', channel: 'gap' },
      { message: (event) => event.messageType === 'gap' && catalogue.apply(event.payload) },
    )
    return () => {
      clearInterval(timer)
      end()
      catalogue.stop()
    }
  }, [catalogue, stream])

  return (
    <section className="panel gap-panel" aria-labelledby="gaps-title">
      <header className="panel-head">
        <h2 id="gaps-title">Gaps</h2>
        <span className="muted">
          {gaps.length.toLocaleString('en-US')}
          {hasMore ? ' newest' : ''}; {missing.toLocaleString('en-US')} messages known to be missing
        </span>
        <span className="panel-tools">
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
            options={CHANNELS}
            onChange={(channel) => setFilter({ ...filter, channel })}
          />
          <Select
            label="Cause"
            every="Every cause"
            value={filter.cause}
            options={GAP_CAUSES}
            textOf={spaced}
            onChange={(cause) => setFilter({ ...filter, cause })}
          />
          <Select
            label="State"
            every="Every state"
            value={filter.state}
            options={STATES}
            textOf={spaced}
            onChange={(state) => setFilter({ ...filter, state })}
          />
        </span>
      </header>
      <section className="panel-body" aria-label="List of gaps">
        {failure !== null && (
          <p className="gap-failure" role="alert">
            Gaps of the past cannot be read now, those of this moment are shown. {failure}
          </p>
        )}
        {gaps.length === 0 ? (
          <p className="panel-note" role="status">
            {isLoaded || failure !== null ? 'No gap is known that fits.' : 'Loading gaps…'}
          </p>
        ) : (
          <table className="feed-table tall gap-table">
            <thead>
              <tr>
                {HEADS.map((head) => (
                  <th key={head} scope="col" className={head === 'Lasted' || head === 'Missing' ? 'number' : undefined}>
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {gaps.map((gap) => (
                <GapLine key={gap.id} gap={gap} now={now} zone={zone} />
              ))}
            </tbody>
          </table>
        )}
        {hasMore && (
          <p className="panel-note">
            <button type="button" className="button" onClick={() => void catalogue.more()}>
              Older gaps
            </button>
          </p>
        )}
      </section>
    </section>
  )
}
