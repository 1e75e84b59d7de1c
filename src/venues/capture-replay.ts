import type { Instrument, MarketEvent, Micros } from '../market/index.ts'
import { CaptureAnswers } from './capture-answers.ts'
import { type BookState, CaptureBooks } from './capture-books.ts'
import { type CaptureRecord, readCaptureRecord } from './capture-record.ts'
import type {
  CaptureEvidence,
  Command,
  RecognisedSession,
  Refusal,
  RestOutcome,
  RestRequest,
  SessionOutput,
  Subscription,
  VenueProtocol,
  VenueSession,
} from './protocol.ts'
import { VenueError } from './venue-error.ts'

/** How far the clock runs on after the last record, to let what is pending come to its end. */
const SETTLING_TIME = 300_000_000
/** Steps of that. */
const MAXIMUM_SETTLING_STEPS = 100_000

export interface CaptureReplayOptions {
  readonly protocol: VenueProtocol
  /** Keep the books, for {@link CaptureReplay.bookStates}. */
  readonly books?: boolean
  /** Look for the bodies of trade history in the capture when ids have holes. On by default. */
  readonly repairTrades?: boolean
  /** Reference data that is known beforehand; that of the capture takes its place. */
  readonly instruments?: readonly Instrument[]
  /** Called with every line that is no record and everything that the venue's protocol refused. */
  readonly problem?: (problem: CaptureProblem) => void
}

export interface CaptureProblem {
  /** Line of the capture, the first being 1. */
  readonly line: number
  readonly error: VenueError | Refusal
}

/** What was read. */
export interface CaptureSummary {
  lines: number
  records: number
  /** Lines that are no records. */
  malformedLines: number
  /** Frames and bodies that the protocol refused. */
  refused: number
  /** Frames of connections of which nothing could be recognised. */
  unrecognised: number
  events: number
  /** Requests of the protocol to which the capture has no body. */
  unansweredRequests: number
  /** HTTP bodies that nobody asked for. */
  unusedBodies: number
}

interface Connection {
  readonly name: string
  url: string
  session: VenueSession | undefined
  subscribed: Set<string>
  isOpen: boolean
  due: number
}

interface ReadyAnswer {
  readonly connection: string
  readonly request: RestRequest
  readonly body: string
}

/**
 * Drives a venue's protocol from a capture: the very state machine that the collector drives from sockets. Lines go in one
 * after the other and events come out; what it holds is bounded by the venue, not by the length of the capture.
 */
export class CaptureReplay {
  readonly summary: CaptureSummary = {
    lines: 0,
    records: 0,
    malformedLines: 0,
    refused: 0,
    unrecognised: 0,
    events: 0,
    unansweredRequests: 0,
    unusedBodies: 0,
  }
  readonly #options: CaptureReplayOptions
  readonly #protocol: VenueProtocol
  readonly #answers: CaptureAnswers
  readonly #connections = new Map<string, Connection>()
  readonly #sessions: VenueSession[] = []
  readonly #books = new CaptureBooks()
  readonly #referenceRequests: readonly RestRequest[]
  readonly #referenceBodies: string[]
  /** Pages after the first: what asks for them is known when the page before has come. */
  readonly #referencePages: { readonly request: RestRequest; readonly of: number; body: string | undefined }[] = []
  #instruments: readonly Instrument[]
  #time = 0 as Micros
  /** The clock of the last record; `#time` runs on beyond it when the end is settled. */
  #newest = 0 as Micros
  #events: MarketEvent[] = []
  #refusedAsUnknown = false
  /** Answers to requests just made; given once the session has returned, as a collector would. */
  readonly #ready: ReadyAnswer[] = []

  constructor(options: CaptureReplayOptions) {
    this.#options = options
    this.#protocol = options.protocol
    this.#answers = new CaptureAnswers(options.protocol)
    this.#instruments = options.instruments ?? []
    this.#referenceRequests = options.protocol.instrumentRequests()
    this.#referenceBodies = this.#referenceRequests.map(() => '')
  }

