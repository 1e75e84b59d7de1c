import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Micros } from '../../market/index.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { instrumentFromCoin } from './coin.ts'
import { hyperliquid } from './protocol.ts'

const T0 = 1_700_000_000_000_000 as Micros

/** Every frame is read twice: as it is, and with a space before it, which only the careful reader takes. */
function compare(frames: readonly string[]): number {
  const instrument = instrumentFromCoin('BTC')
  assert.ok(instrument !== undefined)
  const [fast, careful] = ['', ' '].map((before) => {
    const subscriptions = hyperliquid.channels.map((channel) => ({ instrument, channel }))
    const session = hyperliquid.session({
      plan: { name: 'x', path: '', subscriptions },
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
  const time = T0 / 1_000
  const level = (px: string, sz: string) => ({ px, sz, n: 3 })
  const messages = (turn: number) => [
    {
      channel: 'trades',
      data: [
        { coin: 'BTC', side: 'A', px: '1.50', sz: '0.2', time, hash: '0x', tid: turn, users: ['0x1', '0x2'] },
        { coin: 'BTC', side: 'B', px: '2', sz: '3', time, tid: 9_000 + turn },
      ],
    },
    {
      channel: 'l2Book',
      data: {
        coin: 'BTC',
        time,
        levels: [[level('9.0', '1'), level('8', '0')], turn % 2 === 0 ? [] : [level('10', '2.50')]],
      },
    },
    { channel: 'bbo', data: { coin: 'BTC', time, bbo: [level('9', '1.0'), null] } },
    { channel: 'bbo', data: { coin: 'BTC', time, bbo: [null, level('9', '1.0')] } },
  ]
  let seed = 29
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return seed % below
  }
  const spare = ['"', '{', '}', ',', '-', '1e9', 'null', '\\', ' ', '0', '.', '[]', ':', 'x', ']']
  const frames: string[] = []
  for (let turn = 1; turn < 4_000; turn++) {
    let frame = JSON.stringify(messages(turn)[random(4)])
    for (let changes = Math.max(0, random(6) - 3); changes > 0; changes--) {
      const at = random(frame.length + 1)
      frame = frame.slice(0, at) + (spare[random(spare.length)] ?? '') + frame.slice(at + random(3))
    }
    frames.push(frame)
  }
  assert.ok(compare(frames) > 2_000)
})
