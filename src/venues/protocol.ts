import type { Channel, GapCause, Instrument, InstrumentId, MarketEvent, Micros, VenueId } from '../market/index.ts'

/** One thing to be watched: a channel of an instrument. */
export interface Subscription {
  readonly instrument: Instrument
  readonly channel: Channel
}

/** An HTTP request that a protocol wants made: a GET, unless it says otherwise. `path` starts with `/` and carries the query; the host is configuration. */
export interface RestRequest {
  /** Unique within its session; the answer comes back with this very object. */
  readonly id: number
  /** What the answer is for; the protocol's own word. */
  readonly purpose: string
  readonly path: string
  /** Only for venues that want their questions posted. */
  readonly method?: 'POST'
  /** JSON text that is posted. */
  readonly body?: string
  /** Cost in the venue's own units against its budget. */
  readonly weight: number
  /** The instrument it concerns, where it concerns one. */
  readonly instrument?: InstrumentId
}

export interface RestResponse {
  readonly status: number
  readonly body: string
}

/**
 * What became of a request: an answer, or why there is none. The collector has already retried what is worth retrying
 * (network errors, 429, 5xx, within its bounds and the venue's budget) before it says `failed`.
 */
export type RestOutcome =
  | { readonly kind: 'answered'; readonly response: RestResponse }
  | { readonly kind: 'failed'; readonly reason: string }

/** What a session asks of its collector. */
export type Command =
  /** `urgent` goes before everything that waits to be sent: a venue cuts who does not answer its ping in time. */
  | { readonly kind: 'send'; readonly text: string; readonly urgent?: true }
  | { readonly kind: 'request'; readonly request: RestRequest }
  /** Close this connection and open it anew, with back-off. */
  | { readonly kind: 'reconnect'; readonly reason: string }
  /** Call `ticked` at or after this time. A later wish replaces an earlier one only if it is sooner. */
  | { readonly kind: 'wake'; readonly at: Micros }

/** A frame or an answer that the protocol cannot use. It stays in the raw log; the collector counts and names it. */
export interface Refusal {
  readonly kind: 'malformed' | 'unknown-message' | 'unknown-instrument' | 'venue-error'
  readonly reason: string
  /** The beginning of the text that was refused. */
  readonly sample: string
}

/** What was counted of one book since its session began. */
export interface BookStatistics {
  checksumsVerified: number
  checksumsFailed: number
  /** Breaks of the sequence rule. */
  gaps: number
  /** Updates older than the snapshot, rightly not applied. */
  staleDropped: number
  resyncs: number
}

/**
 * Where a session puts everything that it concludes. Called in order; nothing is kept by the session. Commands are carried
 * out after the session's method has returned: none of them calls the session back from within.
 */
export interface SessionOutput {
  /** A fact for the tape: trades, quotes, books, tickers, gaps, feed states. */
  event(event: MarketEvent): void
  command(command: Command): void
  refused(refusal: Refusal): void
}

/** What the tape already holds of an instrument's trades when a session starts: where repair begins. */
export interface TradeResume {
  /** The newest trade id up to which the tape is whole. */
  readonly lastTradeId: string
  /** Exchange time of that trade. */
  readonly exchangeTime: Micros
  /** Receive time of the last trade that is on the tape. */
  readonly receiveTime: Micros
  /** Why nothing was received since; `collector-stopped` if absent. */
  readonly cause?: Extract<GapCause, 'collector-stopped' | 'collector-crashed'>
  /** Ids above the newest whole one that are on the tape too: what lies between is missing. */
  readonly above?: readonly (readonly [first: number, last: number])[]
  /**
   * Where ids do not follow one another: the trades that were received in the last seconds, with their exchange times, in the
   * order in which they came. A venue's clock may have jumped, or one may have been late: the newest alone does not tell
   * from where on something may be missing.
   */
  readonly recent?: readonly (readonly [id: string, exchangeTime: Micros])[]
}

/** One socket: where it goes, and what it is for. */
export interface ConnectionPlan {
  /** Stable name within the venue, such as `market-0`. */
  readonly name: string
  /** Path and query to append to the venue's WebSocket endpoint; may be empty. */
  readonly path: string
  readonly subscriptions: readonly Subscription[]
}

