import { type Instrument, type MarketEvent, type Micros, OrderBook } from '../../src/market/index.ts'
import {
  type RecognisedSession,
  type RestOutcome,
  type RestRequest,
  type SessionOutput,
  type VenueProtocol,
  type VenueSession,
  venueProtocol,
} from '../../src/venues/index.ts'
import type { Capture, CaptureRecord } from './capture.ts'
import type { Contender, Run } from './contender.ts'

/** Our own protocols; with `books`, every book is kept from their events too, as any consumer of the tape does. */
export function opentapeContender(books: boolean): Contender {
  return {
    name: books ? 'Opentape, books kept' : 'Opentape, events',
    keepsBooks: books,
    prepare: async (capture) => {
      const desk = new Desk(capture, books)
      for (const record of capture.prelude) desk.play(record)
      const sessions = capture.frames.map(({ connection }) => desk.sessionOf(connection))
      return run(desk, sessions, capture)
    },
  }
}

function run(desk: Desk, sessions: readonly VenueSession[], capture: Capture): Run {
  const { output } = desk
  const times = capture.frames.map(({ time }) => time as Micros)
  return (frames) => {
    const before = desk.events
    for (let index = 0; index < frames.length; index++) {
      const session = sessions[index] as VenueSession
      session.received(frames[index] as string, times[index] as Micros, output)
    }
    if (desk.troubles.length > 0) {
      throw new Error(`${capture.name}: not a clean run, so its time says nothing: ${desk.troubles[0]}`)
    }
    return desk.events - before
  }
}

/** Reference data is read once a capture: that is not what is measured. */
const instrumentsOf = new WeakMap<Capture, readonly Instrument[]>()

/** The sessions of a capture, played from what was said. */
class Desk {
  readonly output: SessionOutput
  readonly troubles: string[] = []
  events = 0
  readonly #protocol: VenueProtocol
  readonly #sessions = new Map<string, VenueSession>()
  readonly #bodies: { readonly url: string; readonly text: string }[] = []
  readonly #waiting: RestRequest[] = []
  readonly #books = new Map<string, OrderBook>()
  readonly #capture: Capture
  #instruments: readonly Instrument[]

  constructor(capture: Capture, keepsBooks: boolean) {
    this.#protocol = venueProtocol(capture.venue)
    this.#capture = capture
    this.#instruments = instrumentsOf.get(capture) ?? []
    this.output = {
      event: (event) => {
        this.events++
        if (event.messageType === 'gap') this.troubles.push(`gap ${event.evidence}`)
        if (keepsBooks && event.messageType === 'book') this.#keep(event)
      },
      command: (command) => {
        if (command.kind === 'request') this.#waiting.push(command.request)
        else if (command.kind === 'reconnect') this.troubles.push(`reconnect: ${command.reason}`)
      },
      refused: ({ kind, reason, sample }) => this.troubles.push(`${kind}: ${reason}: ${sample}`),
    }
  }

  sessionOf(connection: string): VenueSession {
    const session = this.#sessions.get(connection)
    if (session === undefined) throw new Error(`nothing was recognised on ${connection}`)
    return session
  }

  play(record: CaptureRecord): void {
    if (record.kind === 'http') {
      this.#bodies.push(record)
      this.#readInstruments()
    } else if (record.direction === 'in') {
      const session = this.#sessions.get(record.connection)
      session?.received(record.text, record.time as Micros, this.output)
    } else this.#recognise(record)
    this.#answer(record.time as Micros)
    // What happens before the books stand is no part of the measurement.
    this.troubles.length = 0
  }

  #recognise(record: CaptureRecord): void {
    const { url, text, connection } = record
    const direction = record.direction === 'open' ? 'open' : 'out'
    const at = record.time as Micros
    const recognised = this.#protocol.recognise({ url, direction, text }, this.#instruments)
    if (recognised === undefined) return
    const known = this.#sessions.get(connection)
    if (known !== undefined) {
      known.changed(recognised.plan.subscriptions, [], at, this.output)
      return
    }
    const session = this.#begin(recognised)
    this.#sessions.set(connection, session)
    session.opened(at, this.output)
  }

  #begin({ plan, dialect }: RecognisedSession): VenueSession {
    return this.#protocol.session({
      plan,
      instruments: this.#instruments,
      resume: new Map(),
      repairTrades: false,
      ...(dialect === undefined ? {} : { dialect }),
    })
  }

  #readInstruments(): void {
    if (instrumentsOf.has(this.#capture)) return
    const requests = this.#protocol.instrumentRequests()
    const bodies = requests.map(
      (request) => this.#bodies.find(({ url }) => this.#protocol.answers(url, request))?.text ?? '',
    )
    if (bodies[0] === undefined || bodies[0] === '') return
    this.#instruments = this.#protocol.instruments(bodies).instruments
    instrumentsOf.set(this.#capture, this.#instruments)
  }

  #answer(at: Micros): void {
    for (const request of this.#waiting.splice(0)) {
      const body = this.#bodies.findLast(({ url }) => this.#protocol.answers(url, request))?.text
      if (body === undefined) {
        this.#waiting.push(request)
        continue
      }
      const outcome: RestOutcome = { kind: 'answered', response: { status: 200, body } }
      for (const session of this.#sessions.values()) session.answered(request, outcome, at, this.output)
    }
  }

  #keep(event: Extract<MarketEvent, { messageType: 'book' }>): void {
    let book = this.#books.get(event.instrument)
    if (book === undefined) {
      book = new OrderBook()
      this.#books.set(event.instrument, book)
    }
    if (event.kind === 'snapshot') book.replace(event.bids, event.asks)
    else book.update(event.bids, event.asks)
  }
}
