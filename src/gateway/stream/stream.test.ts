import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { WebSocket } from 'ws'
import { encodeEvent, FACT_KINDS, OrderBook } from '../../market/index.ts'
import type { StreamEvent } from '../schemas/index.ts'
import { aliveVenue, startGateway, TEST_TOKEN } from '../testing/gateway-under-test.ts'
import { book, feedState, gap, INSTRUMENT, levels, quote, trade, VENUE, venueState } from '../testing/sample-events.ts'
import { sampleFacts } from '../testing/sample-facts.ts'
import { StreamConnection } from '../testing/stream-connection.ts'
import { CLOSE_CODES } from './stream-client.ts'
import { MAXIMUM_MESSAGE_BYTES, MAXIMUM_SUBSCRIPTIONS, MESSAGE_BURST } from './stream-server.ts'

async function setUp(context: TestContext) {
  const gateway = await startGateway(context, { prepare: aliveVenue })
  const connection = await StreamConnection.open(context, gateway)
  await connection.until(({ frames }) => frames[0]?.type === 'welcome')
  return { gateway, connection }
}

function assertNoHole({ frames }: StreamConnection): void {
  assert.deepEqual(
    frames.map(({ sequence }) => sequence),
    frames.map((_, index) => index + 1),
  )
}

const typesOf = (messages: readonly StreamEvent[]) => messages.map(({ messageType }) => messageType)

test('a subscription is acknowledged, gets the latest, and then every message of what it names', async (context) => {
  const { gateway, connection } = await setUp(context)
  await gateway.say(trade('1', '10'), trade('2', '11'))
  const other = await StreamConnection.open(context, gateway)
  await other.subscribe({ id: 'wait', venue: '*', instrument: '*', channel: 'trade' })
  const snapshot = await connection.subscribe({ id: 'a', venue: VENUE, instrument: 'BTC-*', channel: 'trade' })
  assert.deepEqual(typesOf(snapshot), ['trade', 'feed-state'])
  await gateway.say(trade('3', '12'), quote('1', '2'), trade('1', '5', { instrument: 'ETH-USDT' }), trade('4', '13'))
  await connection.until(({ messages }) => messages.length >= 2)
  assert.deepEqual(
    connection.messages.map(({ payload }) => ('id' in payload ? payload.id : undefined)),
    ['3', '4'],
  )
  assertNoHole(connection)
})

test('every kind of fact can be followed: the newest first, then each as it comes', async (context) => {
  const { gateway, connection } = await setUp(context)
  const facts = sampleFacts()
  await gateway.say(...Object.values(facts))
  const other = await StreamConnection.open(context, gateway)
  await other.subscribe({ id: 'wait', venue: '*', instrument: '*', channel: 'trade' })
  for (const kind of FACT_KINDS) {
    const snapshot = await connection.subscribe({ id: kind, venue: VENUE, instrument: INSTRUMENT, channel: kind })
    assert.deepEqual(
      snapshot.filter(({ messageType }) => messageType === kind),
      [JSON.parse(encodeEvent(facts[kind]))],
    )
  }
  await gateway.say(...Object.values(facts))
  await connection.until(({ messages }) => messages.length >= FACT_KINDS.length)
  assert.deepEqual(typesOf(connection.messages), [...FACT_KINDS])
  await gateway.say(feedState('candle', 'stale'))
  await connection.until(({ messages }) => messages.at(-1)?.messageType === 'feed-state')
  assertNoHole(connection)
})

test('what a client hears is the very envelope of the tape', async (context) => {
  const { gateway, connection } = await setUp(context)
  await connection.subscribe({ id: 'a', venue: '*', instrument: '*', channel: 'trade' })
  const event = trade('ä"1', '0.00000001')
  await gateway.say(event)
  const [message] = await connection.until(({ messages }) => messages.length > 0 && messages)
  assert.deepEqual(message, JSON.parse(encodeEvent(event)))
})

