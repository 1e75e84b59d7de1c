import {
  channelOfEvent,
  type GapEvent,
  type MarketEvent,
  type Micros,
  type VenueStateEvent,
} from '../../market/index.ts'
import { TradeFilter, type TradeFilterState } from '../trade-filter.ts'
import { type Line, LineFeed, type LineFeedState } from './line-feed.ts'
import { SaidFacts, type SaidFactsState } from './said-facts.ts'

/** A collector says at least its venues' states every five seconds: a line that is silent longer is dead. */
const DEAD_AFTER_MICROS = 12_000_000
const BURY_EVERY_MICROS = 250_000

/** As it is written down. */
export interface LineArbiterState {
  readonly filter: TradeFilterState
  readonly facts: SaidFactsState
  readonly feeds: readonly (readonly [key: string, state: LineFeedState])[]
  readonly heard: readonly (readonly [key: string, at: number])[]
  readonly venues: readonly (readonly [key: string, state: VenueStateEvent])[]
  readonly instruments: readonly (readonly [key: string, definition: string])[]
}

/**
 * Makes one tape of what two or more collectors (lines) say of the same venues: trades by their ids, each once, from whichever line
 * brings it first; books and everything else from one line at a time, which another replaces when it breaks or falls silent. What
 * one line missed is no gap if the other was whole. What lines read from history later is passed on whichever line it comes from,
 * each fact once. It depends on nothing but its input and the times of its records, so reading the
 * same again gives the same.
 */
export class LineArbiter {
  #filter = new TradeFilter()
  #facts = new SaidFacts()
  readonly #feeds = new Map<string, LineFeed>()
  /** When each line of a venue spoke last, by `<venue> <line>`. */
  readonly #heard = new Map<string, Micros>()
  /** When it spoke last before that. */
  readonly #heardBefore = new Map<string, Micros>()
  readonly #venues = new Map<string, VenueStateEvent>()
  readonly #instruments = new Map<string, string>()
  readonly #dead = new Set<string>()
  #at = 0 as Micros
  /** When it was looked for dead lines last. */
  #buriedAt = 0 as Micros

