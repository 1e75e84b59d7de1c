import { type Instrument, type MarketEvent, type Micros, OrderBook } from '../../src/market/index.ts'
import {
  type CaptureEvidence,
  type RestRequest,
  type SessionOutput,
  type Subscription,
  VenueError,
  type VenueProtocol,
  type VenueSession,
  venueProtocol,
} from '../../src/venues/index.ts'
import type { CaptureRecord } from './capture.ts'

export interface DeskOptions {
  readonly venue: string
  readonly instruments: readonly Instrument[]
  /** Keep every book from the events, as any consumer of the tape does. */
  readonly keepsBooks: boolean
}

/** One connection as it was recorded. */
interface Line {
  readonly session: VenueSession
  readonly output: SessionOutput
  readonly subscribed: Set<string>
  due: number
}

/** A venue's own protocol, played from what was said. */
export class Desk {
  readonly troubles: string[] = []
  events = 0
  /** Books that have had a snapshot. */
  readonly whole = new Set<string>()
  /** Subscriptions that were recognised so far, over all connections. */
  recognised = 0
  readonly #protocol: VenueProtocol
  readonly #keepsBooks: boolean
  readonly #lines = new Map<string, Line>()
  readonly #bodies: CaptureRecord[] = []
  readonly #waiting: { readonly line: Line; readonly request: RestRequest }[] = []
  readonly #books = new Map<string, OrderBook>()
  readonly #instruments: readonly Instrument[]
  #isUnknown = false

  constructor({ venue, instruments, keepsBooks }: DeskOptions) {
    this.#protocol = venueProtocol(venue)
    this.#instruments = instruments
    this.#keepsBooks = keepsBooks
  }

  lineOf(connection: string): Pick<Line, 'session' | 'output'> | undefined {
    return this.#lines.get(connection)
  }

  play(record: CaptureRecord): void {
    const at = record.time as Micros
    for (const line of this.#lines.values()) {
      if (line.due > at) continue
      line.due = Number.POSITIVE_INFINITY
      line.session.ticked(at, line.output)
    }
    if (record.kind === 'http') this.#bodies.push(record)
    else if (record.direction === 'in') this.#receive(record, at)
    else this.#recognise(record, at)
    this.#answer(at)
  }

  #receive(record: CaptureRecord, at: Micros): void {
    if (!this.#lines.has(record.connection)) this.#recognise(record, at)
    const line = this.#lines.get(record.connection)
    if (line === undefined) return
    const troubles = this.troubles.length
    this.#isUnknown = false
    line.session.received(record.text, at, line.output)
    if (!this.#isUnknown || !this.#recognise(record, at)) return
    this.troubles.length = troubles
    line.session.received(record.text, at, line.output)
  }

  /** @returns whether anything new was recognised. */
  #recognise({ url, direction, text, connection }: CaptureRecord, at: Micros): boolean {
    const evidence: CaptureEvidence = { url, direction, text }
    const recognised = this.#protocol.recognise(evidence, this.#instruments)
    if (recognised === undefined) return false
    const { plan, dialect } = recognised
    const known = this.#lines.get(connection)
    const fresh = plan.subscriptions.filter((one) => known?.subscribed.has(keyOf(one)) !== true)
    this.recognised += fresh.length
    if (known !== undefined) {
      for (const one of fresh) known.subscribed.add(keyOf(one))
      if (fresh.length > 0) known.session.changed(fresh, [], at, known.output)
      return fresh.length > 0
    }
    const session = this.#protocol.session({
      plan,
      instruments: this.#instruments,
      resume: new Map(),
      repairTrades: false,
      ...(dialect === undefined ? {} : { dialect }),
    })
    const line = this.#newLine(session, new Set(fresh.map(keyOf)))
    this.#lines.set(connection, line)
    session.opened(at, line.output)
    return true
  }

  #newLine(session: VenueSession, subscribed: Set<string>): Line {
    const line: Line = {
      session,
      subscribed,
      due: Number.POSITIVE_INFINITY,
      output: {
        event: (event) => {
          this.events++
          if (event.messageType === 'book') this.#book(event)
          else if (event.messageType === 'gap') this.troubles.push(`gap ${event.evidence}`)
        },
        command: (command) => {
          if (command.kind === 'request') this.#waiting.push({ line, request: command.request })
          else if (command.kind === 'wake') line.due = Math.min(line.due, command.at)
          else if (command.kind === 'reconnect') this.troubles.push(`reconnect: ${command.reason}`)
        },
        refused: ({ kind, reason, sample }) => {
          this.#isUnknown ||= kind === 'unknown-instrument'
          this.troubles.push(`${kind}: ${reason}: ${sample}`)
        },
      },
    }
    return line
  }

  #answer(at: Micros): void {
    for (const { line, request } of this.#waiting.splice(0)) {
      const body = this.#bodies.findLast(({ url }) => this.#protocol.answers(url, request))?.text
      if (body === undefined) this.#waiting.push({ line, request })
      else line.session.answered(request, { kind: 'answered', response: { status: 200, body } }, at, line.output)
    }
  }

  #book(event: Extract<MarketEvent, { messageType: 'book' }>): void {
    if (event.kind === 'snapshot') this.whole.add(event.instrument)
    if (!this.#keepsBooks) return
    let book = this.#books.get(event.instrument)
    if (book === undefined) {
      book = new OrderBook()
      this.#books.set(event.instrument, book)
    }
    if (event.kind === 'snapshot') book.replace(event.bids, event.asks)
    else book.update(event.bids, event.asks)
  }
}

/** The reference data among what was recorded; empty if there is none that can be read. */
export function instrumentsAmong(venue: string, records: readonly CaptureRecord[]): readonly Instrument[] {
  const protocol = venueProtocol(venue)
  const bodies = protocol
    .instrumentRequests()
    .map((request) => records.find(({ kind, url }) => kind === 'http' && protocol.answers(url, request))?.text ?? '')
  if (bodies.every((body) => body === '')) return []
  try {
    return protocol.instruments(bodies).instruments
  } catch (error) {
    // Its essential part was not recorded: instruments are derived from what the frames name.
    if (error instanceof VenueError) return []
    throw error
  }
}

function keyOf({ instrument, channel }: Subscription): string {
  return `${channel} ${instrument.id}`
}