test('snapshot and updates of a book join without a hole, however often a client comes', async (context) => {
  const { gateway } = await setUp(context)
  await gateway.say(book('snapshot', levels(['100', '1']), levels(['200', '1'])))
  const truth = new OrderBook()
  truth.replace(levels(['100', '1']), levels(['200', '1']))
  let step = 0
  const say = async () => {
    const changes = levels([String(100 + (step % 7)), String(step % 3)])
    step++
    truth.update(changes, [])
    await gateway.say(book('update', changes, []))
  }
  for (let round = 0; round < 5; round++) {
    const connection = await StreamConnection.open(context, gateway)
    const subscribed = connection.subscribe({ id: 'b', venue: VENUE, instrument: INSTRUMENT, channel: 'book' })
    for (let update = 0; update < 20; update++) await say()
    const snapshot = await subscribed
    for (let update = 0; update < 20; update++) await say()
    const mine = new OrderBook()
    let last: number | undefined
    const take = (message: StreamEvent) => {
      if (message.messageType !== 'book') return
      const { payload } = message
      if (payload.kind === 'snapshot') mine.replace(asLevels(payload.bids), asLevels(payload.asks))
      else {
        assert.equal(payload.bookSequence, (last ?? Number.NaN) + 1)
        mine.update(asLevels(payload.bids), asLevels(payload.asks))
      }
      last = payload.bookSequence
    }
    await connection.until(({ messages }) => {
      const sequences = [...snapshot, ...messages].map(({ payload }) =>
        'bookSequence' in payload ? payload.bookSequence : 0,
      )
      return sequences.at(-1) === step + 1 || sequences.includes(step + 1)
    })
    for (const message of [...snapshot, ...connection.messages]) take(message)
    assert.deepEqual(mine.bids(), truth.bids())
    assertNoHole(connection)
    connection.socket.close()
  }
})

function asLevels(pairs: readonly (readonly [string, string])[]) {
  return levels(...pairs.map(([at, size]): [string, string] => [at, size]))
}

test('a book by depth is sent whole when its best levels change, and not when others do', async (context) => {
  const { gateway, connection } = await setUp(context)
  await gateway.say(book('snapshot', levels(['100', '1'], ['99', '1']), levels(['101', '1'])))
  await connection.subscribe({ id: 'all', venue: VENUE, instrument: INSTRUMENT, channel: 'trade' })
  const snapshot = await connection.subscribe({
    id: 'd',
    venue: VENUE,
    instrument: INSTRUMENT,
    channel: 'book',
    depth: 1,
  })
  assert.equal(snapshot[0]?.messageType, 'book')
  await gateway.say(book('update', levels(['99', '5']), []), book('update', levels(['100', '7']), []))
  const found = await connection.until(({ messages }) => messages.find(({ messageType }) => messageType === 'book'))
  assert.ok(found.messageType === 'book')
  assert.deepEqual([found.payload.depth, found.payload.kind, found.payload.bids], [1, 'snapshot', [['100', '7']]])
  await gateway.say(book('update', levels(['99', '6']), []), trade('end', '1'))
  await connection.until(({ messages }) => messages.some(({ payload }) => 'id' in payload && payload.id === 'end'))
  await new Promise((resolve) => setTimeout(resolve, 150))
  assert.equal(connection.messages.filter(({ messageType }) => messageType === 'book').length, 1)
})

test('states of feeds and venues, gaps and candles have channels of their own', async (context) => {
  const { gateway, connection } = await setUp(context)
  await gateway.say(gap('g1', 'open'))
  const candle = (openTime: number, close: string) =>
    JSON.stringify({
      messageType: 'candle',
      timestamp: openTime,
      payload: { venue: VENUE, instrument: INSTRUMENT, interval: '1m', openTime, close },
    })
  await gateway.log.lines('analytics', 'testex', [candle(60_000_000, '5'), candle(0, '4')])
  await connection.subscribe({ id: 'f', venue: '*', instrument: '*', channel: 'feed-state' })
  const venues = await connection.subscribe({ id: 'v', venue: '*', channel: 'venue-state' })
  const gaps = await connection.subscribe({ id: 'g', venue: '*', instrument: '*', channel: 'gap' })
  const candles = await connection.subscribe({
    id: 'c',
    venue: '*',
    instrument: '*',
    channel: 'candle',
    interval: '1m',
  })
  assert.deepEqual(typesOf(venues), ['venue-state'])
  assert.deepEqual(typesOf(gaps), ['gap'])
  assert.match(JSON.stringify(candles[0]), /"close":"5"/, 'a late candle does not take the place of the newest')
  await gateway.say(feedState('book', 'stale'), venueState('partly'), gap('g1', 'repaired'))
  await gateway.log.lines('analytics', 'testex', [candle(60_000_000, '6')])
  await connection.until(({ messages }) => messages.length === 4)
  assert.deepEqual(typesOf(connection.messages).sort(), ['candle', 'feed-state', 'gap', 'venue-state'])
})

