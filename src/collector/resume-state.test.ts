import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Log, LogEntry, LogRecord, Topic } from '../log/index.ts'
import {
  amount,
  encodeEvent,
  type GapEvent,
  type InstrumentId,
  type MarketEvent,
  type Micros,
  price,
  type TradeEvent,
  type VenueId,
  type VenueSymbol,
} from '../market/index.ts'
import { ResumeState } from './resume-state.ts'

const VENUE = 'test' as VenueId
const BTC = 'BTC-USDT' as InstrumentId
const SYMBOL = 'BTCUSDT' as VenueSymbol

function trade(id: number, at: number, exchangeTime = at): TradeEvent {
  return {
    messageType: 'trade',
    venue: VENUE,
    instrument: BTC,
    symbol: SYMBOL,
    id: String(id),
    price: price('1'),
    amount: amount('2'),
    side: 'buy',
    exchangeTime: exchangeTime as Micros,
    receiveTime: at as Micros,
  }
}

function gap(revision: number, state: GapEvent['state']): GapEvent {
  return {
    messageType: 'gap',
    id: 'test:BTC-USDT:trade:10',
    revision,
    venue: VENUE,
    instrument: BTC,
    symbol: SYMBOL,
    channel: 'trade',
    from: 10 as Micros,
    to: null,
    cause: 'disconnect',
    state,
    missing: null,
    missingIds: null,
    evidence: '',
    receiveTime: 11 as Micros,
  }
}

/** Just enough of a log: records in arrays. */
function arrayLog(): Log & { add(events: readonly MarketEvent[]): void } {
  const topics = new Map<Topic, LogRecord[]>()
  const of = (topic: Topic): LogRecord[] => {
    const records = topics.get(topic) ?? []
    topics.set(topic, records)
    return records
  }
  const append = async (topic: Topic, entries: readonly LogEntry[]): Promise<number> => {
    for (const entry of entries) of(topic).push({ ...entry, position: of(topic).length + 1, time: 0 as Micros })
    return of(topic).length
  }
  const refuse = (): never => {
    throw new Error('not part of this test')
  }
  return {
    append,
    add: (events) =>
      void append('market-data', [{ key: 'k', value: Buffer.from(`${events.map(encodeEvent).join('\n')}\n`) }]),
    bounds: async (topic) => ({ first: 1, next: of(topic).length + 1 }),
    read: async (topic, from, limits) => of(topic).slice(from - 1, from - 1 + (limits?.records ?? 1_000)),
    tail: refuse,
    join: refuse,
    groupPosition: refuse,
    retain: refuse,
    close: async () => undefined,
  }
}

const flushed = async (): Promise<void> => undefined

test('after a crash the state is the last checkpoint brought up to date from the tape', async () => {
  const log = arrayLog()
  const state = new ResumeState('a')
  for (const event of [trade(1, 10), trade(2, 20)]) {
    state.note(event)
    log.add([event])
  }
  await state.save(log, flushed, false)
  log.add([trade(3, 30), trade(4, 40)])
  const after = await ResumeState.load(log, 'a', () => true)
  assert.deepEqual(after.trades(VENUE).get(BTC), {
    lastTradeId: '4',
    exchangeTime: 40,
    receiveTime: 40,
    cause: 'collector-crashed',
  })
  const said: GapEvent[] = []
  assert.deepEqual(
    after.outages(VENUE, 100 as Micros, (gap) => said.push(gap)),
    said,
  )
  const [gap] = said
  assert.equal(gap?.id, 'test:BTC-USDT:trade:40')
  assert.deepEqual([gap.from, gap.to, gap.cause, gap.state, gap.revision], [40, null, 'collector-crashed', 'open', 0])
})

test('the tape counts as whole only below the first hole', async () => {
  const log = arrayLog()
  log.add([trade(1, 10), trade(2, 20), trade(5, 50), trade(6, 60)])
  const state = await ResumeState.load(log, 'a', () => true)
  const { lastTradeId, exchangeTime, above } = state.trades(VENUE).get(BTC) ?? {}
  assert.deepEqual([lastTradeId, exchangeTime, above], ['2', 20, [[5, 6]]])
  state.note(trade(4, 40))
  assert.equal(state.trades(VENUE).get(BTC)?.lastTradeId, '2')
  state.note(trade(3, 30))
  assert.equal(state.trades(VENUE).get(BTC)?.lastTradeId, '6')
})

