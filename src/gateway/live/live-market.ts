import {
  type BookEvent,
  type BookLevel,
  type Channel,
  decodeEvent,
  encodeEvent,
  type FeedState,
  type InstrumentId,
  isFact,
  type MarketEvent,
  type Micros,
  type VenueId,
  type VenueStateEvent,
  type VenueSymbol,
} from '../../market/index.ts'
import { lineInQuote } from '../views/candle-turnover.ts'
import { InstrumentSlot } from './instrument-slot.ts'
import { LiveBook } from './live-book.ts'
import { detached, lineKey, scanHead } from './tape-line.ts'
import { VenuePulse } from './venue-pulse.ts'

/** Instruments that are kept at a time; lines of further ones are counted and skipped. */
const MAXIMUM_INSTRUMENTS = 100_000
const MAXIMUM_VENUES = 1_000

/** State of a feed as it may be served: what the collector said, and never better than what can be known now. */
export interface EffectiveState {
  readonly state: FeedState
  readonly reason: string
}

/** Who wants to hear of each message. `route` names kind and option: `trade`, `candle:1m`, `feed-state`. */
export interface LiveListener {
  message(route: string, slot: InstrumentSlot | undefined, line: string): void
  /** A book changed; for those who take its best levels. */
  bookChanged(slot: InstrumentSlot): void
}

const NO_LISTENER: LiveListener = { message: () => undefined, bookChanged: () => undefined }

/** The market as the tape tells it now: newest messages, books, states. Memory is bounded by the number of instruments. */
export class LiveMarket {
  listener: LiveListener = NO_LISTENER
  /** Lines that could not be used, by reason; for metrics. */
  readonly skipped = { malformed: 0, unknownType: 0, tooManyInstruments: 0 }
  events = 0
  /** Set while the tape is not followed: then nothing is live. */
  notFollowing: string | undefined = 'the gateway is still reading the tape'
  readonly #slots = new Map<string, InstrumentSlot>()
  readonly #venues = new Map<string, VenuePulse>()
  #attached: InstrumentSlot[] = []
  #simulated: boolean

  /** @param simulated true where it is known beforehand that every venue is simulated */
  constructor(simulated = false) {
    this.#simulated = simulated
  }

  /** Whether any venue said that it is simulated. */
  get simulated(): boolean {
    return this.#simulated
  }

  get slots(): IterableIterator<InstrumentSlot> {
    return this.#slots.values()
  }

  get slotCount(): number {
    return this.#slots.size
  }

  get venues(): IterableIterator<VenuePulse> {
    return this.#venues.values()
  }

  venue(id: string): VenuePulse | undefined {
    return this.#venues.get(id)
  }

  slot(venue: string, instrument: string): InstrumentSlot | undefined {
    return this.#slots.get(lineKey(venue, instrument))
  }

  /** The slot of the key that `scanHead` found. */
  slotOf(key: string): InstrumentSlot | undefined {
    return this.#slots.get(key)
  }

  /** The slot of an instrument, made if need be; undefined where there is no room for more. */
  ensureSlot(venue: VenueId, instrument: InstrumentId, symbol: VenueSymbol): InstrumentSlot | undefined {
    const key = lineKey(venue, instrument)
    let slot = this.#slots.get(key)
    if (slot !== undefined) return slot
    if (this.#slots.size >= MAXIMUM_INSTRUMENTS) {
      this.skipped.tooManyInstruments++
      return undefined
    }
    slot = new InstrumentSlot(venue, instrument, symbol, key)
    this.#slots.set(key, slot)
    return slot
  }

  /** A venue's state from before the gateway began to listen; what the tape says counts more. */
  venueStateKnown(state: VenueStateEvent): void {
    const pulse = this.#pulse(state.venue)
    if (pulse === undefined || pulse.state !== undefined) return
    pulse.state = state
    this.#simulated ||= state.simulated
  }

  /**
   * Takes one line of a topic. A line that cannot be used is counted and harms nothing else.
   * @param heardAt when it was read, if it shows that its venue speaks
   */
  take(line: string, position: number, heardAt?: Micros): void {
    this.events++
    const head = scanHead(line)
    const slot = head === undefined ? undefined : this.#slots.get(head.key)
    if (head === undefined || slot === undefined) {
      this.#takeParsed(line, position, heardAt)
      return
    }
    if (heardAt !== undefined) this.#heard(slot, heardAt)
    switch (head.messageType) {
      case 'trade':
        this.#trade(slot, line)
        return
      case 'quote':
      case 'ticker':
        if (slot.keep(head.messageType, line)) this.#attached.push(slot)
        this.listener.message(head.messageType, slot, line)
        return
      default:
        this.#takeParsed(line, position, undefined)
    }
  }

  /** Copies the lines that are kept, so that the records they came in can be freed. Called a few times a second. */
  detach(): void {
    const attached = this.#attached
    this.#attached = []
    for (const slot of attached) slot.detach()
  }

  /** The state that may be served for a feed at a moment. */
  feedState(slot: InstrumentSlot, channel: Channel, at: Micros): EffectiveState {
    const said = slot.feeds.get(channel)
    if (said === undefined) return { state: 'unknown', reason: 'its collector has not said a state yet' }
    if (said.state === 'halted' || said.state === 'unknown') return said
    if (this.notFollowing !== undefined) return { state: 'stale', reason: this.notFollowing }
    const silence = this.#venues.get(slot.venue)?.silence(at)
    return silence === undefined ? said : { state: 'stale', reason: silence }
  }