/** The venue's documented limits; the evidence table of its README names the source of each. */
export interface VenueLimits {
  /** Subscriptions (streams) that one socket may carry. */
  readonly subscriptionsPerConnection: number
  /** New sockets per minute and address; with a burst, on average. */
  readonly connectionsPerMinute: number
  /** New sockets at once, where the venue counts by what is saved up over longer than a minute. */
  readonly connectionBurst?: number
  /** Whether those are counted for each of our connections by itself, since the venue counts by symbol. */
  readonly countsConnectionsBySymbol?: true
  /** After this time the venue cuts a socket; the collector replaces it before. */
  readonly connectionAgeMilliseconds: number | null
  /** Messages that we may send per second on one socket. */
  readonly messagesPerSecond: number
  /** Largest frame to be accepted, in bytes. */
  readonly frameBytes: number
  /** Weight of requests per window and address. */
  readonly requestWeight: number
  readonly requestWindowMilliseconds: number
  /** A socket on which nothing at all comes for this long is dead. */
  readonly idleMilliseconds: number
}

/** The life of one connection. Pure: no socket, clock or timer; the same input gives the same output. */
export interface VenueSession {
  /** The socket is open: subscribe. Called again after each reconnection of the same plan. */
  opened(at: Micros, out: SessionOutput): void
  /** A text frame came. Never throws: what it cannot use, it refuses. */
  received(frame: string, at: Micros, out: SessionOutput): void
  answered(request: RestRequest, outcome: RestOutcome, at: Micros, out: SessionOutput): void
  ticked(at: Micros, out: SessionOutput): void
  /** The socket is closed, whoever closed it: invalidate books, open gaps. */
  closed(at: Micros, reason: string, out: SessionOutput): void
  /** Adds and removes subscriptions on the open connection, without touching the others. */
  changed(added: readonly Subscription[], removed: readonly Subscription[], at: Micros, out: SessionOutput): void
  /**
   * A subscription has been silent beyond its usual rate. The session asks the venue by REST or subscribes anew; it
   * says `stall` gaps if something was missed.
   */
  silent(subscription: Subscription, at: Micros, out: SessionOutput): void
  /** Instruments that came into being or changed after the session started. */
  instrumentsChanged(instruments: readonly Instrument[]): void
  /** Counters of each book that the session looks after. */
  bookStatistics(): ReadonlyMap<InstrumentId, Readonly<BookStatistics>>
}

/**
 * A stretch that was not watched before this session began: the collector was down. Its gap is on the tape already, open; the
 * session goes on with it and closes it.
 */
export interface Outage {
  /** Id of its gap. */
  readonly id: string
  readonly instrument: InstrumentId
  readonly channel: Channel
  /** Receive time of the last message that is on the tape. */
  readonly from: Micros
  readonly cause: GapCause
  /** Revision with which its gap was said last. */
  readonly revision: number
  readonly evidence: string
}

export interface SessionOptions {
  readonly plan: ConnectionPlan
  /** Every instrument of the venue, subscribed or not. */
  readonly instruments: readonly Instrument[]
  /** What is already on the tape, by instrument. */
  readonly resume: ReadonlyMap<InstrumentId, TradeResume>
  /** Closed by the session as after a disconnection. At most one a feed. */
  readonly outages?: readonly Outage[]
  /**
   * Turned off by replays of captures in which requests cannot be repeated: then the session repairs nothing by itself
   * beyond what the protocol's own snapshots need.
   */
  readonly repairTrades: boolean
  /** Set where a capture or a configuration speaks an older dialect of the venue, such as `v1` of kraken. */
  readonly dialect?: string
}

/** A stretch of an instrument's past. */
export interface PastRange {
  readonly instrument: Instrument
  /** Exchange time of its beginning, included, and end, excluded. */
  readonly from: Micros
  readonly to: Micros
}

/** One page of the past. */
export interface PastPage {
  /** In any order, some perhaps outside of the range. Trades are `backlog`. */
  readonly events: readonly MarketEvent[]
  /** Cursor of the next page; undefined where the range is exhausted. */
  readonly next: string | undefined
}

/** How a venue gives its past of one channel over REST. Pure. */
export interface PastSource {
  readonly channel: Extract<Channel, 'trade' | 'candle' | 'funding'>
  /** For people: how far back it goes, such as `everything` or `the last 1,000 trades`. */
  readonly depth: string
  /** The request of one page; the first one if `cursor` is undefined. */
  request(range: PastRange, cursor: string | undefined): Pick<RestRequest, 'path' | 'weight' | 'method' | 'body'>
  /** Reads one page. @throws VenueError VENUE_ANSWER_INVALID if it is unreadable. */
  read(body: string, range: PastRange, cursor: string | undefined, at: Micros): PastPage
}

/** One row of a bulk file, by the names of its columns. @throws VenueError VENUE_BULK_INVALID if it has no such column */
export type BulkRow = (column: string) => string

