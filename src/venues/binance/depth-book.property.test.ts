import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type BookLevel, type FeedState, type Micros, OrderBook } from '../../market/index.ts'
import type { RestRequest, VenueSession } from '../protocol.ts'
import { RecordingOutput } from '../testing/recording-output.ts'

import { CONTRACT_BOOK_RULE } from './book-rule.ts'
import type { BinanceMarket } from './market.ts'
import { BinanceSession } from './session.ts'
import { SPOT_MARKET } from './spot-market.ts'

/** The two rules by which Binance's markets join their books. */
const MARKETS: Readonly<Record<'spot' | 'contract', BinanceMarket>> = {
  spot: SPOT_MARKET,
  contract: { ...SPOT_MARKET, wire: 'contract', bookRule: CONTRACT_BOOK_RULE },
}

const instrument = SPOT_MARKET.derive('BTCUSDT')
const SYMBOL = 'BTCUSDT'

/** The exchange's own book, and what it looked like after each of its updates. */
class Exchange {
  readonly #book = new Map<string, string>()
  readonly frames: string[] = []
  readonly history = new Map<number, string>()
  readonly bodies = new Map<number, string>()
  lastId = 100

  readonly #wire: BinanceMarket['wire']

  constructor(wire: BinanceMarket['wire'], changes: readonly Change[]) {
    this.#wire = wire
    this.#book.set('b 10', '1').set('a 20', '1')
    this.#remember()
    for (const change of changes) this.#update(change)
  }

  #update({ span, jump, bids, asks }: Change): void {
    const previous = this.lastId
    // Contracts share their update ids, so that those of one may skip some.
    const first = previous + 1 + (this.#wire === 'contract' ? jump : 0)
    this.lastId = first + span - 1
    for (const [price, amount] of bids) this.#set(`b ${price}`, amount)
    for (const [price, amount] of asks) this.#set(`a ${price}`, amount)
    const [E, u] = [this.lastId, this.lastId]
    const data =
      this.#wire === 'spot'
        ? { e: 'depthUpdate', E, s: SYMBOL, U: first, u, b: bids, a: asks }
        : { e: 'depthUpdate', E, T: E, s: SYMBOL, U: first, u, pu: previous, b: bids, a: asks }
    this.frames.push(JSON.stringify({ stream: 'btcusdt@depth@100ms', data }))
    this.#remember()
  }

  #set(level: string, amount: string): void {
    if (Number(amount) === 0) this.#book.delete(level)
    else this.#book.set(level, amount)
  }

  #remember(): void {
    const side = (letter: string): string[][] =>
      [...this.#book].filter(([level]) => level.startsWith(letter)).map(([level, amount]) => [level.slice(2), amount])
    const [bids, asks] = [side('b'), side('a')]
    this.history.set(this.lastId, text(bids, asks))
    this.bodies.set(this.lastId, JSON.stringify({ lastUpdateId: this.lastId, bids, asks }))
  }
}

function text(bids: ReadonlyArray<readonly string[]>, asks: ReadonlyArray<readonly string[]>): string {
  const sorted = (side: ReadonlyArray<readonly string[]>): string =>
    side
      .map((level) => level.join(' '))
      .sort()
      .join(',')
  return `${sorted(bids)} | ${sorted(asks)}`
}

interface Change {
  readonly span: number
  readonly jump: number
  readonly bids: readonly [string, string][]
  readonly asks: readonly [string, string][]
}

const level = (low: number, high: number): fc.Arbitrary<[string, string]> =>
  fc.tuple(fc.integer({ min: low, max: high }).map(String), fc.integer({ min: 0, max: 5 }).map(String))
const change: fc.Arbitrary<Change> = fc.record({
  span: fc.integer({ min: 1, max: 4 }),
  jump: fc.integer({ min: 0, max: 3 }),
  bids: fc.array(level(5, 12), { maxLength: 3 }),
  asks: fc.array(level(13, 20), { maxLength: 3 }),
})

const wire = fc.constantFrom('spot' as const, 'contract' as const)

/** What happens to the stream on its way. */
const step = fc.oneof(
  { weight: 12, arbitrary: fc.constant('next' as const) },
  { weight: 1, arbitrary: fc.constant('skip' as const) },
  { weight: 1, arbitrary: fc.constant('repeat' as const) },
  { weight: 1, arbitrary: fc.constant('overtake' as const) },
  { weight: 3, arbitrary: fc.constant('answer' as const) },
  { weight: 1, arbitrary: fc.constant('answer-old' as const) },
  { weight: 1, arbitrary: fc.constant('fail' as const) },
  { weight: 1, arbitrary: fc.constant('cut' as const) },
  { weight: 2, arbitrary: fc.constant('wait' as const) },
)

