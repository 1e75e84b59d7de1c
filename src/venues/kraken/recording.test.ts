import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertTruth } from '../testing/assert-truth.ts'
import { recordingsAbsent, sessionLines, truthOf } from '../testing/recordings.ts'
import { replaySession } from '../testing/session-report.ts'
import { BookChange } from './book-change.ts'
import { CheckedBook } from './checked-book.ts'
import { kraken } from './protocol.ts'
import { symbolOf } from './symbols.ts'
import { readFrame } from './wire.ts'

test('the recorded session of v1 gives the trades and books of an independent replay, every checksum verified', {
  skip: recordingsAbsent('kraken'),
}, () => {
  const report = replaySession(kraken, sessionLines('kraken'))
  assertTruth(report, truthOf('kraken'))
  // Pairs of the dark pool are not on the feed.
  assert.deepEqual(
    report.problems.filter((problem) => !/\.d: it is not on the feed$/.test(problem)),
    [],
  )
  const verified = [...report.symbols.values()].map((symbol) => symbol.book?.state.checksumsVerified ?? 0)
  assert.equal(
    verified.reduce((sum, count) => sum + count, 0),
    1_656,
  )
  assert.equal(report.events.filter((event) => event.messageType === 'ticker').length, 13)
  assert.equal(report.events.filter((event) => event.messageType === 'gap').length, 0)
})

test('a capture whose subscriptions were not recorded gives the same', { skip: recordingsAbsent('kraken') }, () => {
  const frames = sessionLines('kraken').filter((line) => !line.includes('"dir":"out"'))
  assertTruth(replaySession(kraken, frames), truthOf('kraken'))
})

type Row = readonly [price: string, amount: string, time: string]

/** A book frame of v1 in the words of v2; undefined for any other frame. A snapshot gets the checksum that v1 leaves out. */
function inNewWords(text: string): string | undefined {
  const frame: unknown = JSON.parse(text)
  if (!Array.isArray(frame) || !String(frame.at(-2)).startsWith('book-')) return undefined
  const payload: Record<string, readonly Row[]> = Object.assign({}, ...frame.slice(1, -2))
  const isSnapshot = 'as' in payload
  const side = (name: string) =>
    (payload[isSnapshot ? `${name}s` : name] ?? [])
      .map(([price, amount]) => `{"price":${price},"qty":${amount}}`)
      .join()
  const say = (checksum: string) =>
    `{"channel":"book","type":"${isSnapshot ? 'snapshot' : 'update'}","data":[{"symbol":"${symbolOf(String(frame.at(-1)))}","bids":[${side('b')}],"asks":[${side('a')}],"checksum":${checksum},"timestamp":"2021-04-17T16:48:53.365913Z"}]}`
  if (!isSnapshot) return say(String(payload.c))
  const change = new BookChange()
  readFrame(say('0'), change)
  const book = new CheckedBook(1_000, undefined)
  book.apply(change)
  return say(String(book.checksum()))
}

test('the recorded books in the words of v2 are proved by the same checksums', {
  skip: recordingsAbsent('kraken'),
}, () => {
  const lines = sessionLines('kraken').flatMap((line) => {
    const record = JSON.parse(line) as { kind: string; dir: string; data: string }
    if (record.kind === 'http') return [line]
    const data = record.dir === 'in' ? inNewWords(record.data) : undefined
    return data === undefined ? [] : [JSON.stringify({ ...record, data })]
  })
  const report = replaySession(kraken, lines)
  for (const [oldName, { book }] of Object.entries(truthOf('kraken').symbols)) {
    const found = report.symbols.get(symbolOf(oldName))?.book
    assert.equal(found?.sha256, book?.full_book_sha256, oldName)
    assert.equal(found?.state.checksumsFailed, 0)
    assert.equal(found?.state.checksumsVerified, (book?.checksums?.verified ?? 0) + 1)
  }
})
