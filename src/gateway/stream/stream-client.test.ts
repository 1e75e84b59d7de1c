import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeEvent, type MarketEvent } from '../../market/index.ts'
import { LiveMarket } from '../live/live-market.ts'
import { book, INSTRUMENT, levels, quote, trade, VENUE } from '../testing/sample-events.ts'
import { BURST_BYTES_TOGETHER, BurstBudget } from './burst-budget.ts'
import { Interest } from './interest.ts'
import {
  BURST_BYTES,
  BURST_MILLISECONDS,
  CLOSE_CODES,
  MAXIMUM_KEPT_BYTES,
  SLOW_BYTES,
  StreamClient,
} from './stream-client.ts'
import { StreamItem } from './stream-item.ts'

interface Frame {
  readonly type: string
  readonly sequence: number
  readonly conflated?: number
  readonly complete?: boolean
  readonly messages?: readonly { readonly messageType: string; readonly payload: Record<string, unknown> }[]
}

class FakeSocket {
  bufferedAmount = 0
  closed: number | undefined
  readonly frames: Frame[] = []
  send(data: string | Buffer): void {
    this.frames.push(JSON.parse(data.toString()))
  }
  close(code: number): void {
    this.closed = code
  }
}

function setUp(channels: readonly ('trade' | 'quote' | 'book')[]) {
  const market = new LiveMarket()
  const socket = new FakeSocket()
  const clock = { milliseconds: 0 }
  const client = new StreamClient(socket, new BurstBudget(), () => clock.milliseconds)
  for (const channel of channels) {
    const interest = new Interest({ op: 'subscribe', id: channel, venue: '*', instrument: '*', channel })
    client.subscriptions.set(channel, interest)
  }
  let position = 0
  const say = (...events: readonly MarketEvent[]) => {
    const items = events.map((event) => {
      const line = encodeEvent(event)
      market.take(line, ++position)
      return new StreamItem(event.messageType, market.slot(VENUE, INSTRUMENT), line)
    })
    client.batch(items, Buffer.from(items.map(({ line }) => line).join(',')))
  }
  return { market, socket, client, clock, say }
}

test('a client that is behind for a moment gets everything; one that stays behind is slow', () => {
  const { socket, client, clock, say } = setUp(['quote'])
  say(quote('1', '2'))
  socket.bufferedAmount = SLOW_BYTES + 1
  say(quote('1', '3'), quote('1', '4'))
  clock.milliseconds += BURST_MILLISECONDS - 1
  say(quote('1', '5'))
  socket.bufferedAmount = 0
  say(quote('1', '6'))
  socket.bufferedAmount = SLOW_BYTES + 1
  clock.milliseconds += BURST_MILLISECONDS - 1
  say(quote('1', '7'))
  assert.equal(client.isSlow, false)
  assert.equal(socket.frames.length, 5)
  clock.milliseconds += BURST_MILLISECONDS
  say(quote('1', '8'))
  assert.equal(client.isSlow, true)
  assert.equal(socket.frames.length, 5)
})

test('bursts of all clients together have a bound, and who is gone holds none of it', () => {
  const bursts = new BurstBudget()
  const holders = Array.from({ length: BURST_BYTES_TOGETHER / BURST_BYTES }, () => ({}))
  for (const holder of holders) assert.equal(bursts.grants(holder, BURST_BYTES), true)
  const last = {}
  assert.equal(bursts.grants(last, 1), false)
  assert.equal(bursts.grants(holders[0] ?? last, BURST_BYTES - 1), true, 'what it has is counted once')
  assert.equal(bursts.grants(last, 1), true)
  for (const holder of holders) bursts.release(holder)
  assert.equal(bursts.grants(last, BURST_BYTES_TOGETHER), true)
})

