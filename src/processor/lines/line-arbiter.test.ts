import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type Amount,
  type BookEvent,
  type BookLevel,
  type FeedState,
  type FeedStateEvent,
  type GapEvent,
  type InstrumentId,
  type MarketEvent,
  type Micros,
  OrderBook,
  type Price,
  type TradeEvent,
  type VenueCandleEvent,
  type VenueId,
  type VenueStateEvent,
  type VenueSymbol,
} from '../../market/index.ts'
import { LineArbiter } from './line-arbiter.ts'

const named = { venue: 'toy' as VenueId, instrument: 'BTC-USD' as InstrumentId, symbol: 'BTC' as VenueSymbol }
const at = (time: number): Micros => time as Micros
const SECOND = 1_000_000

const trade = (id: number, time: number): TradeEvent => ({
  messageType: 'trade',
  ...named,
  id: `${id}`,
  price: '1' as Price,
  amount: '1' as Amount,
  side: 'buy',
  exchangeTime: at(time),
  receiveTime: at(time),
})

const book = (kind: BookEvent['kind'], bids: readonly (readonly [string, string])[], sequence: number, time: number) =>
  ({
    messageType: 'book',
    ...named,
    exchangeTime: at(time),
    receiveTime: at(time),
    kind,
    bids: bids as readonly BookLevel[],
    asks: [],
    sequence,
  }) satisfies BookEvent

const state = (channel: 'trade' | 'book', said: FeedState, time: number): FeedStateEvent => ({
  messageType: 'feed-state',
  ...named,
  channel,
  state: said,
  reason: said,
  lastMessageTime: null,
  lastSequence: null,
  resyncs: 0,
  receiveTime: at(time),
})

const gap = (channel: 'trade' | 'book', from: number, to: number | null): GapEvent => ({
  messageType: 'gap',
  ...named,
  id: `${channel}:${from}`,
  revision: 0,
  channel,
  from: at(from),
  to: to === null ? null : at(to),
  cause: 'disconnect',
  state: to === null ? 'open' : 'beyond-repair',
  missing: null,
  missingIds: null,
  evidence: 'cut',
  receiveTime: at(to ?? from),
})

const candle = (minute: number, close: string, time: number): VenueCandleEvent => ({
  messageType: 'venue-candle',
  ...named,
  interval: '1m',
  openTime: at(minute * 60 * SECOND),
  open: '1' as Price,
  high: '9' as Price,
  low: '1' as Price,
  close: close as Price,
  volume: null,
  quoteVolume: null,
  trades: null,
  isClosed: true,
  exchangeTime: at(time),
  receiveTime: at(time),
})

const venue = (time: number): VenueStateEvent => ({
  messageType: 'venue-state',
  venue: named.venue,
  state: 'connected',
  reason: '',
  connectionsOpen: 1,
  connectionsPlanned: 1,
  instruments: 1,
  simulated: true,
  latency: null,
  receiveTime: at(time),
})

class Desk {
  readonly passed: MarketEvent[] = []
  #arbiter = new LineArbiter()
  #position = 0

  say(line: string, event: MarketEvent): this {
    this.#arbiter.take(line, event, ++this.#position, event.receiveTime, (one) => this.passed.push(one))
    return this
  }

  sayPast(line: string, event: MarketEvent): this {
    this.#arbiter.takePast(line, event, ++this.#position, event.receiveTime, (one) => this.passed.push(one))
    return this
  }

  restart(): this {
    this.#arbiter = LineArbiter.restore(JSON.parse(JSON.stringify(this.#arbiter.state())))
    return this
  }

  of<Kind extends MarketEvent['messageType']>(kind: Kind) {
    return this.passed.filter(
      (event): event is Extract<MarketEvent, { messageType: Kind }> => event.messageType === kind,
    )
  }

  /** The book that a reader of the tape has. */
  get bids(): readonly BookLevel[] {
    const kept = new OrderBook()
    for (const event of this.of('book')) {
      if (event.kind === 'snapshot') kept.replace(event.bids, event.asks)
      else kept.update(event.bids, event.asks)
    }
    return kept.bids()
  }
}

