import type { Amount, DecimalText, Price } from './decimal.ts'
import type { Instrument, InstrumentId, InstrumentStatus, VenueId, VenueSymbol } from './instrument.ts'
import type { Micros } from './time.ts'

/** A kind of market data that can be subscribed to. */
export type Channel =
  | 'trade'
  | 'quote'
  | 'book'
  | 'ticker'
  | 'candle'
  | 'funding'
  | 'mark-price'
  | 'open-interest'
  | 'liquidation'
  | 'option-summary'
  | 'status'

/** Every channel, in the order in which they are shown. */
export const CHANNELS: readonly Channel[] = [
  'trade',
  'quote',
  'book',
  'ticker',
  'candle',
  'funding',
  'mark-price',
  'open-interest',
  'liquidation',
  'option-summary',
  'status',
]

/** The channels that every kind of instrument can have. */
export const SPOT_CHANNELS: readonly Channel[] = ['trade', 'quote', 'book', 'ticker', 'candle', 'status']

/** Who crossed the spread. */
export type TakerSide = 'buy' | 'sell' | 'unknown'

/** What every event of one instrument carries. */
interface OfInstrument {
  readonly venue: VenueId
  readonly instrument: InstrumentId
  readonly symbol: VenueSymbol
  /** The venue's time of the event; null where its message carries none. */
  readonly exchangeTime: Micros | null
  /** When our socket gave us the frame. */
  readonly receiveTime: Micros
}

/** One print. */
export interface TradeEvent extends OfInstrument {
  readonly messageType: 'trade'
  /** The venue's id of the trade; null where it gives none. Unique within (venue, instrument). */
  readonly id: string | null
  readonly price: Price
  readonly amount: Amount
  readonly side: TakerSide
  /** True on history: prints sent at subscription, or fetched to repair a gap. Absent on live prints. */
  readonly backlog?: true
}

/** Best bid and offer from the venue's own feed. A side that is empty has null price and amount. */
export interface QuoteEvent extends OfInstrument {
  readonly messageType: 'quote'
  readonly bidPrice: Price | null
  readonly bidAmount: Amount | null
  readonly askPrice: Price | null
  readonly askAmount: Amount | null
  /** The venue's sequence number, null where it gives none. */
  readonly sequence: number | null
}

/** One price level: `[price, amount]`. Amount `0` in an update removes the level. */
export type BookLevel = readonly [price: Price, amount: Amount]

/**
 * A change of an order book. A snapshot replaces the book; an update changes the levels it names. Updates are complete:
 * where a venue cuts its book to a depth, the levels that fall out are removed by name.
 */
export interface BookEvent extends OfInstrument {
  readonly messageType: 'book'
  readonly kind: 'snapshot' | 'update'
  readonly bids: readonly BookLevel[]
  readonly asks: readonly BookLevel[]
  readonly sequence: number | null
}

/** Statistics of a rolling window, 24 hours unless the venue's evidence table says otherwise. Absent facts are null. */
export interface TickerEvent extends OfInstrument {
  readonly messageType: 'ticker'
  readonly last: Price | null
  readonly open: Price | null
  readonly high: Price | null
  readonly low: Price | null
  /** Turnover in the base asset. */
  readonly volume: DecimalText | null
  /** Turnover in the quote asset. */
  readonly quoteVolume: DecimalText | null
}

/** Widths of the venue's own candles that are read: one is enough to check ours against. */
export type VenueCandleInterval = '1m'

/** A candle as the venue itself computes it. Ours, from trades, are called `candle`; these are there to check them. */
export interface VenueCandleEvent extends OfInstrument {
  readonly messageType: 'venue-candle'
  readonly interval: VenueCandleInterval
  /** Start of its interval. */
  readonly openTime: Micros
  readonly open: Price
  readonly high: Price
  readonly low: Price
  readonly close: Price
  /** In the unit of the venue's trades, as {@link TradeEvent.amount}; null where the venue gives another. */
  readonly volume: DecimalText | null
  readonly quoteVolume: DecimalText | null
  readonly trades: number | null
  /** False while its interval lasts: it may be said again. */
  readonly isClosed: boolean
}

/** What holders of a perpetual pay one another. Rates are fractions of the position, not per cent; longs pay if positive. */
export interface FundingEvent extends OfInstrument {
  readonly messageType: 'funding'
  /** The rate that will be, or was, exchanged at `fundingTime`. */
  readonly rate: DecimalText | null
  /** The venue's estimate of the rate after that. */
  readonly predictedRate: DecimalText | null
  /** When `rate` is exchanged. */
  readonly fundingTime: Micros | null
  /** How long one funding interval lasts, in seconds. */
  readonly intervalSeconds: number | null
}