  #takeParsed(line: string, position: number, heardAt: Micros | undefined): void {
    let event: MarketEvent
    try {
      event = decodeEvent(line)
    } catch {
      // A line that cannot be read is counted; the rest of the tape goes on.
      this.skipped.malformed++
      return
    }
    if (typeof event.venue !== 'string') {
      this.skipped.malformed++
      return
    }
    if (heardAt !== undefined) this.#pulse(event.venue)?.heard(heardAt)
    if (event.messageType === 'venue-state') {
      const pulse = this.#pulse(event.venue)
      if (pulse === undefined) return
      pulse.state = event
      this.#simulated ||= event.simulated
      this.listener.message('venue-state', undefined, line)
      return
    }
    if (typeof event.instrument !== 'string') {
      this.skipped.malformed++
      return
    }
    const slot = this.ensureSlot(event.venue, event.instrument, event.symbol)
    if (slot === undefined) return
    try {
      this.#takeEvent(slot, event, line, position)
    } catch {
      // Its parts are not what they should be: counted, and a book that took half of it is not shown any more.
      this.skipped.malformed++
      if (event.messageType === 'book') slot.liveBook = undefined
    }
  }

  #takeEvent(slot: InstrumentSlot, event: MarketEvent, line: string, position: number): void {
    switch (event.messageType) {
      case 'trade':
        this.#trade(slot, line)
        return
      case 'quote':
      case 'ticker':
        if (slot.keep(event.messageType, line)) this.#attached.push(slot)
        this.listener.message(event.messageType, slot, line)
        return
      case 'book':
        this.#book(slot, event, line, position)
        return
      case 'gap':
        slot.gap(event)
        this.listener.message('gap', slot, line)
        return
      case 'feed-state':
        slot.feeds.set(event.channel, event)
        this.listener.message(`feed-state:${event.channel}`, slot, line)
        return
      case 'coverage':
        // What was watched is a question of the past: the store answers it.
        return
      case 'instrument':
        slot.definition = event.definition
        slot.symbol = event.symbol
        return
      default:
        if (!isFact(event)) {
          this.skipped.unknownType++
          return
        }
        slot.fact(event)
        this.listener.message(event.messageType, slot, line)
    }
  }

  /** A candle that the processor made, or made anew after a late trade. The one that opened last is kept. */
  candle(slot: InstrumentSlot, interval: string, openTime: number, said: string): void {
    const line = lineInQuote(said, slot.definition)
    const kept = slot.candles.get(interval)
    if (kept === undefined || openTime >= kept.openTime) slot.candles.set(interval, { openTime, line: detached(line) })
    if (interval === '1m' || interval === '1s') slot.closes[interval].take(openTime, line)
    this.listener.message(`candle:${interval}`, slot, line)
  }

  /**
   * Begins a book from a whole one that the processor kept, and the lines of it that came since. Those who follow it get
   * it as a snapshot.
   */
  restoreBook(
    slot: InstrumentSlot,
    bids: readonly BookLevel[],
    asks: readonly BookLevel[],
    stand: { readonly sequence: number | null; readonly receiveTime: Micros; readonly position: number },
    since: readonly { readonly line: string; readonly position: number }[] = [],
  ): void {
    slot.liveBook ??= new LiveBook()
    const live = slot.liveBook
    live.restore(bids, asks, stand)
    for (const { line, position } of since) {
      const event = decodeEvent(line)
      if (event.messageType === 'book') live.apply(event, position)
    }
    const line = encodeEvent({
      messageType: 'book',
      venue: slot.venue,
      instrument: slot.instrument,
      symbol: slot.symbol,
      kind: 'snapshot',
      bids: live.book.bids(),
      asks: live.book.asks(),
      sequence: live.sequence,
      exchangeTime: live.exchangeTime,
      receiveTime: live.receiveTime ?? stand.receiveTime,
    })
    this.#bookMessage(slot, line, live)
  }

  #trade(slot: InstrumentSlot, line: string): void {
    // History that is sent late must not pass for the last price.
    if (!line.endsWith('"backlog":true}}') || slot.line('trade') === undefined) {
      if (slot.keep('trade', line)) this.#attached.push(slot)
    }
    this.listener.message('trade', slot, line)
  }

  #book(slot: InstrumentSlot, event: BookEvent, line: string, position: number): void {
    slot.liveBook ??= new LiveBook()
    const book = slot.liveBook
    // Older than the book that was restored: already in it.
    if (position < book.position) return
    if (!book.apply(event, position)) return
    this.#bookMessage(slot, line, book)
  }

  #bookMessage(slot: InstrumentSlot, line: string, { bookSequence }: LiveBook): void {
    this.listener.message('book', slot, `${line.slice(0, -2)},"bookSequence":${bookSequence}}}`)
    this.listener.bookChanged(slot)
  }

  #heard(slot: InstrumentSlot, at: Micros): void {
    slot.pulse ??= this.#pulse(slot.venue)
    slot.pulse?.heard(at)
  }

  #pulse(venue: VenueId): VenuePulse | undefined {
    let pulse = this.#venues.get(venue)
    if (pulse === undefined && this.#venues.size < MAXIMUM_VENUES) {
      pulse = new VenuePulse(venue)
      this.#venues.set(venue, pulse)
    }
    return pulse
  }
}
