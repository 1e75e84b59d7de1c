import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type Amount, type BookLevel, type Instrument, type Micros, OrderBook, type Price } from '../../market/index.ts'
import type { RestRequest, VenueProtocol } from '../protocol.ts'
import { RecordingOutput } from './recording-output.ts'

/** A book at the venue: all of it, or what changed. */
export interface WireBook {
  readonly previous: number
  readonly sequence: number
  readonly bids: readonly BookLevel[]
  readonly asks: readonly BookLevel[]
}

/** How a venue writes books, for {@link assertBooksRecover}. */
export interface BookWire {
  readonly protocol: Pick<VenueProtocol, 'plan' | 'session'>
  readonly instrument: Instrument
  change(book: WireBook): string
  /** The frame that answers a text of ours with the whole book; undefined if that text does not ask for it. */
  answerTo?(text: string, whole: WireBook): string | undefined
  /** The body that answers a request of ours with the whole book. */
  bodyFor?(request: RestRequest, whole: WireBook): string
}

const level = (low: number, high: number): fc.Arbitrary<BookLevel> =>
  fc
    .tuple(fc.integer({ min: low, max: high }), fc.integer({ min: 0, max: 5 }))
    .map(([price, amount]) => [`${price}` as Price, `${amount}` as Amount])

const step = fc.oneof(
  { weight: 12, arbitrary: fc.constant('next' as const) },
  { weight: 1, arbitrary: fc.constant('lose' as const) },
  { weight: 1, arbitrary: fc.constant('repeat' as const) },
  { weight: 1, arbitrary: fc.constant('garble' as const) },
  { weight: 1, arbitrary: fc.constant('cut' as const) },
  { weight: 3, arbitrary: fc.constant('wait' as const) },
)

/**
 * Lost, repeated and garbled changes and closed connections never leave a book that is called synchronised and is not the venue's
 * at the same sequence; and when all goes well again, so does the book.
 */
export function assertBooksRecover(wire: BookWire): void {
  const changes = fc.tuple(step, fc.array(level(5, 12), { maxLength: 3 }), fc.array(level(13, 20), { maxLength: 3 }))
  fc.assert(
    fc.property(fc.array(changes, { maxLength: 60 }), (steps) => {
      const trial = new Trial(wire)
      for (const [what, bids, asks] of steps) trial.step(what, bids, asks)
      for (let index = 0; index < 5; index++) {
        trial.step('wait', [], [])
        trial.step('next', [['8' as Price, `${index + 1}` as Amount]], [])
      }
      trial.assertWhole()
    }),
    { numRuns: 200 },
  )
}

class Trial {
  readonly #wire: BookWire
  readonly #venue = new OrderBook()
  readonly #states = new Map<number, string>()
  readonly #mine = new OrderBook()
  readonly #out = new RecordingOutput()
  readonly #session
  #sequence = 1_000
  #mySequence: number | null = null
  #state = 'unknown'
  #last = ''
  #at = 1_780_000_000_000_000

  constructor(wire: BookWire) {
    this.#wire = wire
    const { protocol, instrument } = wire
    const [plan] = protocol.plan([{ instrument, channel: 'book' }])
    assert.ok(plan !== undefined)
    this.#session = protocol.session({ plan, instruments: [instrument], resume: new Map(), repairTrades: false })
    this.#states.set(this.#sequence, textOf(this.#venue))
    this.#session.opened(this.#now, this.#out)
    this.#settle()
  }

  get #now(): Micros {
    return this.#at as Micros
  }

  step(what: 'next' | 'lose' | 'repeat' | 'garble' | 'cut' | 'wait', bids: BookLevel[], asks: BookLevel[]): void {
    this.#at += 1_000
    if (what === 'wait') this.#wait()
    else if (what === 'repeat') this.#receive(this.#last)
    else if (what === 'cut') this.#cut()
    else {
      const previous = this.#sequence++
      this.#venue.update(bids, asks)
      this.#states.set(this.#sequence, textOf(this.#venue))
      const frame = this.#wire.change({ previous, sequence: this.#sequence, bids, asks })
      if (what === 'next') this.#receive(frame)
      else if (what === 'garble') this.#receive(frame.replace(/\d{4,}/, '"?'))
      if (what === 'next') this.#last = frame
    }
    if (this.#state === 'synchronised' && this.#mySequence !== null) {
      assert.equal(textOf(this.#mine), this.#states.get(this.#mySequence), `at ${this.#mySequence}, after ${what}`)
    }
  }

  assertWhole(): void {
    assert.equal(this.#state, 'synchronised')
    assert.equal(this.#mySequence, this.#sequence)
    assert.equal(textOf(this.#mine), textOf(this.#venue))
  }

  #wait(): void {
    this.#at += 61_000_000
    this.#session.ticked(this.#now, this.#out)
    this.#settle()
  }

  #cut(): void {
    this.#session.closed(this.#now, 'cut', this.#out)
    this.#settle()
    this.#session.opened(this.#now, this.#out)
    this.#settle()
  }

  #receive(frame: string): void {
    if (frame === '') return
    this.#session.received(frame, this.#now, this.#out)
    this.#settle()
  }

  /** What is asked of the venue is answered; what is said is kept. */
  #settle(): void {
    for (const event of this.#out.events) {
      if (event.messageType === 'feed-state') this.#state = event.state
      if (event.messageType !== 'book') continue
      if (event.kind === 'snapshot') this.#mine.replace(event.bids, event.asks)
      else this.#mine.update(event.bids, event.asks)
      this.#mySequence = event.sequence
    }
    const { sent, requests } = this.#out
    this.#out.clear()
    const whole = {
      previous: this.#sequence,
      sequence: this.#sequence,
      bids: this.#venue.bids(),
      asks: this.#venue.asks(),
    }
    for (const text of sent) this.#receive(this.#wire.answerTo?.(text, whole) ?? '')
    for (const request of requests) {
      const body = this.#wire.bodyFor?.(request, whole)
      if (body === undefined) continue
      this.#session.answered(request, { kind: 'answered', response: { status: 200, body } }, this.#now, this.#out)
      this.#settle()
    }
  }
}

function textOf(book: OrderBook): string {
  return `${book.bids().join(' ')} | ${book.asks().join(' ')}`
}
