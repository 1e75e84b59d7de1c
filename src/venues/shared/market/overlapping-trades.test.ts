import assert from 'node:assert/strict'
import { test } from 'node:test'
import { amount, type Instrument, type Micros, price, type TradeEvent } from '../../../market/index.ts'
import type { TradeResume } from '../../protocol.ts'
import { RecordingOutput } from '../../testing/recording-output.ts'
import { Feed } from '../feed.ts'
import type { TradeHistory } from '../trade-history.ts'
import { OverlappingTrades } from './overlapping-trades.ts'

const instrument = {
  venue: 'test',
  id: 'BTC-USD',
  symbol: 'btcusd',
  kind: 'spot',
  base: 'BTC',
  quote: 'USD',
  status: 'trading',
} as Instrument
const start = 1_700_000_000_000_000

/** A trade that happened so many milliseconds after the start. */
function tradeOf(id: string, milliseconds: number, at: number, isBacklog = false): TradeEvent {
  return {
    messageType: 'trade',
    venue: instrument.venue,
    instrument: instrument.id,
    symbol: instrument.symbol,
    id,
    price: price('1'),
    amount: amount('1'),
    side: 'buy',
    exchangeTime: (start + milliseconds * 1_000) as Micros,
    receiveTime: at as Micros,
    ...(isBacklog && { backlog: true as const }),
  }
}

/** The newest trades as lists of ids and milliseconds. */
const history: TradeHistory = {
  weight: 1,
  path: () => '/trades',
  read: (body, _ask, at) => ({
    trades: (JSON.parse(body) as [string, number][]).map(([id, time]) => tradeOf(id, time, at, true)),
    next: undefined,
  }),
}

class Run {
  readonly out = new RecordingOutput()
  readonly trades: OverlappingTrades
  at = start
  #requestId = 0
  #answered = 0

  constructor(resume?: TradeResume) {
    const newRequestId = () => ++this.#requestId
    this.trades = new OverlappingTrades({
      feed: new Feed(instrument, 'trade'),
      history,
      resume,
      newRequestId,
    })
  }

  live(id: string, milliseconds: number): this {
    this.at = start + milliseconds * 1_000
    this.trades.accept(tradeOf(id, milliseconds, this.at), this.out)
    return this
  }

  silent(): this {
    this.trades.silent(this.at as Micros, this.out)
    return this
  }

  wait(seconds: number): this {
    this.at += seconds * 1_000_000
    this.trades.ticked(this.at as Micros, this.out)
    return this
  }

