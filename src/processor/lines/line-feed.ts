import {
  type BookEvent,
  type FeedState,
  type FeedStateEvent,
  type GapEvent,
  type MarketEvent,
  type Micros,
  OrderBook,
} from '../../market/index.ts'

/** A line, such as `A`. */
export type Line = string

/** Between two messages of the line that is followed, the other must have said so many, over so long, to take its place. */
const OVERTAKEN_MESSAGES = 20
const OVERTAKEN_MICROS = 2_000_000

/** What one line says of one feed. */
interface Side {
  state: FeedState
  /** Since when it has been in that state. */
  since: Micros
  said: FeedStateEvent | undefined
  /** Gaps that are open and were not passed on, since the other line was whole, and when the line stopped watching. */
  readonly held: Map<string, { readonly gap: GapEvent; readonly since: Micros }>
  /** Gaps that were passed on and are open still. */
  readonly told: Set<string>
  /** Kept of books alone, so that its place can be taken at any moment. */
  book: OrderBook | undefined
  last: BookEvent | undefined
}

/** As it is written down. */
export interface LineFeedState {
  readonly chosen: Line | null
  readonly sides: readonly {
    readonly line: Line
    readonly state: FeedState
    readonly since: number
    readonly said: FeedStateEvent | null
    readonly held: readonly { readonly gap: GapEvent; readonly since: Micros }[]
    readonly told: readonly string[]
    readonly book: BookEvent | null
  }[]
}

/**
 * One feed that several lines bring. It follows one of them; another takes its place when that one is not whole any more, or has
 * fallen silent. A book goes on with a snapshot of what the other line has.
 */
export class LineFeed {
  readonly #sides = new Map<Line, Side>()
  #chosen: Line | null = null
  /** Messages of others since the chosen one spoke last, and when that was. */
  #since = 0
  #chosenAt = 0 as Micros
  /** Last sequence of a book that was passed on: it never goes back. */
  #sequence: number | null = null

  get chosen(): Line | null {
    return this.#chosen
  }

