import { type Channel, encodeNames, type NamedEvent } from '../market/index.ts'
import type { CanaryMember } from './canary.ts'
import type { EventCounter } from './collector-metrics.ts'
import type { HeardFeed, InstrumentResume } from './instrument-resume.ts'
import type { WatchedFeed } from './silence-watch.ts'
import type { FeedRate } from './usual-rates.ts'

/**
 * Everybody's account of one feed, found once: with a look-up of its own for each of them, every event would cost a dozen.
 * What is undefined has not been found yet.
 */
export interface FeedEar {
  readonly symbol: string
  /** As lines of the tape have them. */
  readonly names: string
  readonly counter: EventCounter
  readonly resume: InstrumentResume
  readonly rate: FeedRate
  heard: HeardFeed | undefined
  watched: WatchedFeed | undefined
  member: CanaryMember | undefined
}

type Accounts = Pick<FeedEar, 'counter' | 'resume' | 'rate'>

/** The ears of a venue's feeds. */
export class FeedEars {
  readonly #instruments = new Map<string, Map<Channel, FeedEar>>()
  readonly #make: (event: NamedEvent, channel: Channel) => Accounts

  constructor(make: (event: NamedEvent, channel: Channel) => Accounts) {
    this.#make = make
  }

  of(event: NamedEvent, channel: Channel): FeedEar {
    const ear = this.#instruments.get(event.instrument)?.get(channel)
    // Two names of one instrument would be refused at the start; a line must name it truly all the same.
    return ear !== undefined && ear.symbol === event.symbol ? ear : this.#begin(event, channel)
  }

  forget(instrument: string, channel: Channel): void {
    this.#instruments.get(instrument)?.delete(channel)
  }

  #begin(event: NamedEvent, channel: Channel): FeedEar {
    const ear: FeedEar = {
      symbol: event.symbol,
      names: encodeNames(event),
      ...this.#make(event, channel),
      heard: undefined,
      watched: undefined,
      member: undefined,
    }
    let channels = this.#instruments.get(event.instrument)
    if (channels === undefined) {
      channels = new Map()
      this.#instruments.set(event.instrument, channels)
    }
    channels.set(channel, ear)
    return ear
  }
}
