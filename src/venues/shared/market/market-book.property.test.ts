import { test } from 'node:test'
import type { Amount, BookLevel, OrderBook, Price } from '../../../market/index.ts'
import { assertBooksRecover, type WireBook } from '../../testing/book-property.ts'
import { PlainVenue, plainInstrument } from '../../testing/plain-venue.ts'
import type { BookChange, BookRule } from './book-rule.ts'

const instrument = plainInstrument()
const { symbol } = instrument

const chain: NonNullable<BookRule['judge']> = ({ previous, last }, position) => {
  if (previous === position.last) return 'next'
  return (last ?? 0) <= (position.last ?? 0) ? 'stale' : 'gap'
}

/** A checksum over all levels. */
function sumOf(bids: readonly BookLevel[], asks: readonly BookLevel[]): number {
  let sum = 0
  for (const character of `${bids.join(' ')} | ${asks.join(' ')}`)
    sum = (sum * 31 + character.charCodeAt(0)) % 1_000_003
  return sum
}

function changeOf(kind: BookChange['kind'], { previous, sequence, bids, asks }: WireBook): BookChange {
  return { kind, bids, asks, exchangeTime: null, first: sequence, last: sequence, previous }
}

function update(venue: PlainVenue, book: WireBook, more: Partial<BookChange> = {}): string {
  return venue.frame(`update ${book.sequence}`, (facts) => facts.book(symbol, { ...changeOf('update', book), ...more }))
}

let answers = 0

function snapshot(venue: PlainVenue, book: WireBook, more: Partial<BookChange> = {}): string {
  const text = `snapshot ${++answers} at ${book.sequence}`
  return venue.frame(text, (facts) => facts.book(symbol, { ...changeOf('snapshot', book), ...more }))
}

const isQuestion = (text: string): boolean => text.startsWith('subscribe')

for (const namesDamaged of [true, false]) {
  test(`a chain by the stream; damaged frames ${namesDamaged ? 'name' : 'do not name'} their book`, () => {
    const venue = new PlainVenue({
      bookRule: { snapshot: 'stream', judge: chain },
      ...(namesDamaged && { bookOfMalformed: () => symbol }),
    })
    assertBooksRecover({
      protocol: venue.protocol,
      instrument,
      change: (book) => update(venue, book),
      answerTo: (text, whole) => (isQuestion(text) ? snapshot(venue, whole) : undefined),
    })
  })
}

test('a chain by the stream, of which the book is kept for quotes and refused when crossed', () => {
  const venue = new PlainVenue({
    bookRule: { snapshot: 'stream', judge: chain, refusesCrossed: true },
    quotesFromBook: true,
  })
  assertBooksRecover({
    protocol: venue.protocol,
    instrument,
    change: (book) => update(venue, book),
    answerTo: (text, whole) => (isQuestion(text) ? snapshot(venue, whole) : undefined),
  })
})

test('checksums alone', () => {
  const verify = (book: OrderBook, checksum: number): boolean => sumOf(book.bids(), book.asks()) === checksum
  const venue = new PlainVenue({ bookRule: { snapshot: 'stream', verify }, bookOfMalformed: () => symbol })
  // The venue's own book, for its checksums.
  const now: [Map<Price, Amount>, Map<Price, Amount>] = [new Map(), new Map()]
  const checksum = (): number => {
    const [bids, asks] = now.map((side) => [...side].sort(([left], [right]) => Number(left) - Number(right)))
    return sumOf((bids ?? []).reverse(), asks ?? [])
  }
  assertBooksRecover({
    protocol: venue.protocol,
    instrument,
    change: (book) => {
      for (const [index, levels] of [book.bids, book.asks].entries()) {
        for (const [price, amount] of levels) {
          if (amount === '0') now[index]?.delete(price)
          else now[index]?.set(price, amount)
        }
      }
      return update(venue, book, { checksum: checksum() })
    },
    answerTo: (text, whole) => {
      if (!isQuestion(text)) return undefined
      for (const [index, levels] of [whole.bids, whole.asks].entries()) {
        now[index]?.clear()
        for (const [price, amount] of levels) now[index]?.set(price, amount)
      }
      return snapshot(venue, whole, { checksum: checksum() })
    },
  })
})

test('a chain that begins with a fetched snapshot', () => {
  const venue = new PlainVenue({
    bookRule: {
      snapshot: 'rest',
      judge: chain,
      request: () => ({ path: '/book', weight: 1 }),
      read: (body) => changeOf('snapshot', JSON.parse(body)),
    },
  })
  assertBooksRecover({
    protocol: venue.protocol,
    instrument,
    change: (book) => update(venue, book),
    bodyFor: (_request, whole) => JSON.stringify(whole),
  })
})

test('a chain whose snapshot answers a question on the stream', () => {
  const venue = new PlainVenue({ bookRule: { snapshot: 'stream', keepsEarly: true, judge: chain } })
  assertBooksRecover({
    protocol: venue.protocol,
    instrument,
    change: (book) => update(venue, book),
    answerTo: (text, whole) => (isQuestion(text) ? snapshot(venue, whole) : undefined),
  })
})