/** The prices by which positions are valued. */
export interface MarkPriceEvent extends OfInstrument {
  readonly messageType: 'mark-price'
  readonly markPrice: Price | null
  /** Price of the underlying index, in the quote asset. */
  readonly indexPrice: Price | null
}

/** How many contracts are open. */
export interface OpenInterestEvent extends OfInstrument {
  readonly messageType: 'open-interest'
  /** In the unit of the venue's trades: contracts, or base where its amounts are base. Null where it gives only a value. */
  readonly openInterest: DecimalText | null
  /** The same in the quote (or settlement) asset as the venue says it, null where it does not. */
  readonly value: DecimalText | null
}

/** A position that the venue closed by force. */
export interface LiquidationEvent extends OfInstrument {
  readonly messageType: 'liquidation'
  /** The venue's id; null where it gives none. */
  readonly id: string | null
  readonly price: Price
  readonly amount: Amount
  /** Side of the order that closes the position: `sell` where a long was liquidated. */
  readonly side: TakerSide
}

/** Option values as the venue computes them. Volatilities are fractions (0.65 is 65 %). */
export interface OptionSummaryEvent extends OfInstrument {
  readonly messageType: 'option-summary'
  readonly markPrice: Price | null
  readonly underlyingPrice: Price | null
  readonly markVolatility: DecimalText | null
  readonly bidVolatility: DecimalText | null
  readonly askVolatility: DecimalText | null
  readonly delta: DecimalText | null
  readonly gamma: DecimalText | null
  readonly vega: DecimalText | null
  readonly theta: DecimalText | null
  readonly rho: DecimalText | null
  readonly openInterest: DecimalText | null
}

/** Whether an instrument trades, as its venue says at this moment. */
export interface StatusEvent extends OfInstrument {
  readonly messageType: 'status'
  readonly status: InstrumentStatus
  /** The venue's own word for it. */
  readonly venueStatus: string
}

/** What is compared with what a venue says: our candle with its candle, our last price with its ticker's. */
export type AuditSubject = 'candle' | 'last-price'

/** What of it differs. */
export type AuditField = 'open' | 'high' | 'low' | 'close' | 'volume' | 'last'

/**
 * What we have and what the venue says are not the same, though nothing is known to be missing. Said by the processor, of samples;
 * where the two agree nothing is said.
 */
export interface AuditEvent extends OfInstrument {
  readonly messageType: 'audit'
  readonly subject: AuditSubject
  readonly field: AuditField
  /** From our trades. */
  readonly ours: DecimalText
  /** As the venue says. */
  readonly theirs: DecimalText
  /** Start of the candle; time of the ticker. */
  readonly of: Micros
  /** What the comparison stands on. For people. */
  readonly evidence: string
}

/** Why a stretch of the tape is not known to be complete. */
export type GapCause =
  | 'disconnect'
  | 'collector-stopped'
  | 'collector-crashed'
  | 'missed-sequence'
  | 'missed-trades'
  | 'checksum-failed'
  | 'stall'
  | 'malformed-frame'
  | 'dropped-frame'

/** Every cause, in the order in which they are shown. */
export const GAP_CAUSES: readonly GapCause[] = [
  'disconnect',
  'collector-stopped',
  'collector-crashed',
  'missed-sequence',
  'missed-trades',
  'checksum-failed',
  'stall',
  'malformed-frame',
  'dropped-frame',
]

/**
 * `open`: being repaired, or not yet judged. `repaired`: everything that was missing is on the tape now. `partly`: some of
 * it. `beyond-repair`: the venue does not give it any more, or never does (book updates).
 */
export type GapState = 'open' | 'repaired' | 'partly' | 'beyond-repair'

/**
 * A stretch of a (venue, instrument, channel) that is, or was, not known to be complete. The same gap is said again,
 * with the same `id` and a higher `revision`, when its state changes.
 */
export interface GapEvent {
  readonly messageType: 'gap'
  readonly id: string
  readonly revision: number
  readonly venue: VenueId
  readonly instrument: InstrumentId
  readonly symbol: VenueSymbol
  readonly channel: Channel
  /** Receive time of the last message known to be whole before it. */
  readonly from: Micros
  /** Receive time of the first message known to be whole after it; null while it lasts. */
  readonly to: Micros | null
  readonly cause: GapCause
  readonly state: GapState
  /** How many messages are known to be missing still; null where the venue does not number them. */
  readonly missing: number | null
  /** Their ids, as ascending ranges: `757-794,800`; null where the venue does not number them, or nothing is missing. */
  readonly missingIds: string | null
  /** The facts it is concluded from: ids, sequence numbers, close codes. For people. */
  readonly evidence: string
  readonly receiveTime: Micros
}

