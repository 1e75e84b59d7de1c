import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Coalescer } from './coalescer.ts'

function manualFrames() {
  const queue: (() => void)[] = []
  return {
    request: (run: () => void) => {
      queue.push(run)
    },
    frame: () => {
      for (const run of queue.splice(0)) run()
    },
    get requested() {
      return queue.length
    },
  }
}

test('a task marked a thousand times runs once in the next frame', () => {
  const frames = manualFrames()
  const coalescer = new Coalescer(frames.request)
  let runs = 0
  const task = () => {
    runs++
  }
  for (let index = 0; index < 1_000; index++) coalescer.mark(task)
  assert.equal(frames.requested, 1)
  assert.equal(runs, 0)
  frames.frame()
  assert.equal(runs, 1)
  frames.frame()
  assert.equal(runs, 1)
})

test('a task marked by a running task waits for the frame after', () => {
  const frames = manualFrames()
  const coalescer = new Coalescer(frames.request)
  const ran: string[] = []
  const second = () => {
    ran.push('second')
  }
  coalescer.mark(() => {
    ran.push('first')
    coalescer.mark(second)
  })
  frames.frame()
  assert.deepEqual(ran, ['first'])
  frames.frame()
  assert.deepEqual(ran, ['first', 'second'])
})
