import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { MarketEvent } from './event.ts'
import { decodeEvent, encodeEvent } from './event-codec.ts'
import { scanEvent } from './event-scanner.ts'

const anyName = fc.oneof(fc.constantFrom('BTC-USDT', 'XBT/USD', 'binance'), fc.string({ unit: 'binary' }))
const anyDecimal = fc.oneof(
  fc.constantFrom('0', '1.5', '-0.25', '123456789012345678901.123456789012345678'),
  fc.nat().map(String),
)
const anyMaybeDecimal = fc.option(anyDecimal)
const anyTime = fc.option(fc.maxSafeNat())
const anyLevels = fc.array(fc.tuple(anyDecimal, anyDecimal), { maxLength: 5 })
const plain = { noNullPrototype: true } as const
const anyNames = { venue: anyName, instrument: anyName, symbol: anyName }
const anyEnd = { exchangeTime: anyTime, receiveTime: fc.maxSafeNat() }

const anyTrade = fc.record(
  {
    messageType: fc.constant('trade'),
    ...anyNames,
    id: fc.option(fc.oneof(fc.nat().map(String), fc.string())),
    price: anyDecimal,
    amount: anyDecimal,
    side: fc.constantFrom('buy', 'sell', 'unknown'),
    ...anyEnd,
    backlog: fc.constant(true),
  },
  {
    ...plain,
    requiredKeys: [
      'messageType',
      'venue',
      'instrument',
      'symbol',
      'id',
      'price',
      'amount',
      'side',
      'exchangeTime',
      'receiveTime',
    ],
  },
)
const anyQuote = fc.record(
  {
    messageType: fc.constant('quote'),
    ...anyNames,
    bidPrice: anyMaybeDecimal,
    bidAmount: anyMaybeDecimal,
    askPrice: anyMaybeDecimal,
    askAmount: anyMaybeDecimal,
    sequence: fc.option(fc.integer()),
    ...anyEnd,
  },
  plain,
)
const anyBook = fc.record(
  {
    messageType: fc.constant('book'),
    ...anyNames,
    kind: fc.constantFrom('snapshot', 'update'),
    bids: anyLevels,
    asks: anyLevels,
    sequence: fc.option(fc.integer()),
    ...anyEnd,
  },
  plain,
)
const anyEvent = fc.oneof(anyTrade, anyQuote, anyBook).map(asEvent)

function asEvent(value: object): MarketEvent {
  return value as MarketEvent
}

function parsed(line: string): MarketEvent {
  const { messageType, payload } = JSON.parse(line) as { messageType: string; payload: object }
  return { ...payload, messageType } as MarketEvent
}

test('what is scanned is exactly what parsing gives, for any event', () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      const line = encodeEvent(event)
      // The first reading teaches the names; the second can be a scan.
      assert.deepEqual(decodeEvent(line), parsed(line))
      assert.deepEqual(decodeEvent(line), parsed(line))
    }),
  )
})

test('usual lines are really scanned', () => {
  const names = { venue: 'binance', instrument: 'BTC-USDT', symbol: 'BTCUSDT' }
  const end = '"exchangeTime":1700000000000001,"receiveTime":1700000000000002}}'
  const head = (type: string): string =>
    `{"messageType":"${type}","timestamp":1700000000000002,"payload":${JSON.stringify(names).slice(0, -1)}`
  const lines = [
    `${head('trade')},"id":"17","price":"1.5","amount":"2","side":"buy",${end}`,
    `${head('quote')},"bidPrice":"1","bidAmount":"2","askPrice":null,"askAmount":null,"sequence":7,${end}`,
    `${head('book')},"kind":"update","bids":[["1","2"],["3","4"]],"asks":[],"sequence":null,${end}`,
  ]
  for (const line of lines) {
    const event = decodeEvent(line)
    assert.deepEqual(scanEvent(line), event)
  }
})

test('a damaged line is never scanned as something else than parsing gives', () => {
  fc.assert(
    fc.property(anyEvent, fc.nat(), fc.constantFrom('', '"', '\\', '0', ',', '}', 'x'), (event, where, by) => {
      const line = encodeEvent(event)
      decodeEvent(line)
      const at = where % line.length
      const damaged = line.slice(0, at) + by + line.slice(at + 1)
      const scanned = scanEvent(damaged)
      if (scanned !== undefined) assert.deepEqual(scanned, parsed(damaged))
    }),
    { numRuns: 1_000 },
  )
})
