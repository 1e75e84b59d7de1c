import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Amount, type Instrument, type Micros, OrderBook, type Price } from '../../market/index.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { instrumentFromName } from './instrument-name.ts'
import { bybit } from './protocol.ts'

const instrument = instrumentFromName('linear', 'BTCUSDT') as Instrument
const SUBSCRIPTION = { instrument, channel: 'book' as const }

type Level = [string, string]

/** The venue's side: its book, and the messages of it by their numbers. */
class Venue {
  readonly #book = new OrderBook()
  readonly states = new Map<number, string>()
  u = 1

  constructor() {
    this.states.set(this.u, this.text())
  }

  change(bids: readonly Level[], asks: readonly Level[]): string {
    this.#book.update(typed(bids), typed(asks))
    this.u++
    this.states.set(this.u, this.text())
    return this.#frame('delta', this.u, bids, asks)
  }

  snapshot(): string {
    return this.#frame('snapshot', this.u, this.#book.bids(), this.#book.asks())
  }

  /** The service begins anew, with another book. */
  restart(): string {
    this.#book.replace([], [])
    this.u = 1
    this.states.clear()
    this.states.set(1, this.text())
    return this.#frame('snapshot', 1, [], [])
  }

  text(): string {
    return textOf(this.#book)
  }

  #frame(type: string, u: number, b: unknown, a: unknown): string {
    return JSON.stringify({
      topic: 'orderbook.1000.BTCUSDT',
      type,
      ts: 1_780_000_000_000,
      data: { s: 'BTCUSDT', b, a, u, seq: u },
      cts: 1_780_000_000_000,
    })
  }
}

function typed(levels: readonly Level[]): Array<[Price, Amount]> {
  return levels.map(([price, amount]) => [price as Price, amount as Amount])
}

function textOf(book: OrderBook): string {
  return `${book.bids().join(' ')} | ${book.asks().join(' ')}`
}

const level = (low: number, high: number): fc.Arbitrary<Level> =>
  fc.tuple(fc.integer({ min: low, max: high }).map(String), fc.integer({ min: 0, max: 5 }).map(String))

const step = fc.oneof(
  { weight: 12, arbitrary: fc.constant('next' as const) },
  { weight: 1, arbitrary: fc.constant('lose' as const) },
  { weight: 1, arbitrary: fc.constant('repeat' as const) },
  { weight: 1, arbitrary: fc.constant('garble' as const) },
  { weight: 1, arbitrary: fc.constant('restart' as const) },
  { weight: 1, arbitrary: fc.constant('cut' as const) },
  { weight: 3, arbitrary: fc.constant('wait' as const) },
)

test('lost, repeated and garbled messages never leave a wrong book that is called synchronised, and it recovers', () => {
  const changes = fc.tuple(step, fc.array(level(5, 12), { maxLength: 3 }), fc.array(level(13, 20), { maxLength: 3 }))
  fc.assert(
    fc.property(fc.array(changes, { maxLength: 60 }), (steps) => {
      const venue = new Venue()
      const [plan] = bybit.plan([SUBSCRIPTION])
      assert.ok(plan !== undefined)
      const session = bybit.session({ plan, instruments: [], resume: new Map(), repairTrades: false })
      const out = new RecordingOutput()
      const mine = new OrderBook()
      let state = 'unknown'
      let at = 1_780_000_000_000_000
      /** What is asked of the venue is answered; what is said is kept. */
      const settle = (): void => {
        for (const event of out.events) {
          if (event.messageType === 'feed-state') state = event.state
          if (event.messageType !== 'book') continue
          if (event.kind === 'snapshot') mine.replace(event.bids, event.asks)
          else mine.update(event.bids, event.asks)
        }
        const isAsked = out.sent.some((text) => text.includes('"op":"subscribe"'))
        out.clear()
        if (isAsked) receive(venue.snapshot())
      }
      const receive = (frame: string): void => {
        session.received(frame, at as Micros, out)
        settle()
      }
      const wait = (): void => {
        at += 61_000_000
        session.ticked(at as Micros, out)
        settle()
      }
      session.opened(at as Micros, out)
      settle()
      let last = venue.snapshot()
      for (const [what, bids, asks] of steps) {
        at += 1_000
        if (what === 'repeat') receive(last)
        else if (what === 'wait') wait()
        else if (what === 'restart') {
          last = venue.restart()
          receive(last)
        } else if (what === 'cut') {
          session.closed(at as Micros, 'closed', out)
          settle()
          session.opened(at as Micros, out)
          settle()
        } else {
          last = venue.change(bids, asks)
          if (what === 'garble') receive(last.replace('"u":', '"v":'))
          else if (what === 'next') receive(last)
        }
        // It may be behind by what was lost, until the next message shows it; it is never a book that there was not.
        if (state === 'synchronised') {
          assert.ok([...venue.states.values()].includes(textOf(mine)), `${what}: ${textOf(mine)} was never there`)
        }
      }
      receive(venue.change([['5', '1']], []))
      for (let tries = 0; tries < 20 && state !== 'synchronised'; tries++) wait()
      assert.equal(state, 'synchronised')
      assert.equal(textOf(mine), venue.text())
    }),
    { numRuns: 300 },
  )
})
