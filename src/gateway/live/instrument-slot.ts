import type {
  Channel,
  FactEvent,
  FactEvents,
  FactKind,
  FeedStateEvent,
  GapEvent,
  Instrument,
  InstrumentId,
  VenueId,
  VenueSymbol,
} from '../../market/index.ts'
import { joinFact } from './join-fact.ts'
import type { LiveBook } from './live-book.ts'
import { RecentCloses } from './recent-closes.ts'
import { detached } from './tape-line.ts'
import type { VenuePulse } from './venue-pulse.ts'

/** Kinds of message of which the newest line is kept as it came. */
export type KeptKind = 'trade' | 'quote' | 'ticker'

/** Repairs of one instrument that are looked at; more than these are counted only by the store. */
const MAXIMUM_OPEN_GAPS = 1_000

/** Everything that is known now of one instrument. Bounded: the newest of each kind. */
export class InstrumentSlot {
  readonly venue: VenueId
  /** Of its venue, once that was heard. */
  pulse: VenuePulse | undefined
  readonly instrument: InstrumentId
  symbol: VenueSymbol
  /** As the lines of the tape name it: see `lineKey`. */
  readonly key: string
  definition: Instrument | undefined
  liveBook: LiveBook | undefined
  readonly feeds = new Map<Channel, FeedStateEvent>()
  /** Gaps that are being repaired, by id. */
  readonly openGaps = new Map<string, GapEvent>()
  /** The newest of each kind of fact; what its message left out is as it was said before. */
  readonly facts: { [Kind in FactKind]?: FactEvents[Kind] } = {}
  /** Newest candle line of each interval. */
  readonly candles = new Map<string, { readonly openTime: number; readonly line: string }>()
  /** Closes of the intervals that small charts use. */
  readonly closes = { '1m': new RecentCloses(), '1s': new RecentCloses() } as const
  readonly #lines: Record<KeptKind, string | undefined> = { trade: undefined, quote: undefined, ticker: undefined }
  /** Lines that are still slices of their record. */
  #attached = false

  constructor(venue: VenueId, instrument: InstrumentId, symbol: VenueSymbol, key: string) {
    this.venue = venue
    this.instrument = instrument
    this.symbol = symbol
    this.key = key
  }

  /** The newest line of a kind. */
  line(kind: KeptKind): string | undefined {
    return this.#lines[kind]
  }

  /** Keeps a line. Returns whether the slot has to be asked to detach its lines. */
  keep(kind: KeptKind, line: string): boolean {
    this.#lines[kind] = line
    const first = !this.#attached
    this.#attached = true
    return first
  }

  /** Copies what it keeps, so that the records they were cut from can be freed. */
  detach(): void {
    if (!this.#attached) return
    this.#attached = false
    for (const kind of ['trade', 'quote', 'ticker'] as const) {
      const line = this.#lines[kind]
      if (line !== undefined) this.#lines[kind] = detached(line)
    }
  }

  /** Takes what a venue said of the instrument. */
  fact(event: FactEvent): void {
    joinFact(this.facts, event)
    if (event.messageType === 'status' && this.definition !== undefined) {
      this.definition = { ...this.definition, status: event.status }
    }
  }

  gap(event: GapEvent): void {
    if (event.state !== 'open') this.openGaps.delete(event.id)
    else if (this.openGaps.size < MAXIMUM_OPEN_GAPS) this.openGaps.set(event.id, event)
  }
}
