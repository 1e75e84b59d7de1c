import { type BookLevel, isZero } from '../../market/index.ts'
import type { TextObject } from '../shared/json-text.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import {
  amountOf,
  amountOrNull,
  levelsOf,
  priceOf,
  priceOrNull,
  textOf,
  timeOf,
  wholeOf,
} from '../shared/text-members.ts'

/** Reads the streams of `wss://ws.gemini.com`: https://developer.gemini.com/websocket/streams (2026-11-22) */
export class StreamsReader {
  readonly #hasSnapshots: boolean
  readonly #begun = new Set<string>()

  /** @param hasSnapshots whether the connection was opened with `snapshot=-1` */
  constructor(hasSnapshots: boolean) {
    this.#hasSnapshots = hasSnapshots
  }

  clear(): void {
    this.#begun.clear()
  }

  /** Its book is subscribed anew: the next message of it is its state. */
  restart(symbol: string): void {
    this.#begun.delete(symbol)
  }

  /** @returns false if it is of an unknown kind. @throws VenueError, MarketError if it is malformed. */
  read(frame: TextObject, facts: MarketFacts): boolean {
    switch (frame.e) {
      case 'depthUpdate':
        this.#book(frame, facts)
        return true
      case 'contractStatus':
      case 'markPrice':
        return true
      case undefined:
        if (frame.t !== undefined) readTrade(frame, facts)
        else if (frame.u !== undefined) readQuote(frame, facts)
        else return false
        return true
      default:
        return false
    }
  }

  /**
   * "Connect with wss://ws.gemini.com?snapshot=-1 for a full snapshot", sent "immediately on subscribe", in the form of an
   * update: it is the first one. "Quantity zero indicates price level removal."
   */
  #book(frame: TextObject, facts: MarketFacts): void {
    const symbol = textOf(frame, 's')
    const isSnapshot = this.#hasSnapshots && !this.#begun.has(symbol)
    if (isSnapshot) this.#begun.add(symbol)
    const isThere = (level: BookLevel) => !isSnapshot || !isZero(level[1])
    facts.book(symbol, {
      kind: isSnapshot ? 'snapshot' : 'update',
      bids: levelsOf(frame, 'b').filter(isThere),
      asks: levelsOf(frame, 'a').filter(isThere),
      exchangeTime: timeOf(frame, 'E'),
      first: wholeOf(frame, 'U'),
      last: wholeOf(frame, 'u'),
      previous: null,
    })
  }
}

/** "m: Is buyer the maker": then the taker sold. */
function readTrade(frame: TextObject, facts: MarketFacts): void {
  const side = frame.m === true ? 'sell' : frame.m === false ? 'buy' : 'unknown'
  const time = timeOf(frame, 'E')
  facts.trade(textOf(frame, 's'), textOf(frame, 't'), priceOf(frame, 'p'), amountOf(frame, 'q'), side, time, false)
}

/** A side without orders is left out. */
function readQuote(frame: TextObject, facts: MarketFacts): void {
  const bid = priceOrNull(frame, 'b')
  const ask = priceOrNull(frame, 'a')
  const bidAmount = bid === null ? null : amountOrNull(frame, 'B')
  const askAmount = ask === null ? null : amountOrNull(frame, 'A')
  facts.quote(textOf(frame, 's'), bid, bidAmount, ask, askAmount, timeOf(frame, 'E'), wholeOf(frame, 'u'))
}
