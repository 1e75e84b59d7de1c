import type { Channel, FeedState, InstrumentId, VenueId, VenueState } from '../market/index.ts'
import type { VenueConfig } from '../platform/index.ts'

/** How a connection of a venue stands. */
export interface WatcherConnection {
  readonly name: string
  readonly state: string
  readonly reason: string
  readonly subscriptions: { readonly size: number }
  readonly reconnects: number
}

/** Whatever watches one venue for the collector. */
export interface VenueWatcher {
  readonly venue: VenueId
  readonly state: VenueState
  readonly reason: string
  readonly subscriptionCount: number
  readonly feedCounts: Readonly<Partial<Record<FeedState, number>>>
  readonly connections: readonly WatcherConnection[]
  readonly watched: readonly { readonly instrument: InstrumentId; readonly channel: Channel }[]
  start(): void
  configure(config: VenueConfig): Promise<void>
  pause(paused: boolean): void
  stop(): Promise<void>
}
