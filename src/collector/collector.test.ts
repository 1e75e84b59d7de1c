import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { decodeFrames, type Log, LogError, openLog } from '../log/index.ts'
import { decodeEvent, type MarketEvent } from '../market/index.ts'
import { createLogger, type VenueConfig } from '../platform/index.ts'
import { createMetrics } from '../platform/serving.ts'
import { Collector, type CollectorOptions, type Watchlist, type WatchlistKeeper } from './collector.ts'
import { collectorHttp } from './collector-http.ts'
import { startToyExchange, type ToyExchange, toyVenue } from './testing/toy-venue.ts'

const QUICK = { baseMilliseconds: 1, capMilliseconds: 5 }
const logger = createLogger({ role: 'collector', level: 'silent', format: 'json' })

interface Stage {
  readonly exchange: ToyExchange
  readonly log: Log
  readonly directory: string
  readonly keeper: WatchlistKeeper & { saved?: Watchlist }
  start(log?: Log, change?: Partial<CollectorOptions>): Promise<Collector>
}

async function setStage(t: TestContext, config: Partial<VenueConfig> = {}): Promise<Stage> {
  const exchange = await startToyExchange()
  const directory = await mkdtemp(join(tmpdir(), 'opentape-collector-'))
  const log = await openLog(join(directory, 'log'))
  const keeper: Stage['keeper'] = {
    load: async () => keeper.saved,
    save: async (watchlist) => {
      keeper.saved = watchlist
    },
    changed: async () => undefined,
  }
  const running: Collector[] = []
  t.after(async () => {
    for (const collector of running) await collector.stop()
    await exchange.close()
    await log.close()
    await rm(directory, { recursive: true, force: true })
  })
  const { rest, ws } = exchange
  const venue: VenueConfig = {
    enabled: true,
    instruments: ['*'],
    top: 0,
    channels: ['trade'],
    endpoints: { rest, ws },
    ...config,
  }
  return {
    exchange,
    log,
    directory,
    keeper,
    start: async (other, change = {}) => {
      const collector = await Collector.start({
        name: 'test',
        log: other ?? log,
        registry: new Map([['toy', toyVenue]]),
        watchlist: { toy: venue },
        keeper,
        raw: true,
        simulated: false,
        logger,
        metrics: createMetrics('collector'),
        backOff: QUICK,
        ...change,
      })
      running.push(collector)
      return collector
    },
  }
}

async function tape(log: Log): Promise<MarketEvent[]> {
  const records = await log.read('market-data', 1)
  const text = records.map(({ value }) => Buffer.from(value).toString()).join('')
  return text.split('\n').filter(Boolean).map(decodeEvent)
}

async function tradesOnTape(log: Log, count: number): Promise<string[]> {
  for await (const _records of log.tail('market-data', 1, { signal: AbortSignal.timeout(60_000) })) {
    const trades = (await tape(log)).filter((event) => event.messageType === 'trade')
    if (trades.length >= count) return trades.map(({ instrument, id }) => `${instrument} ${id}`)
  }
  throw new Error(`${count} trades did not reach the tape`)
}

test('what a venue says reaches the tape, and the raw log byte for byte', async (t) => {
  const { exchange, log, start } = await setStage(t, { instruments: ['BTC-USD', 'ETH-USD'] })
  await start()
  await exchange.until(() => exchange.said.length === 2)
  for (const text of ['BTC 1', 'ETH 5', 'rubbish \u{1f4a3}', 'BTC 2']) exchange.sockets[0]?.send(text)
  assert.deepEqual(await tradesOnTape(log, 3), ['BTC-USD 1', 'ETH-USD 5', 'BTC-USD 2'])
  const raw = (await log.read('raw-market-data', 1)).flatMap(decodeFrames)
  const said = raw.filter(({ kind, direction }) => kind === 'ws' && direction === 'in').map(({ data }) => data)
  assert.deepEqual(said, ['BTC 1', 'ETH 5', 'rubbish \u{1f4a3}', 'BTC 2'])
  assert.ok(raw.some(({ kind, data }) => kind === 'http' && data === 'BTC,ETH,SOL,XRP'))
})

test('a socket that is cut comes back and subscribes again, alone', async (t) => {
  const { exchange, log, start } = await setStage(t)
  await start()
  await exchange.until(() => exchange.said.length === 4)
  exchange.sockets[0]?.terminate()
  await exchange.until(() => exchange.said.length === 6)
  assert.equal(exchange.sockets.length, 3)
  assert.equal(exchange.sockets[1]?.readyState, 1)
  exchange.sockets[2]?.send(`${exchange.said[4]?.slice(1)} 9`)
  assert.equal((await tradesOnTape(log, 1)).length, 1)
})