test('after unsubscribing nothing more comes, and ids can be used again', async (context) => {
  const { gateway, connection } = await setUp(context)
  const request = { id: 'a', venue: '*', instrument: '*', channel: 'trade' } as const
  await connection.subscribe(request)
  connection.ask({ op: 'subscribe', ...request })
  await connection.until(({ frames }) =>
    frames.some((frame) => frame.type === 'error' && frame.code.endsWith('_EXISTS')),
  )
  connection.ask({ op: 'unsubscribe', id: 'a' })
  await connection.until(({ frames }) => frames.some((frame) => frame.type === 'ack' && frame.op === 'unsubscribe'))
  connection.ask({ op: 'unsubscribe', id: 'a' })
  await connection.until(({ frames }) =>
    frames.some((frame) => frame.type === 'error' && frame.code.endsWith('_UNKNOWN')),
  )
  await gateway.say(trade('1', '1'))
  await connection.subscribe({ ...request, channel: 'quote' })
  assert.deepEqual(connection.messages, [])
  assertNoHole(connection)
})

test('two subscriptions that overlap give each message once', async (context) => {
  const { gateway, connection } = await setUp(context)
  await connection.subscribe({ id: 'a', venue: '*', instrument: '*', channel: 'trade' })
  await connection.subscribe({ id: 'b', venue: VENUE, instrument: INSTRUMENT, channel: 'trade' })
  await gateway.say(trade('1', '1'), trade('2', '1'))
  await connection.until(({ messages }) => messages.length >= 2)
  assert.equal(connection.messages.length, 2)
})

test('a ping is answered', async (context) => {
  const { connection } = await setUp(context)
  connection.ask({ op: 'ping', id: 'p' })
  const pong = await connection.until(({ frames }) => frames.find((frame) => frame.type === 'pong'))
  assert.equal(pong.type === 'pong' && pong.id, 'p')
})

test('options that do not go with the channel are refused with a code', async (context) => {
  const { connection } = await setUp(context)
  const base = { op: 'subscribe', id: 'x', venue: '*', instrument: '*' }
  const bad = [
    { ...base, channel: 'trade', depth: 5 },
    { ...base, channel: 'candle' },
    { ...base, channel: 'candle', interval: '7m' },
    { ...base, channel: 'book', depth: 0 },
    { ...base, channel: 'venue-state' },
    { ...base, channel: 'nothing' },
    { ...base, channel: 'trade', extra: 1 },
    { op: 'subscribe', id: 'x', venue: '*', channel: 'trade' },
  ]
  for (const message of bad) connection.socket.send(JSON.stringify(message))
  await connection.until(({ frames }) => frames.filter(({ type }) => type === 'error').length === bad.length)
  for (const frame of connection.frames) {
    if (frame.type === 'error') assert.deepEqual([frame.code, frame.id], ['GATEWAY_STREAM_MESSAGE_INVALID', 'x'])
  }
})

