import type { Channel, Instrument } from '../../market/index.ts'
import { recogniseGate } from '../gateio/recognise.ts'
import { isSameRequest } from '../gateio/same-request.ts'
import { depth400, listed, minuteCandles, type WireChannel } from '../gateio/subscriptions.ts'
import { GateTradeHistory } from '../gateio/trade-history.ts'
import { GateWords } from '../gateio/words.ts'
import type {
  CaptureEvidence,
  ConnectionPlan,
  RecognisedSession,
  RestRequest,
  SessionOptions,
  Subscription,
  VenueProtocol,
  VenueSession,
} from '../protocol.ts'
import { MarketSession } from '../shared/market/market-session.ts'
import { shardByInstrument } from '../shared/shards.ts'
import { contractsPath } from './contract-pages.ts'
import { FundingTimes } from './funding-times.ts'
import { GATEIO_FUTURES, instrumentFromContract, nextInstrumentRequest, readInstruments } from './instruments.ts'
import { FUTURES_PAGES, FUTURES_PAST, pathOf } from './past.ts'
import { readFutures } from './reader.ts'
import { isDated, restOf, SETTLEMENTS, settlementOf } from './settlement.ts'

/** Gate sets no number; each instrument takes six subscriptions. */
const INSTRUMENTS_PER_CONNECTION = 100

/** What is read from a capture; statuses come over REST alone. */
const STREAMED: readonly Channel[] = [
  'trade',
  'quote',
  'book',
  'ticker',
  'candle',
  'funding',
  'mark-price',
  'open-interest',
  'liquidation',
]

const TICKERS = listed('futures.tickers')

const WIRE: ReadonlyMap<Channel, WireChannel> = new Map([
  ['trade', listed('futures.trades')],
  ['quote', listed('futures.book_ticker')],
  ['book', depth400('futures.obu')],
  ['ticker', TICKERS],
  ['candle', minuteCandles('futures.candlesticks')],
  ['funding', TICKERS],
  ['mark-price', TICKERS],
  ['open-interest', TICKERS],
  ['liquidation', listed('futures.public_liquidates')],
])

/**
 * Dated contracts have no `obu`, whose snapshot comes by itself, and no liquidations: "payload: contract, interval 100ms or 1000ms" of
 * `futures.order_book_update` (https://www.gate.com/docs/developers/delivery/ws/en/, 2026-11-22), whose snapshot is fetched.
 */
const DATED_WIRE: ReadonlyMap<Channel, WireChannel> = new Map([
  ...[...WIRE].filter(([channel]) => channel !== 'funding' && channel !== 'liquidation'),
  ['book', { name: 'futures.order_book_update', takesMany: false, payload: (symbols) => [...symbols, '100ms'] }],
])
const DATED_CHANNELS: readonly Channel[] = [...DATED_WIRE.keys(), 'status']
/** Of a fetched book of theirs; more are not asked for. */
const DATED_LEVELS = 50

/**
 * Captures from before `obu` came (documented on 2025-05-22, futures WebSocket, change log) have the book of `order_book_update`,
 * whose snapshot is fetched.
 */
const FETCHED_BOOKS = 'fetched-books'
const STREAMED_BOOKS_SINCE = Date.UTC(2025, 4, 22) * 1_000

