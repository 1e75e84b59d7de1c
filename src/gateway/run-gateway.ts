import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import type { Log } from '../log/index.ts'
import { now } from '../market/index.ts'
import { isLoopback, type RoleContext } from '../platform/index.ts'
import { openAuthenticator, type TokenVerifier, tokenAuthenticator } from './access/authenticator.ts'
import { RateLimiter } from './access/rate-limiter.ts'
import { StreamTickets } from './access/stream-tickets.ts'
import { createGatewayApp } from './gateway-app.ts'
import { GatewayError } from './gateway-error.ts'
import { measureGateway, Rates } from './gateway-metrics.ts'
import { LiveMarket } from './live/live-market.ts'
import { Reference } from './live/reference.ts'
import type { StoreReader } from './live/store-reader.ts'
import { TapeFollower } from './live/tape-follower.ts'
import type { GatewayServices } from './routes/gateway-services.ts'
import { StreamHub } from './stream/stream-hub.ts'
import { StreamServer } from './stream/stream-server.ts'
import type { VenueDescription } from './venue-description.ts'

const STORE_PROBE_MILLISECONDS = 5_000
const BUILT_DASHBOARD = fileURLToPath(new URL('../../web/dist', import.meta.url))

export interface GatewayOptions extends RoleContext {
  readonly log: Log
  readonly store: StoreReader
  /** Checks tokens: the control database's token store. */
  readonly tokens: TokenVerifier
  readonly venues: readonly VenueDescription[]
  readonly version: string
  /** True where every venue is simulated; else it is what the tape says of each. */
  readonly simulated?: boolean
  /** Directory of the built dashboard; `web/dist` of the project if absent. */
  readonly dashboardDirectory?: string
}

/**
 * The role that serves people and programs: REST, stream, dashboard. Listens at once; what is live is served as live when
 * the tape has been read up to the present.
 * @throws GatewayError GATEWAY_START_REFUSED if the configuration would open it to everybody, or the port is taken;
 *   LogError if the log cannot be read at all.
 */
export async function runGateway(options: GatewayOptions): Promise<void> {
  const { config, logger, metrics, signal } = options
  const { host, port, token, maximumClients, requestsPerMinute } = config.gateway
  const listensOnLoopback = isLoopback(host)
  if (token === 'off' && !listensOnLoopback) {
    throw new GatewayError(
      'GATEWAY_START_REFUSED',
      `gateway.token is off, but gateway.host is ${host}, which other machines can reach`,
    )
  }
  const needsToken = token === 'required' || !listensOnLoopback
  const market = new LiveMarket(options.simulated)
  const hub = new StreamHub(market)
  const follower = new TapeFollower(options.log, market, logger)
  const reference = new Reference(options.store, market, logger)
  const rates = new Rates()
  const services: GatewayServices = {
    market,
    hub,
    follower,
    reference,
    rates,
    store: options.store,
    venues: options.venues,
    authenticator: needsToken ? tokenAuthenticator(options.tokens) : openAuthenticator(),
    tickets: new StreamTickets(),
    limiter: new RateLimiter(requestsPerMinute),
    version: options.version,
    startTime: now(),
  }
  const app = await createGatewayApp({
    services,
    logger,
    metrics,
    listensOnLoopback,
    dashboardDirectory: options.dashboardDirectory ?? BUILT_DASHBOARD,
  })
  const stream = new StreamServer({ services, logger, listensOnLoopback, maximumClients })
  measureGateway(app, metrics, services, stream)

  const stopped = new AbortController()
  const running = AbortSignal.any([signal, stopped.signal])
  const stopRates = rates.start(
    () => market.events,
    () => hub.deliveries,
  )
  const probe = setInterval(() => void reference.probe(), STORE_PROBE_MILLISECONDS)
  const keptFresh = reference.keepFresh(running)
  try {
    const url = await listenOn(app, host, port)
    stream.listen(app.server)
    options.ready({ url })
    await follower.catchUp(running)
    hub.open()
    await follower.follow(running)
  } finally {
    stopped.abort()
    clearInterval(probe)
    stopRates()
    hub.stop()
    await stream.close()
    await app.close()
    await keptFresh
  }
}

async function listenOn(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    return await app.listen({ host, port })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new GatewayError('GATEWAY_START_REFUSED', `gateway.host ${host}, gateway.port ${port}: ${reason}`, { cause })
  }
}
