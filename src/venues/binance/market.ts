import type { Channel, Instrument, VenueId } from '../../market/index.ts'
import type { TradeHistory } from '../shared/trade-history.ts'
import type { BookRule } from './book-rule.ts'
import type { StreamKind } from './streams.ts'

/** What distinguishes one of Binance's markets from the others; the rest they have in common. */
export interface BinanceMarket {
  readonly venue: VenueId
  /** How frames are written: as on spot markets, or as on those of contracts. */
  readonly wire: 'spot' | 'contract'
  /** What REST paths begin with: `/api/v3`. */
  readonly rest: string
  readonly bookRule: BookRule
  /** Cost of a book of `SNAPSHOT_LEVELS`, and of one of `PROBE_LEVELS`. */
  readonly weights: { readonly snapshot: number; readonly probe: number }
  /** What is subscribed to, or polled, for a channel. */
  readonly kinds: Readonly<Partial<Record<Channel, StreamKind>>>
  /** Socket path of a kind of stream: streams of different paths do not share a connection. */
  readonly path: (kind: StreamKind) => string
  /**
   * Which id a bundle of trades (`aggTrade`) has: `of-trades`, the ids of the single trades that it stands for, where those
   * are what is subscribed to; `own`, its own number, where bundles are.
   */
  readonly bundleIds: 'of-trades' | 'own'
  /** Past trades, by which holes in the ids of such messages are filled. */
  readonly tradeHistory: (kind: 'trade' | 'agg-trade') => TradeHistory
  /** The likely instrument of a symbol (in upper case) that no reference data explains. */
  readonly derive: (symbol: string) => Instrument
}

/** Path of a request for a book. */
export function depthPath(market: BinanceMarket, instrument: Instrument, levels: number): string {
  return `${market.rest}/depth?symbol=${encodeURIComponent(instrument.symbol)}&limit=${levels}`
}