test('a slow client gets every trade and only the newest of the rest, and its sequence has no hole', () => {
  const { socket, client, say } = setUp(['trade', 'quote', 'book'])
  say(book('snapshot', levels(['100', '1']), levels(['101', '1'])))
  socket.bufferedAmount = BURST_BYTES + 1
  say(trade('1', '10'), quote('1', '2'), book('update', levels(['100', '2']), []))
  say(trade('2', '11'), quote('3', '4'), book('update', levels(['100', '3']), []))
  client.recover()
  assert.equal(socket.frames.length, 1, 'nothing is put on a full socket')
  assert.equal(client.isSlow, true)
  socket.bufferedAmount = 0
  client.recover()
  assert.equal(client.isSlow, false)
  const frame = socket.frames[1]
  assert.deepEqual(
    frame?.messages?.map(({ messageType, payload }) => [messageType, payload.id ?? payload.bidPrice ?? payload.bids]),
    [
      ['trade', '1'],
      ['trade', '2'],
      ['quote', '3'],
      ['book', [['100', '3']]],
    ],
  )
  assert.equal(frame?.messages?.at(-1)?.payload.kind, 'snapshot')
  assert.equal(frame?.messages?.at(-1)?.payload.bookSequence, 3)
  assert.equal(frame?.conflated, 2)
  say(trade('3', '12'))
  assert.deepEqual(
    socket.frames.map(({ sequence }) => sequence),
    [1, 2, 3],
  )
})

test('a client that reads no trades is cut when the bound is reached, with a code', () => {
  const { socket, client, say } = setUp(['trade'])
  socket.bufferedAmount = BURST_BYTES + 1
  const lineBytes = encodeEvent(trade('1', '10')).length
  const most = Math.ceil(MAXIMUM_KEPT_BYTES / lineBytes) + 2
  let said = 0
  while (socket.closed === undefined && said < most) {
    say(trade(String(said), '10'))
    said++
  }
  assert.equal(socket.closed, CLOSE_CODES.slow)
  assert.equal(client.isClosed, true)
  say(trade('x', '10'))
  assert.equal(socket.frames.length, 0)
})

test('quotes alone never cut a client, however many it misses', () => {
  const { socket, client, say } = setUp(['quote'])
  socket.bufferedAmount = BURST_BYTES + 1
  for (let count = 0; count < 30_000; count++) say(quote('1', '2'))
  assert.equal(socket.closed, undefined)
  socket.bufferedAmount = 0
  client.recover()
  assert.equal(socket.frames[0]?.messages?.length, 1)
  assert.equal(socket.frames[0]?.conflated, 29_999)
})

test('what was unsubscribed meanwhile is not sent when a slow client recovers', () => {
  const { socket, client, say } = setUp(['quote'])
  socket.bufferedAmount = BURST_BYTES + 1
  say(quote('1', '2'))
  client.subscriptions.clear()
  socket.bufferedAmount = 0
  client.recover()
  assert.equal(client.isSlow, false)
  assert.deepEqual(socket.frames, [])
})

test('a snapshot that is too large for one go is sent in part, and the rest when the client can take it', () => {
  const { market, socket, client } = setUp(['book'])
  const side = (from: number) =>
    levels(...Array.from({ length: 3_000 }, (_, n): [string, string] => [String(from + n), '1']))
  const parts = Array.from({ length: 10 }, (_, n) => {
    const instrument = `A${n}-USDT`
    market.take(encodeEvent(book('snapshot', side(1), side(5_000), { instrument })), 1)
    const slot = market.slot(VENUE, instrument)
    assert.ok(slot)
    return { slot, route: 'book' }
  })
  client.snapshot('book', parts)
  const first = socket.frames.at(-1)
  assert.equal(first?.complete, false)
  assert.ok((first?.messages?.length ?? 0) < parts.length)
  for (let beat = 0; beat < 20 && client.isSlow; beat++) client.recover()
  const names = socket.frames.flatMap(({ messages }) => messages?.map(({ payload }) => payload.instrument) ?? [])
  assert.deepEqual(names.sort(), parts.map(({ slot }) => slot.instrument as string).sort())
})
