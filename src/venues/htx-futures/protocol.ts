import type { Channel, Instrument } from '../../market/index.ts'
import { CONTRACT_CHANNELS } from '../htx/contracts.ts'
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
import { asksTheSame } from '../shared/recorded-url.ts'
import { shardByInstrument } from '../shared/shards.ts'
import { ADDRESSES, FAMILIES, familyOf } from './family.ts'
import { HTX_FUTURES_PAST } from './history.ts'
import { channelsOfInstrument, HTX_FUTURES, INSTRUMENT_REQUESTS, readInstruments } from './instruments.ts'
import { CAPTURE, recogniseHtxFutures } from './recognise.ts'
import { HtxFuturesWords } from './words.ts'

/** The venue names no number of topics; 150 on one socket were seen to work by others (2026-09-23). A contract has five. */
const INSTRUMENTS_PER_CONNECTION = 30

type Socket = 'market' | 'index' | 'notice'
const SOCKETS: readonly Socket[] = ['market', 'index', 'notice']

function socketOf(channel: Channel): Socket {
  if (channel === 'mark-price') return 'index'
  return channel === 'funding' || channel === 'liquidation' ? 'notice' : 'market'
}

/** HTX (Huobi until 2023): perpetual and dated contracts margined in USDT, perpetual ones margined in coins. */
export const htxFutures: VenueProtocol = {
  venue: HTX_FUTURES,
  name: 'HTX Futures',
  channels: CONTRACT_CHANNELS,
  limits: {
    subscriptionsPerConnection: INSTRUMENTS_PER_CONNECTION * (CONTRACT_CHANNELS.length - 3),
    // No number is given for contracts; spot allows a hundred a second.
    connectionsPerMinute: 120,
    connectionAgeMilliseconds: null,
    // "40 subscriptions at most can be sent in one second" (websocket, 2026-11-22); pongs go before them.
    messagesPerSecond: 30,
    frameBytes: 4 * 1024 * 1024,
    // "other non-trading public interface, such as get contract information: 240 times every 3 second at most for each IP" (2026-11-22)
    requestWeight: 200,
    requestWindowMilliseconds: 3_000,
    // The venue pings every five seconds.
    idleMilliseconds: 20_000,
  },
  endpoints: { rest: 'https://api.hbdm.com', ws: 'wss://api.hbdm.com' },
  tradeIds: 'unique',
  integrity: {
    trades:
      'ids are unique, not known to be consecutive: after a cut the last 2,000 trades tell whether any is missing',
    books: 'the version of each change is the one before plus one; a break is subscribed anew',
  },
  verified: {
    on: '2026-11-22',
    against: 'documentation, message samples of 2020, frames of September 2026 that others published',
  },
  past: HTX_FUTURES_PAST,

  channelsOf: channelsOfInstrument,

  instrumentRequests(): readonly RestRequest[] {
    return INSTRUMENT_REQUESTS
  },

  instruments: readInstruments,

  plan(subscriptions: readonly Subscription[]): readonly ConnectionPlan[] {
    return FAMILIES.flatMap((family) =>
      SOCKETS.flatMap((socket) =>
        shardByInstrument(
          subscriptions.filter(
            ({ instrument, channel }) => familyOf(instrument.symbol) === family && socketOf(channel) === socket,
          ),
          INSTRUMENTS_PER_CONNECTION,
        ).map((plan, index) => ({ ...plan, name: `${family}-${socket}-${index}`, path: ADDRESSES[family][socket] })),
      ),
    )
  },

  session(options: SessionOptions): VenueSession {
    // In a capture a contract that no subscription named has to be refused, so that it is recognised by its frames.
    const isCapture = options.plan.name === CAPTURE
    return new MarketSession(isCapture ? { ...options, instruments: [] } : options, new HtxFuturesWords(isCapture))
  },

  recognise(evidence: CaptureEvidence, instruments: readonly Instrument[]): RecognisedSession | undefined {
    return recogniseHtxFutures(evidence, instruments)
  },

  answers(url: string, request: RestRequest): boolean {
    return asksTheSame(url, request.path, ['size', 'page_size', 'business_type'])
  },
}
