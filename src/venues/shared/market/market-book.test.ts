import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Amount, BookLevel, Micros, Price } from '../../../market/index.ts'
import type { RestRequest } from '../../protocol.ts'
import { plainInstrument } from '../../testing/plain-venue.ts'
import { RecordingOutput } from '../../testing/recording-output.ts'
import { FeedMaker } from '../feed-maker.ts'
import type { BookChange, BookRule } from './book-rule.ts'
import { BOOK_AUDIT_PURPOSE, MarketBook } from './market-book.ts'
import { BOOK_PURPOSE } from './snapshot-source.ts'

type Levels = Readonly<Record<string, string>>

const START = 1_700_000_000_000_000
const SECOND = 1_000_000

function levels(of: Levels): BookLevel[] {
  return Object.entries(of).map(([price, amount]) => [price as Price, amount as Amount])
}

function change(last: number | null, bids: Levels, asks: Levels, more: Partial<BookChange> = {}): BookChange {
  const sides = { bids: levels(bids), asks: levels(asks) }
  return { kind: 'update', ...sides, exchangeTime: null, first: last, last, previous: null, ...more }
}

function snapshot(last: number | null, bids: Levels, asks: Levels, more: Partial<BookChange> = {}): BookChange {
  return { ...change(last, bids, asks), kind: 'snapshot', ...more }
}

/** Each number follows the one before. */
const counted: NonNullable<BookRule['judge']> = ({ last }, position) => {
  if ((last ?? 0) <= (position.last ?? 0)) return 'stale'
  return last === (position.last ?? 0) + 1 ? 'next' : 'gap'
}

const rest = { snapshot: 'rest', judge: counted, request: () => ({ path: '/book', weight: 1 }) } as const

/** One book with what it asked for. */
class Desk {
  readonly out = new RecordingOutput()
  readonly asked: string[] = []
  readonly book: MarketBook
  at = START as Micros

  constructor(
    rule: BookRule,
    quotesFromBook = false,
    wanted: { book: boolean; quotes: boolean } | undefined = undefined,
  ) {
    const instrument = plainInstrument()
    this.book = new MarketBook({ instrument, feeds: new FeedMaker(), rule, quotesFromBook })
    this.book.want(wanted?.book ?? true, wanted?.quotes ?? quotesFromBook)
    this.book.subscribed(this.at)
  }

  take(...changes: readonly BookChange[]): this {
    for (const one of changes) this.book.change(one, this.at, this.out)
    return this
  }

  /** Lets time pass; the book is called as often as it wishes. */
  wait(seconds: number): this {
    const end = this.at + seconds * SECOND
    while (this.book.due <= end) {
      this.at = Math.max(this.at, this.book.due) as Micros
      this.book.ticked(this.at, {
        resubscribe: () => this.asked.push('subscribe'),
        request: (purpose: string, _request: Pick<RestRequest, 'path'>) => this.asked.push(purpose),
      })
    }
    this.at = end as Micros
    return this
  }

  fetched(one: BookChange): this {
    this.book.fetched(one, this.at, this.out)
    return this
  }

  audited(one: BookChange | undefined): this {
    this.book.audited(one, this.at, this.out)
    return this
  }

  /** What was said of the book, in short, and forgets it. */
  said(): string[] {
    const text = this.out.events.flatMap((event) => {
      if (event.messageType === 'book') return [`${event.kind} ${event.sequence}`]
      if (event.messageType === 'quote') return [`quote ${event.bidPrice} ${event.askPrice}`]
      if (event.messageType === 'feed-state') return [`${event.channel} ${event.state}`]
      return event.messageType === 'gap' ? [`gap ${event.cause} ${event.state}`] : []
    })
    this.out.clear()
    return text
  }
}

test('by the stream: nothing is said before the snapshot, stale updates are dropped, a gap ends it and asks anew', () => {
  const desk = new Desk({ snapshot: 'stream', judge: counted })
  assert.deepEqual(desk.take(change(4, { 9: '1' }, {})).said(), [])
  assert.deepEqual(desk.take(snapshot(5, { 9: '1' }, { 10: '1' })).said(), ['book synchronised', 'snapshot 5'])
  assert.deepEqual(desk.take(change(5, { 9: '2' }, {}), change(6, { 9: '3' }, {})).said(), ['update 6'])
  assert.deepEqual(desk.take(change(8, { 9: '4' }, {})).said(), ['gap missed-sequence open', 'book recovering'])
  assert.deepEqual(desk.take(change(9, { 9: '5' }, {})).said(), [], 'an invalid book is not spoken of')
  assert.deepEqual(desk.wait(0).asked, ['subscribe'])
  assert.deepEqual(desk.take(snapshot(12, { 9: '6' }, { 10: '1' })).said(), [
    'gap missed-sequence beyond-repair',
    'book synchronised',
    'snapshot 12',
  ])
  assert.deepEqual(desk.book.statistics, {
    checksumsVerified: 0,
    checksumsFailed: 0,
    gaps: 1,
    staleDropped: 3,
    resyncs: 1,
  })
})