/** What a bulk file is of, as its name says. */
export interface BulkFile {
  /** Whether its rows are of this instrument. */
  matches(instrument: Instrument): boolean
  /** The exchange times that it holds all rows of; absent where the name does not say. */
  readonly period?: { readonly from: Micros; readonly to: Micros }
}

/** A kind of CSV file in which a venue publishes its past in bulk. Pure. */
export interface BulkSource {
  readonly channel: PastSource['channel']
  /** For people: what is published, and where. */
  readonly what: string
  /** Names of its columns in order, for files without a header. */
  readonly columns: readonly string[]
  /** `id`: its trades have the ids of the feed. `content`: they have none, and are told apart by what they say. */
  readonly identity: 'id' | 'content'
  /** To how many microseconds its times are cut. */
  readonly timeStep: number
  /** What a file of this name is of; undefined if it is of another kind. */
  file(name: string): BulkFile | undefined
  /** Reads one row. Trades are `backlog`. @throws VenueError or MarketError if it is unreadable */
  read(row: BulkRow, instrument: Instrument, at: Micros): MarketEvent
}

/** What has to be asked of a venue before a socket can be opened: an address for this one time. */
export interface ConnectionTicket {
  request(plan: ConnectionPlan): RestRequest
  /**
   * The address to connect to.
   * @param endpoint the WebSocket endpoint of the configuration; undefined where it is the venue's own
   * @throws VenueError VENUE_ANSWER_INVALID if the answer has none
   */
  address(body: string, plan: ConnectionPlan, endpoint: string | undefined): string
}

/** A page of reference data after the first. */
export interface InstrumentPage {
  /** Place of its first page among {@link VenueProtocol.instrumentRequests}. */
  readonly of: number
  readonly body: string
}

/** Everything that is known of one exchange. Pure. */
export interface VenueProtocol {
  readonly venue: VenueId
  /** For people. */
  readonly name: string
  readonly channels: readonly Channel[]
  readonly limits: VenueLimits
  readonly endpoints: { readonly rest: string; readonly ws: string }
  /** Headers that the venue wants with every request and every opening of a socket. */
  readonly headers?: Readonly<Record<string, string>>
  /** For people: by which rule it is proved that nothing is missing. */
  readonly integrity: { readonly trades: string; readonly books: string }
  /** Whether ids of an instrument's trades follow one another, as whole numbers, so that a hole in them shows. */
  readonly tradeIds: 'consecutive' | 'unique'
  /** For people: when the protocol was last compared with what (`2026-11-22`; recorded session, documentation). */
  readonly verified: { readonly on: string; readonly against: string }
  /** What it gives of the past. Absent: nothing. */
  readonly past?: readonly PastSource[]
  /** The bulk files that it publishes of its past. */
  readonly bulk?: readonly BulkSource[]
  /** Present where an address must be asked for before each connection. */
  readonly ticket?: ConnectionTicket
  /** The channels that one instrument has; absent where {@link channelsOf} says it. */
  channelsOf?(instrument: Instrument): readonly Channel[]
  /** Requests whose answers together are the reference data. The first is essential, the others add to it. */
  instrumentRequests(): readonly RestRequest[]
  /** The request of the page that follows an answer; undefined where that was the last. Absent: each answer is whole. */
  nextInstrumentRequest?(request: RestRequest, body: string): RestRequest | undefined
  /**
   * Reads those answers, in the same order; an empty text stands for one of the others that did not come. `pages` are those after
   * the first ones. Unknown kinds are skipped and counted. @throws VenueError if unreadable.
   */
  instruments(
    bodies: readonly string[],
    pages?: readonly InstrumentPage[],
  ): {
    readonly instruments: readonly Instrument[]
    readonly skipped: readonly Refusal[]
  }
  /** Which sockets, and what each one subscribes to. */
  plan(subscriptions: readonly Subscription[]): readonly ConnectionPlan[]
  session(options: SessionOptions): VenueSession
  /**
   * For captures: finds dialect and subscriptions from the socket's URL and its frames, so that a session recorded by
   * anybody can be read. Called with every `open`, `out` and `in` record until it answers; after that with each further
   * `out` record, and with each `in` record that the session refused as of an unknown instrument: what those answer is
   * added. An instrument that is not among those given is derived as well as can be.
   */
  recognise(evidence: CaptureEvidence, instruments: readonly Instrument[]): RecognisedSession | undefined
  /** For captures: which outstanding request a recorded HTTP body answers, by its URL. */
  answers(url: string, request: RestRequest): boolean
}

export interface CaptureEvidence {
  readonly url: string
  readonly direction: 'open' | 'out' | 'in'
  readonly text: string
}

export interface RecognisedSession {
  readonly plan: ConnectionPlan
  readonly dialect?: string
}