test('no message of a client harms the gateway or another client', async (context) => {
  const { gateway, connection } = await setUp(context)
  await connection.subscribe({ id: 'a', venue: '*', instrument: '*', channel: 'trade' })
  const message = fc.oneof(
    fc.string(),
    fc.json(),
    fc.uint8Array({ maxLength: 200 }),
    fc
      .record(
        {
          op: fc.oneof(fc.constantFrom('subscribe', 'unsubscribe', 'ping'), fc.anything()),
          id: fc.oneof(fc.string(), fc.anything()),
          venue: fc.string(),
          instrument: fc.string(),
          channel: fc.oneof(fc.constantFrom('trade', 'book', 'candle'), fc.string()),
          depth: fc.oneof(fc.integer(), fc.string()),
        },
        { requiredKeys: [] },
      )
      .map((value) => JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? 0 : part))),
  )
  for (const batch of fc.sample(fc.array(message, { minLength: 40, maxLength: 40 }), 5)) {
    const hostile = await StreamConnection.open(context, gateway)
    for (const each of batch) hostile.socket.send(each)
    hostile.socket.send('{"op":"ping","id":"end"}')
    await hostile.until(
      ({ frames, closed }) => closed ?? frames.some((frame) => frame.type === 'pong' && frame.id === 'end'),
    )
    assertNoHole(hostile)
  }
  await gateway.say(trade('9', '1'))
  await connection.until(({ messages }) => messages.length === 1)
})

test('a message that is too large, too many messages and too many bad ones end the connection with a code', async (context) => {
  const { gateway, connection } = await setUp(context)
  connection.socket.send(`{"op":"ping","id":"${'x'.repeat(MAXIMUM_MESSAGE_BYTES)}"}`)
  assert.equal((await connection.until(({ closed }) => closed)).code, 1009)
  const eager = await StreamConnection.open(context, gateway)
  for (let count = 0; count < MESSAGE_BURST + 100; count++) eager.ask({ op: 'ping' })
  assert.deepEqual(await eager.until(({ closed }) => closed), {
    code: CLOSE_CODES.tooManyMessages,
    reason: 'GATEWAY_STREAM_TOO_MANY_MESSAGES',
  })
  const confused = await StreamConnection.open(context, gateway)
  for (let count = 0; count < 60; count++) confused.socket.send('?')
  assert.equal((await confused.until(({ closed }) => closed)).code, CLOSE_CODES.invalid)
})

test('subscriptions of one connection are limited', async (context) => {
  const { connection } = await setUp(context)
  const ask = (from: number, to: number) => {
    for (let id = from; id < to; id++) {
      connection.ask({
        op: 'subscribe',
        id: String(id),
        venue: 'x',
        instrument: 'y',
        channel: 'trade',
        snapshot: false,
      })
    }
  }
  ask(0, MESSAGE_BURST - 20)
  await connection.until(({ frames }) => frames.filter(({ type }) => type === 'snapshot').length === MESSAGE_BURST - 20)
  // Slowly enough for the limit of messages: the limit of subscriptions is what ends it.
  for (let id = MESSAGE_BURST - 20; id < MAXIMUM_SUBSCRIPTIONS + 1; id++) {
    ask(id, id + 1)
    await new Promise((resolve) => setTimeout(resolve, 15))
  }
  const refused = await connection.until(({ frames }) => frames.find((frame) => frame.type === 'error'))
  assert.ok(refused.type === 'error')
  assert.equal(refused.code, 'GATEWAY_STREAM_TOO_MANY_SUBSCRIPTIONS')
})

test('a client that stops reading is bounded: trades cut it with a code, and others go on', async (context) => {
  const { gateway, connection } = await setUp(context)
  await connection.subscribe({ id: 'a', venue: '*', instrument: '*', channel: 'trade' })
  const slow = await StreamConnection.open(context, gateway)
  await slow.subscribe({ id: 'a', venue: '*', instrument: '*', channel: 'trade' })
  slow.socket.pause()
  let said = 0
  const slowCuts = async () => {
    const text = await (await fetch(`${gateway.url}/metrics`)).text()
    return /opentape_gateway_slow_cuts_total\{[^}]*\} (\d+)/.exec(text)?.[1]
  }
  while ((await slowCuts()) !== '1') {
    assert.ok(said < 500_000, 'the client was never cut')
    await gateway.say(...Array.from({ length: 5_000 }, (_, index) => trade(`${said + index}`, '1')))
    said += 5_000
    await connection.until(({ messages }) => messages.length >= said)
  }
  assert.equal(connection.messages.length, said)
  assertNoHole(connection)
  slow.socket.resume()
  const closed = await slow.until(({ closed: ended }) => ended)
  // 1006 where it was cut before it read the goodbye.
  assert.ok(closed.code === CLOSE_CODES.slow || closed.code === 1006)
})