/**
 * `synchronised`: proved whole by its rule. `recovering`: being repaired. `stale`: silent beyond its usual rate, or its
 * connection is down. `halted`: the venue says that it does not trade. `unknown`: nothing heard yet.
 */
export type FeedState = 'synchronised' | 'recovering' | 'stale' | 'halted' | 'unknown'

/** The state of one feed: said when it changes, and now and then. */
export interface FeedStateEvent {
  readonly messageType: 'feed-state'
  readonly venue: VenueId
  readonly instrument: InstrumentId
  readonly symbol: VenueSymbol
  readonly channel: Channel
  readonly state: FeedState
  readonly reason: string
  /** Receive time of its last message; null if there was none. */
  readonly lastMessageTime: Micros | null
  /** Last sequence or id that was accepted, as the venue writes it. */
  readonly lastSequence: string | null
  /** How often it had to be synchronised anew since the collector started. */
  readonly resyncs: number
  readonly receiveTime: Micros
}

/**
 * A stretch of a feed that was watched without interruption, or filled later. What is in no such stretch was not watched, which
 * is not the same as that nothing happened. The same stretch is said again with a later `until` while it lasts.
 */
export interface CoverageEvent {
  readonly messageType: 'coverage'
  readonly venue: VenueId
  readonly instrument: InstrumentId
  readonly symbol: VenueSymbol
  readonly channel: Channel
  /** Its beginning names it among the stretches of its feed. */
  readonly since: Micros
  readonly until: Micros
  /** `live`: receive times of a subscription. `backfill`, `import`: exchange times of a range that was read to its end. */
  readonly source: 'live' | 'backfill' | 'import'
  readonly receiveTime: Micros
}

/** Reference data of one instrument: said when its collector first learns of it, and when it changes. */
export interface InstrumentEvent {
  readonly messageType: 'instrument'
  readonly venue: VenueId
  readonly instrument: InstrumentId
  readonly symbol: VenueSymbol
  readonly definition: Instrument
  readonly receiveTime: Micros
}

/**
 * `connected`: every planned connection is open. `partly`: some are. `connecting`: none yet, the first tries are under way.
 * `unreachable`: none, and tries have failed; they go on with back-off. `stopped`: not watched.
 */
export type VenueState = 'connected' | 'partly' | 'connecting' | 'unreachable' | 'stopped'

/** How a venue's connections stand: said when it changes, and now and then. */
export interface VenueStateEvent {
  readonly messageType: 'venue-state'
  readonly venue: VenueId
  readonly state: VenueState
  readonly reason: string
  readonly connectionsOpen: number
  readonly connectionsPlanned: number
  /** How many instruments are subscribed. */
  readonly instruments: number
  /** True where the exchange is one of our simulator's. */
  readonly simulated: boolean
  /** Of its recent trades; null where there were none with a time of the venue. */
  readonly latency: VenueLatency | null
  readonly receiveTime: Micros
}

/**
 * Receive time less the venue's own time of recent trades, in microseconds: the way through the venue and the network, and the
 * difference of the two clocks. Negative where the venue's clock is ahead by more than the way takes. Times are never altered by it.
 */
export interface VenueLatency {
  /** The quickest: what the clocks differ by, plus the shortest way. */
  readonly minimum: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
}

/** A normalised fact on the tape. */
export type MarketEvent =
  | TradeEvent
  | QuoteEvent
  | BookEvent
  | TickerEvent
  | VenueCandleEvent
  | FundingEvent
  | MarkPriceEvent
  | OpenInterestEvent
  | LiquidationEvent
  | OptionSummaryEvent
  | StatusEvent
  | AuditEvent
  | GapEvent
  | FeedStateEvent
  | CoverageEvent
  | InstrumentEvent
  | VenueStateEvent

/** An event that names an instrument: any but one of a venue as a whole. */
export type NamedEvent = Exclude<MarketEvent, VenueStateEvent>

export type MessageType = MarketEvent['messageType']

/** The channel that an event belongs to; null for what is said about feeds, venues and instruments, and for audits. */
export function channelOfEvent({ messageType }: MarketEvent): Channel | null {
  switch (messageType) {
    case 'venue-candle':
      return 'candle'
    case 'gap':
    case 'feed-state':
    case 'coverage':
    case 'instrument':
    case 'venue-state':
    case 'audit':
      return null
    default:
      return messageType
  }
}