  /** A message of the feed itself. */
  take(
    line: Line,
    event: MarketEvent,
    at: Micros,
    isAlive: (line: Line) => boolean,
    out: (event: MarketEvent) => void,
  ) {
    const side = this.#side(line)
    if (event.messageType === 'book') keepBook(side, event)
    if (this.#chosen === null) this.#choose(line, at)
    if (line === this.#chosen) {
      this.#since = 0
      this.#chosenAt = at
      this.#pass(event, out)
      return
    }
    this.#since++
    const chosen = this.#chosen
    const isOvertaken = this.#since >= OVERTAKEN_MESSAGES && at - this.#chosenAt >= OVERTAKEN_MICROS
    if (chosen !== null && isAlive(chosen) && !isOvertaken && this.#isWhole(chosen)) return
    if (this.#canFollow(line) && isAlive(line)) this.#follow(line, event, at, out)
  }

  /** A line says how its feed stands. */
  feedState(line: Line, event: FeedStateEvent, at: Micros, isAlive: (line: Line) => boolean, out: Out): void {
    const side = this.#side(line)
    if (event.state !== side.state) {
      side.state = event.state
      side.since = event.receiveTime
    }
    side.said = event
    if (this.#chosen === null) this.#choose(line, at)
    if (event.state !== 'synchronised') this.#release(out)
    if (line === this.#chosen) {
      const other = event.state === 'synchronised' ? undefined : this.#whole(line, isAlive)
      if (other === undefined) out(event)
      else this.#follow(other, undefined, at, out)
      return
    }
    const chosen = this.#chosen
    if (chosen === null || event.state !== 'synchronised') return
    if (!(isAlive(chosen) && this.#isWhole(chosen)) && this.#canFollow(line)) this.#follow(line, undefined, at, out)
  }

  /**
   * A line says that it missed something. It is a gap of the tape only if the other line was not whole meanwhile.
   * @param watchedUntil when the line was last known to watch: a quiet feed's gap begins with its last message, long before
   */
  gap(line: Line, event: GapEvent, watchedUntil: Micros, isAlive: (line: Line) => boolean, out: Out): void {
    const side = this.#side(line)
    const since = side.held.get(event.id)?.since ?? (Math.max(event.from, watchedUntil) as Micros)
    const other = this.#wholeSince(line, since, isAlive)
    if (side.told.has(event.id)) {
      if (event.to !== null) side.told.delete(event.id)
      out(event)
    } else if (other === undefined) {
      side.held.delete(event.id)
      if (event.to === null) side.told.add(event.id)
      out(event)
    } else if (event.to === null) side.held.set(event.id, { gap: event, since })
    else {
      side.held.delete(event.id)
      const evidence = `${event.evidence}; line ${other} was whole meanwhile`
      out({ ...event, state: 'repaired', missing: 0, missingIds: null, evidence })
    }
  }

  /** A line has fallen silent altogether. */
  lineDied(line: Line, at: Micros, isAlive: (line: Line) => boolean, out: Out): void {
    if (this.#chosen !== line) return
    const other = this.#whole(line, isAlive)
    if (other !== undefined) this.#follow(other, undefined, at, out)
  }

  state(): LineFeedState {
    return {
      chosen: this.#chosen,
      sides: [...this.#sides].map(([line, side]) => ({
        line,
        state: side.state,
        since: side.since,
        said: side.said ?? null,
        held: [...side.held.values()],
        told: [...side.told],
        book: snapshotOf(side) ?? null,
      })),
    }
  }

  static restore({ chosen, sides }: LineFeedState): LineFeed {
    const feed = new LineFeed()
    feed.#chosen = chosen
    for (const { line, state, since, said, held, told, book } of sides) {
      const side = feed.#side(line)
      side.state = state
      side.since = since as Micros
      side.said = said ?? undefined
      for (const each of held) side.held.set(each.gap.id, each)
      for (const id of told) side.told.add(id)
      if (book !== null) keepBook(side, book)
      if (line === chosen) feed.#sequence = book?.sequence ?? null
    }
    return feed
  }

  #side(line: Line): Side {
    let side = this.#sides.get(line)
    if (side === undefined) {
      side = {
        state: 'unknown',
        since: 0 as Micros,
        said: undefined,
        held: new Map(),
        told: new Set(),
        book: undefined,
        last: undefined,
      }
      this.#sides.set(line, side)
    }
    return side
  }

  #choose(line: Line, at: Micros): void {
    this.#chosen = line
    this.#chosenAt = at
    this.#since = 0
  }

  #follow(line: Line, event: MarketEvent | undefined, at: Micros, out: Out): void {
    const side = this.#side(line)
    this.#choose(line, at)
    if (side.said !== undefined) out({ ...side.said, receiveTime: at })
    const snapshot = snapshotOf(side)
    if (snapshot !== undefined) this.#pass(snapshot, out)
    else if (event !== undefined) this.#pass(event, out)
  }

  #pass(event: MarketEvent, out: Out): void {
    if (event.messageType === 'book') this.#sequence = event.sequence
    out(event)
  }

  #isWhole(line: Line): boolean {
    const { state } = this.#side(line)
    // A feed that never said a state is judged by its messages alone.
    return state === 'synchronised' || state === 'unknown'
  }

  /** Whether a book of the line is there, and not older than what was passed on. */
  #canFollow(line: Line): boolean {
    const { book, last, state } = this.#side(line)
    if (book === undefined) return state === 'synchronised' || state === 'unknown'
    if (last === undefined) return false
    return this.#sequence === null || last.sequence === null || last.sequence >= this.#sequence
  }

  #whole(except: Line, isAlive: (line: Line) => boolean): Line | undefined {
    for (const [line, { state }] of this.#sides) {
      if (line !== except && state === 'synchronised' && isAlive(line) && this.#canFollow(line)) return line
    }
    return undefined
  }

  #wholeSince(except: Line, from: Micros, isAlive: (line: Line) => boolean): Line | undefined {
    for (const [line, { state, since }] of this.#sides) {
      if (line !== except && state === 'synchronised' && since <= from && isAlive(line)) return line
    }
    return undefined
  }

  /** No line may be whole now: what was held back is a gap after all. */
  #release(out: Out): void {
    for (const { state } of this.#sides.values()) if (state === 'synchronised') return
    for (const side of this.#sides.values()) {
      for (const { gap } of side.held.values()) {
        side.told.add(gap.id)
        out(gap)
      }
      side.held.clear()
    }
  }
}

type Out = (event: MarketEvent) => void

function keepBook(side: Side, event: BookEvent): void {
  if (event.kind === 'snapshot') {
    side.book ??= new OrderBook()
    side.book.replace(event.bids, event.asks)
    side.last = event
  } else if (side.last !== undefined) {
    side.book?.update(event.bids, event.asks)
    side.last = event
  }
}

function snapshotOf({ book, last }: Side): BookEvent | undefined {
  if (book === undefined || last === undefined) return undefined
  return { ...last, kind: 'snapshot', bids: book.bids(), asks: book.asks() }
}