test('a trade is passed on once, from whichever line brings it first', () => {
  const desk = new Desk()
  desk
    .say('A', trade(1, 10))
    .say('B', trade(1, 11))
    .say('B', trade(2, 12))
    .say('A', trade(2, 13))
    .say('A', trade(3, 14))
  assert.deepEqual(
    desk.of('trade').map(({ id }) => id),
    ['1', '2', '3'],
  )
})

test('a book comes from one line; when that one is not whole any more, the other goes on with a snapshot', () => {
  const desk = new Desk()
  for (const line of ['A', 'B']) {
    desk.say(line, book('snapshot', [['10', '1']], 5, 1)).say(line, state('book', 'synchronised', 2))
  }
  desk.say('A', book('update', [['9', '2']], 6, 3)).say('B', book('update', [['9', '2']], 6, 4))
  assert.equal(desk.of('book').length, 2)
  desk.say('B', book('update', [['8', '3']], 7, 5))
  desk.say('A', state('book', 'recovering', 6))
  desk.say('B', book('update', [['7', '4']], 8, 7))
  assert.deepEqual(desk.bids, [
    ['10', '1'],
    ['9', '2'],
    ['8', '3'],
    ['7', '4'],
  ])
  assert.equal(desk.of('feed-state').at(-1)?.state, 'synchronised', 'the tape is whole all the time')
})

test('a line that dies is replaced, and what it missed is no gap when it comes back', () => {
  const desk = new Desk()
  for (const line of ['A', 'B']) {
    desk
      .say(line, venue(1))
      .say(line, book('snapshot', [['10', '1']], 5, 1))
      .say(line, state('book', 'synchronised', 2))
  }
  for (let time = 1; time <= 20; time++) {
    desk.say('B', venue(time * SECOND)).say('B', book('update', [['10', `${time}`]], 5 + time, time * SECOND + 1))
  }
  assert.deepEqual(desk.bids, [['10', '20']])
  desk.say('A', gap('book', 3, 21 * SECOND))
  const [told] = desk.of('gap')
  assert.equal(told?.state, 'repaired')
  assert.match(told?.evidence ?? '', /line B was whole/)
})

test('a gap is one where no line was whole', () => {
  const desk = new Desk()
  for (const line of ['A', 'B']) desk.say(line, state('trade', 'synchronised', 1))
  desk.say('A', state('trade', 'stale', 10)).say('A', gap('trade', 5, null))
  assert.deepEqual(desk.of('gap'), [], 'B is whole')
  desk.say('B', state('trade', 'stale', 12))
  assert.deepEqual(
    desk.of('gap').map(({ id }) => id),
    ['trade:5'],
    'now nobody is',
  )
  desk.say('B', gap('trade', 11, null))
  assert.equal(desk.of('gap').length, 2)
})

test('a quiet feed of a line that crashed was watched until the crash, whenever its last message was', () => {
  const desk = new Desk()
  desk.say('A', state('trade', 'synchronised', 1)).say('A', trade(1, 2))
  desk
    .say('B', state('trade', 'synchronised', 5 * SECOND))
    .say('A', venue(6 * SECOND))
    .say('B', venue(9 * SECOND))
  desk.say('A', { ...gap('trade', 2, null), cause: 'collector-crashed', receiveTime: at(9 * SECOND + 1) })
  desk.say('A', { ...gap('trade', 2, 10 * SECOND), cause: 'collector-crashed', revision: 1 })
  assert.deepEqual(
    desk.of('gap').map((one) => one.state),
    ['repaired'],
  )
})

test('a book never goes back: a line that lags behind waits', () => {
  const desk = new Desk()
  for (const line of ['A', 'B']) {
    desk.say(line, book('snapshot', [['10', '1']], 5, 1)).say(line, state('book', 'synchronised', 2))
  }
  desk.say('A', book('update', [['10', '2']], 9, 3)).say('A', state('book', 'recovering', 4))
  desk.say('B', book('update', [['10', '7']], 7, 5))
  assert.deepEqual(desk.bids, [['10', '2']])
  desk.say('B', book('update', [['10', '9']], 9, 6))
  assert.deepEqual(desk.bids, [['10', '9']])
})

