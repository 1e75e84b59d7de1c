import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Backfiller, type BackfillVenue } from '../../src/collector/backfill/backfiller.ts'
import { toyVenue } from '../../src/collector/testing/toy-venue.ts'
import type { CoverageEvent, GapEvent, Instrument, MarketEvent, Micros, TradeEvent } from '../../src/market/index.ts'
import { now } from '../../src/market/index.ts'
import { createLogger } from '../../src/platform/index.ts'
import { TradeFilter } from '../../src/processor/trade-filter.ts'
import type { RestOutcome } from '../../src/venues/index.ts'
import { MemoryLog } from './memory-log.ts'
import { type PastManner, pastExchange, tradeOf } from './past-exchange.ts'

// The repair of gaps as a whole: an exchange that gives its past in one way or another and fails now and then, a collector that dies
// while it reads, the tape, and the filter by which the store takes each trade once.

const logger = createLogger({ role: 'collector', level: 'silent', format: 'json' })
const [instrument] = toyVenue.instruments(['BTC']).instruments as [Instrument]
const SECOND = 1_000_000
const HOUR = 3_600 * SECOND
const FAILED: RestOutcome = { kind: 'failed', reason: 'the exchange does not answer' }

interface Case {
  /** Between trades, in microseconds. */
  readonly steps: readonly number[]
  /** What the collector missed: from here on, so many. */
  readonly missedFrom: number
  readonly missedCount: number
  readonly isNumbered: boolean
  readonly manner: PastManner
  /** After how many answers the collector dies, again and again. */
  readonly deaths: readonly number[]
  /** Which answers do not come. */
  readonly failures: readonly boolean[]
}

const cases: fc.Arbitrary<Case> = fc.record({
  steps: fc.array(fc.integer({ min: 1, max: 5 * SECOND }), { minLength: 6, maxLength: 120 }),
  missedFrom: fc.nat(200),
  missedCount: fc.integer({ min: 1, max: 100 }),
  isNumbered: fc.boolean(),
  manner: fc.record({
    size: fc.integer({ min: 1, max: 40 }),
    direction: fc.constantFrom('up' as const, 'down' as const),
    depth: fc.oneof(fc.constant(1_000), fc.integer({ min: 1, max: 120 })),
  }),
  deaths: fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 3 }),
  failures: fc.array(fc.boolean(), { maxLength: 4 }),
})

/** Every trade that happened, the tape that a collector left which missed some of them, and its gap. */
async function staged({ steps, missedFrom, missedCount, isNumbered }: Case) {
  let at = now() - HOUR
  const trades = steps.map((step, index) => {
    at += step
    return tradeOf(instrument, isNumbered ? String(index + 1) : `t-${index + 1}`, at as Micros)
  })
  const first = 1 + (missedFrom % (trades.length - 2))
  const last = Math.min(trades.length - 2, first + missedCount - 1)
  const log = new MemoryLog()
  // Whatever is on the tape before: a record of another time.
  log.now = (now() - 2 * HOUR) as Micros
  await log.say('toy/market-0', [])
  for (const [index, trade] of trades.entries()) {
    if (index >= first && index <= last) continue
    log.now = trade.receiveTime
    await log.say('toy/market-0', [trade])
  }
  const before = trades[first - 1] as TradeEvent
  const after = trades[last + 1] as TradeEvent
  const gap: GapEvent = {
    messageType: 'gap',
    id: `toy:BTC-USD:trade:${before.receiveTime}`,
    revision: 3,
    venue: instrument.venue,
    instrument: instrument.id,
    symbol: instrument.symbol,
    channel: 'trade',
    from: before.receiveTime,
    to: after.receiveTime,
    cause: 'disconnect',
    state: 'beyond-repair',
    missing: isNumbered ? last - first + 1 : null,
    missingIds: isNumbered ? `${first + 1}-${last + 1}` : null,
    evidence: 'the test took them away',
    receiveTime: after.receiveTime,
  }
  await log.say('toy/market-0', [gap])
  return { trades, log, gap, first, last }
}

/** Runs collectors one after the other until nothing waits any more. */
async function repair(each: Case, log: MemoryLog, trades: readonly TradeEvent[]): Promise<void> {
  const exchange = pastExchange(trades, each.manner)
  const protocol = { ...toyVenue, past: [exchange.source] }
  const failures = [...each.failures]
  for (const death of [...each.deaths, Number.POSITIVE_INFINITY]) {
    let answers = 0
    let waiting: MarketEvent[] = []
    const flush = async (): Promise<void> => {
      const events = waiting
      waiting = []
      log.now = now()
      if (events.length > 0) await log.say('toy/backfill', events)
    }
    let die: () => void = () => undefined
    let isDead = false
    const dead = new Promise<void>((resolve) => {
      die = () => {
        isDead = true
        resolve()
      }
    })
    const venue: BackfillVenue = {
      protocol,
      instrument: () => instrument,
      sayPast: (event) => waiting.push(event),
      past: async (request) => {
        if (answers++ >= death) {
          die()
          return await new Promise<never>(() => undefined)
        }
        // What was read is on the tape, or is not, when it dies: both happen.
        if (answers % 2 === 0) await flush()
        const outcome = failures.pop() === true ? FAILED : exchange.get(request)
        if (answers % 3 === 0) {
          await flush()
          await backfiller.save()
        }
        return outcome
      },
    }
    const backfiller: Backfiller = new Backfiller({
      log,
      name: 'test',
      line: '',
      registry: new Map([['toy', protocol]]),
      maximumAgeMicros: 24 * HOUR,
      venues: () => [venue],
      flush,
      logger,
      settleMicros: 0,
      idleMilliseconds: 1,
      retryMilliseconds: 0,
    })
    backfiller.start()
    const done = async (): Promise<'done'> => {
      while (!backfiller.isIdle && !isDead) await new Promise((resolve) => setTimeout(resolve, 1))
      return 'done'
    }
    const ended = await Promise.race([done(), dead])
    if (ended !== 'done') {
      // Killed: what it is at never ends, and nothing more is written.
      void backfiller.stop()
      continue
    }
    await backfiller.stop()
    await flush()
    await backfiller.save()
    return
  }
}

