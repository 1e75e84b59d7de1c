import Type, { type Static } from 'typebox'
import {
  ChannelSchema,
  FeedStateSchema,
  InstrumentIdSchema,
  MicrosSchema,
  nullable,
  pageOf,
  SymbolSchema,
  VenueIdSchema,
} from './common.ts'
import { VenueSchema } from './reference.ts'

export const FeedSchema = Type.Object(
  {
    venue: VenueIdSchema,
    instrument: InstrumentIdSchema,
    symbol: SymbolSchema,
    channel: ChannelSchema,
    state: FeedStateSchema,
    reason: Type.String(),
    lastMessageTime: nullable(MicrosSchema, 'Receive time of its last message'),
    lastSequence: nullable(Type.String(), 'Last sequence or id that was accepted, as the venue writes it'),
    resyncs: Type.Integer({ description: 'How often it was synchronised anew since the collector started' }),
    stateTime: nullable(MicrosSchema, 'When the state was said last'),
    openGaps: Type.Integer({ description: 'Gaps of this feed that are being repaired now' }),
  },
  { title: 'Feed' },
)

export const FeedPageSchema = pageOf('FeedPage', FeedSchema)

export const NoticeSchema = Type.Object(
  {
    level: Type.Enum(['info', 'warning', 'error']),
    code: Type.String({ description: 'Stable word for programs, such as `no-venue-reachable`' }),
    text: Type.String({ description: 'For people: what is the matter and what to do' }),
  },
  { title: 'Notice' },
)

export const StatusSchema = Type.Object(
  {
    version: Type.String(),
    time: MicrosSchema,
    startTime: MicrosSchema,
    simulated: Type.Boolean({ description: 'True where any venue is simulated' }),
    notices: Type.Array(NoticeSchema, { description: 'What a person should see first, worst first' }),
    venues: Type.Array(VenueSchema),
    feeds: Type.Object({
      synchronised: Type.Integer(),
      recovering: Type.Integer(),
      stale: Type.Integer(),
      halted: Type.Integer(),
      unknown: Type.Integer(),
    }),
    store: Type.Object({ state: Type.Enum(['ready', 'unreachable']), reason: Type.String() }),
    log: Type.Object({
      state: Type.Enum(['following', 'behind', 'failed']),
      reason: Type.String(),
      topics: Type.Array(
        Type.Object({
          topic: Type.String(),
          next: Type.Integer({ description: 'Position that the next record of the topic will have' }),
          position: Type.Integer({ description: 'Position that the gateway reads next' }),
        }),
      ),
    }),
    stream: Type.Object({
      clients: Type.Integer(),
      subscriptions: Type.Integer(),
      eventsPerSecond: Type.Number({ description: 'Events that came from the log, over the last seconds' }),
      deliveriesPerSecond: Type.Number({ description: 'Messages handed to clients, over the last seconds' }),
    }),
  },
  { title: 'Status' },
)

export const HealthSchema = Type.Object(
  {
    live: Type.Boolean({ description: 'The process works' }),
    ready: Type.Boolean({ description: 'It can answer: the store is reachable and the tape is followed' }),
    reasons: Type.Array(Type.String(), { description: 'Why it is not ready' }),
  },
  { title: 'Health' },
)

export type Feed = Static<typeof FeedSchema>
export type FeedPage = Static<typeof FeedPageSchema>
export type Notice = Static<typeof NoticeSchema>
export type Status = Static<typeof StatusSchema>
export type Health = Static<typeof HealthSchema>