test('by the stream: a snapshot that does not come is asked for again and again, with growing waits', () => {
  const desk = new Desk({ snapshot: 'stream' })
  desk.wait(600)
  assert.ok(desk.asked.length >= 5 && desk.asked.length <= 20, `${desk.asked.length} questions in ten minutes`)
})

test('fetched: updates wait for the snapshot, those that it holds are stale, the others join', () => {
  const desk = new Desk(rest)
  desk.take(change(4, { 9: '4' }, {}), change(5, { 9: '5' }, {}), change(6, { 9: '6' }, {})).wait(0)
  assert.deepEqual(desk.asked, [BOOK_PURPOSE])
  assert.deepEqual(desk.said(), [])
  assert.deepEqual(desk.fetched(snapshot(5, { 9: '5' }, {})).said(), ['book synchronised', 'snapshot 5', 'update 6'])
  assert.equal(desk.book.statistics.staleDropped, 2)
})

test('fetched: a snapshot that is older than the first update is too old, and another is fetched', () => {
  const desk = new Desk(rest).take(change(8, { 9: '8' }, {})).wait(0)
  assert.deepEqual(desk.fetched(snapshot(5, { 9: '5' }, {})).said(), [])
  desk.wait(70)
  assert.deepEqual(desk.asked, [BOOK_PURPOSE, BOOK_PURPOSE])
  assert.deepEqual(desk.fetched(snapshot(7, { 9: '7' }, {})).said(), ['book synchronised', 'snapshot 7', 'update 8'])
})

test('fetched: a quiet book is fetched too, a failed answer is asked for again, one that nobody waits for is ignored', () => {
  const desk = new Desk(rest).wait(4)
  assert.deepEqual(desk.asked, [])
  assert.deepEqual(desk.wait(1).asked, [BOOK_PURPOSE])
  desk.book.fetchFailed(desk.at)
  assert.deepEqual(desk.fetched(snapshot(5, {}, {})).said(), [])
  desk.wait(70)
  assert.deepEqual(desk.asked, [BOOK_PURPOSE, BOOK_PURPOSE])
})

test('fetched: the update that shows a gap is the first of those that wait', () => {
  const desk = new Desk(rest)
    .take(change(6, {}, {}))
    .wait(0)
    .fetched(snapshot(5, {}, {}))
  desk.said()
  assert.deepEqual(desk.take(change(8, { 9: '8' }, {})).said(), ['gap missed-sequence open', 'book recovering'])
  desk.wait(70).fetched(snapshot(7, { 9: '7' }, {}))
  assert.deepEqual(desk.said().slice(-2), ['snapshot 7', 'update 8'])
})

test('a checksum is verified after every change; a book that fails is not said', () => {
  const desk = new Desk({ snapshot: 'stream', verify: (book, checksum) => book.bidCount === checksum })
  desk.take(snapshot(1, { 9: '1' }, {}, { checksum: 1 }), change(2, { 8: '1' }, {}, { checksum: 2 }))
  assert.deepEqual(desk.said(), ['book synchronised', 'snapshot 1', 'update 2'])
  desk.take(change(3, { 7: '1' }, {}, { checksum: 9 }))
  assert.deepEqual(desk.said(), ['gap checksum-failed open', 'book recovering'])
  assert.partialDeepStrictEqual(desk.book.statistics, { checksumsVerified: 2, checksumsFailed: 1, gaps: 0 })
  desk.take(snapshot(4, { 9: '1' }, {}, { checksum: 5 }))
  assert.deepEqual(desk.said(), [], 'nor is a snapshot')
  desk.take(snapshot(5, { 9: '1' }, {}))
  assert.equal(desk.said().at(-1), 'snapshot 5')
  desk.book.checksum(3, desk.at, desk.out)
  assert.deepEqual(desk.said(), ['gap checksum-failed open', 'book recovering'], 'a checksum in a message of its own')
})