  /** Reads one line of the capture. @returns the events that follow from it, in order. */
  push(line: string): readonly MarketEvent[] {
    this.summary.lines++
    if (line.trim() === '') return []
    let record: CaptureRecord
    try {
      record = readCaptureRecord(line)
    } catch (error) {
      if (!(error instanceof VenueError)) throw error
      this.summary.malformedLines++
      this.#options.problem?.({ line: this.summary.lines, error })
      return []
    }
    this.summary.records++
    // Time never runs back, whatever the recorder wrote: timers could not be kept otherwise.
    if (record.time > this.#time) this.#time = record.time
    this.#newest = this.#time
    this.#tick()
    this.#answerReady()
    if (record.kind === 'http') this.#body(record)
    else this.#frame(record)
    this.#answerReady()
    return this.#take()
  }

  /**
   * The capture is at its end: what is pending is brought to its end too, as if nothing more were answered.
   * @throws VenueError VENUE_CAPTURE_INVALID if there were lines, and none was a record.
   */
  finish(): readonly MarketEvent[] {
    if (this.summary.records === 0 && this.summary.malformedLines > 0) {
      throw new VenueError(
        'VENUE_CAPTURE_INVALID',
        `none of ${this.summary.malformedLines} lines is a capture record: each is an object {"t","kind","dir","url","conn","data"}`,
      )
    }
    this.summary.unusedBodies = this.#answers.unused + this.#answers.discarded
    const end = this.#time + SETTLING_TIME
    for (let step = 0; step < MAXIMUM_SETTLING_STEPS; step++) {
      const waiting = this.#answers.takeWaiting()
      this.summary.unansweredRequests += waiting.length
      for (const { connection, request } of waiting) {
        this.#answer(connection, request, { kind: 'failed', reason: 'the capture holds no answer' })
      }
      let due = Number.POSITIVE_INFINITY
      for (const connection of this.#connections.values()) due = Math.min(due, connection.due)
      if (due > end) break
      this.#time = Math.max(due, this.#time) as Micros
      this.#tick()
      this.#answerReady()
    }
    return this.#take()
  }

  /** Every book as it stands, if `books` was asked for. */
  bookStates(): readonly BookState[] {
    return this.#books.states(this.#protocol.venue, this.#sessions)
  }

  /** Time of the newest record. */
  get time(): Micros {
    return this.#newest
  }

  #take(): readonly MarketEvent[] {
    const events = this.#events
    if (events.length > 0) this.#events = []
    return events
  }

  #body(record: CaptureRecord): void {
    if (record.direction !== 'in') return
    if (this.#isReference(record)) return
    const waiting = this.#answers.offer(record.url, record.data)
    if (waiting !== undefined) this.#answer(waiting.connection, waiting.request, bodyOutcome(record.data))
  }

  #isReference({ url, data }: CaptureRecord): boolean {
    const first = this.#referenceRequests.findIndex((request) => this.#protocol.answers(url, request))
    const page = this.#referencePages.find(({ request }) => this.#protocol.answers(url, request))
    const request = page?.request ?? this.#referenceRequests[first]
    if (request === undefined) return false
    if (page === undefined) this.#referenceBodies[first] = data
    else page.body = data
    const next = this.#protocol.nextInstrumentRequest?.(request, data)
    if (next !== undefined && !this.#referencePages.some(({ request: { path } }) => path === next.path)) {
      this.#referencePages.push({ request: next, of: page?.of ?? first, body: undefined })
    }
    this.#readInstruments()
    return true
  }

