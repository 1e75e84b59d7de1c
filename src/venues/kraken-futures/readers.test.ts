import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Micros } from '../../market/index.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { instrumentFromSymbol } from './instruments.ts'
import { krakenFutures } from './protocol.ts'
import { ALL_CHANNELS } from './recognise.ts'

const T0 = 1_700_000_000_000_000 as Micros
const product_id = 'PI_XBTUSD'

/** Every frame is read twice: as it is, and with a space before it, which only the careful reader takes. */
function compare(frames: readonly string[]): number {
  const instrument = instrumentFromSymbol(product_id)
  assert.ok(instrument !== undefined)
  const [fast, careful] = ['', ' '].map((before) => {
    const session = krakenFutures.session({
      plan: { name: 'x', path: '', subscriptions: ALL_CHANNELS.map((channel) => ({ instrument, channel })) },
      instruments: [instrument],
      resume: new Map(),
      repairTrades: true,
    })
    const out = new RecordingOutput()
    session.opened(T0, out)
    for (const [index, frame] of frames.entries()) session.received(before + frame, (T0 + index) as Micros, out)
    return out
  })
  assert.deepEqual(fast?.events, careful?.events)
  assert.deepEqual(
    fast?.refusals.map(({ kind }) => kind),
    careful?.refusals.map(({ kind }) => kind),
  )
  return fast?.events.length ?? 0
}

test('mutated frames mean the same to the fast reader and to the careful one', () => {
  const time = 1_700_000_000_123
  const snapshot = (seq: number) => ({
    feed: 'book_snapshot',
    product_id,
    seq,
    timestamp: time,
    bids: [{ price: 1, qty: 2 }],
    asks: [],
  })
  const update = (seq: number) => ({
    feed: 'book',
    product_id,
    side: seq % 2 === 0 ? 'buy' : 'sell',
    seq,
    price: seq + 0.5,
    qty: 0.0,
    timestamp: time,
  })
  const others = (turn: number) => [
    { feed: 'trade', product_id, uid: `u${turn}`, side: 'buy', type: 'fill', seq: turn, time, qty: 3, price: 34_969.5 },
    {
      product_id,
      feed: 'trade',
      uid: `v${turn}`,
      side: 'sell',
      type: 'liquidation',
      time,
      qty: 3.5,
      price: 1e-7,
      seq: turn,
    },
    {
      feed: 'trade_snapshot',
      product_id,
      trades: [{ product_id, uid: `w${turn}`, side: 'sell', seq: turn, time, qty: 1, price: 2 }],
    },
    {
      time,
      product_id,
      relative_funding_rate: -1.38e-6,
      next_funding_rate_time: time,
      feed: 'ticker',
      bid: 1,
      volume: 3,
      suspended: turn % 2 === 0,
      openInterest: 30,
      markPrice: 2.5,
      leverage: '50x',
    },
    { feed: 'heartbeat', time },
    { event: 'subscribed', feed: 'book', product_ids: [product_id] },
  ]
  let seed = 23
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return seed % below
  }
  const spare = ['"', '{', '}', ',', '-', '1e9', 'null', '\\', ' ', '0', '.', '[]', ':', 'x']
  const frames: string[] = []
  for (let turn = 1; turn < 4_000; turn++) {
    const ofBook = turn % 20 === 1 ? snapshot(turn) : update(turn)
    let frame = JSON.stringify(random(2) === 0 ? ofBook : others(turn)[random(6)])
    for (let changes = Math.max(0, random(6) - 3); changes > 0; changes--) {
      const at = random(frame.length + 1)
      frame = frame.slice(0, at) + (spare[random(spare.length)] ?? '') + frame.slice(at + random(3))
    }
    frames.push(frame)
  }
  assert.ok(compare(frames) > 1_000)
})