test('only books whose snapshot asks for it are kept', () => {
  let verified = 0
  const verify = (): boolean => ++verified > 0
  const desk = new Desk({ snapshot: 'stream', verify, keepsFor: ({ checksum }) => typeof checksum === 'number' })
  desk.take(snapshot(1, {}, {}), change(2, { 9: '1' }, {}, { checksum: 1 }))
  assert.equal(verified, 0)
  desk.take(snapshot(3, {}, {}, { checksum: 1 }), change(4, { 9: '1' }, {}, { checksum: 1 }))
  assert.equal(verified, 2)
})

test('levels that fall out of the depth are said as removed', () => {
  const desk = new Desk({ snapshot: 'stream', depth: 2 })
  desk.take(snapshot(1, { 9: '1', 8: '1' }, { 10: '1', 11: '1' })).said()
  desk.take(change(2, { 9.5: '1' }, {}))
  assert.deepEqual(desk.out.of('book')[0]?.bids, [
    ['9.5', '1'],
    ['8', '0'],
  ])
  desk.out.clear()
  desk.take(change(3, {}, { 12: '1' }))
  assert.deepEqual(desk.out.of('book')[0]?.asks, [['12', '0']], 'one that never was within it, too')
})

test('a crossed book is at fault, unless the venue itself says it crossed', () => {
  const desk = new Desk({ snapshot: 'stream', refusesCrossed: true })
  desk.take(snapshot(1, { 9: '1' }, { 10: '1' })).said()
  assert.deepEqual(desk.take(change(2, { 10: '1' }, {})).said(), ['gap missed-sequence open', 'book recovering'])
  desk.take(snapshot(3, { 11: '1' }, { 10: '1' })).said()
  assert.deepEqual(desk.take(change(4, { 8: '1' }, {})).said(), ['update 4'], 'as in an auction')
  assert.deepEqual(desk.take(change(5, { 11: '0' }, {})).said(), ['update 5'])
  assert.deepEqual(desk.take(change(6, { 10: '1' }, {})).said(), ['gap missed-sequence open', 'book recovering'])
})

test('quotes are the touch of the book: said when it changes, and only then', () => {
  const desk = new Desk({ snapshot: 'stream' }, true)
  desk.take(snapshot(1, { 9: '1' }, { 10: '1' })).said()
  assert.deepEqual(desk.take(change(2, { 8: '1' }, {})).said(), ['update 2'])
  assert.deepEqual(desk.take(change(3, { 9: '0' }, {})).said(), ['update 3', 'quote 8 10'])
  assert.deepEqual(desk.take(change(4, { 8: '0' }, {})).said(), ['update 4', 'quote null 10'])
})

const audit = { ...rest, auditEvery: 60 * SECOND } as const

function audited(): Desk {
  const desk = new Desk(audit)
    .take(change(6, { 9: '6' }, {}))
    .wait(0)
    .fetched(snapshot(5, { 9: '5' }, { 10: '1' }))
  desk.wait(120)
  assert.deepEqual(desk.asked, [BOOK_PURPOSE, BOOK_AUDIT_PURPOSE])
  desk.said()
  return desk
}

test('audit: a book that is equal to the snapshot and what came after it goes on', () => {
  const desk = audited().take(change(7, { 9: '7' }, {}), change(8, { 9: '8' }, {}))
  assert.deepEqual(desk.audited(snapshot(7, { 9: '7' }, { 10: '1' })).said(), ['update 7', 'update 8'])
  assert.equal(desk.book.statistics.checksumsVerified, 1)
  desk.wait(120)
  assert.equal(desk.asked.at(-1), BOOK_AUDIT_PURPOSE, 'and is compared again')
})

test('audit: a book that differs is lost', () => {
  const desk = audited().audited(snapshot(6, { 9: '7' }, { 10: '1' }))
  assert.deepEqual(desk.said(), ['gap missed-sequence open', 'book recovering'])
  assert.equal(desk.book.statistics.checksumsFailed, 1)
})

test('audit: nothing is concluded from an older snapshot, a newer one, or none', () => {
  for (const answer of [snapshot(5, { 9: '99' }, {}), snapshot(9, { 9: '99' }, {}), undefined]) {
    const desk = audited().audited(answer)
    assert.deepEqual(desk.said(), [])
    assert.ok(desk.book.isWhole)
  }
})

