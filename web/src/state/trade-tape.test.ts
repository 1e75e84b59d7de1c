import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MAXIMUM_TAPE, TradeTape } from './trade-tape.ts'

function trade(time: number, id: string | null) {
  return { id, price: '1', amount: '1', side: 'buy' as const, time }
}

test('the tape holds the newest prints, newest first, each id once', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(400), fc.nat(500)), { maxLength: 600 }), (prints) => {
      const tape = new TradeTape()
      for (const [time, id] of prints) tape.add(trade(time, String(id)))
      const times = tape.trades.map((print) => print.time)
      assert.deepEqual(
        times,
        [...times].sort((left, right) => right - left),
      )
      assert.equal(new Set(tape.trades.map((print) => print.id)).size, tape.trades.length)
      assert.ok(tape.trades.length <= MAXIMUM_TAPE)
    }),
  )
})

test('a print older than everything on a full tape is left out', () => {
  const tape = new TradeTape()
  for (let index = 0; index < MAXIMUM_TAPE; index++) tape.add(trade(1_000 + index, `t${index}`))
  assert.equal(tape.add(trade(1, 'late')), false)
  assert.equal(tape.trades.length, MAXIMUM_TAPE)
})

test('prints without an id are all kept and can be told apart', () => {
  const tape = new TradeTape()
  tape.add(trade(1, null))
  tape.add(trade(1, null))
  assert.equal(new Set(tape.trades.map((print) => print.key)).size, 2)
})
