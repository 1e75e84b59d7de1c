import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StreamEvent, StreamFrame } from '../../../src/gateway/schemas/index.ts'
import { StreamClient, type StreamSocket } from './stream-client.ts'
import { matchesPattern, type StreamHandler } from './subscription.ts'

class FakeSocket implements StreamSocket {
  onopen: (() => void) | null = null
  onmessage: ((message: { data: unknown }) => void) | null = null
  onclose: ((close: { code: number; reason: string }) => void) | null = null
  readonly sent: { op: string; id: string; channel?: string }[] = []
  closed = false
  send(text: string): void {
    this.sent.push(JSON.parse(text))
  }
  close(): void {
    this.closed = true
  }
  say(frame: StreamFrame): void {
    this.onmessage?.({ data: JSON.stringify(frame) })
  }
}

function world() {
  const sockets: FakeSocket[] = []
  let timers: { at: number; run: () => void }[] = []
  let time = 1_000
  const client = new StreamClient({
    open: async () => {
      const socket = new FakeSocket()
      sockets.push(socket)
      return socket
    },
    now: () => time,
    after: (milliseconds, run) => {
      const timer = { at: time + milliseconds, run }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
    random: () => 0.5,
  })
  /** Lets promises settle, and time pass. */
  const pass = async (milliseconds: number) => {
    const until = time + milliseconds
    for (;;) {
      for (let turn = 0; turn < 5; turn++) await Promise.resolve()
      const due = timers.filter((timer) => timer.at <= until).sort((left, right) => left.at - right.at)[0]
      if (due === undefined) break
      timers = timers.filter((timer) => timer !== due)
      time = due.at
      due.run()
    }
    time = until
  }
  const connected = async () => {
    await pass(0)
    const socket = sockets.at(-1) as FakeSocket
    socket.onopen?.()
    socket.say({
      type: 'welcome',
      sequence: 1,
      time: 5_000_000,
      protocol: 1,
      version: '1',
      simulated: true,
      heartbeatMilliseconds: 1_000,
    })
    return socket
  }
  return { client, sockets, pass, connected, now: () => time }
}

function recorder() {
  const seen: string[] = []
  const handler: StreamHandler = {
    message: (event, replay) => seen.push(`${replay ? 'replay' : 'live'} ${event.messageType}`),
    ready: () => seen.push('ready'),
    lost: () => seen.push('lost'),
    refused: (detail) => seen.push(`refused ${detail}`),
  }
  return { seen, handler }
}

const TICKER: StreamEvent = {
  messageType: 'ticker',
  timestamp: 1,
  payload: {
    venue: 'binance',
    instrument: 'BTC-USDT',
    symbol: 'BTCUSDT',
    last: '1',
    open: null,
    high: null,
    low: null,
    volume: null,
    quoteVolume: null,
    exchangeTime: null,
    receiveTime: 1,
  },
}

test('a subscription gets its snapshot, then what is live, and only what it asked for', async () => {
  const { client, connected } = world()
  const { seen, handler } = recorder()
  client.subscribe({ venue: '*', instrument: 'BTC-*', channel: 'ticker' }, handler)
  const other = recorder()
  client.subscribe({ venue: 'kraken', instrument: '*', channel: 'ticker' }, other.handler)
  client.start()
  const socket = await connected()
  assert.deepEqual(
    socket.sent.map((request) => request.id),
    ['s1', 's2'],
  )
  socket.say({ type: 'ack', sequence: 2, op: 'subscribe', id: 's1' })
  socket.say({ type: 'snapshot', sequence: 3, id: 's1', final: true, complete: true, messages: [TICKER] })
  socket.say({ type: 'batch', sequence: 4, messages: [TICKER] })
  assert.deepEqual(seen, ['replay ticker', 'ready', 'live ticker'])
  assert.deepEqual(other.seen, [])
  assert.equal(client.state.get().kind, 'live')
  assert.equal(client.now(), 5_000_000)
  client.stop()
})

test('a missing frame drops the connection, and everything is subscribed anew', async () => {
  const { client, connected, pass, sockets } = world()
  const { seen, handler } = recorder()
  client.subscribe({ venue: '*', channel: 'ticker' }, handler)
  client.start()
  const socket = await connected()
  socket.say({ type: 'batch', sequence: 3, messages: [TICKER] })
  assert.deepEqual(seen, ['lost'])
  assert.ok(socket.closed)
  const state = client.state.get()
  assert.ok(state.kind === 'waiting' && /frame 2 of the stream is missing/.test(state.reason))
  // A late frame of the dropped connection changes nothing.
  socket.say({ type: 'batch', sequence: 2, messages: [TICKER] })
  assert.deepEqual(seen, ['lost'])
  await pass(2_000)
  assert.equal(sockets.length, 2)
  const again = await connected()
  assert.equal(again.sent[0]?.op, 'subscribe')
  client.stop()
})

test('waits between tries grow and stay bounded', async () => {
  const { client, pass, sockets, now } = world()
  client.start()
  const waits: number[] = []
  for (let attempt = 0; attempt < 8; attempt++) {
    await pass(0)
    sockets.at(-1)?.onclose?.({ code: 1006, reason: '' })
    const state = client.state.get()
    assert.ok(state.kind === 'waiting')
    const wait = state.retryAt - now()
    waits.push(wait)
    await pass(wait)
  }
  // With the middle of the jitter: half of a ceiling that doubles up to fifteen seconds.
  assert.deepEqual(waits, [750, 1_250, 2_250, 4_250, 7_750, 7_750, 7_750, 7_750])
  client.stop()
})

test('a silent connection is given up', async () => {
  const { client, connected, pass, sockets } = world()
  client.start()
  await connected()
  await pass(20_000)
  assert.ok(sockets.length > 1)
  client.stop()
})

test('what cannot be read drops the connection instead of throwing', async () => {
  for (const text of ['', '{', 'null', '[]', '{"type":"batch"}', '{"sequence":"1","type":"batch"}']) {
    const { client, connected } = world()
    client.start()
    const socket = await connected()
    socket.onmessage?.({ data: text })
    assert.equal(client.state.get().kind, 'waiting', text)
    client.stop()
  }
})

test('an ended subscription is unsubscribed and hears no more', async () => {
  const { client, connected } = world()
  const { seen, handler } = recorder()
  const end = client.subscribe({ venue: '*', channel: 'ticker' }, handler)
  client.start()
  const socket = await connected()
  end()
  socket.say({ type: 'batch', sequence: 2, messages: [TICKER] })
  assert.deepEqual(seen, [])
  assert.deepEqual(
    socket.sent.map((request) => request.op),
    ['subscribe', 'unsubscribe'],
  )
  client.stop()
})

test('patterns match as the gateway matches them', () => {
  assert.ok(matchesPattern('*', 'anything'))
  assert.ok(matchesPattern('BTC-*', 'BTC-USD'))
  assert.ok(matchesPattern('*-USDT', 'ETH-USDT'))
  assert.ok(matchesPattern('B*-*D', 'BTC-USD'))
  assert.ok(!matchesPattern('BTC-*', 'WBTC-USD'))
  assert.ok(!matchesPattern('BTC', 'BTC-USD'))
  assert.ok(!matchesPattern('aa*aa', 'aaa'))
})
