import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuditEvent, AuditSubject } from '../../market/index.ts'
import { AuditedTape } from '../testing/audited-tape.ts'
import { Auditor } from './auditor.ts'

const T0 = 1_700_000_000_000_000

interface Heard {
  readonly audits: AuditEvent[]
  readonly outcomes: string[]
}

/** What an auditor says of a tape; every event is a record of its own. */
function audited(tape: AuditedTape, until = 420): Heard {
  const heard: Heard = { audits: [], outcomes: [] }
  const auditor = new Auditor({
    audit: (event) => heard.audits.push(event),
    judged: (_venue, subject, outcome) => heard.outcomes.push(`${subject} ${outcome}`),
  })
  for (const [position, { event, at }] of tape.inOrder(until).entries()) {
    auditor.take(event, position, 0, at)
    auditor.tick(at)
  }
  return heard
}

const told = ({ audits }: Heard) => audits.map(({ subject, field, ours, theirs }) => [subject, field, ours, theirs])

function of(heard: Heard, subject: AuditSubject): string[] {
  return heard.outcomes.filter((outcome) => outcome.startsWith(subject))
}

/** A tape whose third minute is compared: the first makes the instrument known, with the second its sample begins. */
function minuteTape(): AuditedTape {
  return new AuditedTape(T0)
    .watched(-100, 420)
    .candle(-1, ['9', '9', '9', '9'], '1', 5)
    .trade(90, '100')
    .trade(125, '101', '2')
    .trade(140, '104', '0.5')
    .trade(150, '99')
    .trade(170, '102', '1.5')
}

test('a closed candle of the venue that is ours is counted and nothing is said', () => {
  const heard = audited(minuteTape().candle(2, ['101', '104', '99', '102'], '5'))
  assert.deepEqual(heard.audits, [])
  assert.deepEqual(of(heard, 'candle'), ['candle agreed'])
})

test('a closed candle that differs from ours is told field by field with both values', () => {
  const tape = minuteTape().candle(2, ['101', '105', '99', '102.5'], '7')
  const heard = audited(tape)
  assert.deepEqual(told(heard), [
    ['candle', 'high', '104', '105'],
    ['candle', 'close', '102', '102.5'],
    ['candle', 'volume', '5', '7'],
  ])
  assert.deepEqual(of(heard, 'candle'), ['candle differed'])
  const [first] = heard.audits
  assert.equal(first?.of, tape.at(120))
  assert.match(first?.evidence ?? '', /4 prints of ours/)
})

test('a candle that is the same by the custom of its venue is the same', () => {
  // It begins with the close before; its turnover is in another unit, or was added up as binary fractions.
  const carried = audited(minuteTape().candle(2, ['100', '104', '99', '102'], null))
  assert.deepEqual([told(carried), of(carried, 'candle')], [[], ['candle agreed']])
  const rounded = audited(minuteTape().candle(2, ['101', '104', '99', '102'], '5.0000000000000004'))
  assert.deepEqual([told(rounded), of(rounded, 'candle')], [[], ['candle agreed']])
})

test('a candle that its venue does not close is the same as ours a moment before its end', () => {
  // Said last at the 45th, the 51st second, or before any of the last prints.
  const of = (candle: readonly [string, string, string, string], volume: string) =>
    told(audited(minuteTape().trade(177, '103', '1').candle(2, candle, volume)))
  assert.deepEqual(of(['101', '104', '99', '102'], '5'), [])
  assert.deepEqual(of(['101', '104', '99', '103'], '6'), [])
  assert.deepEqual(of(['101', '104', '99', '102'], '5.5'), [
    ['candle', 'close', '103', '102'],
    ['candle', 'volume', '6', '5.5'],
  ])
})

test('late trades are waited for, and a trade that is delivered twice counts once', () => {
  const tape = minuteTape()
    .trade(178, '103', '1', { id: 'late', backlog: true, said: 188 })
    .trade(178, '103', '1', { id: 'late', backlog: true, said: 189 })
    .candle(2, ['101', '104', '99', '103'], '6')
  assert.deepEqual(of(audited(tape), 'candle'), ['candle agreed'])
})

test('what differs is said only where our trades are known to be complete', () => {
  const theirs = ['101', '105', '99', '102'] as const
  const missing = audited(minuteTape().gap(130, 135, 'beyond-repair').candle(2, theirs, '7'))
  assert.deepEqual([told(missing), of(missing, 'candle')], [[], ['candle undecided']])

  const unwatched = audited(
    new AuditedTape(T0)
      .candle(-1, ['9', '9', '9', '9'], '1', 5)
      .watched(130, 420)
      .trade(150, '100')
      .candle(2, theirs, '7'),
  )
  assert.deepEqual([told(unwatched), of(unwatched, 'candle')], [[], ['candle undecided']])

  const repaired = audited(minuteTape().gap(130, 135, 'open').gap(130, 135, 'repaired', 200).candle(2, theirs, '5'))
  assert.deepEqual(told(repaired), [['candle', 'high', '104', '105']])
})

test('a minute without trades of ours in which the venue counts some is told', () => {
  const quiet = () => new AuditedTape(T0).watched(-100, 420).candle(-1, ['9', '9', '9', '9'], '1', 5)
  assert.deepEqual(told(audited(quiet().candle(2, ['9', '9', '9', '9'], '0'))), [])
  assert.deepEqual(told(audited(quiet().candle(2, ['9', '9', '9', '9'], '3'))), [['candle', 'volume', '0', '3']])
})

function tickerTape(): AuditedTape {
  return new AuditedTape(T0).watched(-100, 420).ticker(5, '100').trade(30, '100').trade(80, '101').trade(95, '102')
}

test('a last price that was ours a moment ago, or becomes ours a moment later, is the same', () => {
  for (const last of ['100', '101', '102', '103']) {
    const tape = tickerTape().ticker(100, last).trade(106, '103').trade(120, '104')
    const heard = audited(tape)
    assert.deepEqual([last, told(heard), of(heard, 'last-price').slice(0, 1)], [last, [], ['last-price agreed']])
  }
})

test('a last price that none of our prints had is told with both values', () => {
  const tape = tickerTape().ticker(100, '103.5').trade(106, '103').trade(120, '103.5')
  const heard = audited(tape)
  assert.deepEqual(told(heard), [['last-price', 'last', '102', '103.5']])
  assert.equal(heard.audits[0]?.of, tape.at(100))
})

test('history that is read meanwhile does not make a last price ours', () => {
  const tape = tickerTape().trade(-90_000, '103.5', '1', { backlog: true, said: 98 }).ticker(100, '103.5')
  assert.deepEqual(told(audited(tape)), [['last-price', 'last', '102', '103.5']])
})

test('a last price is not judged where a print may be missing, or none of ours is known', () => {
  const missing = audited(tickerTape().gap(85, 90, 'partly', 92).ticker(100, '103.5'))
  assert.deepEqual([told(missing), of(missing, 'last-price')], [[], ['last-price undecided']])
  const unknown = audited(new AuditedTape(T0).watched(-100, 420).ticker(5, '100').ticker(100, '103.5'))
  assert.deepEqual([told(unknown), of(unknown, 'last-price')], [[], []])
})
