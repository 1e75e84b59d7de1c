import type { Channel, Instrument, Micros } from '../../../market/index.ts'
import type { RestRequest, Subscription } from '../../protocol.ts'
import type { TradeHistory } from '../trade-history.ts'
import type { BookRule } from './book-rule.ts'
import type { MarketFacts } from './market-facts.ts'

/** Something that the venue does not stream and is asked for over REST now and then. */
export interface MarketPoll {
  /** It is asked for while one of its channels is wanted. */
  readonly channels: readonly Channel[]
  readonly everyMicros: number
  /** The request for one instrument. For all of them at once, if `isForAll`: then it is given any of them. */
  request(instrument: Instrument): Pick<RestRequest, 'path' | 'weight' | 'method' | 'body'>
  readonly isForAll?: boolean
  /** Says what the answer says. @throws VenueError or MarketError if it is unreadable. */
  read(body: string, instrument: Instrument, facts: MarketFacts): void
}

/**
 * What one venue adds to the common life of a session: its words and its rules. One object a session, so it may remember
 * what belongs to the connection (numbers of channels, a sequence over all messages), and forgets it in `opened`.
 */
export interface MarketWords {
  /** `consecutive`: ids of an instrument's trades follow one another, as numbers. `unique`: they do not. */
  readonly tradeIds: 'consecutive' | 'unique'
  /** How holes in the trades are repaired; null where the venue gives no past trades. */
  readonly tradeHistory: TradeHistory | null
  /** Null where there are no books. */
  readonly bookRule: BookRule | null
  /** True where the quotes are the touch of the book, since the venue has no feed of them. */
  readonly quotesFromBook: boolean
  /** False where the venue does not confirm subscriptions. Then what stays mute is seen by silence alone. */
  readonly confirmsSubscriptions: boolean
  /** Channels that may be silent for hours: whole as soon as they are subscribed. */
  readonly rareChannels: readonly Channel[]
  readonly polls?: readonly MarketPoll[]
  /** Said every so often, so that the venue does not cut the connection. */
  readonly ping?: { readonly everyMicros: number; text(at: Micros): string }
  /** How frames name the instrument. Absent: by its symbol. */
  wireSymbol?(instrument: Instrument): string
  /** The connection is open anew: forget what belonged to the one before. @returns what is said before any subscription. */
  opened?(at: Micros): readonly string[]
  /** Texts that begin these subscriptions, in as few messages as the venue allows. Polled channels are not among them. */
  subscribe(subscriptions: readonly Subscription[]): readonly string[]
  /** Texts that end them. */
  unsubscribe(subscriptions: readonly Subscription[]): readonly string[]
  /**
   * Says what a frame says.
   * @returns false if it is of an unknown kind
   * @throws VenueError or MarketError if it is malformed
   */
  read(frame: string, facts: MarketFacts): boolean
  /** Wire name of the instrument whose book a malformed frame was for; undefined if that cannot be told. */
  bookOfMalformed?(frame: string): string | undefined
}
