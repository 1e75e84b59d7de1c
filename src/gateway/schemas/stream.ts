import Type, { type Static } from 'typebox'
import { CandleIntervalSchema, type Channel, MicrosSchema } from './common.ts'
import type { BookLevel, Candle, Gap, Quote, Trade } from './data.ts'
import type {
  Audit,
  Funding,
  InstrumentStatusEvent,
  Liquidation,
  MarkPrice,
  OpenInterest,
  OptionSummary,
  VenueCandle,
} from './facts.ts'

/** What can be subscribed to on the stream. */
export const STREAM_CHANNELS = [
  'trade',
  'quote',
  'book',
  'ticker',
  'candle',
  'venue-candle',
  'funding',
  'mark-price',
  'open-interest',
  'liquidation',
  'option-summary',
  'status',
  'audit',
  'gap',
  'feed-state',
  'venue-state',
] as const

export const StreamChannelSchema = Type.Enum(STREAM_CHANNELS)

/** Deepest book that a subscription by depth may ask for; without depth the whole book is sent. */
export const MAXIMUM_STREAM_DEPTH = 1_000

const PatternSchema = Type.String({
  minLength: 1,
  maxLength: 128,
  description: 'A name, or a pattern in which `*` stands for any text: `BTC-*`, `*`',
})

const IdSchema = Type.String({ minLength: 1, maxLength: 64, description: "The client's own name of the subscription" })

export const SubscribeSchema = Type.Object(
  {
    op: Type.Literal('subscribe'),
    id: IdSchema,
    venue: PatternSchema,
    instrument: Type.Optional(PatternSchema),
    channel: StreamChannelSchema,
    depth: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: MAXIMUM_STREAM_DEPTH,
        description:
          'For `book`: the best levels of each side, sent whole whenever they changed. Without it: a snapshot, then every update',
      }),
    ),
    interval: Type.Optional(CandleIntervalSchema),
    snapshot: Type.Optional(Type.Boolean({ description: 'Whether the latest is sent first; true if not given' })),
  },
  { title: 'Subscribe', additionalProperties: false },
)

export const UnsubscribeSchema = Type.Object(
  { op: Type.Literal('unsubscribe'), id: IdSchema },
  { title: 'Unsubscribe', additionalProperties: false },
)

export const PingSchema = Type.Object(
  { op: Type.Literal('ping'), id: Type.Optional(IdSchema) },
  { title: 'Ping', additionalProperties: false },
)

export const StreamRequestSchema = Type.Union([SubscribeSchema, UnsubscribeSchema, PingSchema])

export const StreamTicketSchema = Type.Object(
  {
    ticket: Type.String({
      description: 'Good for one connection, soon: `/api/v1/stream?ticket=…`',
    }),
    expiryTime: MicrosSchema,
  },
  { title: 'StreamTicket' },
)

export type Subscribe = Static<typeof SubscribeSchema>
export type StreamRequest = Static<typeof StreamRequestSchema>
export type StreamTicket = Static<typeof StreamTicketSchema>

/** A message of the tape: the same envelope as in the log. */
interface Envelope<Type extends string, Payload> {
  messageType: Type
  timestamp: number
  payload: Payload
}

export interface BookMessage {
  venue: string
  instrument: string
  symbol: string
  /** A snapshot replaces the book; an update sets the levels it names, amount `0` removes one. */
  kind: 'snapshot' | 'update'
  bids: BookLevel[]
  asks: BookLevel[]
  sequence: number | null
  exchangeTime: number | null
  receiveTime: number
  /** Our count of this book's messages: an update follows its predecessor by one; a snapshot may jump. */
  bookSequence: number
  /** Set on the messages of a subscription by depth. */
  depth?: number
}

export interface TickerMessage {
  venue: string
  instrument: string
  symbol: string
  last: string | null
  open: string | null
  high: string | null
  low: string | null
  volume: string | null
  quoteVolume: string | null
  exchangeTime: number | null
  receiveTime: number
}

export interface FeedStateMessage {
  venue: string
  instrument: string
  symbol: string
  channel: Channel
  state: 'synchronised' | 'recovering' | 'stale' | 'halted' | 'unknown'
  reason: string
  lastMessageTime: number | null
  lastSequence: string | null
  resyncs: number
  receiveTime: number
}

export interface VenueStateMessage {
  venue: string
  state: 'connected' | 'partly' | 'connecting' | 'unreachable' | 'stopped'
  reason: string
  connectionsOpen: number
  connectionsPlanned: number
  instruments: number
  simulated: boolean
  receiveTime: number
}

export type StreamEvent =
  | Envelope<'trade', Trade>
  | Envelope<'quote', Quote>
  | Envelope<'book', BookMessage>
  | Envelope<'ticker', TickerMessage>
  | Envelope<'candle', Candle>
  | Envelope<'venue-candle', VenueCandle>
  | Envelope<'funding', Funding>
  | Envelope<'mark-price', MarkPrice>
  | Envelope<'open-interest', OpenInterest>
  | Envelope<'liquidation', Liquidation>
  | Envelope<'option-summary', OptionSummary>
  | Envelope<'status', InstrumentStatusEvent>
  | Envelope<'audit', Audit>
  | Envelope<'gap', Gap>
  | Envelope<'feed-state', FeedStateMessage>
  | Envelope<'venue-state', VenueStateMessage>

/** Every frame from the server has a `sequence`: 1, 2, 3… on each connection, without a hole. */
export type StreamFrame =
  | {
      type: 'welcome'
      sequence: number
      time: number
      protocol: 1
      version: string
      simulated: boolean
      heartbeatMilliseconds: number
    }
  | { type: 'ack'; sequence: number; op: 'subscribe' | 'unsubscribe'; id: string }
  /**
   * The latest of what the subscription matches; it may come in several frames, the last has `final: true`. Where it is
   * large, `complete` is false, and the rest follows in batches as the client takes it.
   */
  | { type: 'snapshot'; sequence: number; id: string; final: boolean; complete: boolean; messages: StreamEvent[] }
  /** `conflated`: how many messages were replaced by newer ones because this client is slow; absent if none. */
  | { type: 'batch'; sequence: number; conflated?: number; messages: StreamEvent[] }
  | { type: 'heartbeat'; sequence: number; time: number }
  | { type: 'pong'; sequence: number; time: number; id?: string }
  | { type: 'error'; sequence: number; id: string | null; code: string; detail: string }
