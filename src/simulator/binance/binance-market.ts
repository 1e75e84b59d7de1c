import type { SimulatedVenue } from '../model/catalogue.ts'
import type { StreamKind } from './binance-streams.ts'

/** What the markets of Binance differ in. */
export interface BinanceMarket {
  readonly venue: SimulatedVenue
  /** The path that all requests begin with. */
  readonly rest: string
  /** Contracts that are settled in stablecoins (`linear`) or in the coin (`inverse`); absent: spot. */
  readonly contracts?: 'linear' | 'inverse'
  /** Whether a client may ask for times in microseconds. */
  readonly offersMicros: boolean
  /** Whether single trades of the past can be asked for by id without a key. */
  readonly opensTrades: boolean
  readonly weightAMinute: number
  readonly messagesASecond: number
  readonly pingMicros: number
  readonly pongMicros: number
  /** Request weights, by the path behind `rest`. */
  readonly weights: Readonly<Record<string, (parameters: URLSearchParams) => number>>
  /** Whether a socket that was opened on a path is sent a stream that was asked for. */
  carries(path: string, kind: StreamKind): boolean
}

const SECOND = 1_000_000
const MINUTE = 60 * SECOND

/** Weight of a book by its limit: the first step that it does not exceed. */
function byLimit(steps: readonly (readonly [number, number])[], fallback: number) {
  return (parameters: URLSearchParams): number => {
    const limit = Number(parameters.get('limit') ?? fallback)
    return (steps.find(([most]) => limit <= most) ?? steps.at(-1))?.[1] ?? 1
  }
}

/** Weight without and with a symbol. */
function bySymbol(all: number, one: number) {
  return (parameters: URLSearchParams): number => (parameters.has('symbol') ? one : all)
}

const always = (weight: number) => (): number => weight

/*
 * "WebSocket connections have a limit of 5 incoming messages per second." "The WebSocket server will send a `ping frame` every
 * 20 seconds. If the WebSocket server does not receive a `pong frame` back from the connection within a minute the connection
 * will be disconnected." https://github.com/binance/binance-spot-api-docs/blob/master/web-socket-streams.md; weights are those
 * of each endpoint's section in rest-api.md there; looked at 2026-11-22.
 */
export const SPOT: BinanceMarket = {
  venue: 'binance',
  rest: '/api/v3',
  offersMicros: true,
  opensTrades: true,
  weightAMinute: 6_000,
  messagesASecond: 5,
  pingMicros: 20 * SECOND,
  pongMicros: MINUTE,
  weights: {
    '/exchangeInfo': always(20),
    '/ticker/24hr': bySymbol(80, 2),
    '/depth': byLimit(
      [
        [100, 5],
        [500, 25],
        [1_000, 50],
        [5_000, 250],
      ],
      100,
    ),
    '/trades': always(25),
    '/historicalTrades': always(25),
    '/aggTrades': always(4),
    '/klines': always(2),
  },
  carries: () => true,
}

/*
 * "The websocket server will send a ping frame every 3 minutes. If the websocket server does not receive a pong frame back from
 * the connection within a 10 minute period, the connection will be disconnected." "Old trade lookup (MARKET_DATA)" wants a key.
 * https://github.com/binance-us/binance-us-api-docs, web-socket-streams.md and rest-api.md, looked at 2026-11-22.
 */
export const US: BinanceMarket = {
  venue: 'binance-us',
  rest: '/api/v3',
  offersMicros: false,
  opensTrades: false,
  weightAMinute: 1_200,
  messagesASecond: 5,
  pingMicros: 3 * MINUTE,
  pongMicros: 10 * MINUTE,
  weights: {
    '/exchangeInfo': always(10),
    '/ticker/24hr': bySymbol(40, 1),
    '/depth': byLimit(
      [
        [100, 1],
        [500, 5],
        [1_000, 10],
        [5_000, 50],
      ],
      100,
    ),
    '/historicalTrades': always(5),
  },
  carries: () => true,
}

const CONTRACT_WEIGHTS: BinanceMarket['weights'] = {
  '/ticker/24hr': bySymbol(40, 1),
  '/depth': byLimit(
    [
      [50, 2],
      [100, 5],
      [500, 10],
      [1_000, 20],
    ],
    500,
  ),
  '/trades': always(5),
  '/historicalTrades': always(20),
  '/aggTrades': always(20),
  '/klines': byLimit(
    [
      [99, 1],
      [499, 2],
      [1_000, 5],
      [1_500, 10],
    ],
    500,
  ),
}

/*
 * "The websocket server will send a ping frame every 3 minutes. If the websocket server does not receive a pong frame back from
 * the connection within a 10 minute period, the connection will be disconnected." "WebSocket connections have a limit of 10
 * incoming messages per second." https://developers.binance.com/docs/derivatives/usds-margined-futures/websocket-market-streams,
 * and the same of coin-margined-futures; looked at 2026-11-22.
 */
const CONTRACTS = {
  offersMicros: false,
  opensTrades: false,
  weightAMinute: 2_400,
  messagesASecond: 10,
  pingMicros: 3 * MINUTE,
  pongMicros: 10 * MINUTE,
  weights: CONTRACT_WEIGHTS,
} as const

/** High-frequency streams, which have a path of their own. */
const PUBLIC: readonly StreamKind[] = ['depth', 'depth@100ms', 'bookTicker', 'trade']

export const USDM: BinanceMarket = {
  ...CONTRACTS,
  venue: 'binance-usdm',
  rest: '/fapi/v1',
  contracts: 'linear',
  // "Legacy WebSocket URLs will be permanently retired on 2026-04-23": `/public` has books and quotes, `/market` the rest. A
  // stream that is asked for on the wrong one is acknowledged and never comes (Important WebSocket Change Notice of 2026-03-06).
  carries: (path, kind) => path.startsWith(PUBLIC.includes(kind) ? '/public/' : '/market/'),
}

export const COINM: BinanceMarket = {
  ...CONTRACTS,
  venue: 'binance-coinm',
  rest: '/dapi/v1',
  contracts: 'inverse',
  carries: () => true,
}
