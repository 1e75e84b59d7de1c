import { CHANNELS } from '../../market/index.ts'
import type { ConnectionPlan, RestRequest, Subscription, VenueProtocol } from '../protocol.ts'
import { BINANCE, INSTRUMENT_REQUESTS, readInstruments } from './instruments.ts'
import { LIMITS, PROBE_LEVELS } from './limits.ts'
import { recogniseBinance } from './recognise.ts'
import { BinanceSession } from './session.ts'

/** Binance spot: combined streams, and REST v3 for snapshots, history and reference data. */
export const binance: VenueProtocol = {
  venue: BINANCE,
  name: 'Binance',
  channels: ['trade', 'quote', 'book', 'ticker'],
  limits: LIMITS,
  // Hosts for market data only, which need no account and serve more regions: "only market data messages" (rest-api.md,
  // web-socket-streams.md). `api.binance.com` and `stream.binance.com:9443` speak the same.
  endpoints: { rest: 'https://data-api.binance.vision', ws: 'wss://data-stream.binance.vision' },
  integrity: {
    trades: 'trade ids are consecutive in each symbol; a hole is filled from REST history',
    books: 'each update begins where the one before it ended, from a REST snapshot on',
  },
  verified: { on: '2026-11-22', against: 'recorded session of 2021-10-12, message samples, documentation' },
  instrumentRequests: () => INSTRUMENT_REQUESTS,
  instruments: readInstruments,

  plan(subscriptions: readonly Subscription[]): readonly ConnectionPlan[] {
    const plans: ConnectionPlan[] = []
    const size = LIMITS.subscriptionsPerConnection
    for (let from = 0; from < subscriptions.length; from += size) {
      plans.push({
        name: `market-${plans.length}`,
        // Times in microseconds, as the tape has them.
        path: '/stream?timeUnit=MICROSECOND',
        subscriptions: subscriptions.slice(from, from + size),
      })
    }
    return plans
  },

  session: (options) => new BinanceSession(options),
  recognise: recogniseBinance,
  answers,
}

/** The recorded URL may name another host, and other limits than we would ask for. */
function answers(url: string, request: RestRequest): boolean {
  if (!URL.canParse(url)) return false
  const recorded = new URL(url)
  const wanted = new URL(request.path, 'https://venue.invalid')
  if (recorded.pathname !== wanted.pathname) return false
  for (const name of ['symbol', 'fromId']) {
    const value = recorded.searchParams.get(name)
    if (value?.toUpperCase() !== wanted.searchParams.get(name)?.toUpperCase()) return false
  }
  if (!recorded.pathname.endsWith('/depth')) return true
  // A small book is a probe; it cannot stand for a snapshot.
  const isProbe = (limit: string | null): boolean => Number(limit ?? 100) <= PROBE_LEVELS
  return isProbe(recorded.searchParams.get('limit')) === isProbe(wanted.searchParams.get('limit'))
}