class Run {
  readonly out = new RecordingOutput()
  readonly book = new OrderBook()
  sequence: number | null = null
  state: FeedState = 'unknown'
  at = 1_700_000_000_000_000 as Micros
  requests: RestRequest[] = []
  joins = 0
  readonly session: VenueSession
  readonly exchange: Exchange

  constructor(wire: BinanceMarket['wire'], exchange: Exchange) {
    this.exchange = exchange
    const subscriptions = [{ instrument, channel: 'book' as const }]
    const plan = { name: 'one', path: '', subscriptions }
    const options = { plan, instruments: [instrument], resume: new Map(), repairTrades: false }
    this.session = new BinanceSession(MARKETS[wire], options)
  }

  /** Follows what was put out, as a consumer of the tape does, and compares. */
  look(): void {
    for (const event of this.out.events) {
      if (event.messageType === 'book') {
        if (event.kind === 'snapshot') {
          this.book.replace(event.bids, event.asks)
          this.joins++
        } else this.book.update(event.bids, event.asks)
        this.sequence = event.sequence
      } else if (event.messageType === 'feed-state') this.state = event.state
    }
    this.requests.push(...this.out.requests)
    assert.deepEqual(this.out.refusals, [])
    this.out.clear()
    if (this.state !== 'synchronised') return
    const levels = (side: readonly BookLevel[]): BookLevel[] => [...side]
    assert.equal(
      text(levels(this.book.bids()), levels(this.book.asks())),
      this.exchange.history.get(Number(this.sequence)),
    )
  }

  act(action: (typeof step extends fc.Arbitrary<infer Step> ? Step : never) | 'end', sent: { next: number }): void {
    this.at = (this.at + 100_000) as Micros
    const { frames } = this.exchange
    const frame = frames[sent.next]
    const receive = (text: string | undefined): void => {
      if (text !== undefined) this.session.received(text, this.at, this.out)
    }
    if (action === 'next') receive(frames[sent.next++])
    else if (action === 'skip') sent.next++
    else if (action === 'repeat') receive(frames[Math.max(0, sent.next - 1)])
    else if (action === 'overtake') {
      receive(frames[sent.next + 1])
      receive(frame)
      sent.next += 2
    } else if (action === 'answer') this.answer(this.idAt(sent.next))
    else if (action === 'answer-old') this.answer(this.idAt(Math.max(0, sent.next - 5)))
    else if (action === 'fail') {
      const request = this.requests.shift()
      if (request !== undefined) this.session.answered(request, { kind: 'failed', reason: 'test' }, this.at, this.out)
    } else if (action === 'cut') {
      this.session.closed(this.at, 'test', this.out)
      this.look()
      this.session.opened(this.at, this.out)
    } else {
      this.at = (this.at + 40_000_000) as Micros
      this.session.ticked(this.at, this.out)
    }
    this.look()
  }

  idAt(index: number): number {
    return [...this.exchange.history.keys()][Math.min(index, this.exchange.frames.length)] as number
  }

  answer(id: number): void {
    const request = this.requests.shift()
    const body = this.exchange.bodies.get(id)
    if (request === undefined || body === undefined) return
    this.session.answered(request, { kind: 'answered', response: { status: 200, body } }, this.at, this.out)
  }
}

test('however frames are lost, repeated or reordered, a book is either equal to the exchange or not synchronised', () => {
  fc.assert(
    fc.property(
      wire,
      fc.array(change, { minLength: 5, maxLength: 40 }),
      fc.array(step, { maxLength: 80 }),
      (kind, changes, steps) => {
        const run = new Run(kind, new Exchange(kind, changes))
        const sent = { next: 0 }
        run.session.opened(run.at, run.out)
        for (const action of steps) run.act(action, sent)
      },
    ),
    { numRuns: 500 },
  )
})

test('after any disturbance a book is synchronised again once the stream goes on and snapshots are answered', () => {
  fc.assert(
    fc.property(
      wire,
      fc.array(change, { minLength: 60, maxLength: 60 }),
      fc.array(step, { maxLength: 25 }),
      (kind, changes, steps) => {
        const run = new Run(kind, new Exchange(kind, changes))
        const sent = { next: 0 }
        run.session.opened(run.at, run.out)
        for (const action of steps) run.act(action, sent)
        for (let round = 0; round < 12; round++) {
          run.act('next', sent)
          run.act('wait', sent)
          while (run.requests.length > 0) run.act('answer', sent)
        }
        assert.equal(run.state, 'synchronised')
        assert.ok(run.joins > 0)
      },
    ),
    { numRuns: 200 },
  )
})
