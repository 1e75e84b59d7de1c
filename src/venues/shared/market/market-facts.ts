import type {
  Amount,
  Channel,
  FundingEvent,
  GapCause,
  LiquidationEvent,
  MarkPriceEvent,
  Micros,
  OpenInterestEvent,
  OptionSummaryEvent,
  Price,
  StatusEvent,
  TakerSide,
  TickerEvent,
  VenueCandleEvent,
} from '../../../market/index.ts'
import type { BookChange } from './book-rule.ts'
import type { Facts } from './market-events.ts'

/**
 * What a venue's reader may say of a frame, in the order in which the frame says it. Instruments are named as the wire names
 * them. What nobody subscribed to is dropped here, so a reader need not know what is wanted.
 */
export interface MarketFacts {
  /** When the frame was received. */
  readonly at: Micros
  /** @param first the first id, where the trade stands for all up to `id`; ids are consecutive then */
  trade(
    symbol: string,
    id: string | null,
    price: Price,
    amount: Amount,
    side: TakerSide,
    exchangeTime: Micros | null,
    isBacklog: boolean,
    first?: number,
  ): void
  quote(
    symbol: string,
    bidPrice: Price | null,
    bidAmount: Amount | null,
    askPrice: Price | null,
    askAmount: Amount | null,
    exchangeTime: Micros | null,
    sequence: number | null,
  ): void
  book(symbol: string, change: BookChange): void
  /** What the checksum of the book has to be now, where it comes in a message of its own. */
  bookChecksum(symbol: string, checksum: number): void
  /** The book of one instrument cannot be trusted any more. */
  bookLost(symbol: string, cause: GapCause, why: string): void
  /** Trades of one instrument are known to be missing, by a number that is not their id. Say it before the trade that shows it. */
  tradesLost(symbol: string, why: string): void
  ticker(symbol: string, facts: Facts<TickerEvent>): void
  candle(symbol: string, facts: Facts<VenueCandleEvent>): void
  funding(symbol: string, facts: Facts<FundingEvent>): void
  markPrice(symbol: string, facts: Facts<MarkPriceEvent>): void
  openInterest(symbol: string, facts: Facts<OpenInterestEvent>): void
  liquidation(symbol: string, facts: Facts<LiquidationEvent>): void
  optionSummary(symbol: string, facts: Facts<OptionSummaryEvent>): void
  status(symbol: string, facts: Facts<StatusEvent>): void
  /** The venue confirms a subscription. */
  subscribed(symbol: string, channel: Channel): void
  /** The venue refuses a subscription for good; `channel` undefined: everything of the instrument. */
  refused(symbol: string, channel: Channel | undefined, reason: string): void
  /** Too much was asked at a time: what is not confirmed yet is subscribed again later. */
  tooMany(reason: string): void
  /** The venue reports an error that concerns no subscription. */
  venueError(reason: string): void
  /** Messages of this connection are known to be missing, of whichever instrument: everything on it is suspect. */
  connectionLost(cause: GapCause, why: string): void
  /** Close the connection and open it anew. */
  reconnect(reason: string): void
  /** Say this to the venue: pongs, and what its protocol wants answered. */
  send(text: string): void
}
