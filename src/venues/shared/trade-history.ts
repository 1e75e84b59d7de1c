import type { Instrument, Micros, TradeEvent } from '../../market/index.ts'

/** Trades that are wanted from a venue's history. */
export interface TradeAsk {
  readonly instrument: Instrument
  /** First id that is missing; 0 where ids do not follow one another and only `after` says from where. */
  readonly first: number
  /** Last id that is missing; null for everything from `first` on. */
  readonly last: number | null
  /** Exchange time of the trade before the first missing one, for venues that page by time; null where unknown. */
  readonly after: Micros | null
}

export interface HistoryPage {
  /** In any order; with the venue's id, and `backlog: true`. Those that the tape holds already are ignored. */
  readonly trades: readonly TradeEvent[]
  /** Cursor of the page that follows, of higher ids; undefined where the venue has no more. */
  readonly next: string | undefined
}

/**
 * How a venue gives its past trades. Pure. Pages go up: a venue whose pages go down is asked for windows from the
 * bottom. An ask without `last` may give just the newest page; the hole below it is then asked for by itself.
 */
export interface TradeHistory {
  /** Path of the request for one page: the first one if `cursor` is undefined. */
  path(ask: TradeAsk, cursor: string | undefined): string
  /** Method and body, for venues that want the question posted to that path. */
  post?(ask: TradeAsk, cursor: string | undefined): { readonly method: 'POST'; readonly body: string }
  /** To how many microseconds its times are cut down, where those of the feed are finer. */
  readonly timeStep?: number
  /** Cost of one page. */
  readonly weight: number
  /** Reads one page. @throws VenueError VENUE_ANSWER_INVALID if it is unreadable. */
  read(body: string, ask: TradeAsk, at: Micros): HistoryPage
}

const ZERO = 48
/** Longer ones are beyond what a double holds exactly. */
const MAXIMUM_ID_DIGITS = 16

/** A trade id as a number; null if it is not a whole number that a double holds exactly. */
export function tradeNumber(id: string | null): number | null {
  if (id === null || id.length === 0 || id.length > MAXIMUM_ID_DIGITS) return null
  let value = 0
  for (let at = 0; at < id.length; at++) {
    const digit = id.charCodeAt(at) - ZERO
    if (digit < 0 || digit > 9) return null
    value = value * 10 + digit
  }
  // Up to the largest safe number every step is exact; a larger one cannot come out as a smaller.
  return value <= Number.MAX_SAFE_INTEGER ? value : null
}

/** Trades with the numbers of their ids, in ascending order; those without a number are left out. */
export function ascending(
  trades: readonly TradeEvent[],
): Array<{ readonly event: TradeEvent; readonly number: number }> {
  const numbered: Array<{ event: TradeEvent; number: number }> = []
  for (const event of trades) {
    const number = tradeNumber(event.id)
    if (number !== null) numbered.push({ event, number })
  }
  return numbered.sort((left, right) => left.number - right.number)
}
