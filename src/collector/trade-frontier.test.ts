import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  amount,
  type InstrumentId,
  type Micros,
  price,
  type TradeEvent,
  type VenueId,
  type VenueSymbol,
} from '../market/index.ts'
import { TradeFrontier } from './trade-frontier.ts'

function trade(id: number): TradeEvent {
  return {
    messageType: 'trade',
    venue: 'test' as VenueId,
    instrument: 'BTC-USDT' as InstrumentId,
    symbol: 'BTCUSDT' as VenueSymbol,
    id: String(id),
    price: price('1'),
    amount: amount('2'),
    side: 'buy',
    exchangeTime: (id * 10) as Micros,
    receiveTime: (id * 10) as Micros,
  }
}

test('two holes are told apart: one that is given up does not hide the other', () => {
  const frontier = TradeFrontier.from(trade(1))
  for (const id of [2, 4, 5, 9]) frontier?.note(trade(id))
  frontier?.giveUp('6-8')
  const { lastTradeId, exchangeTime, above } = frontier?.resume('collector-crashed') ?? {}
  assert.deepEqual([lastTradeId, exchangeTime, above], ['2', 20, [[4, 9]]])
})

test('whatever comes in whatever order, the frontier is that of the ids that were seen or given up', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('trade' as const), first: fc.integer({ min: 1, max: 60 }), length: fc.constant(1) }),
    fc.record({
      kind: fc.constant('gap' as const),
      first: fc.integer({ min: 1, max: 60 }),
      length: fc.integer({ min: 1, max: 9 }),
    }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      let frontier = TradeFrontier.from(trade(10))
      assert.ok(frontier)
      const known = new Set<number>([10])
      for (const { kind, first, length } of steps) {
        const last = first + length - 1
        if (kind === 'trade') frontier.note(trade(first))
        else frontier.giveUp(length === 1 ? `${first}` : `${first}-${last}`)
        for (let id = first; id <= last; id++) if (id > 10) known.add(id)
        frontier = TradeFrontier.restore(JSON.parse(JSON.stringify(frontier.state())))
      }
      let whole = 10
      while (known.has(whole + 1)) whole++
      const { lastTradeId, above = [] } = frontier.resume('collector-stopped')
      assert.equal(lastTradeId, String(whole))
      const listed = above.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => from + index))
      assert.deepEqual(
        listed,
        [...known].filter((id) => id > whole).sort((left, right) => left - right),
      )
    }),
  )
})
