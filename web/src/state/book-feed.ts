import type { BookMessage, FeedStateMessage } from '../../../src/gateway/schemas/index.ts'
import type { BookLevel } from '../../../src/market/index.ts'
import type { StreamClient } from '../api/stream-client.ts'
import { BookView, EMPTY_LADDER, type Ladder } from './book-view.ts'
import type { Coalescer } from './coalescer.ts'
import { Signal } from './signal.ts'

/** What may be said of the book on the page. Only `synchronised` is live; everything else is shown as what it is. */
export type BookState = FeedStateMessage['state'] | 'loading' | 'disconnected'

/** Levels of a side that the page works with: the ladder shows the first few, the depth chart all. */
export const LADDER_DEPTH = 400

/**
 * What to do with a book message when the last one applied was `last` (0: none since the last snapshot was asked for).
 * A snapshot always counts. An update counts if it is the next one; an older one is a repetition, a later one a hole.
 */
export function bookStep(
  last: number,
  message: Pick<BookMessage, 'kind' | 'bookSequence'>,
): 'apply' | 'ignore' | 'missing' {
  if (message.kind === 'snapshot') return 'apply'
  if (last === 0 || message.bookSequence <= last) return 'ignore'
  return message.bookSequence === last + 1 ? 'apply' : 'missing'
}

/** The order book of one instrument: a snapshot, then updates counted one by one; a jump takes a new snapshot. */
export class BookFeed {
  readonly ladder = new Signal<Ladder>(EMPTY_LADDER)
  readonly state = new Signal<BookState>('loading')
  readonly reason = new Signal('')
  readonly #view = new BookView()
  readonly #coalescer: Coalescer
  readonly #stream: Pick<StreamClient, 'subscribe'>
  readonly #venue: string
  readonly #instrument: string
  #sequence = 0
  /** What the exchange's feed is; shown as long as our own connection holds. */
  #feedState: FeedStateMessage['state'] = 'unknown'
  #feedReason = ''
  /** When the state was said, by the gateway's clock: of two answers the newer counts. */
  #feedTime = 0
  #connected = false
  #refused = ''
  #endBook: () => void = () => {}
  #endState: () => void = () => {}
  /** How often the page had to take the book anew because a message was missing. */
  resnapshots = 0

  constructor(stream: Pick<StreamClient, 'subscribe'>, coalescer: Coalescer, venue: string, instrument: string) {
    this.#stream = stream
    this.#coalescer = coalescer
    this.#venue = venue
    this.#instrument = instrument
  }

  start(): void {
    this.#subscribe()
    this.#endState = this.#stream.subscribe(
      { venue: this.#venue, instrument: this.#instrument, channel: 'feed-state' },
      {
        message: (event) => {
          if (event.messageType !== 'feed-state' || event.payload.channel !== 'book') return
          this.said(event.payload.state, event.payload.reason, event.payload.receiveTime)
        },
      },
    )
  }

  /**
   * Takes a state of the exchange's feed. Besides the stream, the list of feeds tells it: there the gateway also judges
   * states that nobody says any more, because their collector is gone.
   */
  said(state: FeedStateMessage['state'], reason: string, time: number): void {
    if (time < this.#feedTime) return
    this.#feedState = state
    this.#feedReason = reason
    this.#feedTime = time
    this.#coalescer.mark(this.#show)
  }

  stop(): void {
    this.#endBook()
    this.#endState()
  }

  #subscribe(): void {
    this.#endBook = this.#stream.subscribe(
      { venue: this.#venue, instrument: this.#instrument, channel: 'book' },
      {
        message: (event) => {
          if (event.messageType === 'book') this.#apply(event.payload)
        },
        ready: () => {
          this.#connected = true
          this.#coalescer.mark(this.#show)
        },
        lost: () => {
          // The levels stay, greyed: people see what was, and that it is old.
          this.#connected = false
          this.#sequence = 0
          this.#coalescer.mark(this.#show)
        },
        refused: (detail) => {
          this.#refused = detail
          this.#coalescer.mark(this.#show)
        },
      },
    )
  }

  #apply(message: BookMessage): void {
    // The gateway's decimals are canonical, so they are the domain's from here on.
    const bids = message.bids as BookLevel[]
    const asks = message.asks as BookLevel[]
    const follows = bookStep(this.#view.known ? this.#sequence : 0, message)
    if (follows === 'ignore') return
    if (follows === 'missing') {
      this.#resnapshot()
      return
    }
    if (message.kind === 'snapshot') this.#view.snapshot(bids, asks)
    else this.#view.update(bids, asks)
    this.#sequence = message.bookSequence
    this.#coalescer.mark(this.#show)
  }

  #resnapshot(): void {
    this.resnapshots++
    this.#sequence = 0
    this.#connected = false
    this.#endBook()
    this.#subscribe()
    this.#coalescer.mark(this.#show)
  }

  readonly #show = (): void => {
    this.ladder.set(this.#view.ladder(LADDER_DEPTH))
    if (this.#refused !== '') {
      this.state.set('unknown')
      this.reason.set(this.#refused)
    } else if (!this.#connected || (this.#sequence === 0 && this.#feedState === 'synchronised')) {
      this.state.set(this.#view.known ? 'disconnected' : 'loading')
      this.reason.set('Waiting for a fresh snapshot')
    } else {
      this.state.set(this.#feedState)
      this.reason.set(this.#feedReason)
    }
  }
}
