import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Micros } from '../../market/index.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { messageRows, recordingsAbsent, sessionLines } from '../testing/recordings.ts'
import { instrumentFromName } from './instruments.ts'
import { deribit } from './protocol.ts'
import { channelsOfKind } from './wire.ts'

const T0 = 1_700_000_000_000_000 as Micros

/** Every frame is read twice: as it is, and with a space before it, which only the careful reader takes. */
function compare(frames: readonly string[]): number {
  const names = new Set(frames.flatMap((frame) => /"instrument_name":\s?"([^"]+)"/.exec(frame)?.[1] ?? []))
  const instruments = [...names].flatMap((name) => instrumentFromName(name) ?? [])
  const subscriptions = instruments.flatMap((instrument) =>
    channelsOfKind(instrument.kind).map((channel) => ({ instrument, channel })),
  )
  const [fast, careful] = ['', ' '].map((before) => {
    const session = deribit.session({
      plan: { name: 'x', path: '', subscriptions },
      instruments,
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

const skip = recordingsAbsent('deribit')

test('recorded frames mean the same to both readers', { skip }, () => {
  const recorded = sessionLines('deribit').flatMap((line) => {
    const { kind, dir, data } = JSON.parse(line) as { kind: string; dir: string; data: string }
    return kind === 'ws' && dir === 'in' ? [data] : []
  })
  assert.ok(compare(recorded) > 400)
  assert.ok(compare(messageRows('deribit').map(({ raw }) => JSON.stringify(raw))) > 40)
})

test('mutated frames mean the same to both readers', () => {
  const wrap = (channel: string, data: unknown) =>
    JSON.stringify({ jsonrpc: '2.0', method: 'subscription', params: { channel, data } })
  const instrument_name = 'BTC-25DEC26-60000-C'
  const change = (change_id: number) => ({
    type: change_id % 10 === 1 ? 'snapshot' : 'change',
    timestamp: 1_700_000_000_123,
    ...(change_id % 10 !== 1 && { prev_change_id: change_id - 1 }),
    instrument_name,
    change_id,
    bids: [['new', 0.0015, 4737]],
    asks:
      change_id % 2 === 0
        ? []
        : [
            ['change', 0.002, 1.5],
            ['delete', 0.0025, 0],
          ],
  })
  const trade = {
    trade_id: '9',
    timestamp: 1_700_000_000_123,
    price: 0.05,
    amount: 0.1,
    direction: 'buy',
    instrument_name,
    iv: 55.1,
  }
  const ticker = {
    timestamp: 1_700_000_000_123,
    stats: { volume: 2.5, high: null, low: 0.0005 },
    state: 'open',
    mark_price: 0.01,
    mark_iv: 65.25,
    ask_iv: 0.5,
    instrument_name,
    greeks: { vega: -1e-7, delta: 0.5 },
    best_bid_price: 0.1,
    best_bid_amount: 0,
  }
  const frames = (turn: number) => [
    wrap(`trades.${instrument_name}.100ms`, [
      { ...trade, trade_seq: 2 * turn },
      { ...trade, trade_seq: 2 * turn + 1 },
    ]),
    wrap(`trades.${instrument_name}.100ms`, [{ ...trade, trade_seq: 2 * turn, liquidation: 'T' }]),
    wrap(`ticker.${instrument_name}.agg2`, ticker),
    wrap(`quote.${instrument_name}`, {
      instrument_name,
      timestamp: 1_700_000_000_123,
      best_ask_price: 1,
      best_ask_amount: 2,
    }),
  ]
  let seed = 17
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return seed % below
  }
  const spare = ['"', '{', '}', ',', '-', '1e9', 'null', '\\', ' ', '0', '.', '[]', ':', 'x']
  const mutated: string[] = []
  for (let turn = 1; turn < 4_000; turn++) {
    let frame =
      turn % 2 === 0 ? wrap(`book.${instrument_name}.100ms`, change(turn / 2)) : (frames(turn)[random(4)] ?? '')
    for (let changes = Math.max(0, random(6) - 3); changes > 0; changes--) {
      const at = random(frame.length + 1)
      frame = frame.slice(0, at) + (spare[random(spare.length)] ?? '') + frame.slice(at + random(3))
    }
    mutated.push(frame)
  }
  assert.ok(compare([wrap(`book.${instrument_name}.100ms`, change(1)), ...mutated]) > 500)
})
