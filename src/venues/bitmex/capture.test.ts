import assert from 'node:assert/strict'
import { test } from 'node:test'
import { replaySession } from '../testing/session-report.ts'
import { bitmex } from './protocol.ts'

function table(name: string, action: string, ...rows: readonly object[]): string {
  const filter = action === 'partial' ? { filter: { symbol: 'XBTUSD' } } : {}
  const data = rows.map((row) => ({ symbol: 'XBTUSD', ...row }))
  return JSON.stringify({ table: name, action, ...filter, data })
}

const PARTIAL = table(
  'orderBookL2',
  'partial',
  { id: 1, side: 'Sell', size: 100, price: 101.5 },
  { id: 2, side: 'Buy', size: 7, price: 101 },
  { id: 3, side: 'Buy', size: 9, price: 0.0000002 },
)

function trade(id: string, time = '2026-09-21T12:00:00.000Z') {
  return { timestamp: time, side: 'Sell', size: 1000, price: 8544.5, trdMatchID: id }
}

/** A capture of 2021, as recorders of that time subscribed. */
function capture(): string[] {
  const url = 'wss://www.bitmex.com/realtime'
  let t = 1_640_000_000
  const line = (kind: string, dir: string, to: string, data: string) => {
    t += 0.05
    return JSON.stringify({ t, kind, dir, url: to, conn: kind, data })
  }
  const args = ['orderBookL2', 'trade', 'quote', 'funding', 'instrument', 'liquidation'].map((name) => `${name}:XBTUSD`)
  return [
    line('ws', 'open', url, ''),
    line('ws', 'in', url, JSON.stringify({ info: 'Welcome to the BitMEX Realtime API.', limit: { remaining: 38 } })),
    line('ws', 'out', url, JSON.stringify({ op: 'subscribe', args })),
    ...args.map((topic) =>
      line('ws', 'in', url, JSON.stringify({ success: true, subscribe: topic, request: { args } })),
    ),
    line('ws', 'in', url, PARTIAL),
    line('ws', 'in', url, table('trade', 'partial', trade('a'))),
    line('ws', 'in', url, table('orderBookL2', 'update', { id: 2, side: 'Buy', size: 77 })),
    line('ws', 'in', url, table('orderBookL2', 'update', { id: 2, side: 'Buy', size: 77 })),
    line('ws', 'in', url, table('trade', 'insert', trade('b'), trade('c'))),
    line('ws', 'in', url, table('liquidation', 'insert', { orderID: 'x', side: 'Buy', price: 10106, leavesQty: 9214 })),
  ]
}

test('a capture of 2021 is read by its subscriptions, or without them; equal messages count twice', () => {
  for (const lines of [capture(), capture().filter((line) => !line.includes('subscribe'))]) {
    const report = replaySession(bitmex, lines)
    assert.deepEqual(report.problems, [])
    const found = report.symbols.get('XBTUSD')
    assert.deepEqual([found?.book?.snapshots, found?.book?.updates, found?.book?.state.state], [1, 2, 'synchronised'])
    assert.deepEqual([found?.backlog.count, found?.trades.count, found?.trades.sells], [1, 2, 2])
    assert.equal(report.events.filter((event) => event.messageType === 'liquidation').length, 1)
  }
})