test('where ids do not follow one another, trades after an open gap do not count until it is closed, restarts between or not', async () => {
  const log = arrayLog()
  const state = new ResumeState('a', () => false)
  for (const event of [trade(7, 10), gap(0, 'open'), trade(90, 50)]) {
    state.note(event)
    log.add([event])
  }
  assert.equal(state.trades(VENUE).get(BTC)?.lastTradeId, '7')
  await state.save(log, flushed, false)
  log.add([trade(91, 60)])
  const after = await ResumeState.load(log, 'a', () => false)
  assert.equal(after.trades(VENUE).get(BTC)?.lastTradeId, '7')
  after.note(gap(1, 'repaired'))
  after.note(trade(92, 70))
  assert.equal(after.trades(VENUE).get(BTC)?.lastTradeId, '92')
})

test('where ids do not follow one another, the trades of the last seconds are told too, up to a cut that is not judged', async () => {
  const log = arrayLog()
  // The venue's clock was ahead for a while.
  log.add([trade(7, 10), trade(8, 20, 5_000), trade(9, 30)])
  const { exchangeTime, recent } = (await ResumeState.load(log, 'a', () => false)).trades(VENUE).get(BTC) ?? {}
  assert.equal(exchangeTime, 20, 'what a clock ahead of ours says is not trusted')
  assert.deepEqual(recent, [
    ['7', 10],
    ['8', 5_000],
    ['9', 30],
  ])
  const late = arrayLog()
  late.add([trade(7, 10, 3_600_000_000)])
  const wrongClock = (await ResumeState.load(late, 'a', () => false)).trades(VENUE).get(BTC)
  assert.equal(wrongClock?.exchangeTime, 3_595_000_000, 'an hour is not asked for again because our clock is wrong')
  log.add([{ ...gap(0, 'open'), from: 20 as Micros }, trade(10, 50)])
  const cut = await ResumeState.load(log, 'a', () => false)
  assert.deepEqual(
    cut
      .trades(VENUE)
      .get(BTC)
      ?.recent?.map(([id]) => id),
    ['7', '8'],
  )
  cut.note(gap(1, 'repaired'))
  cut.note(trade(11, 6_000))
  assert.equal(cut.trades(VENUE).get(BTC)?.recent, undefined, 'it is another run by now')
  assert.equal((await ResumeState.load(log, 'a', () => true)).trades(VENUE).get(BTC)?.recent, undefined)
})

test('history that was read later tells nothing of what a collector heard', async () => {
  const log = arrayLog()
  const past = [trade(1, 10), trade(3, 30), gap(1, 'open')].map((event) => `${encodeEvent(event)}\n`)
  for (const key of ['test/backfill', 'test/backfill-0a1b', 'test/A-backfill'])
    await log.append('market-data', [{ key, value: Buffer.from(past.join('')) }])
  const state = await ResumeState.load(log, 'a', () => true)
  assert.equal(state.trades(VENUE).size, 0)
  assert.deepEqual(
    state.outages(VENUE, 100 as Micros, () => undefined),
    [],
  )
  assert.equal(state.stoppedInOrder, true)
})

test('a hole that was given up no longer holds the tape back', async () => {
  const state = new ResumeState('a')
  for (const event of [trade(1, 10), trade(9, 90)]) state.note(event)
  state.note({ ...gap(1, 'beyond-repair'), missing: 7, missingIds: '2-8' })
  assert.equal(state.trades(VENUE).get(BTC)?.lastTradeId, '9')
})

test('a gap that was open at the end goes on under its own id', async () => {
  const log = arrayLog()
  log.add([trade(1, 10), gap(0, 'open'), gap(1, 'open')])
  const state = await ResumeState.load(log, 'a', () => true)
  const said: GapEvent[] = []
  state.outages(VENUE, 100 as Micros, (revised) => said.push(revised))
  assert.deepEqual(
    said.map(({ id, revision, cause }) => [id, revision, cause]),
    [['test:BTC-USDT:trade:10', 2, 'collector-crashed']],
  )
})

test('a farewell is told from a crash', async () => {
  const log = arrayLog()
  const state = new ResumeState('a')
  state.note(trade(1, 10))
  await state.save(log, flushed, true)
  assert.equal(
    (await ResumeState.load(log, 'a', () => true)).outages(VENUE, 100 as Micros, () => undefined)[0]?.cause,
    'collector-stopped',
  )
})

test('each collector finds its own state among those of others', async () => {
  const log = arrayLog()
  const mine = new ResumeState('a')
  mine.note(trade(7, 70))
  await mine.save(log, flushed, true)
  for (let count = 0; count < 200; count++) await new ResumeState('b').save(log, flushed, true)
  assert.equal((await ResumeState.load(log, 'a', () => true)).trades(VENUE).get(BTC)?.lastTradeId, '7')
})
