import type {
  FactEvents,
  FundingEvent,
  Instrument,
  MarketEvent,
  Micros,
  TradeEvent,
  VenueCandleEvent,
} from '../../market/index.ts'
import type { InstrumentQuery, Store, StorePage } from '../../store/index.ts'

/** What became of the rows that were read. */
export interface Counts {
  readonly read: number
  readonly new: number
  /** Stored already, and the same. */
  readonly stored: number
  /** Stored already, and not the same: left as stored. */
  readonly differing: number
}

export const NO_COUNTS: Counts = { read: 0, new: 0, stored: 0, differing: 0 }

/** Something that is stored otherwise than the venue says it now. */
export interface Difference {
  readonly what: string
  readonly stored: string
  readonly read: string
}

export interface Reconciled {
  readonly fresh: readonly MarketEvent[]
  readonly stored: number
  readonly differences: readonly Difference[]
}

/** How trades are told apart: by id, or, where a file has none, by what they say in each step of time. */
export interface Identity {
  readonly kind: 'id' | 'content'
  /** In microseconds: times of one thing may differ by so much. */
  readonly timeStep: number
}

const PAGE = 10_000
/** Around what was read the store is searched so far, in microseconds. */
const MARGIN = 1_000_000

/**
 * Compares what was read with what is stored, exactly: nothing that is stored is stored again, and nothing that is stored otherwise
 * is overwritten.
 */
export class Reconciler {
  readonly #store: Pick<Store, 'trades' | 'facts'>
  readonly #instrument: Instrument
  readonly #identity: Identity

  constructor(store: Pick<Store, 'trades' | 'facts'>, instrument: Instrument, identity: Identity) {
    this.#store = store
    this.#instrument = instrument
    this.#identity = identity
  }

  /** Events of one channel. */
  async reconcile(events: readonly MarketEvent[]): Promise<Reconciled> {
    const trades = events.filter((event): event is TradeEvent => event.messageType === 'trade')
    if (trades.length > 0) {
      const haveIds = this.#identity.kind === 'id' && trades.every(({ id }) => id !== null)
      return haveIds ? await this.#byId(trades) : await this.#byContent(trades)
    }
    const candles = events.filter((event): event is VenueCandleEvent => event.messageType === 'venue-candle')
    if (candles.length > 0) return await this.#candles(candles)
    return await this.#fundings(events.filter((event): event is FundingEvent => event.messageType === 'funding'))
  }

  async #byId(trades: readonly TradeEvent[]): Promise<Reconciled> {
    const stored = new Map<string, TradeEvent>()
    for await (const trade of this.#storedTrades(trades)) if (trade.id !== null) stored.set(trade.id, trade)
    return sorted(
      trades,
      ({ id }) => id ?? '',
      stored,
      (known, trade) => this.#isSame(known, trade),
      tradeText,
    )
  }

