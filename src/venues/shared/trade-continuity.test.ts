import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { amount, type Instrument, type Micros, price, type TradeEvent } from '../../market/index.ts'
import type { RestRequest, TradeResume } from '../protocol.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { VenueError } from '../venue-error.ts'
import { Feed } from './feed.ts'
import { MAXIMUM_ATTEMPTS, MAXIMUM_HOLES, TradeContinuity, tradeNumber } from './trade-continuity.ts'
import type { TradeHistory } from './trade-history.ts'

const instrument = {
  venue: 'test',
  id: 'BTC-USD',
  symbol: 'btcusd',
  kind: 'spot',
  base: 'BTC',
  quote: 'USD',
  status: 'trading',
} as Instrument
const start = 1_700_000_000_000_000 as Micros
const PAGE = 3

/** History in pages of three, as JSON lists of ids. */
const history: TradeHistory = {
  weight: 7,
  path: (ask, cursor) => `/trades?from=${cursor ?? ask.first}`,
  read(body, _ask, at) {
    if (!body.startsWith('[')) throw new VenueError('VENUE_ANSWER_INVALID', 'not a list')
    const ids = JSON.parse(body) as number[]
    const next = ids.length === PAGE ? String(Math.max(...ids) + 1) : undefined
    return { trades: ids.map((id) => tradeOf(id, at, true)), next }
  },
}

function tradeOf(id: number, at: Micros, backlog = false): TradeEvent {
  return {
    messageType: 'trade',
    venue: instrument.venue,
    instrument: instrument.id,
    symbol: instrument.symbol,
    id: String(id),
    price: price('1'),
    amount: amount('1'),
    side: 'buy',
    exchangeTime: (start + id * 1_000) as Micros,
    receiveTime: at,
    ...(backlog && { backlog: true as const }),
  }
}

class Run {
  readonly out = new RecordingOutput()
  readonly continuity: TradeContinuity
  at = start
  #requestId = 0
  #answered = 0

  constructor(options: { history?: TradeHistory | null; resume?: TradeResume } = {}) {
    this.continuity = new TradeContinuity({
      feed: new Feed(instrument, 'trade'),
      history: options.history === undefined ? history : options.history,
      resume: options.resume,
      newRequestId: () => ++this.#requestId,
    })
  }

  live(...ids: number[]): this {
    for (const id of ids) this.continuity.accept(tradeOf(id, this.at), id, id, this.out)
    return this
  }

  wait(seconds: number): this {
    this.at = (this.at + seconds * 1_000_000) as Micros
    this.continuity.ticked(this.at, this.out)
    return this
  }

