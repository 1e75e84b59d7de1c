import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { ConfigError, type ConfigSources, defaultConfig, loadConfig } from './index.ts'

const VENUES = ['binance', 'coinbase', 'kraken']
const directory = mkdtempSync(join(tmpdir(), 'opentape-config-'))
after(() => rmSync(directory, { recursive: true }))

function sources(over: Partial<ConfigSources> = {}): ConfigSources {
  return { knownVenues: VENUES, environment: {}, workingDirectory: directory, ...over }
}

function fileWith(text: string): string {
  const file = join(directory, 'some.yaml')
  writeFileSync(file, text)
  return file
}

function problemsOf(over: Partial<ConfigSources>) {
  try {
    loadConfig(sources(over))
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    return error
  }
  throw new Error('the configuration was accepted')
}

test('with nothing given every venue has every channel, and the data directory is absolute', () => {
  const { config, file } = loadConfig(sources())
  assert.equal(file, null)
  assert.deepEqual(Object.keys(config.venues), VENUES)
  assert.deepEqual(config.venues.kraken?.channels, [
    'trade',
    'quote',
    'book',
    'ticker',
    'candle',
    'funding',
    'mark-price',
    'open-interest',
    'liquidation',
    'option-summary',
    'status',
  ])
  assert.equal(config.data, join(directory, 'data', 'live'))
  assert.equal(config.gateway.host, '127.0.0.1')
})

test('flags win over the environment, the environment over the file, the file over the profile', () => {
  const file = fileWith(
    'profile: production\ngateway: { port: 1001 }\ncollector: { port: 1002 }\nprocessor: { port: 1003 }\n',
  )
  const environment = { OPENTAPE_COLLECTOR_PORT: '2002', OPENTAPE_PROCESSOR_PORT: '2003' }
  const { config } = loadConfig(sources({ file, environment, flags: { 'processor.port': 3003 } }))
  assert.deepEqual([config.gateway.port, config.collector.port, config.processor.port], [1001, 2002, 3003])
  assert.equal(config.gateway.token, 'required')
  assert.equal(config.logging.format, 'json')
  const chosen = loadConfig(sources({ file, environment: { OPENTAPE_GATEWAY_TOKEN: 'auto' } }))
  assert.equal(chosen.config.gateway.token, 'auto')
})

test('the short names OPENTAPE_LOG, OPENTAPE_STORE and OPENTAPE_CONTROL set the addresses', () => {
  const environment = {
    OPENTAPE_LOG: 'nats://127.0.0.1:4222',
    OPENTAPE_STORE: 'http://u:p@db:8123/tape',
    OPENTAPE_CONTROL: 'postgres://u:p@db/tape',
    OPENTAPE_VENUES_BINANCE_CHANNELS: 'trade, book',
    OPENTAPE_VENUES_BINANCE_ENDPOINTS_WS: 'ws://127.0.0.1:9',
    OPENTAPE_VENUES_KRAKEN_ENABLED: '0',
  }
  const { config } = loadConfig(sources({ environment }))
  assert.equal(config.log.url, environment.OPENTAPE_LOG)
  assert.equal(config.store.url, environment.OPENTAPE_STORE)
  assert.equal(config.control.url, environment.OPENTAPE_CONTROL)
  assert.deepEqual(config.venues.binance?.channels, ['trade', 'book'])
  assert.equal(config.venues.binance?.endpoints.ws, 'ws://127.0.0.1:9')
  assert.equal(config.venues.kraken?.enabled, false)
})

test('every fault is named at once: its key, where it comes from, its value and what is allowed', () => {
  const file = fileWith(
    'gateway: { prt: 1 }\nvenues: { binanse: { enabled: true }, kraken: { channels: [trade, trade] } }\nlogging: { level: loud }\n',
  )
  const error = problemsOf({
    file,
    environment: { OPENTAPE_COLLECTOR_PORT: '99999', OPENTAPE_STOR: 'x' },
    flags: { 'store.port': 'abc' },
  })
  assert.equal(error.code, 'CONFIG_INVALID')
  const said = Object.fromEntries(error.problems.map((problem) => [problem.key || problem.source, problem]))
  assert.match(said['gateway.prt']?.message ?? '', /no such key; did you mean port\?.*allowed: host, port/)
  assert.match(said['venues.binanse']?.message ?? '', /no such venue; did you mean binance\?/)
  assert.match(said['venues.kraken.channels']?.message ?? '', /"trade" is there twice/)
  assert.match(said['logging.level']?.message ?? '', /"loud" is not allowed; allowed: one of fatal/)
  assert.match(said['collector.port']?.message ?? '', /99999 is not allowed; allowed: a whole number from 0 to 65535/)
  assert.equal(said['collector.port']?.source, 'OPENTAPE_COLLECTOR_PORT')
  assert.match(said['store.port']?.message ?? '', /"abc" is not allowed/)
  assert.equal(said['store.port']?.source, 'command line')
  assert.match(said.OPENTAPE_STOR?.message ?? '', /did you mean OPENTAPE_STORE\?/)
  assert.equal(error.problems.length, 7)
})