test('a frame beyond the limit costs its connection, not the collector', async (t) => {
  const { exchange, log, start } = await setStage(t, { instruments: ['BTC-USD'] })
  await start()
  await exchange.until(() => exchange.said.length === 1)
  exchange.sockets[0]?.send('x'.repeat(5_000))
  await exchange.until(() => exchange.said.length === 2)
  exchange.sockets[1]?.send('BTC 1')
  assert.deepEqual(await tradesOnTape(log, 1), ['BTC-USD 1'])
})

test('configuring adds and removes instruments and leaves the other connections alone', async (t) => {
  const { exchange, keeper, start } = await setStage(t, { instruments: ['BTC-USD', 'ETH-USD', 'SOL-USD'] })
  const collector = await start()
  await exchange.until(() => exchange.said.length === 3)
  const server = collectorHttp({ collector, logger, metrics: createMetrics('collector') })
  t.after(() => server.close())
  const payload = { venues: { toy: { instruments: ['BTC-USD', 'ETH-USD', 'XRP-USD'] } } }
  const answer = await server.inject({ method: 'POST', url: '/configure', payload })
  assert.equal(answer.statusCode, 200, answer.body)
  assert.deepEqual(
    answer
      .json()
      .watched.toy.map(({ instrument }: { instrument: string }) => instrument)
      .sort(),
    ['BTC-USD', 'ETH-USD', 'XRP-USD'],
  )
  await exchange.until(() => exchange.said.includes('+XRP'))
  assert.equal(exchange.sockets[0]?.readyState, 1, 'BTC and ETH kept their socket')
  assert.equal(exchange.said.filter((text) => text === '+BTC').length, 1)
  assert.deepEqual(keeper.saved?.toy?.instruments, ['BTC-USD', 'ETH-USD', 'XRP-USD'])
})

test('what was configured is in force after a restart', async (t) => {
  const { exchange, start } = await setStage(t, { instruments: ['BTC-USD'] })
  const first = await start()
  await exchange.until(() => exchange.said.includes('+BTC'))
  const before = first.watchlist.toy
  assert.ok(before)
  await first.configure({ toy: { ...before, instruments: ['SOL-USD'] } })
  await exchange.until(() => exchange.said.includes('+SOL'))
  await first.stop()
  const second = await start()
  assert.deepEqual(second.watchlist.toy?.instruments, ['SOL-USD'])
})

test('of two lines one is configured, and both watch the same', async (t) => {
  const { exchange, start } = await setStage(t, { instruments: ['BTC-USD', 'ETH-USD'] })
  const versions: Watchlist[] = []
  const startLine = (line: string): Promise<Collector> => {
    let known = 0
    const changed = async (): Promise<Watchlist | undefined> => {
      const newest = versions.length > known ? versions.at(-1) : undefined
      known = versions.length
      return newest
    }
    const keeper: WatchlistKeeper = {
      load: changed,
      save: async (watchlist) => {
        known = versions.push(watchlist)
      },
      changed,
    }
    return start(undefined, { line, name: `test-${line}`, keeper, followMilliseconds: 5 })
  }
  const a = await startLine('A')
  const b = await startLine('B')
  await exchange.until(() => exchange.said.length === 4)
  const configure = async (collector: Collector, toy: object): Promise<void> => {
    const server = collectorHttp({ collector, logger, metrics: createMetrics('collector') })
    const answer = await server.inject({ method: 'POST', url: '/configure', payload: { venues: { toy } } })
    assert.equal(answer.statusCode, 200, answer.body)
    await server.close()
  }
  await configure(a, { instruments: ['SOL-USD'] })
  await exchange.until(() => exchange.said.filter((text) => text === '+SOL').length === 2)
  // What is not named stays as the other line has it.
  await configure(b, { top: 1 })
  assert.deepEqual(b.watchlist.toy?.instruments, ['SOL-USD'])
  while (a.watchlist.toy?.top !== 1) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.equal(versions.length, 2, 'a line that follows puts nothing in force by itself')
})

test('a configuration with faults names each and changes nothing', async (t) => {
  const { exchange, keeper, start } = await setStage(t, { instruments: ['BTC-USD'] })
  const collector = await start()
  await exchange.until(() => exchange.said.length === 1)
  const server = collectorHttp({ collector, logger, metrics: createMetrics('collector') })
  t.after(() => server.close())
  const post = (payload: object | string) =>
    server.inject({ method: 'POST', url: '/configure', payload, headers: { 'content-type': 'application/json' } })
  const answer = await post({ venues: { toy: { top: -1, channels: ['gossip'] }, mtgox: {} } })
  assert.equal(answer.statusCode, 400)
  const keys = answer.json().problems.map(({ key }: { key: string }) => key)
  assert.deepEqual(keys.sort(), ['venues.mtgox', 'venues.toy.channels.0', 'venues.toy.top'])
  for (const rubbish of ['', 'null', '[]', '{"venues":7}', '{"venue":{}}', '{"venues":{"toy":5}}', '{']) {
    assert.equal((await post(rubbish)).statusCode, 400, rubbish)
  }
  assert.equal(keeper.saved, undefined)
  assert.equal(exchange.sockets[0]?.readyState, 1)
})