  get request(): RestRequest | undefined {
    return this.out.requests[this.#answered]
  }

  answer(body: string, status = 200): string {
    const request = this.request
    assert.ok(request !== undefined, 'nothing was asked')
    this.#answered++
    return this.continuity.answered(request, { kind: 'answered', response: { status, body } }, this.at, this.out)
  }

  /** Answers everything that is asked from a list of ids, as a venue would. */
  serve(has: (id: number) => boolean, newest: number): this {
    for (let round = 0; round < 200; round++) {
      const request = this.request
      if (request === undefined) return this
      const from = Number(request.path.split('=')[1])
      const ids: number[] = []
      for (let id = from; id <= newest && ids.length < PAGE; id++) if (has(id)) ids.push(id)
      this.answer(JSON.stringify(ids))
    }
    return this
  }

  get ids(): number[] {
    return this.out.of('trade').map((trade) => Number(trade.id))
  }

  get gap(): unknown {
    const gap = this.out.of('gap').at(-1)
    return gap && [gap.cause, gap.state, gap.missing, gap.revision]
  }
}

test('trades whose ids follow one another are said once, without a gap', () => {
  const run = new Run().live(5, 6, 7, 6, 7, 8)
  assert.deepEqual(run.ids, [5, 6, 7, 8])
  assert.equal(run.continuity.duplicates, 2)
  assert.equal(run.gap, undefined)
  assert.deepEqual(
    run.out.of('feed-state').map((event) => event.state),
    ['synchronised'],
  )
})

test('trades that overtake one another within the grace make no gap', () => {
  const run = new Run().live(5, 7, 8, 6).wait(1)
  assert.deepEqual(run.ids, [5, 7, 8, 6])
  assert.equal(run.gap, undefined)
  assert.equal(run.request, undefined)
})

test('the very first trade may be overtaken too', () => {
  const run = new Run().live(7, 5, 6).wait(1)
  assert.deepEqual(run.ids, [7, 5, 6])
  assert.equal(run.gap, undefined)
})

test('a hole is asked for, page by page, and filled in order as backlog', () => {
  const run = new Run().live(5, 12).wait(1)
  assert.deepEqual(run.gap, ['missed-trades', 'open', 6, 0])
  assert.equal(run.request?.path, '/trades?from=6')
  assert.equal(run.out.of('feed-state').at(-1)?.state, 'recovering')
  run.answer('[8,7,6]')
  assert.equal(run.request?.path, '/trades?from=9')
  run.answer('[9,10,11]')
  assert.deepEqual(run.ids, [5, 12, 6, 7, 8, 9, 10, 11])
  assert.ok(
    run.out
      .of('trade')
      .slice(2)
      .every((trade) => trade.backlog === true),
  )
  assert.deepEqual(run.gap, ['missed-trades', 'repaired', 0, 1])
  assert.equal(run.out.of('feed-state').at(-1)?.state, 'synchronised')
})

test('a hole that history does not hold is given up after bounded tries, with what is still missing', () => {
  const run = new Run().live(5, 9)
  for (let round = 0; round < 40; round++) run.wait(31).serve((id) => id !== 7, 9)
  assert.deepEqual(run.ids, [5, 9, 6, 8])
  assert.deepEqual(run.gap, ['missed-trades', 'partly', 1, 1])
  assert.match(run.out.of('gap').at(-1)?.evidence ?? '', /still missing: 7/)
  assert.ok(run.out.requests.length >= MAXIMUM_ATTEMPTS)
  assert.equal(run.continuity.due, Number.POSITIVE_INFINITY)
})

test('failed and unreadable answers are tried again, then beyond repair', () => {
  const run = new Run().live(5, 7).wait(1)
  run.answer('sorry', 503)
  run.wait(31).answer('<html>')
  assert.equal(run.out.refusals.length, 1)
  for (let round = 2; round < MAXIMUM_ATTEMPTS; round++) run.wait(31).answer('[]')
  assert.deepEqual(run.gap, ['missed-trades', 'beyond-repair', 1, 1])
  assert.equal(run.out.of('feed-state').at(-1)?.state, 'synchronised')
})

test('an answer that never comes counts as a try', () => {
  const run = new Run().live(5, 7).wait(1)
  for (let round = 0; round < MAXIMUM_ATTEMPTS * 2; round++) run.wait(121)
  assert.deepEqual(run.gap, ['missed-trades', 'beyond-repair', 1, 1])
})

test('without history a hole is declared at once', () => {
  const run = new Run({ history: null }).live(5, 7).wait(1)
  assert.deepEqual(run.gap, ['missed-trades', 'beyond-repair', 1, 0])
})

test('a disconnection without a missed trade is a repaired gap', () => {
  const run = new Run().live(5)
  run.continuity.closed(run.at, 'closed 1006', run.out)
  assert.deepEqual(run.gap, ['disconnect', 'open', null, 0])
  run.wait(5).live(6)
  assert.deepEqual(run.gap, ['disconnect', 'repaired', 0, 1])
})

test('trades missed in a disconnection are filled under the gap of the disconnection', () => {
  const run = new Run().live(5)
  run.continuity.closed(run.at, 'closed 1006', run.out)
  run.wait(5).live(9)
  assert.deepEqual(run.gap, ['disconnect', 'open', 3, 1])
  run.wait(0).serve(() => true, 9)
  assert.deepEqual(run.gap, ['disconnect', 'repaired', 0, 2])
  assert.deepEqual(run.ids, [5, 9, 6, 7, 8])
  assert.equal(new Set(run.out.of('gap').map((gap) => gap.id)).size, 1)
})

test('a cut without a missed trade leaves the feed to be made whole by the hole before it', () => {
  const run = new Run().live(1, 5).wait(0.3)
  run.continuity.closed(run.at, 'cut', run.out)
  run.live(6)
  run.serve(() => true, 6)
  assert.deepEqual(run.ids, [1, 5, 6, 2, 3, 4])
  const states = run.out.of('feed-state').map(({ state }) => state)
  assert.deepEqual(states.slice(-3), ['stale', 'recovering', 'synchronised'])
})

test('what the tape held before a restart is where the next session goes on', () => {
  const resume = { lastTradeId: '5', exchangeTime: start, receiveTime: start }
  const whole = new Run({ resume }).live(5, 6)
  assert.deepEqual(whole.ids, [6])
  assert.equal(whole.gap, undefined)
  const run = new Run({ resume })
    .wait(10)
    .live(8)
    .wait(0)
    .serve(() => true, 8)
  assert.deepEqual(run.ids, [8, 6, 7])
  assert.deepEqual(run.gap, ['collector-stopped', 'repaired', 0, 1])
  assert.equal(run.out.of('gap')[0]?.from, start)
})

test('ids above a hole that the tape held before a restart are not missing', () => {
  const resume = { lastTradeId: '5', exchangeTime: start, receiveTime: start, above: [[8, 10] as const] }
  const run = new Run({ resume, history: null }).wait(10).live(12).wait(1)
  const gap = run.out.of('gap').at(-1)
  assert.deepEqual([gap?.state, gap?.missing], ['beyond-repair', 3])
  assert.match(gap?.evidence ?? '', /still missing: 6-7,11/)
})

test('silence asks for newer trades; missed ones are put out and the stream is called stalled', () => {
  const run = new Run().live(5).wait(60)
  run.continuity.silent(run.at, run.out)
  assert.equal(run.request?.path, '/trades?from=6')
  assert.equal(run.answer('[6,7]'), 'stalled')
  assert.deepEqual(run.ids, [5, 6, 7])
  assert.deepEqual(run.gap, ['stall', 'repaired', 0, 0])
  run.live(6, 7, 8)
  assert.deepEqual(run.ids, [5, 6, 7, 8])
})

test('silence of a quiet market is no gap', () => {
  const run = new Run().live(5).wait(60)
  run.continuity.silent(run.at, run.out)
  assert.equal(run.answer('[]'), 'done')
  assert.equal(run.gap, undefined)
  assert.equal(run.out.of('feed-state').at(-1)?.state, 'synchronised')
})

test('holes are bounded: the oldest is given up', () => {
  const run = new Run()
  for (let id = 1; id <= (MAXIMUM_HOLES + 3) * 2; id += 2) run.live(id)
  const given = run.out.of('gap').filter((gap) => gap.state === 'beyond-repair')
  assert.equal(given.length, 2)
  assert.match(given[0]?.evidence ?? '', /still missing: 2/)
})

test('gaps that begin at the same moment have ids of their own', () => {
  const run = new Run({ history: null }).live(1, 3, 5).wait(1)
  const ids = run.out.of('gap').map((gap) => gap.id)
  assert.equal(ids.length, 2)
  assert.equal(new Set(ids).size, 2)
})

test('ids that start again from below do not vanish in silence', () => {
  const run = new Run().live(5_000)
  run.at = (run.at + 60_000_000) as Micros
  run.continuity.accept({ ...tradeOf(1, run.at), exchangeTime: run.at }, 1, 1, run.out)
  assert.equal(run.out.refusals[0]?.kind, 'venue-error')
})

test('ids that no double holds are not numbers', () => {
  assert.equal(tradeNumber('9007199254740993'), null)
  assert.equal(tradeNumber('12-14'), null)
  assert.equal(tradeNumber(null), null)
  assert.equal(tradeNumber('12'), 12)
})

test('whatever is lost, repeated, reordered or cut, every trade is said exactly once when history has all', () => {
  const step = fc.constantFrom(
    'next',
    'next',
    'next',
    'skip',
    'repeat',
    'overtake',
    'cut',
    'wait',
    'serve',
    'fail',
    'silent',
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const run = new Run().live(1)
      let next = 2
      let failures = 0
      for (const action of steps) {
        if (action === 'next') run.live(next++)
        else if (action === 'skip') next++
        else if (action === 'repeat') run.live(next - 1)
        else if (action === 'overtake') {
          run.live(next + 1, next)
          next += 2
        } else if (action === 'cut') run.continuity.closed(run.at, 'cut', run.out)
        else if (action === 'wait') run.wait(1)
        else if (action === 'serve') run.serve(() => true, next - 1)
        else if (action === 'fail' && run.request !== undefined && failures++ < MAXIMUM_ATTEMPTS - 2)
          run.answer('', 500)
        else if (action === 'silent') run.continuity.silent(run.at, run.out)
      }
      run.live(next)
      for (let round = 0; round < 100; round++) run.wait(31).serve(() => true, next)
      const said = run.ids.toSorted((left, right) => left - right)
      assert.deepEqual(
        said,
        Array.from({ length: next }, (_, index) => index + 1),
      )
      const final = new Map(run.out.of('gap').map((gap) => [gap.id, gap]))
      for (const gap of final.values()) assert.equal(gap.state, 'repaired', gap.evidence)
    }),
    { numRuns: 300 },
  )
})