test('a flag is text, and is read as what its key holds', () => {
  const flags = {
    'venues.kraken.enabled': 'false',
    'venues.kraken.channels': 'trade,book',
    'gateway.port': '9000',
    data: '/tmp/7',
  }
  const { config } = loadConfig(sources({ flags }))
  assert.equal(config.venues.kraken?.enabled, false)
  assert.deepEqual(config.venues.kraken?.channels, ['trade', 'book'])
  assert.equal(config.gateway.port, 9000)
  assert.equal(config.data, '/tmp/7')
})

test('a password never stands in a message', () => {
  const error = problemsOf({ environment: { OPENTAPE_STORE: 'htp://me:hunter2@db' } })
  assert.match(error.message, /htp:\/\/me:\*\*\*@db/)
  assert.doesNotMatch(error.message, /hunter2/)
})

test('keys that contradict each other are refused', () => {
  assert.match(
    problemsOf({ flags: { 'gateway.host': '0.0.0.0', 'gateway.token': 'off' } }).message,
    /gateway.token .*others could reach it/,
  )
  assert.match(
    problemsOf({ flags: { 'collector.port': 8080 } }).message,
    /collector.port .*8080 is already gateway.port/,
  )
  loadConfig(sources({ flags: { 'collector.port': 0, 'gateway.port': 0 } }))
})

test('a file that is named and absent, broken or no mapping is refused; an absent default file is not', () => {
  assert.equal(problemsOf({ file: 'nowhere.yaml' }).code, 'CONFIG_UNREADABLE')
  assert.match(problemsOf({ file: fileWith('a: [1,\nb') }).message, /some\.yaml/)
  assert.match(problemsOf({ file: fileWith('- 1') }).message, /keys and values/)
  assert.match(problemsOf({ file: fileWith('gateway: {}\ngateway: {}') }).message, /unique/i)
  assert.match(problemsOf({ file: fileWith('gateway:') }).message, /gateway .*null is not allowed here/)
  loadConfig(sources({ file: fileWith('# nothing\n') }))
})

test('no text in a file or a variable gets past the check or breaks it', () => {
  const names = ['OPENTAPE_GATEWAY_PORT', 'OPENTAPE_LOG', 'OPENTAPE_VENUES_KRAKEN_TOP', 'OPENTAPE_DATA', 'OPENTAPE_X']
  fc.assert(
    fc.property(fc.string(), fc.constantFrom(...names), fc.string({ unit: 'binary' }), (text, name, value) => {
      try {
        const { config } = loadConfig(sources({ file: fileWith(text), environment: { [name]: value } }))
        assert.ok(Number.isInteger(config.gateway.port))
      } catch (error) {
        assert.ok(error instanceof ConfigError, String(error))
        assert.ok(error.problems.length > 0)
      }
    }),
    { numRuns: 300 },
  )
})

test('any JSON under a key is accepted or refused with that key', () => {
  fc.assert(
    fc.property(fc.constantFrom('gateway', 'venues', 'log', 'profile', 'data'), fc.jsonValue(), (key, value) => {
      try {
        loadConfig(sources({ file: fileWith(JSON.stringify({ [key]: value })) }))
      } catch (error) {
        assert.ok(error instanceof ConfigError, String(error))
        for (const problem of error.problems) assert.ok(problem.key.startsWith(key), problem.key)
      }
    }),
    { numRuns: 300 },
  )
})

test('the defaults fit their own schema', () => {
  assert.equal(defaultConfig(VENUES).profile, 'development')
})
