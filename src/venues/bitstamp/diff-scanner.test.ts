import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { FactsRecorder } from '../testing/facts-recorder.ts'
import { assertSameFacts } from '../testing/mutation.ts'
import { recordingsAbsent, sessionLines } from '../testing/recordings.ts'
import { DiffScanner } from './diff-scanner.ts'
import { readFrame } from './wire.ts'

/** Frames that begin with a space are left to the careful reader. */
function carefully(frame: string, facts: MarketFacts): boolean {
  return readFrame(` ${frame}`, new DiffScanner(), facts)
}

const FRAMES = [
  '{"data":{"timestamp":"1641343691","microtimestamp":"1641343691310202","bids":[],"asks":[["1.17438","853.01809477"],["1.17484","0.00000000"]]},"channel":"diff_order_book_adaeur","event":"data"}',
  '{"data":{"timestamp":"1641343691","microtimestamp":"1641343691406478","bids":[["3800.710","1.76200000"],["3800.07","10.00000000"],["3799","0"]],"asks":[["0.0400","5"]]},"channel":"diff_order_book_ethusd-perp","event":"data"}',
  '{"data":{"timestamp":"1641343692","microtimestamp":"1641343691999999","bids":[],"asks":[]},"channel":"diff_order_book_1inchusd","event":"data"}',
]

test('changes of books are scanned as the careful reader reads them', () => {
  const scanner = new DiffScanner()
  assertSameFacts(
    FRAMES,
    (frame, facts) => {
      const diff = scanner.read(frame)
      if (diff !== undefined) facts.book(diff.symbol, diff.change)
      return diff !== undefined
    },
    carefully,
  )
})

test('what is no change of a book, or written otherwise, is left to the careful reader', () => {
  const [frame = ''] = FRAMES
  const others = [
    '',
    '{"event":"bts:heartbeat"}',
    frame.replace('diff_order_book', 'order_book'),
    frame.replace('"microtimestamp":"1641343691310202",', ''),
    frame.replace('1641343691310202', '164134369131020'),
    frame.replace('1641343691310202', '01641343691310202'),
    frame.replace('1641343691310202', '16413436913102020'),
    frame.replace('1641343691310202', '1641343691.310202'),
    frame.replace('1.17438', '-1.17438'),
    frame.replace('1.17438', '01.17438'),
    frame.replace('1.17438', '1.'),
    frame.replace('1.17438', '.5'),
    frame.replace('1.17438', '1e5'),
    frame.replace('],["', '],,["'),
    frame.replace(']]}', '],]}'),
    frame.replace('adaeur', 'ADAEUR'),
    frame.replace('"event":"data"}', '"event":"data","more":1}'),
    `${frame} `,
  ]
  for (const text of others) assert.equal(new DiffScanner().read(text), undefined, text)
})

const skip = recordingsAbsent('bitstamp')

test('every recorded frame says the same to both readers', { skip }, () => {
  const scanner = new DiffScanner()
  let scanned = 0
  for (const line of sessionLines('bitstamp')) {
    const { dir, kind, data } = JSON.parse(line) as Record<string, string>
    if (kind !== 'ws' || dir !== 'in' || data === undefined) continue
    if (scanner.read(data) !== undefined) scanned++
    const said = new FactsRecorder()
    const meant = new FactsRecorder()
    readFrame(data, scanner, said)
    carefully(data, meant)
    assert.deepEqual(said.calls, meant.calls, data)
  }
  assert.equal(scanned, 392)
})