test('property: whatever pages, failures and restarts, every trade that history has is on the tape once, and the gap says what is so', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (each) => {
      const { trades, log, gap, first, last } = await staged(each)
      await repair(each, log, trades)
      const filter = new TradeFilter()
      const stored: string[] = []
      for (const { position, event } of log.tape())
        if (event.messageType === 'trade' && filter.pass(event, position)) stored.push(event.id ?? '')
      assert.equal(new Set(stored).size, stored.length, 'a trade is stored twice')
      const given = trades.length - each.manner.depth
      const lost = trades.flatMap(({ id }, index) => (index >= first && index <= last && index < given ? [id] : []))
      const expected = trades.map(({ id }) => id).filter((id) => !lost.includes(id))
      assert.deepEqual([...stored].sort(), [...expected].sort())

      const gaps = log.tape().flatMap(({ event }) => (event.messageType === 'gap' ? [event] : []))
      const judged = gaps.at(-1)
      assert.ok(judged !== undefined && judged.revision > gap.revision)
      const isWhole = each.isNumbered ? lost.length === 0 : given <= first - 1
      const state = isWhole ? 'repaired' : lost.length < last - first + 1 ? 'partly' : 'beyond-repair'
      assert.equal(judged.state, state)
      if (each.isNumbered) assert.equal(judged.missing, lost.length)
      const coverages = log
        .tape()
        .flatMap(({ event }): CoverageEvent[] => (event.messageType === 'coverage' ? [event] : []))
      assert.equal(coverages.length > 0, isWhole)
      for (const { source, since, until } of coverages) {
        assert.equal(source, 'backfill')
        assert.ok(since <= gap.from && until >= (gap.to ?? 0))
      }
    }),
    { numRuns: 60 },
  )
})

test('the newest gap is repaired first, and one that is too old is left', async () => {
  const each: Case = {
    steps: Array.from({ length: 40 }, () => SECOND),
    missedFrom: 10,
    missedCount: 3,
    isNumbered: true,
    manner: { size: 100, direction: 'up', depth: 1_000 },
    deaths: [],
    failures: [],
  }
  const { trades, log, gap } = await staged(each)
  const moved = (id: string, by: number, ids: string): GapEvent => {
    const { from, to } = gap
    return { ...gap, id, from: (from + by) as Micros, to: ((to ?? 0) + by) as Micros, missingIds: ids, missing: 1 }
  }
  await log.say('toy/market-0', [moved('later', 10 * SECOND, '24-24'), moved('ancient', -48 * HOUR, '1-1')])
  await repair(each, log, trades)
  const said = log.tape().flatMap(({ event }) => (event.messageType === 'gap' && event.revision > 3 ? [event.id] : []))
  assert.deepEqual(said, ['later', gap.id])
})

test('a gap that is said anew while it is read is judged as it was said', async () => {
  const { log, gap } = await staged({
    steps: Array.from({ length: 20 }, () => SECOND),
    missedFrom: 5,
    missedCount: 2,
    isNumbered: true,
    manner: { size: 10, direction: 'up', depth: 1_000 },
    deaths: [],
    failures: [],
  })
  await log.say('toy/market-0', [{ ...gap, revision: 4, state: 'repaired', missing: 0, missingIds: null }])
  const backfiller = new Backfiller({
    log,
    name: 'test',
    line: '',
    registry: new Map([
      ['toy', { ...toyVenue, past: [pastExchange([], { size: 1, direction: 'up', depth: 1 }).source] }],
    ]),
    maximumAgeMicros: 24 * HOUR,
    venues: () => [],
    flush: async () => undefined,
    logger,
    idleMilliseconds: 1,
  })
  backfiller.start()
  while (!backfiller.isIdle) await new Promise((resolve) => setTimeout(resolve, 1))
  assert.equal(backfiller.waiting, 0)
  await backfiller.stop()
})

test('a gap that was judged is not read again after a restart, unless it is said anew', async () => {
  const each: Case = {
    steps: Array.from({ length: 20 }, () => SECOND),
    missedFrom: 5,
    missedCount: 4,
    isNumbered: true,
    manner: { size: 10, direction: 'up', depth: 12 },
    deaths: [],
    failures: [],
  }
  const { trades, log, gap } = await staged(each)
  await log.say('toy/backfill-0a1b', [{ ...gap, revision: 4, state: 'partly' }])
  await repair(each, log, trades)
  const revisions = () => log.tape().flatMap(({ event }) => (event.messageType === 'gap' ? [event.revision] : []))
  assert.deepEqual(revisions(), [3, 4])
  await log.say('toy/market-0', [{ ...gap, revision: 5 }])
  await repair(each, log, trades)
  assert.deepEqual(revisions(), [3, 4, 5, 6])
})
