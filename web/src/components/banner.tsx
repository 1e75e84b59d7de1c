import { useServices, useSignal } from '../services.ts'
import { Icon } from './icon.tsx'

const UNREACHABLE = 'no-venue-reachable'

/** Short, because the reasons of each venue are on the pages themselves. */
function Unreachable() {
  return (
    <>
      No exchange can be reached. Opentape keeps trying. Without a network, <code>npm run demo</code> shows simulated
      exchanges.
    </>
  )
}

/** What a person must see first: that prices are invented, and what is wrong. */
export function Banner() {
  const { status, stream } = useServices()
  const connection = useSignal(stream.state)
  const answer = useSignal(status.status)
  const failure = useSignal(status.failure)
  const notices = (answer?.notices ?? []).filter((notice) => notice.level !== 'info' && !/simulat/.test(notice.code))
  return (
    <>
      {answer?.simulated === true && (
        <aside className="banner banner-simulated" aria-label="Simulated data">
          <strong>Simulated</strong>
          <span>
            These markets are invented by the built-in simulator.
            <span className="banner-more">
              {' '}
              They are not real prices. For the real exchanges: <code>npm start</code>
            </span>
          </span>
        </aside>
      )}
      <div aria-live="polite">
        {connection.kind !== 'live' && connection.attempt > 0 && failure?.status !== 401 && (
          <div className="banner banner-error">
            <Icon name="warning" />
            <span>The connection to the gateway is lost: what is shown is from before, and not live.</span>
          </div>
        )}
        {failure !== null && failure.status !== 401 && failure.status !== 0 && answer !== null && (
          <div className="banner banner-error">
            <Icon name="warning" />
            <span>{failure.message}</span>
          </div>
        )}
        {notices.map((notice) => (
          <div key={notice.code} className={`banner banner-${notice.level}`}>
            <Icon name="warning" />
            <span className="banner-text" title={notice.text}>
              {notice.code === UNREACHABLE ? <Unreachable /> : notice.text}
            </span>
          </div>
        ))}
      </div>
    </>
  )
}