test('a client that stops reading quotes goes on with the newest', async (context) => {
  const { gateway, connection } = await setUp(context)
  await connection.subscribe({ id: 'a', venue: '*', instrument: '*', channel: 'quote' })
  const fast = await StreamConnection.open(context, gateway)
  await fast.subscribe({ id: 'a', venue: '*', instrument: '*', channel: 'quote' })
  connection.socket.pause()
  const slowClients = async () => {
    const text = await (await fetch(`${gateway.url}/metrics`)).text()
    return /opentape_gateway_stream_slow_clients\{[^}]*\} (\d+)/.exec(text)?.[1]
  }
  let said = 0
  while ((await slowClients()) !== '1') {
    assert.ok(said < 1_000_000, 'the client was never slow')
    await gateway.say(...Array.from({ length: 5_000 }, () => quote('1', '2')))
    said += 5_000
    await fast.until(({ messages }) => messages.length >= said)
  }
  await gateway.say(quote('77', '78'))
  said++
  await fast.until(({ messages }) => messages.length >= said)
  connection.socket.resume()
  const last = await connection.until(({ messages }) => {
    const message = messages.at(-1)
    return message?.messageType === 'quote' && message.payload.bidPrice === '77' && message
  })
  assert.ok(last)
  const conflated = connection.frames.reduce(
    (sum, frame) => sum + (frame.type === 'batch' ? (frame.conflated ?? 0) : 0),
    0,
  )
  assert.equal(connection.messages.length + conflated, said)
  assertNoHole(connection)
})

test('the stream is opened with a token or a ticket where one is needed, and not from other pages', async (context) => {
  const gateway = await startGateway(context, {
    prepare: aliveVenue,
    gateway: { token: 'required', maximumClients: 2 },
  })
  const refused = async (options: Parameters<typeof StreamConnection.open>[2], status: number) => {
    await assert.rejects(StreamConnection.open(context, gateway, options), new RegExp(`${status}`))
  }
  await refused({}, 401)
  await refused({ query: `?token=${TEST_TOKEN}` }, 401)
  await refused({ query: '?ticket=made-up' }, 401)
  const authorization = `Bearer ${TEST_TOKEN}`
  await refused({ headers: { authorization, origin: 'http://evil.example' } }, 403)
  await refused({ headers: { authorization, host: 'evil.example' } }, 421)
  await StreamConnection.open(context, gateway, { headers: { authorization } })
  const answer = await fetch(`${gateway.url}/api/v1/stream/tickets`, { method: 'POST', headers: { authorization } })
  const { ticket } = (await answer.json()) as { ticket: string }
  await StreamConnection.open(context, gateway, { query: `?ticket=${ticket}` })
  await refused({ headers: { authorization } }, 503)
  await refused({ query: `?ticket=${ticket}` }, 503)
})

test('connections count as requests: who opens too many is told so', async (context) => {
  const gateway = await startGateway(context, {
    prepare: aliveVenue,
    gateway: { requestsPerMinute: 6, token: 'required' },
  })
  const tries = await Promise.allSettled(Array.from({ length: 14 }, () => StreamConnection.open(context, gateway)))
  const reasons = tries.map((each) => (each.status === 'rejected' ? /\d{3}/.exec(String(each.reason))?.[0] : 'open'))
  assert.equal(reasons.filter((status) => status === '401').length, 10)
  assert.equal(reasons.filter((status) => status === '429').length, 4)
})

test('clients are told when the gateway stops', async (context) => {
  const { gateway, connection } = await setUp(context)
  await gateway.stop()
  assert.equal((await connection.until(({ closed }) => closed)).code, 1001)
  assert.equal(connection.socket.readyState, WebSocket.CLOSED)
})
