import type { Channel } from '../market/index.ts'

/** What is told of a venue to people and programs. Given to the gateway ready-made: it knows no venue itself. */
export interface VenueDescription {
  readonly id: string
  /** For people. */
  readonly name: string
  readonly channels: readonly Channel[]
  /** How it is proved that nothing is missing. */
  readonly integrity: { readonly trades: string; readonly books: string }
  readonly limits: {
    readonly subscriptionsPerConnection: number
    readonly connectionsPerMinute: number
    readonly messagesPerSecond: number
    readonly requestWeight: number
    readonly requestWindowMilliseconds: number
  } | null
}
