import { CHANNELS, type Instrument } from '../../market/index.ts'
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
import { shardByInstrument } from '../shared/shards.ts'
import { COINBASE, instrumentFromId, readInstruments } from './instruments.ts'
import { CoinbaseSession } from './session.ts'
import { membersOf } from './wire.ts'

/**
 * Instruments on one connection. The venue sets no number; "Spread subscriptions […] over more than one websocket client
 * connection" (https://docs.cdp.coinbase.com/exchange/websocket-feed/best-practices, 2026-11-22).
 */
const INSTRUMENTS_PER_CONNECTION = 50

/** Coinbase Exchange: the public feed and its REST interface. */
export const coinbase: VenueProtocol = {
  venue: COINBASE,
  name: 'Coinbase Exchange',
  channels: CHANNELS,
  limits: {
    subscriptionsPerConnection: INSTRUMENTS_PER_CONNECTION * CHANNELS.length,
    // "Requests per second per IP: 8": https://docs.cdp.coinbase.com/exchange/websocket-feed/rate-limits (2026-11-22)
    connectionsPerMinute: 240,
    connectionAgeMilliseconds: null,
    // "Messages sent by the client every second per IP: 100", same page; several connections share it.
    messagesPerSecond: 10,
    // The first frame of a book holds all of it: some 50,000 levels of 30 characters on the largest market.
    frameBytes: 64 * 1024 * 1024,
    // "Public endpoints: requests per second per IP: 10": exchange/rest-api/rate-limits (2026-11-22)
    requestWeight: 10,
    requestWindowMilliseconds: 1_000,
    // A heartbeat comes every second for every product.
    idleMilliseconds: 15_000,
  },
  endpoints: { rest: 'https://api.exchange.coinbase.com', ws: 'wss://ws-feed.exchange.coinbase.com' },

  instrumentRequests(): readonly RestRequest[] {
    return [
      { id: 1, purpose: 'products', path: '/products', weight: 1 },
      { id: 2, purpose: 'volumes', path: '/products/stats', weight: 1 },
    ]
  },

  instruments: readInstruments,

  plan(subscriptions: readonly Subscription[]): readonly ConnectionPlan[] {
    return shardByInstrument(subscriptions, INSTRUMENTS_PER_CONNECTION)
  },

  session(options: SessionOptions): VenueSession {
    return new CoinbaseSession(options)
  },

  recognise(evidence: CaptureEvidence, instruments: readonly Instrument[]): RecognisedSession | undefined {
    if (!isOurs(evidence)) return undefined
    const all = new Map(instruments.map((instrument) => [instrument.symbol as string, instrument]))
    for (const id of productIds(evidence.text)) {
      const instrument = all.get(id) ?? instrumentFromId(id)
      if (instrument !== undefined) all.set(id, instrument)
    }
    if (all.size === 0) return undefined
    const subscriptions = [...all.values()].flatMap((instrument) =>
      (['trade', 'book', 'ticker'] as const).map((channel) => ({ instrument, channel })),
    )
    return { plan: { name: 'capture', path: '', subscriptions } }
  },

  answers(url: string, request: RestRequest): boolean {
    return url.endsWith(request.path)
  },
}

const HOSTS = /^wss?:\/\/ws-feed[\w.-]*\.(?:pro|exchange|gdax)?\.?coinbase\.com(?:[:/?]|$)|^wss?:\/\/ws-feed\.gdax\.com/
const FRAME = /^\s*\{\s*"type"\s*:\s*"(?:subscribe|subscriptions|snapshot|l2update|match|last_match|ticker|heartbeat)"/

function isOurs(evidence: CaptureEvidence): boolean {
  return HOSTS.test(evidence.url) || (evidence.direction !== 'open' && FRAME.test(evidence.text))
}

/** Products that a frame names: in a subscription, or as its own. */
function productIds(text: string): string[] {
  let frame: ReturnType<typeof membersOf>
  try {
    frame = membersOf(JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError) return []
    throw error
  }
  if (frame === undefined) return []
  const channels = Array.isArray(frame.channels) ? frame.channels : []
  const lists = [frame.product_ids, [frame.product_id], ...channels.map((channel) => membersOf(channel)?.product_ids)]
  return lists.flat().filter((id): id is string => typeof id === 'string')
}
