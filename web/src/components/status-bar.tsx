import { useEffect, useState } from 'react'
import { formatTime } from '../format/time-format.ts'
import { useServices, useSignal } from '../services.ts'

/** Seconds until the next try, counted down while there is one. */
function Countdown({ until }: { until: number }) {
  const [now, setNow] = useState(Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [])
  return <>{Math.max(0, Math.ceil((until - now) / 1_000))} s</>
}

function Connection() {
  const { stream } = useServices()
  const state = useSignal(stream.state)
  if (state.kind === 'waiting') {
    return (
      <>
        <span className="connection connection-waiting" title={state.reason} role="status">
          <span className="dot dot-stale" aria-hidden="true" />
          Disconnected
        </span>
        <span>
          next try in <Countdown until={state.retryAt} />
        </span>
        <button type="button" className="text-button" onClick={() => stream.retryNow()}>
          Retry now
        </button>
      </>
    )
  }
  return (
    <span className={`connection connection-${state.kind}`} role="status">
      <span className={`dot ${state.kind === 'live' ? 'dot-synchronised' : 'dot-recovering'}`} aria-hidden="true" />
      {state.kind === 'live' ? 'Connected' : 'Connecting'}
    </span>
  )
}

function Rate() {
  const { stream } = useServices()
  const rate = useSignal(stream.rate)
  const conflated = useSignal(stream.conflated)
  return (
    <span className="wide-only">
      {rate.toLocaleString('en-US')} updates/s
      {conflated > 0 && (
        <span title="This page took its messages slowly, so the gateway sent only the newest of some. No trade is left out.">
          {' '}
          · {conflated.toLocaleString('en-US')} merged
        </span>
      )}
    </span>
  )
}

function Clock() {
  const { stream, settings } = useServices()
  const zone = useSignal(settings.zone)
  const [, turn] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => turn((count) => count + 1), 1_000)
    return () => clearInterval(timer)
  }, [])
  return (
    <span className="wide-only">
      {formatTime(stream.now(), zone)} {zone === 'utc' ? 'UTC' : 'local'}
    </span>
  )
}

/** The foot of every page: the connection, the clock, and the notice that the chart library asks for. */
export function StatusBar() {
  const { status } = useServices()
  const answer = useSignal(status.status)
  return (
    <footer className="status-bar">
      <Connection />
      <Rate />
      <Clock />
      <span className="status-bar-end">
        {answer !== null && <span className="wide-only">Opentape {answer.version}</span>}
        <a href="https://www.tradingview.com/" target="_blank" rel="noreferrer" className="attribution">
          <span className="wide-only">TradingView Lightweight Charts™ © 2025 TradingView, Inc.</span>
          <span className="narrow-only">Charts by TradingView</span>
        </a>
      </span>
    </footer>
  )
}