/** Gate: the contracts of API v4, perpetual ones settled in USDT, bitcoin and USD1, and dated ones settled in USDT. */
export const gateioFutures: VenueProtocol = {
  venue: GATEIO_FUTURES,
  name: 'Gate Futures',
  channels: [...STREAMED, 'status'],
  limits: {
    subscriptionsPerConnection: INSTRUMENTS_PER_CONNECTION * (STREAMED.length + 1),
    // 300 connections an address are allowed at a time; a rate is not given.
    connectionsPerMinute: 60,
    connectionAgeMilliseconds: null,
    // Not documented; a start with 100 instruments takes some 130 messages.
    messagesPerSecond: 20,
    frameBytes: 4 * 1024 * 1024,
    // "Public endpoints: 200r/10s (per endpoint), IP" (https://www.gate.com/announcements/article/33995, 2026-11-22).
    requestWeight: 100,
    requestWindowMilliseconds: 10_000,
    // Pings of ours are answered every 15 seconds.
    idleMilliseconds: 45_000,
  },
  endpoints: { rest: 'https://api.gateio.ws', ws: 'wss://fx-ws.gateio.ws/v4/ws' },
  // "Without it, sizes of fractions of a contract are rounded down" (futures WebSocket, change log, 2025-12-09).
  headers: { 'x-gate-size-decimal': '1' },
  integrity: {
    trades: 'trade ids are consecutive in each contract; a hole is filled from REST history',
    books:
      'every update names the first and last change that it stands for, which must follow on; a break is subscribed anew',
  },
  tradeIds: 'consecutive',
  verified: { on: '2026-11-22', against: 'message samples of 2020 and 2021, documentation' },
  past: FUTURES_PAST,

  channelsOf({ symbol }: Instrument): readonly Channel[] {
    return isDated(symbol) ? DATED_CHANNELS : [...STREAMED, 'status']
  },

  instrumentRequests(): readonly RestRequest[] {
    return [
      ...SETTLEMENTS.map((settle, index) => ({
        id: index + 1,
        purpose: `contracts-${settle}`,
        path: contractsPath(settle, 0),
        weight: 1,
      })),
      ...SETTLEMENTS.map((settle, index) => ({
        id: SETTLEMENTS.length + index + 1,
        purpose: `volumes-${settle}`,
        path: `${restOf(settle)}/tickers`,
        weight: 1,
      })),
    ]
  },

  nextInstrumentRequest,

  instruments: readInstruments,

  plan(subscriptions: readonly Subscription[]): readonly ConnectionPlan[] {
    return SETTLEMENTS.flatMap((settle) =>
      shardByInstrument(
        subscriptions.filter(({ instrument }) => settlementOf(instrument.symbol) === settle),
        INSTRUMENTS_PER_CONNECTION,
      ).map((plan) => ({ ...plan, name: `${settle.replace('/', '-')}-${plan.name}`, path: `/${settle}` })),
    )
  },

  session(options: SessionOptions): VenueSession {
    const times = new FundingTimes()
    // No connection carries both kinds.
    const areDated = isDated(options.plan.subscriptions[0]?.instrument.symbol ?? '')
    const words = new GateWords({
      market: 'futures',
      wireOf: areDated ? DATED_WIRE : WIRE,
      tradeIds: 'consecutive',
      tradeHistory: new GateTradeHistory(FUTURES_PAGES),
      bookSnapshot: areDated || options.dialect === FETCHED_BOOKS ? 'rest' : 'stream',
      // "The level of the subscription should be the limit of the snapshot" (futures WebSocket, Order Book, 2026-11-22).
      bookPath: (instrument) =>
        `${pathOf(instrument, 'order_book')}&limit=${areDated ? DATED_LEVELS : 100}&with_id=true`,
      ...(areDated && { bookLevels: DATED_LEVELS }),
      rareChannels: ['liquidation'],
      // The list of dated contracts has one page.
      polls: areDated ? times.polls.slice(0, 1) : times.polls,
      read: (channel, frame, facts, candles) => readFutures(channel, frame, facts, candles, times),
    })
    return new MarketSession(options, words)
  },

  recognise(evidence: CaptureEvidence, instruments: readonly Instrument[]): RecognisedSession | undefined {
    return recogniseGate(evidence, instruments, {
      market: 'futures',
      channels: STREAMED,
      derive: instrumentFromContract,
      dialect: (time) => (time < STREAMED_BOOKS_SINCE ? FETCHED_BOOKS : undefined),
    })
  },

  answers(url: string, request: RestRequest): boolean {
    // Pages of history are told apart by what they hold, those of the contracts by where they begin.
    const isPaged = request.purpose.startsWith('contracts-')
    return isSameRequest(url, request.path) && (!isPaged || offsetOf(url) === offsetOf(request.path))
  },
}

function offsetOf(url: string): string {
  return URL.parse(url, 'https://host')?.searchParams.get('offset') ?? '0'
}
