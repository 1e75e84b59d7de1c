import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { amount, type GapEvent, type Micros, price, type TradeEvent } from '../../../market/index.ts'
import { plainInstrument } from '../../testing/plain-venue.ts'
import { RecordingOutput } from '../../testing/recording-output.ts'
import { Feed } from '../feed.ts'
import type { TradeHistory } from '../trade-history.ts'
import { OverlappingTrades } from './overlapping-trades.ts'

const instrument = plainInstrument()
const START = 1_700_000_000_000_000
const PAGE = 3

/** A venue that gives the newest of its trades, a page at a time, from a moment on. */
class Trial {
  readonly out = new RecordingOutput()
  readonly happened: TradeEvent[] = []
  readonly #trades: OverlappingTrades
  readonly #kept: number
  #time = START
  #at = START
  #isOpen = true
  #fails = 0
  #requestId = 0

  constructor(kept: number) {
    this.#kept = kept
    const history: TradeHistory = {
      weight: 1,
      path: ({ after }, cursor) => `/trades?after=${after ?? 0}&from=${cursor ?? 0}`,
      read: (body) => JSON.parse(body),
    }
    const newRequestId = (): number => ++this.#requestId
    const feed = new Feed(instrument, 'trade')
    this.#trades = new OverlappingTrades({ feed, history, resume: undefined, newRequestId })
  }

  /** A trade that happened so long after the newest one, or was late by so much. */
  trade(milliseconds: number, late = 0): void {
    this.#time += milliseconds * 1_000
    this.#at = Math.max(this.#at, this.#time)
    const trade: TradeEvent = {
      messageType: 'trade',
      venue: instrument.venue,
      instrument: instrument.id,
      symbol: instrument.symbol,
      id: `id-${(this.happened.length * 7_919) % 100_003}`,
      price: price('1'),
      amount: amount('1'),
      side: 'buy',
      exchangeTime: Math.max(START, this.#time - late * 1_000) as Micros,
      receiveTime: this.#at as Micros,
    }
    this.happened.push(trade)
    if (this.#isOpen) this.#trades.accept(trade, this.out)
    this.#answer()
  }

  cut(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#trades.closed(this.#at as Micros, 'cut', this.out)
  }

  open(): void {
    this.#isOpen = true
  }

  /** The next answers say that there is none. */
  fail(times: number): void {
    this.#fails = times
  }

  wait(seconds: number): void {
    for (let second = 0; second < seconds; second++) {
      this.#at += 1_000_000
      this.#time = this.#at
      this.#trades.ticked(this.#at as Micros, this.out)
      this.#answer()
    }
  }

  #answer(): void {
    for (let [request] = this.out.requests; request !== undefined; [request] = this.out.requests) {
      this.out.commands.length = 0
      const query = new URL(request.path, 'http://venue').searchParams
      const after = Number(query.get('after'))
      const from = Number(query.get('from'))
      // A cursor names a trade, as at every venue, not a place in a list that grows meanwhile; what it leads to is still kept.
      const oldest = query.get('from') === '0' ? Math.max(0, this.happened.length - this.#kept) : from
      const inOrder = this.happened.toSorted((left, right) => (left.exchangeTime ?? 0) - (right.exchangeTime ?? 0))
      const kept = inOrder.slice(oldest).filter(({ exchangeTime }) => (exchangeTime ?? 0) >= after)
      const trades = kept.slice(0, PAGE).map((trade) => ({ ...trade, backlog: true }))
      const following = kept[PAGE]
      const next = following === undefined ? undefined : String(inOrder.indexOf(following))
      const response = { status: this.#fails-- > 0 ? 503 : 200, body: JSON.stringify({ trades, next }) }
      this.#trades.answered(request, { kind: 'answered', response }, this.#at as Micros, this.out)
    }
  }

  /** The gaps as they were said last. */
  gaps(): GapEvent[] {
    return [...new Map(this.out.of('gap').map((gap) => [gap.id, gap])).values()]
  }

  said(): Array<string | null> {
    return this.out.of('trade').map(({ id }) => id)
  }
}

const step = fc.oneof(
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('trade' as const), value: fc.nat({ max: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cut' as const), value: fc.constant(0) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('open' as const), value: fc.constant(0) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), value: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fail' as const), value: fc.nat({ max: 6 }) }) },
)

test('every trade is said at most once; where every gap is repaired, none is missing; where one is missing, a gap says so', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 40 }), (steps, kept) => {
      const trial = new Trial(kept)
      trial.trade(1)
      for (const { kind, value } of steps) {
        if (kind === 'trade') trial.trade(value)
        else if (kind === 'wait') trial.wait(value)
        else if (kind === 'fail') trial.fail(value)
        else trial[kind]()
      }
      trial.open()
      trial.trade(1)
      trial.wait(200)
      const said = trial.said()
      assert.equal(new Set(said).size, said.length, 'said twice')
      const gaps = trial.gaps()
      assert.ok(
        gaps.every(({ state }) => state !== 'open'),
        'a gap stays open',
      )
      const isWhole = trial.happened.every(({ id }) => said.includes(id))
      if (gaps.every(({ state }) => state === 'repaired')) assert.ok(isWhole, 'a trade is missing without a gap')
    }),
    { numRuns: 500 },
  )
})