test('what a line that is not followed reads from history later is passed on, and once', () => {
  const desk = new Desk()
  desk.say('A', candle(1, '2', 1)).say('B', candle(1, '2', 2))
  desk
    .sayPast('B', candle(1, '2', 3))
    .sayPast('B', candle(2, '3', 4))
    .sayPast('A', candle(2, '3', 5))
  desk
    .restart()
    .sayPast('A', candle(2, '3', 6))
    .sayPast('A', candle(2, '4', 7))
  assert.deepEqual(
    desk.of('venue-candle').map(({ close }) => close),
    ['2', '3', '4'],
    'the last one is another candle',
  )
})

test('whichever lines read which candles from history, and whenever the arbiter restarts, each is passed on once', () => {
  const reading = fc.record({
    line: fc.constantFrom('A', 'B'),
    minute: fc.integer({ min: 1, max: 20 }),
    isPast: fc.boolean(),
    restart: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(reading, { maxLength: 80 }), (readings) => {
      const desk = new Desk()
      const expected = new Set<number>()
      for (const [index, { line, minute, isPast, restart }] of readings.entries()) {
        // Live candles come as they happen, and before anybody reads them from history.
        if (isPast) desk.sayPast(line, candle(minute, '5', index))
        else if (!expected.has(minute)) desk.say('A', candle(minute, '5', index))
        else continue
        expected.add(minute)
        if (restart) desk.restart()
      }
      const minutes = desk.of('venue-candle').map(({ openTime }) => openTime / 60 / SECOND)
      assert.equal(new Set(minutes).size, minutes.length)
      assert.deepEqual(new Set(minutes), expected)
    }),
  )
})

test('whatever two lines lose or repeat, and whenever the arbiter restarts, every trade that one of them brings is passed on once', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ line: fc.constantFrom('A', 'B'), id: fc.integer({ min: 1, max: 30 }), restart: fc.boolean() }),
        {
          maxLength: 80,
        },
      ),
      (said) => {
        const desk = new Desk()
        for (const [index, { line, id, restart }] of said.entries()) {
          desk.say(line, trade(id, index))
          if (restart) desk.restart()
        }
        const ids = desk.of('trade').map(({ id }) => id)
        assert.equal(new Set(ids).size, ids.length)
        assert.deepEqual(new Set(ids), new Set(said.map(({ id }) => `${id}`)))
      },
    ),
  )
})

test('whichever line breaks when, the book of the tape is always one that the venue had, and never older than before', () => {
  const step = fc.record({
    line: fc.constantFrom('A', 'B'),
    act: fc.constantFrom('update', 'update', 'update', 'break', 'restart'),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const desk = new Desk()
      // The venue's book after sequence n has one bid of amount n.
      const ends = new Map<string, number>()
      let time = 1
      let newest = 1
      for (const { line, act } of steps) {
        time += 1_000
        const sequence = ends.get(line)
        if (act === 'restart') desk.restart()
        else if (act === 'break') {
          ends.delete(line)
          desk.say(line, state('book', 'recovering', time))
        } else if (sequence === undefined) {
          // A snapshot is of the venue's present.
          ends.set(line, newest)
          desk
            .say(line, book('snapshot', [['1', `${newest}`]], newest, time))
            .say(line, state('book', 'synchronised', time))
        } else {
          ends.set(line, sequence + 1)
          newest = Math.max(newest, sequence + 1)
          desk.say(line, book('update', [['1', `${sequence + 1}`]], sequence + 1, time))
        }
        let before = 0
        for (const { sequence: said, bids } of desk.of('book')) {
          assert.ok((said ?? 0) >= before, 'the book went back')
          assert.equal(bids[0]?.[1], `${said}`)
          before = said ?? 0
        }
      }
    }),
  )
})