  #isSame(known: TradeEvent, trade: TradeEvent): boolean {
    const { exchangeTime: left, ...rest } = known
    const right = trade.exchangeTime
    const isSameTime =
      left === null || right === null || Math.abs(left - right) < this.#identity.timeStep || left === right
    const isSameSide = rest.side === trade.side || rest.side === 'unknown' || trade.side === 'unknown'
    return isSameTime && isSameSide && rest.price === trade.price && rest.amount === trade.amount
  }

  /** A step of time of which something is stored is compared as a whole, since nothing tells which of it is missing. */
  async #byContent(trades: readonly TradeEvent[]): Promise<Reconciled> {
    const { timeStep } = this.#identity
    const unitOf = ({ exchangeTime, receiveTime }: TradeEvent) => Math.floor((exchangeTime ?? receiveTime) / timeStep)
    const stored = new Map<number, TradeEvent[]>()
    for await (const trade of this.#storedTrades(trades)) {
      const unit = stored.get(unitOf(trade))
      if (unit === undefined) stored.set(unitOf(trade), [trade])
      else unit.push(trade)
    }
    const fresh: TradeEvent[] = []
    const differences: Difference[] = []
    let equal = 0
    for (const trade of trades) {
      const unit = stored.get(unitOf(trade))
      if (unit === undefined) {
        fresh.push(trade)
        continue
      }
      const at = unit.findIndex(
        ({ price, amount, side }) =>
          price === trade.price &&
          amount === trade.amount &&
          (side === trade.side || side === 'unknown' || trade.side === 'unknown'),
      )
      if (at >= 0) {
        unit.splice(at, 1)
        equal++
      } else
        differences.push({ what: tradeText(trade), stored: 'other trades of the same time', read: tradeText(trade) })
    }
    return { fresh, stored: equal, differences }
  }

  async *#storedTrades(trades: readonly TradeEvent[]): AsyncGenerator<TradeEvent> {
    const times = trades.map(({ exchangeTime, receiveTime }) => exchangeTime ?? receiveTime)
    yield* this.#pages(times, (query) => this.#store.trades(query))
  }

  async #candles(candles: readonly VenueCandleEvent[]): Promise<Reconciled> {
    const stored = new Map<string, VenueCandleEvent>()
    const times = candles.map(({ openTime }) => openTime)
    const pages = this.#facts('venue-candle', times)
    for await (const candle of pages) if (candle.isClosed) stored.set(String(candle.openTime), candle)
    return sorted(candles, ({ openTime }) => String(openTime), stored, isSameCandle, candleText)
  }

  /** Before a rate is exchanged it is estimated: only the same rate of the same time says that it is stored. */
  async #fundings(fundings: readonly FundingEvent[]): Promise<Reconciled> {
    const keyOf = ({ fundingTime, rate }: FundingEvent) => `${Math.round((fundingTime ?? 0) / 1_000_000)} ${rate}`
    const stored = new Map<string, FundingEvent>()
    const times = fundings.map(({ fundingTime, receiveTime }) => fundingTime ?? receiveTime)
    for await (const funding of this.#facts('funding', times)) stored.set(keyOf(funding), funding)
    return sorted(fundings, keyOf, stored, () => true, keyOf)
  }

  #facts<Kind extends 'venue-candle' | 'funding'>(
    kind: Kind,
    times: readonly number[],
  ): AsyncGenerator<FactEvents[Kind]> {
    return this.#pages(times, (query) => this.#store.facts(kind, query))
  }

  /** Everything that is stored around some times. */
  async *#pages<Item>(
    times: readonly number[],
    read: (query: InstrumentQuery) => Promise<StorePage<Item>>,
  ): AsyncGenerator<Item> {
    if (times.length === 0) return
    const { venue, id: instrument } = this.#instrument
    let from = Number.POSITIVE_INFINITY
    let to = 0
    for (const time of times) {
      from = Math.min(from, time)
      to = Math.max(to, time)
    }
    const range = { from: Math.max(0, from - MARGIN) as Micros, to: (to + MARGIN + 1) as Micros }
    let cursor: string | null = null
    do {
      const page: StorePage<Item> = await read({
        venue,
        instrument,
        ...range,
        limit: PAGE,
        order: 'oldest-first',
        ...(cursor === null ? {} : { cursor }),
      })
      yield* page.items
      cursor = page.nextCursor
    } while (cursor !== null)
  }
}

function sorted<Event extends MarketEvent>(
  events: readonly Event[],
  keyOf: (event: Event) => string,
  stored: ReadonlyMap<string, Event>,
  isSame: (known: Event, event: Event) => boolean,
  text: (event: Event) => string,
): Reconciled {
  const fresh: Event[] = []
  const differences: Difference[] = []
  // Files and pages may have a row twice.
  const seen = new Map<string, Event>()
  let equal = 0
  for (const event of events) {
    const key = keyOf(event)
    const known = stored.get(key) ?? seen.get(key)
    if (known === undefined) {
      fresh.push(event)
      seen.set(key, event)
    } else if (isSame(known, event)) equal++
    else differences.push({ what: key, stored: text(known), read: text(event) })
  }
  return { fresh, stored: equal, differences }
}

function isSameCandle(left: VenueCandleEvent, right: VenueCandleEvent): boolean {
  const isSame = (name: 'quoteVolume' | 'trades' | 'volume') =>
    left[name] === right[name] || left[name] === null || right[name] === null
  const isSamePrice = left.open === right.open && left.high === right.high && left.low === right.low
  return isSamePrice && left.close === right.close && isSame('volume') && isSame('quoteVolume') && isSame('trades')
}

function candleText({ open, high, low, close, volume, trades }: VenueCandleEvent): string {
  return `${open} ${high} ${low} ${close}, volume ${volume}, ${trades} trades`
}

function tradeText({ exchangeTime, price, amount, side }: TradeEvent): string {
  return `${side} ${amount} at ${price}, ${exchangeTime}`
}