test('whatever is posted is answered by a coded problem or taken, and the venue is listened to as before', async (t) => {
  const { exchange, start } = await setStage(t, { instruments: ['BTC-USD'] })
  const collector = await start()
  await exchange.until(() => exchange.said.length === 1)
  const server = collectorHttp({ collector, logger, metrics: createMetrics('collector') })
  t.after(() => server.close())
  const key = fc.constantFrom('instruments', 'top', 'channels', 'endpoints', 'enabled', '__proto__', 'constructor', 'x')
  // A change that is allowed would be carried out, which other tests are about: a venue that nobody knows forbids it.
  const change = fc.dictionary(key, fc.jsonValue())
  const body = fc.oneof(
    fc.json(),
    fc.string({ unit: 'binary' }),
    fc.record({ venues: fc.record({ toy: change, mtgox: fc.jsonValue() }) }).map((value) => JSON.stringify(value)),
    fc.tuple(fc.nat(40), fc.string({ maxLength: 3 })).map(([at, put]) => {
      const good = '{"venues":{"mtgox":{"top":3},"toy":{"top":3}}}'
      return good.slice(0, at) + put + good.slice(at + 1)
    }),
  )
  const type = fc.constantFrom('application/json', 'text/plain', 'application/octet-stream', 'text/odd')
  await fc.assert(
    fc.asyncProperty(body, type, async (payload, contentType) => {
      const headers = { 'content-type': contentType }
      const answer = await server.inject({ method: 'POST', url: '/configure', payload, headers })
      if (answer.statusCode === 200) return
      assert.ok(answer.statusCode >= 400 && answer.statusCode < 500, `${answer.statusCode} to ${payload}`)
      assert.match(answer.json().code, /^HTTP_[A-Z_]+$/)
    }),
    { numRuns: 300 },
  )
  assert.equal(exchange.sockets.length, 1)
  assert.equal(exchange.sockets[0]?.readyState, 1)
  assert.deepEqual(collector.watchlist.toy?.instruments, ['BTC-USD'])
})

test('a web page cannot configure', async (t) => {
  const { start } = await setStage(t)
  const server = collectorHttp({ collector: await start(), logger, metrics: createMetrics('collector') })
  t.after(() => server.close())
  const answer = await server.inject({
    method: 'POST',
    url: '/configure',
    payload: { venues: {} },
    headers: { origin: 'https://example.org' },
  })
  assert.equal(answer.statusCode, 403)
})

test('nothing is lost while the log takes nothing: it is held, in order, and told in the health', async (t) => {
  const { exchange, log, start } = await setStage(t, { instruments: ['BTC-USD'] })
  let full = false
  const moody: Log = {
    append: (topic, entries) =>
      full ? Promise.reject(new LogError('LOG_FULL', 'the log is full')) : log.append(topic, entries),
    bounds: (topic) => log.bounds(topic),
    read: (topic, from, limits) => log.read(topic, from, limits),
    tail: (topic, from, options) => log.tail(topic, from, options),
    join: (topic, group, options) => log.join(topic, group, options),
    groupPosition: (topic, group) => log.groupPosition(topic, group),
    retain: (topic, retention) => log.retain(topic, retention),
    close: () => log.close(),
  }
  const collector = await start(moody)
  await exchange.until(() => exchange.said.length === 1)
  full = true
  for (let id = 1; id <= 50; id++) exchange.sockets[0]?.send(`BTC ${id}`)
  while (collector.troubles().every(({ part }) => part !== 'log'))
    await new Promise((resolve) => setTimeout(resolve, 5))
  full = false
  const trades = await tradesOnTape(log, 50)
  assert.deepEqual(
    trades,
    Array.from({ length: 50 }, (_, index) => `BTC-USD ${index + 1}`),
  )
})

test('a venue that cannot be reached is said to be so, and is tried again', async (t) => {
  const { exchange, log, start } = await setStage(t)
  await exchange.close()
  const collector = await start()
  while (collector.runners.get('toy')?.state !== 'unreachable') await new Promise((resolve) => setTimeout(resolve, 5))
  assert.match(collector.troubles()[0]?.reason ?? '', /ECONNREFUSED.*next try in/)
  await collector.stop()
  const states = (await tape(log)).filter((event) => event.messageType === 'venue-state').map(({ state }) => state)
  assert.deepEqual([states[0], states.includes('unreachable'), states.at(-1)], ['connecting', true, 'stopped'])
})
