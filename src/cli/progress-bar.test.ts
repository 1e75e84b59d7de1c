import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProgressBar } from './progress-bar.ts'

function bar(isTTY: boolean, total: number | undefined) {
  const written: string[] = []
  const clock = { now: 0 }
  const progress = new ProgressBar({
    label: 'reading',
    unit: 'bytes',
    total,
    stream: { isTTY, write: (text) => written.push(text) },
    clock: () => clock.now,
  })
  return { progress, written, clock }
}

test('what is quick shows nothing', () => {
  const { progress, written, clock } = bar(true, 100)
  progress.update(50)
  clock.now = 1_999
  progress.update(99)
  progress.finish()
  assert.deepEqual(written, [])
})

test('after two seconds a terminal has a bar with part, rate and time left', () => {
  const { progress, written, clock } = bar(true, 4_000)
  clock.now = 2_000
  progress.update(1_000)
  assert.match(written[0] ?? '', /reading \[#{8}\.{22}\] 25 % 1,000 of 4,000 bytes, 500\/s, 6 s left$/)
  clock.now = 2_050
  progress.update(1_100)
  assert.equal(written.length, 1)
  clock.now = 4_000
  progress.finish()
  assert.equal(written.at(-1), '\n')
})

test('elsewhere it is a plain line now and then, without steering characters', () => {
  const { progress, written, clock } = bar(false, undefined)
  for (clock.now = 0; clock.now <= 12_000; clock.now += 100) progress.update(clock.now)
  assert.equal(written.length, 3)
  for (const line of written) assert.match(line, /^reading [\d,]+ bytes, [\d,]+\/s\n$/)
})