test('silence: a fetched snapshot tells whether anything was missed', () => {
  const quiet = new Desk(audit)
    .take(change(6, { 9: '6' }, {}))
    .wait(0)
    .fetched(snapshot(5, { 9: '5' }, { 10: '1' }))
  quiet.said()
  quiet.book.silent(quiet.at, quiet.out)
  quiet.wait(0)
  assert.equal(quiet.asked.at(-1), BOOK_AUDIT_PURPOSE)
  assert.deepEqual(quiet.audited(snapshot(6, { 9: '6' }, { 10: '1' })).said(), ['book stale', 'book synchronised'])
  quiet.book.silent(quiet.at, quiet.out)
  quiet.wait(0).audited(snapshot(9, { 9: '9' }, { 10: '1' }))
  assert.deepEqual(quiet.said(), ['book stale', 'gap stall open', 'book recovering'])
})

test('silence: a snapshot by the stream that is the same shows that nothing was missed, another that something was', () => {
  const desk = new Desk({ snapshot: 'stream', refusesCrossed: true }).take(snapshot(1, { 9: '1' }, { 10: '1' }))
  desk.said()
  desk.book.silent(desk.at, desk.out)
  assert.deepEqual(desk.wait(0).asked, ['subscribe'])
  desk.take(snapshot(2, { 9: '1' }, { 10: '1' }))
  assert.deepEqual(desk.said(), ['book stale', 'book synchronised', 'snapshot 2'])
  desk.book.silent(desk.at, desk.out)
  desk.wait(1).take(snapshot(3, { 9: '2' }, { 10: '1' }))
  assert.deepEqual(desk.said(), [
    'book stale',
    'gap stall open',
    'book recovering',
    'gap stall beyond-repair',
    'book synchronised',
    'snapshot 3',
  ])
})

test('a closed connection ends the book, and what was fetched for it does not begin it again', () => {
  const desk = new Desk(rest).take(change(6, {}, {})).wait(0)
  desk.book.closed(desk.at, 'cut', desk.out)
  assert.deepEqual(desk.fetched(snapshot(5, {}, {})).said(), ['book stale'])
  assert.equal(desk.book.due, Number.POSITIVE_INFINITY)
})

test('who joins later begins with what is known', () => {
  const desk = new Desk({ snapshot: 'stream' }, true, { book: false, quotes: true })
  desk.take(snapshot(1, { 9: '1' }, { 10: '1' }))
  assert.deepEqual(desk.said(), ['quote synchronised', 'quote 9 10'])
  desk.book.want(true, true)
  desk.book.joined('book', desk.at, desk.out)
  assert.deepEqual(desk.said(), ['book synchronised', 'snapshot 1'])
})

test('a book that nothing was to be concluded from is begun anew when its quotes are wanted', () => {
  const desk = new Desk({ snapshot: 'stream', verify: () => false, keepsFor: () => false }, true, {
    book: true,
    quotes: false,
  })
  desk.take(snapshot(1, { 9: '1' }, { 10: '1' })).take(change(2, { 8: '1' }, {}))
  assert.deepEqual(desk.said(), ['book synchronised', 'snapshot 1', 'update 2'])
  desk.book.want(true, true)
  desk.book.joined('quote', desk.at, desk.out)
  assert.deepEqual(desk.wait(0).asked, ['subscribe'])
  desk.take(snapshot(3, { 9: '1' }, { 10: '1' }))
  assert.deepEqual(desk.said(), ['quote synchronised', 'snapshot 3', 'quote 9 10'])
})

test('of a snapshot of the best levels, what lies beyond is left out, and more is fetched when few are left', () => {
  const desk = new Desk({ ...rest, partialLevels: 4 }).wait(5)
  desk.fetched(snapshot(5, { 9: '1', 8: '1', 7: '1', 6: '1' }, { 10: '1' })).said()
  desk.take(change(6, { 5: '1', 9: '0' }, { 99: '1' }))
  assert.deepEqual(desk.out.of('book')[0]?.bids, [['9', '0']])
  assert.deepEqual(desk.out.of('book')[0]?.asks, [['99', '1']], 'the other side was whole')
  desk
    .wait(11)
    .take(change(7, { 8: '0', 7: '0' }, {}))
    .wait(0)
  assert.equal(desk.asked.at(-1), BOOK_AUDIT_PURPOSE)
  desk.out.clear()
  desk.audited(snapshot(7, { 6: '1', 5: '1', 4: '1', 3: '1' }, { 10: '1', 99: '1' }))
  assert.deepEqual(desk.said(), ['snapshot 7'])
  assert.ok(desk.book.isWhole)
})