  /**
   * Takes an event of a line.
   * @param position of its record, and `at` the time of it
   */
  take(line: Line, event: MarketEvent, position: number, at: Micros, out: (event: MarketEvent) => void): void {
    const { venue } = event
    const lineKey = this.#hear(line, venue, at, out)
    const isAlive = (other: Line): boolean =>
      !this.#dead.has(`${venue} ${other}`) && this.#heard.has(`${venue} ${other}`)
    switch (event.messageType) {
      case 'venue-state':
        this.#venueState(lineKey, event, out)
        return
      case 'instrument': {
        const text = JSON.stringify(event.definition)
        const key = `${venue} ${event.instrument}`
        if (this.#instruments.get(key) === text) return
        this.#instruments.set(key, text)
        out(event)
        return
      }
      case 'coverage':
        out(event)
        return
      case 'gap':
        this.#feed(venue, event.instrument, event.channel).gap(
          line,
          event,
          this.#watchedUntil(lineKey, event),
          isAlive,
          out,
        )
        return
      case 'feed-state':
        this.#feed(venue, event.instrument, event.channel).feedState(line, event, this.#at, isAlive, out)
        return
      case 'trade':
        // A print without an id can only be told apart by the line that it came on.
        if (event.id !== null) {
          if (this.#filter.pass(event, position)) out(event)
          return
        }
        break
      default:
    }
    const channel = channelOfEvent(event)
    if (channel === null) return
    this.#feed(venue, event.instrument, channel).take(line, event, this.#at, isAlive, (passed) => {
      this.#facts.note(passed)
      out(passed)
    })
  }

  /** Takes what a line read from the venue's history later: it tells nothing of how the line's feeds are. */
  takePast(line: Line, event: MarketEvent, position: number, at: Micros, out: (event: MarketEvent) => void): void {
    const isKept = event.messageType === 'trade' || event.messageType === 'gap' || event.messageType === 'coverage'
    if (isKept) {
      this.take(line, event, position, at, out)
      return
    }
    this.#hear(line, event.venue, at, out)
    if (this.#facts.add(event)) out(event)
  }

  /** Notes that a line spoke. @returns its key */
  #hear(line: Line, venue: string, at: Micros, out: (event: MarketEvent) => void): string {
    if (at > this.#at) this.#at = at
    const lineKey = `${venue} ${line}`
    const heard = this.#heard.get(lineKey)
    if (heard !== undefined && heard < this.#at) this.#heardBefore.set(lineKey, heard)
    this.#heard.set(lineKey, this.#at)
    this.#dead.delete(lineKey)
    if (this.#at - this.#buriedAt >= BURY_EVERY_MICROS) this.#bury(out)
    return lineKey
  }

  /** When a line was last known to watch before it missed something. */
  #watchedUntil(lineKey: string, gap: GapEvent): Micros {
    // A collector that died says so when it is back: until its last record before, it watched.
    const isOfEnd = gap.cause === 'collector-crashed' || gap.cause === 'collector-stopped'
    if (isOfEnd) return this.#heardBefore.get(lineKey) ?? gap.from
    // One that lost its connection says so at once.
    return gap.to === null && gap.revision === 0 ? gap.receiveTime : gap.from
  }

  state(): LineArbiterState {
    return {
      filter: this.#filter.state(),
      facts: this.#facts.state(),
      feeds: [...this.#feeds].map(([key, feed]) => [key, feed.state()]),
      heard: [...this.#heard],
      venues: [...this.#venues],
      instruments: [...this.#instruments],
    }
  }

  static restore(state: LineArbiterState): LineArbiter {
    const arbiter = new LineArbiter()
    arbiter.#filter = TradeFilter.restore(state.filter)
    arbiter.#facts = SaidFacts.restore(state.facts)
    for (const [key, feed] of state.feeds) arbiter.#feeds.set(key, LineFeed.restore(feed))
    for (const [key, at] of state.heard) {
      arbiter.#heard.set(key, at as Micros)
      if (at > arbiter.#at) arbiter.#at = at as Micros
    }
    for (const [key, venue] of state.venues) arbiter.#venues.set(key, venue)
    for (const [key, definition] of state.instruments) arbiter.#instruments.set(key, definition)
    return arbiter
  }

  #feed(venue: string, instrument: string, channel: string): LineFeed {
    const key = `${venue} ${instrument} ${channel}`
    let feed = this.#feeds.get(key)
    if (feed === undefined) {
      feed = new LineFeed()
      this.#feeds.set(key, feed)
    }
    return feed
  }

  /** Lines that have fallen silent: whoever follows them follows another from now on. */
  #bury(out: (event: MarketEvent) => void): void {
    this.#buriedAt = this.#at
    for (const [key, heard] of this.#heard) {
      if (this.#at - heard < DEAD_AFTER_MICROS || this.#dead.has(key)) continue
      this.#dead.add(key)
      const [venue = '', line = ''] = key.split(' ')
      const isAlive = (other: Line): boolean =>
        !this.#dead.has(`${venue} ${other}`) && this.#heard.has(`${venue} ${other}`)
      for (const [feedKey, feed] of this.#feeds) {
        if (feedKey.startsWith(`${venue} `)) feed.lineDied(line, this.#at, isAlive, out)
      }
    }
  }

  /** The better state of the lines is that of the venue. */
  #venueState(lineKey: string, event: VenueStateEvent, out: (event: MarketEvent) => void): void {
    this.#venues.set(lineKey, event)
    let best = event
    for (const [key, other] of this.#venues) {
      if (other.venue !== event.venue || this.#dead.has(key)) continue
      if (RANK[other.state] < RANK[best.state]) best = other
    }
    out({ ...best, receiveTime: event.receiveTime })
  }
}

const RANK: Readonly<Record<VenueStateEvent['state'], number>> = {
  connected: 0,
  partly: 1,
  connecting: 2,
  unreachable: 3,
  stopped: 4,
}
