import type { Amount, Channel, GapCause, Micros, Price, TakerSide, TradeEvent } from '../../../market/index.ts'
import type { SessionOutput } from '../../protocol.ts'
import { VenueError } from '../../venue-error.ts'
import type { BookChange } from './book-rule.ts'
import type { Confirmations } from './confirmations.ts'
import type { Market } from './market.ts'
import {
  candleEvent,
  fundingEvent,
  liquidationEvent,
  markPriceEvent,
  openInterestEvent,
  optionSummaryEvent,
  statusEvent,
  tickerEvent,
} from './market-events.ts'
import type { MarketFacts } from './market-facts.ts'
import type { Markets } from './markets.ts'

/** How much of a refused frame is shown. */
const SAMPLE_LENGTH = 200
/** Longest reason that is passed on from a venue. */
const REASON_LENGTH = 200
const MINUS = 45

/** What a venue's reader says of the frame that is being read goes to the markets that it names. */
export class FrameFacts implements MarketFacts {
  readonly #markets: Markets
  readonly #confirmations: Confirmations
  readonly #rareChannels: readonly Channel[]
  #at = 0 as Micros
  #frame = ''
  #out: SessionOutput = SILENT

  constructor(markets: Markets, confirmations: Confirmations, rareChannels: readonly Channel[]) {
    this.#markets = markets
    this.#confirmations = confirmations
    this.#rareChannels = rareChannels
  }

  get at(): Micros {
    return this.#at
  }

  /** From now on, what is said is of this text. */
  begin(frame: string, at: Micros, out: SessionOutput): void {
    this.#at = at
    this.#out = out
    this.#frame = frame
  }

  /** Between frames nobody says anything. */
  end(): void {
    this.#out = SILENT
    this.#frame = ''
  }