test('a venue that keeps everything has every cut repaired', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const trial = new Trial(1_000)
      trial.trade(1)
      for (const { kind, value } of steps) {
        if (kind === 'trade') trial.trade(value)
        else if (kind === 'wait') trial.wait(value)
        else if (kind !== 'fail') trial[kind]()
      }
      trial.open()
      trial.trade(1)
      trial.wait(200)
      assert.ok(
        trial.gaps().every(({ state, missing }) => state === 'repaired' && missing === 0),
        'a gap is not repaired',
      )
      assert.deepEqual([...trial.said()].sort(), trial.happened.map(({ id }) => id).sort())
    }),
    { numRuns: 300 },
  )
})

test('a trade that is delivered up to five seconds after newer ones, or lost in a cut with them, is said, and once', () => {
  const lateStep = fc.oneof(
    { weight: 2, arbitrary: step },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('late' as const), value: fc.nat({ max: 4_999 }) }) },
  )
  fc.assert(
    fc.property(fc.array(lateStep, { maxLength: 60 }), (steps) => {
      const trial = new Trial(1_000)
      // What happened before the first trade was not watched.
      trial.trade(1)
      trial.wait(5)
      for (const { kind, value } of steps) {
        if (kind === 'trade') trial.trade(value)
        else if (kind === 'late') trial.trade(0, value)
        else if (kind === 'wait') trial.wait(value)
        else if (kind !== 'fail') trial[kind]()
      }
      trial.open()
      trial.trade(1)
      trial.wait(200)
      const said = trial.said()
      assert.equal(new Set(said).size, said.length, 'said twice')
      assert.deepEqual([...said].sort(), trial.happened.map(({ id }) => id).sort())
    }),
    { numRuns: 300 },
  )
})

test('history that fails again and again is given up, and that is said', () => {
  const trial = new Trial(1_000)
  trial.trade(1)
  trial.cut()
  trial.trade(1)
  trial.open()
  trial.fail(100)
  trial.trade(1)
  trial.wait(300)
  const [gap] = trial.gaps()
  assert.equal(gap?.state, 'beyond-repair')
  assert.match(gap?.evidence ?? '', /given up: the venue answered 503/)
})

test('history that does not reach back repairs a part', () => {
  const trial = new Trial(2)
  trial.trade(1)
  trial.cut()
  for (let index = 0; index < 5; index++) trial.trade(1)
  trial.open()
  trial.trade(1)
  trial.wait(10)
  const [gap] = trial.gaps()
  assert.equal(gap?.state, 'partly')
  assert.equal(gap?.missing, null, 'how many are missing is not known')
})
