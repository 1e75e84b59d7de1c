import type { Config } from '../../platform/index.ts'
import { type VenueProtocol, venueProtocol } from '../../venues/index.ts'
import { codeOf, messageOf } from '../cli-error.ts'
import { enabledVenues } from '../common-options.ts'
import { type CheckResult, ok, unreachable, warning } from './check.ts'

const TIMEOUT_MILLISECONDS = 8_000
/** Exchanges' own times are to the second here. */
const MAXIMUM_CLOCK_OFFSET_MILLISECONDS = 3_000
const NETWORK_ADVICE =
  'Check the network, a proxy or firewall; some exchanges refuse some countries (then set venues.<venue>.endpoints, or enabled: false). "npm run demo" needs no network'

/** Whether the enabled venues can be reached, by REST and by WebSocket. */
export async function checkVenues(config: Config): Promise<readonly CheckResult[]> {
  const checks = enabledVenues(config).map(async (name) => {
    const protocol = venueProtocol(name)
    const endpoints = { ...protocol.endpoints, ...config.venues[name]?.endpoints }
    return await Promise.all([checkRest(protocol, endpoints.rest), checkSocket(name, endpoints.ws)])
  })
  return (await Promise.all(checks)).flat()
}

async function checkRest(protocol: VenueProtocol, base: string): Promise<CheckResult> {
  const check = `${protocol.venue} REST`
  const [request] = protocol.instrumentRequests()
  const url = `${base.replace(/\/$/, '')}${request?.path ?? '/'}`
  const begun = performance.now()
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS) })
    await response.body?.cancel()
    const took = `${Math.round(performance.now() - begun)} ms`
    if (!response.ok) return unreachable(check, `${url} answers ${response.status}`, NETWORK_ADVICE)
    const offset = clockOffset(response.headers.get('date'))
    if (Math.abs(offset) > MAXIMUM_CLOCK_OFFSET_MILLISECONDS)
      return warning(
        check,
        `answers in ${took}; its clock differs from ours by ${Math.round(offset / 1_000)} s`,
        'Set the clock of this machine (NTP)',
      )
    return ok(check, `${base} answers in ${took}`)
  } catch (cause) {
    return unreachable(check, `${base}: ${reasonOf(cause)}`, NETWORK_ADVICE)
  }
}

function clockOffset(date: string | null): number {
  const theirs = date === null ? Number.NaN : Date.parse(date)
  return Number.isNaN(theirs) ? 0 : Date.now() - theirs
}

function checkSocket(venue: string, url: string): Promise<CheckResult> {
  const check = `${venue} WebSocket`
  const begun = performance.now()
  return new Promise((settle) => {
    let socket: WebSocket
    try {
      socket = new WebSocket(url)
    } catch (cause) {
      settle(unreachable(check, `${url}: ${messageOf(cause)}`, NETWORK_ADVICE))
      return
    }
    const end = (result: CheckResult) => {
      clearTimeout(timer)
      socket.onopen = null
      socket.onerror = null
      socket.close()
      settle(result)
    }
    const timer = setTimeout(
      () => end(unreachable(check, `${url} does not answer within ${TIMEOUT_MILLISECONDS} ms`, NETWORK_ADVICE)),
      TIMEOUT_MILLISECONDS,
    )
    socket.onopen = () => end(ok(check, `${url} opens in ${Math.round(performance.now() - begun)} ms`))
    socket.onerror = () => end(unreachable(check, `${url} cannot be opened`, NETWORK_ADVICE))
  })
}

/** `fetch` hides what happened in the cause. */
function reasonOf(cause: unknown): string {
  if (cause instanceof Error && cause.name === 'TimeoutError') return `no answer within ${TIMEOUT_MILLISECONDS} ms`
  const inner = cause instanceof Error ? cause.cause : undefined
  return inner === undefined ? messageOf(cause) : (codeOf(inner) ?? messageOf(inner))
}