  trade(
    symbol: string,
    id: string | null,
    price: Price,
    amount: Amount,
    side: TakerSide,
    exchangeTime: Micros | null,
    isBacklog: boolean,
    first?: number,
  ): void {
    const market = this.#market(symbol)
    if (market === undefined || !market.wantsTrades) return
    // Prices of spreads may be negative; none is read here.
    if (price.charCodeAt(0) === MINUS)
      throw new VenueError('VENUE_TEXT_INVALID', `a trade at a negative price: ${price}`)
    const { name, trades } = market
    const { venue, instrument, symbol: own } = name
    const receiveTime = this.#at
    const trade: TradeEvent = {
      messageType: 'trade',
      venue,
      instrument,
      symbol: own,
      id,
      price,
      amount,
      side,
      exchangeTime,
      receiveTime,
    }
    trades.accept(isBacklog ? { ...trade, backlog: true } : trade, this.#out, first)
    const { due } = trades
    if (due !== Number.POSITIVE_INFINITY) this.#wakeAt(due)
  }

  quote(
    symbol: string,
    bidPrice: Price | null,
    bidAmount: Amount | null,
    askPrice: Price | null,
    askAmount: Amount | null,
    exchangeTime: Micros | null,
    sequence: number | null,
  ): void {
    const market = this.#market(symbol)
    if (market === undefined || !market.wantsQuotes) return
    const { venue, instrument, symbol: own } = market.name
    const receiveTime = this.#at
    market.say(
      'quote',
      {
        messageType: 'quote',
        venue,
        instrument,
        symbol: own,
        exchangeTime,
        receiveTime,
        bidPrice,
        bidAmount,
        askPrice,
        askAmount,
        sequence,
      },
      sequence,
      this.#out,
    )
  }

  book(symbol: string, change: BookChange): void {
    const market = this.#market(symbol)
    if (market === undefined || market.book === null || !market.book.isWanted) return
    market.book.change(change, this.#at, this.#out)
  }

  bookChecksum(symbol: string, checksum: number): void {
    const market = this.#market(symbol)
    if (market === undefined || market.book === null || !market.book.isWanted) return
    market.book.checksum(checksum, this.#at, this.#out)
  }

  bookLost(symbol: string, cause: GapCause, why: string): void {
    const market = this.#market(symbol)
    if (market === undefined || market.book === null || !market.book.isWanted) return
    market.book.lost(cause, why, this.#at, this.#out)
    this.#wakeAt(this.#at)
  }

  tradesLost(symbol: string, why: string): void {
    const market = this.#market(symbol)
    if (market === undefined || !market.wanted.has('trade')) return
    market.trades.lost('missed-sequence', why, this.#at, this.#out)
  }

  ticker(symbol: string, facts: Parameters<MarketFacts['ticker']>[1]): void {
    const market = this.#wanting(symbol, 'ticker')
    if (market === undefined) return
    market.say('ticker', tickerEvent(market.name, this.#at, facts), null, this.#out)
  }

  candle(symbol: string, facts: Parameters<MarketFacts['candle']>[1]): void {
    const market = this.#wanting(symbol, 'candle')
    if (market === undefined) return
    market.say('candle', candleEvent(market.name, this.#at, facts), null, this.#out)
  }

  funding(symbol: string, facts: Parameters<MarketFacts['funding']>[1]): void {
    const market = this.#wanting(symbol, 'funding')
    if (market === undefined) return
    market.say('funding', fundingEvent(market.name, this.#at, facts), null, this.#out)
  }

  markPrice(symbol: string, facts: Parameters<MarketFacts['markPrice']>[1]): void {
    const market = this.#wanting(symbol, 'mark-price')
    if (market === undefined) return
    market.say('mark-price', markPriceEvent(market.name, this.#at, facts), null, this.#out)
  }

  openInterest(symbol: string, facts: Parameters<MarketFacts['openInterest']>[1]): void {
    const market = this.#wanting(symbol, 'open-interest')
    if (market === undefined) return
    market.say('open-interest', openInterestEvent(market.name, this.#at, facts), null, this.#out)
  }

  liquidation(symbol: string, facts: Parameters<MarketFacts['liquidation']>[1]): void {
    const market = this.#wanting(symbol, 'liquidation')
    if (market === undefined) return
    market.say('liquidation', liquidationEvent(market.name, this.#at, facts), null, this.#out)
  }

  optionSummary(symbol: string, facts: Parameters<MarketFacts['optionSummary']>[1]): void {
    const market = this.#wanting(symbol, 'option-summary')
    if (market === undefined) return
    market.say('option-summary', optionSummaryEvent(market.name, this.#at, facts), null, this.#out)
  }

  status(symbol: string, facts: Parameters<MarketFacts['status']>[1]): void {
    const market = this.#wanting(symbol, 'status')
    if (market === undefined) return
    market.say('status', statusEvent(market.name, this.#at, facts), null, this.#out)
  }

  subscribed(symbol: string, channel: Channel): void {
    const market = this.#markets.named(symbol)
    if (market === undefined) return
    this.#confirmations.confirmed(market.instrument, channel)
    if (!market.wanted.has(channel) || !this.#rareChannels.includes(channel)) return
    const feed = market.feed(channel)
    feed.heard(this.#at, null)
    feed.regain('subscribed', this.#at, this.#out)
  }

  refused(symbol: string, channel: Channel | undefined, reason: string): void {
    this.venueError(reason)
    const market = this.#markets.named(symbol)
    if (market === undefined) return
    for (const one of channel === undefined ? market.wanted : [channel]) {
      this.#confirmations.confirmed(market.instrument, one)
    }
    market.refused(channel, reason.slice(0, REASON_LENGTH), this.#at, this.#out)
  }

  tooMany(reason: string): void {
    this.venueError(reason)
    this.#confirmations.tooMany(this.#at)
    this.#wakeAt(this.#confirmations.due)
  }

  venueError(reason: string): void {
    this.#out.refused({ kind: 'venue-error', reason: reason.slice(0, REASON_LENGTH), sample: sampleOf(this.#frame) })
  }

  connectionLost(cause: GapCause, why: string): void {
    for (const market of this.#markets) {
      if (market.book?.isWanted === true) market.book.lost(cause, why, this.#at, this.#out)
      if (market.wanted.has('trade')) market.trades.lost('missed-sequence', why, this.#at, this.#out)
      for (const channel of market.wanted) {
        if (market.isPlain(channel)) market.feed(channel).lose(cause, 'recovering', why, this.#at, this.#out)
      }
    }
    this.#wakeAt(this.#at)
  }

  reconnect(reason: string): void {
    this.#out.command({ kind: 'reconnect', reason: reason.slice(0, REASON_LENGTH) })
  }

  send(text: string): void {
    this.#out.command({ kind: 'send', text, urgent: true })
  }

  /** The market that a frame names, if the channel of it is subscribed to. */
  #wanting(symbol: string, channel: Channel): Market | undefined {
    const market = this.#market(symbol)
    return market?.wanted.has(channel) === true ? market : undefined
  }

  /** The market that a frame names; one that is not known is refused. */
  #market(symbol: string): Market | undefined {
    const market = this.#markets.named(symbol)
    // Frames of an instrument that was unsubscribed may still be under way.
    if (market !== undefined || this.#markets.isKnown(symbol)) return market
    const reason = `no instrument ${symbol.slice(0, 60)}`
    this.#out.refused({ kind: 'unknown-instrument', reason, sample: sampleOf(this.#frame) })
    return undefined
  }

  #wakeAt(due: number): void {
    this.#out.command({ kind: 'wake', at: Math.max(due, this.#at) as Micros })
  }
}

const SILENT: SessionOutput = {
  event: () => undefined,
  command: () => undefined,
  refused: () => undefined,
}

/** The beginning of a text that is refused. */
export function sampleOf(text: string): string {
  return text.slice(0, SAMPLE_LENGTH)
}