  /** Answers the newest question. */
  answer(rows: readonly (readonly [string, number])[]): string {
    const request = this.out.requests[this.#answered++]
    assert.ok(request !== undefined, 'nothing is asked')
    const response = { status: 200, body: JSON.stringify(rows) }
    return this.trades.answered(request, { kind: 'answered', response }, this.at as Micros, this.out)
  }

  get said(): string[] {
    return this.out.of('trade').map(({ id }) => String(id))
  }
}

test('what a silent stream did not bring is said, and what it misses while it is subscribed anew is asked for after that', () => {
  const run = new Run().live('a', 1).live('b', 2)
  run.at += 1_000_000
  assert.equal(
    run.silent().answer([
      ['a', 1],
      ['b', 2],
      ['c', 900],
    ]),
    'stalled',
  )
  assert.deepEqual(run.said, ['a', 'b', 'c'])
  assert.partialDeepStrictEqual(run.out.of('gap').at(-1), { cause: 'stall', state: 'open' })
  // `d` happened between the end of the old subscription and the beginning of the new one.
  run.live('e', 1_300).wait(2)
  assert.equal(
    run.answer([
      ['a', 1],
      ['b', 2],
      ['c', 900],
      ['d', 1_200],
      ['e', 1_300],
    ]),
    'done',
  )
  assert.deepEqual(run.said, ['a', 'b', 'c', 'e', 'd'])
  assert.partialDeepStrictEqual(run.out.of('gap').at(-1), { cause: 'stall', state: 'repaired', missing: 0 })
  assert.equal(run.out.of('feed-state').at(-1)?.state, 'synchronised')
})

test('a stream that is rightly silent is left alone', () => {
  const run = new Run().live('a', 1)
  assert.equal(run.silent().answer([['a', 1]]), 'done')
  assert.deepEqual(run.out.of('gap'), [])
})

test('a stalled stream that stays silent is judged by what it is asked next', () => {
  const run = new Run().live('a', 1)
  const rows = [
    ['a', 1],
    ['b', 2],
  ] as const
  run.silent().answer(rows)
  run.silent().wait(2)
  assert.equal(run.answer(rows), 'done')
  assert.partialDeepStrictEqual(run.out.of('gap').at(-1), { cause: 'stall', state: 'repaired' })
})

test('after a cut that history mends, the stream is left alone', () => {
  const run = new Run().live('a', 1)
  run.trades.closed(run.at as Micros, 'cut', run.out)
  run.live('c', 500).wait(2)
  const effect = run.answer([
    ['a', 1],
    ['b', 250],
    ['c', 500],
  ])
  assert.equal(effect, 'done')
  assert.deepEqual(run.said, ['a', 'c', 'b'])
  assert.partialDeepStrictEqual(run.out.of('gap').at(-1), { cause: 'disconnect', state: 'repaired', missing: 0 })
})

test('history that holds only what came after the cut does not mend it', () => {
  const run = new Run().live('a', 1)
  run.trades.closed(run.at as Micros, 'cut', run.out)
  run.live('c', 500).live('d', 600).wait(2)
  run.answer([
    ['c', 500],
    ['d', 600],
  ])
  assert.partialDeepStrictEqual(run.out.of('gap').at(-1), {
    cause: 'disconnect',
    state: 'beyond-repair',
    missing: null,
  })
})

test('what the venue sends twice at subscription does not mend a cut', () => {
  const run = new Run().live('a', 1)
  run.trades.closed(run.at as Micros, 'cut', run.out)
  for (let time = 0; time < 2; time++) run.trades.accept(tradeOf('c', 500, run.at, true), run.out)
  assert.partialDeepStrictEqual(run.out.of('gap').at(-1), { cause: 'disconnect', state: 'open' })
  run.trades.accept(tradeOf('a', 1, run.at, true), run.out)
  assert.partialDeepStrictEqual(run.out.of('gap').at(-1), { cause: 'disconnect', state: 'repaired' })
})

test('a trade that is a little older than the newest one, and was lost in a cut, is found', () => {
  const run = new Run().live('a', 1).live('b', 3_000)
  run.trades.closed(run.at as Micros, 'cut', run.out)
  run.live('d', 3_500).wait(2)
  run.answer([
    ['before', 0],
    ['a', 1],
    ['late', 2_990],
    ['b', 3_000],
    ['d', 3_500],
  ])
  assert.deepEqual(run.said, ['a', 'b', 'd', 'late'])
  assert.partialDeepStrictEqual(run.out.of('gap').at(-1), { state: 'repaired' })
})

test('history that holds the newest trades alone does not show that none before them was late', () => {
  const run = new Run().live('a', 1).live('b', 100)
  run.trades.closed(run.at as Micros, 'cut', run.out)
  run.live('c', 500).wait(2)
  run.answer([
    ['b', 100],
    ['c', 500],
  ])
  assert.partialDeepStrictEqual(run.out.of('gap').at(-1), { state: 'beyond-repair' })
})

test('a clock that had jumped ahead before the last run ended hides nothing that was missed since', () => {
  const time = (milliseconds: number) => (start + milliseconds * 1_000) as Micros
  const run = new Run({
    lastTradeId: 'ahead',
    exchangeTime: time(1_000),
    receiveTime: time(1_000),
    recent: [
      ['a', time(900)],
      ['ahead', time(4_000)],
      ['b', time(2_000)],
    ],
  })
  run.trades.feed.heard(run.at as Micros, 'b')
  run.trades.lost('collector-crashed', 'killed', run.at as Micros, run.out)
  run.live('d', 6_000).wait(2)
  run.answer([
    ['before', 500],
    ['a', 900],
    ['ahead', 1_000],
    ['b', 2_000],
    ['missed', 2_500],
    ['d', 6_000],
  ])
  assert.deepEqual(run.said, ['d', 'missed'])
  assert.partialDeepStrictEqual(run.out.of('gap').at(-1), { state: 'repaired' })
})

test('what is remembered no more is not asked for', () => {
  const run = new Run()
  for (let index = 0; index < 6_000; index++) run.live(`t${index}`, index)
  run.trades.closed(run.at as Micros, 'cut', run.out)
  run.live('new', 7_000).wait(2)
  const rows = Array.from({ length: 6_000 }, (_, index) => [`t${index}`, index] as const)
  run.answer([...rows, ['new', 7_000]])
  assert.equal(run.said.length, 6_001)
  assert.partialDeepStrictEqual(run.out.of('gap').at(-1), { state: 'repaired', missing: 0 })
})
