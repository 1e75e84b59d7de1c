import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isTextObject, parseJsonText } from '../shared/json-text.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { FactsRecorder } from '../testing/facts-recorder.ts'
import { assertSameFacts } from '../testing/mutation.ts'
import { scanBook } from './book-scanner.ts'
import { GeminiReader } from './reader.ts'
import { TradeScanner } from './trade-scanner.ts'
import { GeminiWords } from './words.ts'

/** Frames that begin with a space are left to the careful reader. */
function carefully(text: string, facts: MarketFacts): boolean {
  return new GeminiWords().read(` ${text}`, facts)
}

function scanned(text: string, facts: MarketFacts): boolean {
  const update = scanBook(text)
  if (update !== undefined) facts.book(update.symbol, update.change)
  return update !== undefined
}

test('updates of books are scanned as the careful reader reads them', () => {
  const frames = [
    '{"type":"l2_updates","symbol":"BTCUSD","changes":[["sell","9160.20","0.1921229751"]]}',
    '{"type":"l2_updates","symbol":"ETHBTC","changes":[["sell","0.02189","88.236"],["buy","0.02185","0"]]}',
    '{"type":"l2_updates","symbol":"1INCHUSD","changes":[["buy","0.10","0.00"],["buy","100","10"],["buy","0","1.000"]]}',
    `{"type":"l2_updates","symbol":"BTCUSD","changes":[["sell","1${'0'.repeat(19)}","0.${'1'.repeat(20)}000"]]}`,
  ]
  assertSameFacts(frames, scanned, carefully)
})

test('what may be the state of a book is left to the careful reader', () => {
  const changes = (count: number) =>
    Array.from({ length: count }, (_, at) => [at % 2 === 0 ? 'buy' : 'sell', `${at + 1}`, '1'])
  const frame = (count: number) => JSON.stringify({ type: 'l2_updates', symbol: 'BTCUSD', changes: changes(count) })
  assert.ok(scanBook(frame(19)) !== undefined)
  for (const text of [frame(20), frame(0), frame(1).replace('}', ',"trades":[]}')]) {
    assert.equal(scanBook(text), undefined)
  }
})

test('decimals of very many digits are left to the careful reader', () => {
  const frame = (size: string) => `{"type":"l2_updates","symbol":"BTCUSD","changes":[["buy","1","${size}"]]}`
  for (const size of [
    `1${'0'.repeat(20)}`,
    `0.${'1'.repeat(21)}`,
    `0.${'0'.repeat(21)}`,
    '01',
    '1.',
    '.5',
    '-1',
    '1e3',
    '',
  ]) {
    assert.equal(scanBook(frame(size)), undefined, size)
  }
})

test('trades are scanned as the careful reader reads them, whatever the order of their members', () => {
  const members = [
    '"type":"trade"',
    '"symbol":"ETHUSD"',
    '"event_id":38640911595',
    '"timestamp":1795380401466',
    '"price":"3467.260"',
    '"quantity":"0.05675896"',
    '"side":"sell"',
    '"tid":2840140800042677',
  ]
  const frames = [
    `{${members.join(',')}}`,
    `{${members.slice(0, -1).join(',')}}`,
    `{${[...members.slice(0, 1), ...members.slice(1).reverse()].join(',')}}`,
    `{${members.join(',').replaceAll('sell', 'buy')},"more":null}`,
  ]
  const scanner = new TradeScanner()
  assertSameFacts(
    frames,
    (text, facts) => scanner.say(text, facts),
    (text, facts) => {
      const frame = parseJsonText(text)
      return isTextObject(frame) && new GeminiReader().read(frame, facts)
    },
  )
  const others = [
    frames[0]?.replace('"sell"', '"auction"'),
    frames[0]?.replace('"trade"', '"trades"'),
    frames[0]?.replace('1795380401466', '1795380401'),
    frames[0]?.replace('}', ',"result":"error"}'),
  ]
  for (const text of others) {
    const recorder = new FactsRecorder()
    assert.equal(scanner.say(text ?? '', recorder), false, text)
    assert.deepEqual(recorder.calls, [])
  }
})
