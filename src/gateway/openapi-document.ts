import { createLogger } from '../platform/index.ts'
import { createMetrics } from '../platform/serving.ts'
import { openAuthenticator } from './access/authenticator.ts'
import { RateLimiter } from './access/rate-limiter.ts'
import { StreamTickets } from './access/stream-tickets.ts'
import { createGatewayApp } from './gateway-app.ts'
import { GatewayError } from './gateway-error.ts'
import { Rates } from './gateway-metrics.ts'
import { LiveMarket } from './live/live-market.ts'
import { Reference } from './live/reference.ts'
import type { StoreReader } from './live/store-reader.ts'
import { StreamHub } from './stream/stream-hub.ts'

/** The API's OpenAPI document as text, made from the routes; nothing is started for it. `docs/openapi.json` is this. */
export async function openApiDocument(version: string): Promise<string> {
  const logger = createLogger({ role: 'gateway', level: 'silent', format: 'json' })
  const market = new LiveMarket()
  const app = await createGatewayApp({
    services: {
      market,
      store: NO_STORE,
      reference: new Reference(NO_STORE, market, logger),
      follower: { progress: { 'market-data': NOTHING_READ, analytics: NOTHING_READ }, failure: '' },
      hub: new StreamHub(market),
      venues: [],
      authenticator: openAuthenticator(),
      tickets: new StreamTickets(),
      limiter: new RateLimiter(1),
      version,
      startTime: 0,
      rates: new Rates(),
    },
    logger,
    metrics: createMetrics('gateway'),
    listensOnLoopback: true,
    dashboardDirectory: import.meta.dirname,
  })
  await app.ready()
  const document = app.swagger()
  await app.close()
  return `${JSON.stringify(document, null, 2)}\n`
}

const NOTHING_READ = { next: 1, position: 1, recordTime: null }

async function refuse(): Promise<never> {
  throw new GatewayError('GATEWAY_STORE_UNAVAILABLE', 'There is no store behind a description')
}

const NO_STORE: StoreReader = {
  trades: refuse,
  quotes: refuse,
  facts: refuse,
  latestFacts: refuse,
  candles: refuse,
  gaps: refuse,
  coverages: refuse,
  feeds: refuse,
  venueStates: refuse,
  instruments: refuse,
  bookAsOf: refuse,
  markets: refuse,
  ping: refuse,
}
