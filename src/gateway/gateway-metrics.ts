import type { FastifyInstance } from 'fastify'
import { Counter, Gauge, Histogram } from 'prom-client'
import { MICROS_PER_SECOND, now } from '../market/index.ts'
import type { Metrics } from '../platform/serving.ts'
import type { GatewayServices } from './routes/gateway-services.ts'
import type { StreamServer } from './stream/stream-server.ts'

const SAMPLE_MILLISECONDS = 1_000
/** Rates are means over about this many seconds. */
const RATE_SECONDS = 5
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/** How many events and deliveries there are a second, measured once a second. */
export class Rates {
  eventsPerSecond = 0
  deliveriesPerSecond = 0
  #events = 0
  #deliveries = 0

  /** Starts to measure. Returns what stops it. */
  start(events: () => number, deliveries: () => number): () => void {
    const smooth = (rate: number, count: number) => Math.round((rate + (count - rate) / RATE_SECONDS) * 10) / 10
    const timer = setInterval(() => {
      const [allEvents, allDeliveries] = [events(), deliveries()]
      this.eventsPerSecond = smooth(this.eventsPerSecond, allEvents - this.#events)
      this.deliveriesPerSecond = smooth(this.deliveriesPerSecond, allDeliveries - this.#deliveries)
      this.#events = allEvents
      this.#deliveries = allDeliveries
    }, SAMPLE_MILLISECONDS)
    timer.unref()
    return () => clearInterval(timer)
  }
}

/** Registers the gateway's metrics. */
export function measureGateway(
  app: FastifyInstance,
  metrics: Metrics,
  services: GatewayServices,
  stream: StreamServer,
): void {
  const registers = [metrics]
  const requests = new Counter({
    name: 'opentape_gateway_requests_total',
    help: 'HTTP requests that were answered.',
    labelNames: ['route', 'status'],
    registers,
  })
  const duration = new Histogram({
    name: 'opentape_gateway_request_seconds',
    help: 'Time from a request to its answer.',
    labelNames: ['route'],
    buckets: DURATION_BUCKETS,
    registers,
  })
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none'
    requests.inc({ route, status: String(reply.statusCode) })
    duration.observe({ route }, reply.elapsedTime / 1_000)
  })
  const { market, hub, follower } = services
  const gauges: readonly [name: string, help: string, read: () => number][] = [
    ['opentape_gateway_stream_clients', 'Clients of the stream.', () => hub.clientCount],
    ['opentape_gateway_stream_subscriptions', 'Subscriptions of all clients.', () => hub.subscriptionCount],
    ['opentape_gateway_stream_slow_clients', 'Clients that are conflated now.', () => hub.slowClientCount],
    ['opentape_gateway_instruments', 'Instruments that are known.', () => market.slotCount],
    [
      'opentape_gateway_lag_records',
      'Records of market-data that are not read yet.',
      () => follower.progress['market-data'].next - follower.progress['market-data'].position,
    ],
    [
      'opentape_gateway_tape_age_seconds',
      'Age of the newest record of market-data that was read.',
      () => {
        const { recordTime } = follower.progress['market-data']
        return recordTime === null ? 0 : (now() - recordTime) / MICROS_PER_SECOND
      },
    ],
  ]
  for (const [name, help, read] of gauges) {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  }
  const totals: readonly [name: string, help: string, read: () => number][] = [
    ['opentape_gateway_events_total', 'Events that came from the log.', () => market.events],
    ['opentape_gateway_deliveries_total', 'Messages that were handed to clients.', () => hub.deliveries],
    ['opentape_gateway_slow_cuts_total', 'Clients cut because they read too slowly.', () => stream.slowCuts],
    ['opentape_gateway_malformed_lines_total', 'Lines that could not be read.', () => market.skipped.malformed],
  ]
  for (const [name, help, read] of totals) {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset()
        this.inc(read())
      },
    })
  }
}