  #readInstruments(): void {
    const pages = this.#referencePages.flatMap(({ of, body }) => (body === undefined ? [] : [{ of, body }]))
    try {
      const { instruments, skipped } = this.#protocol.instruments(this.#referenceBodies, pages)
      for (const refusal of skipped) this.#refuse(refusal)
      if (instruments.length > 0) this.#instruments = instruments
    } catch (error) {
      // Some of the reference data may come later, or never: instruments are derived then.
      if (!(error instanceof VenueError)) throw error
      this.#options.problem?.({ line: this.summary.lines, error })
    }
  }

  #frame(record: CaptureRecord): void {
    const connection = this.#connectionOf(record)
    if (record.direction === 'close') this.#close(connection, record.data === '' ? 'closed' : record.data)
    else if (record.direction === 'open') {
      if (connection.isOpen) this.#close(connection, 'opened anew')
      this.#recognise(connection, { url: record.url, direction: 'open', text: record.data })
      this.#open(connection)
    } else if (record.direction === 'out') {
      this.#recognise(connection, { url: connection.url, direction: 'out', text: record.data })
    } else this.#received(connection, record.data)
  }

  #connectionOf(record: CaptureRecord): Connection {
    let connection = this.#connections.get(record.connection)
    if (connection === undefined) {
      const name = record.connection
      connection = {
        name,
        url: record.url,
        session: undefined,
        subscribed: new Set(),
        isOpen: false,
        due: Number.POSITIVE_INFINITY,
      }
      this.#connections.set(name, connection)
    }
    // The record of the opening has the whole URL, the others only its beginning.
    if (record.direction === 'open') connection.url = record.url
    return connection
  }

  #received(connection: Connection, frame: string): void {
    const evidence: CaptureEvidence = { url: connection.url, direction: 'in', text: frame }
    if (connection.session === undefined) {
      this.#recognise(connection, evidence)
      if (connection.session === undefined) {
        this.summary.unrecognised++
        return
      }
    }
    this.#open(connection)
    const before = this.#events.length
    this.#deliver(connection, frame)
    if (!this.#refusedAsUnknown || this.#events.length !== before) return
    if (this.#recognise(connection, evidence)) this.#deliver(connection, frame)
  }

  #deliver(connection: Connection, frame: string): void {
    this.#refusedAsUnknown = false
    connection.session?.received(frame, this.#time, this.#output(connection))
  }

  /** @returns whether something new was recognised. */
  #recognise(connection: Connection, evidence: CaptureEvidence): boolean {
    const recognised = this.#protocol.recognise(evidence, this.#instruments)
    if (recognised === undefined) return false
    const fresh = recognised.plan.subscriptions.filter((one) => !connection.subscribed.has(keyOf(one)))
    for (const subscription of fresh) connection.subscribed.add(keyOf(subscription))
    if (connection.session === undefined) {
      connection.session = this.#newSession(recognised)
      this.#sessions.push(connection.session)
      this.#open(connection)
      return true
    }
    if (fresh.length === 0) return false
    connection.session.changed(fresh, [], this.#time, this.#output(connection))
    return true
  }

  #newSession({ plan, dialect }: RecognisedSession): VenueSession {
    return this.#protocol.session({
      plan,
      instruments: this.#instruments,
      resume: new Map(),
      repairTrades: this.#options.repairTrades ?? true,
      ...(dialect !== undefined && { dialect }),
    })
  }

  #open(connection: Connection): void {
    if (connection.isOpen || connection.session === undefined) return
    connection.isOpen = true
    connection.session.opened(this.#time, this.#output(connection))
  }

  #close(connection: Connection, reason: string): void {
    if (!connection.isOpen) return
    connection.isOpen = false
    connection.session?.closed(this.#time, reason, this.#output(connection))
  }

  #tick(): void {
    for (const connection of this.#connections.values()) {
      if (connection.due > this.#time) continue
      connection.due = Number.POSITIVE_INFINITY
      connection.session?.ticked(this.#time, this.#output(connection))
    }
  }

  #answerReady(): void {
    // An answer may lead to the next request, and each takes a body away: this ends.
    for (let next = this.#ready.shift(); next !== undefined; next = this.#ready.shift()) {
      this.#answer(next.connection, next.request, bodyOutcome(next.body))
    }
  }

  #answer(name: string, request: RestRequest, outcome: RestOutcome): void {
    const connection = this.#connections.get(name)
    if (connection === undefined) return
    connection.session?.answered(request, outcome, this.#time, this.#output(connection))
  }

  readonly #outputs = new WeakMap<Connection, SessionOutput>()

  #output(connection: Connection): SessionOutput {
    let output = this.#outputs.get(connection)
    if (output === undefined) {
      output = {
        event: (event) => this.#event(event),
        command: (command) => this.#command(connection, command),
        refused: (refusal) => this.#refuse(refusal),
      }
      this.#outputs.set(connection, output)
    }
    return output
  }

  #event(event: MarketEvent): void {
    this.summary.events++
    this.#events.push(event)
    if (this.#options.books === true) this.#books.follow(event)
  }

  #command(connection: Connection, command: Command): void {
    // What would be sent, and new connections, belong to the one who recorded.
    if (command.kind === 'wake') connection.due = Math.min(connection.due, command.at)
    else if (command.kind === 'request') {
      const body = this.#answers.ask(connection.name, command.request)
      if (body !== undefined) this.#ready.push({ connection: connection.name, request: command.request, body })
    }
  }

  #refuse(refusal: Refusal): void {
    this.summary.refused++
    if (refusal.kind === 'unknown-instrument') this.#refusedAsUnknown = true
    this.#options.problem?.({ line: this.summary.lines, error: refusal })
  }
}

function bodyOutcome(body: string): RestOutcome {
  return { kind: 'answered', response: { status: 200, body } }
}

function keyOf({ instrument, channel }: Subscription): string {
  return `${channel} ${instrument.id}`
}
