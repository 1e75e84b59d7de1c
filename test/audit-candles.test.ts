import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AuditEvent, MICROS_PER_SECOND, type Micros } from '../src/market/index.ts'
import { Auditor } from '../src/processor/audit/auditor.ts'
import { venueProtocol } from '../src/venues/index.ts'
import { RecordingOutput } from '../src/venues/testing/recording-output.ts'

// Whether the candles of a venue reach the audit: from its frames, by its session, on the tape.

const MINUTE = 60 * MICROS_PER_SECOND
const START = 29_000_000 * MINUTE
const at = (seconds: number) => (START + seconds * MICROS_PER_SECOND) as Micros
const milliseconds = (seconds: number) => String(Math.round(at(seconds) / 1_000))

const TIME = { time: START / 1e6, time_ms: START / 1e3 }

interface Prints {
  readonly price: string
  readonly amount: string
}

interface AuditedVenue {
  readonly venue: string
  readonly symbol: string
  /** The candle of a minute is said as over, or only the next one begins. */
  readonly saysEnd: boolean
  trade(id: number, seconds: number, print: Prints): unknown
  candle(
    minute: number,
    open: string,
    high: string,
    low: string,
    close: string,
    volume: string,
    isOver: boolean,
  ): unknown
}

function gate(saysEnd: boolean): AuditedVenue {
  const time = { ...TIME, event: 'update' }
  return {
    venue: 'gateio',
    symbol: 'BTC_USDT',
    saysEnd,
    trade: (id, seconds, print) => {
      const result = { id, create_time_ms: milliseconds(seconds), side: 'sell', currency_pair: 'BTC_USDT', ...print }
      return { ...time, channel: 'spot.trades', result }
    },
    candle: (minute, o, h, l, c, a, w) => {
      const result = { t: String(at(60 * minute) / 1e6), v: '1', c, h, l, o, n: '1m_BTC_USDT', a, w }
      return { ...time, channel: 'spot.candlesticks', result }
    },
  }
}

const gateFutures: AuditedVenue = {
  ...gate(true),
  venue: 'gateio-futures',
  trade: (id, seconds, { price, amount }) => {
    const result = [
      { id, create_time_ms: Number(milliseconds(seconds)), contract: 'BTC_USDT', price, size: `-${amount}` },
    ]
    return { ...TIME, event: 'update', channel: 'futures.trades', result }
  },
  candle: (minute, o, h, l, c, v, w) => {
    const result = [{ t: at(60 * minute) / 1e6, v, c, h, l, o, n: '1m_BTC_USDT', a: '9', w }]
    return { ...TIME, event: 'update', channel: 'futures.candlesticks', result }
  },
}

const okx: AuditedVenue = {
  venue: 'okx',
  symbol: 'BTC-USDT',
  saysEnd: true,
  trade: (id, seconds, { price: px, amount: sz }) => {
    const trade = { instId: 'BTC-USDT', tradeId: String(id), px, sz, side: 'sell', ts: milliseconds(seconds) }
    return { arg: { channel: 'trades-all', instId: 'BTC-USDT' }, data: [trade] }
  },
  candle: (minute, open, high, low, close, volume, isOver) => {
    const row = [milliseconds(60 * minute), open, high, low, close, volume, '1', '1', isOver ? '1' : '0']
    return { arg: { channel: 'candle1m', instId: 'BTC-USDT' }, data: [row] }
  },
}

/** What an audit says of three minutes of frames, in whose third one print of ours may be missing. */
function audited({ venue, symbol, saysEnd, trade, candle }: AuditedVenue, isComplete: boolean) {
  const protocol = venueProtocol(venue)
  const recognised = protocol.recognise(
    {
      url: `${protocol.endpoints.ws}/`,
      direction: 'in',
      text: JSON.stringify(trade(1, 0, { price: '9', amount: '1' })),
    },
    [],
  )
  assert.ok(recognised !== undefined)
  const instrument = recognised.plan.subscriptions[0]?.instrument
  assert.equal(instrument?.symbol, symbol)
  const subscriptions = (['trade', 'candle'] as const).map((channel) => ({ instrument, channel }))
  const plan = { ...recognised.plan, subscriptions }
  const session = protocol.session({ plan, instruments: [instrument], resume: new Map(), repairTrades: false })
  const out = new RecordingOutput()
  const audits: AuditEvent[] = []
  const outcomes: string[] = []
  const auditor = new Auditor({
    audit: (event) => audits.push(event),
    judged: (_venue, subject, outcome) => outcomes.push(`${subject} ${outcome}`),
  })
  let position = 0
  const hear = (seconds: number, frame?: unknown) => {
    if (frame !== undefined) session.received(JSON.stringify(frame), at(seconds), out)
    for (const event of out.events.splice(0)) auditor.take(event, position++, 0, at(seconds))
    auditor.tick(at(seconds))
  }
  session.opened(at(-60), out)
  const prints: readonly (readonly [seconds: number, price: string, amount: string])[] = [
    [-50, '100', '1'],
    [10, '100', '1'],
    [70, '101', '1'],
    [121, '102', '1.5'],
    [140, '99', '2'],
    [150, '103.5', '0.5'],
  ]
  for (const [index, [seconds, price, amount]] of prints.entries()) {
    // One that is lost on the way: nothing else shows it where ids do not count.
    if (isComplete || seconds !== 140) hear(seconds, trade(index + 1, seconds, { price, amount }))
    if (seconds > 70) continue
    // The candles of the first minutes make the instrument known.
    const minute = Math.floor(seconds / 60)
    const flat = [price, price, price, price] as const
    hear(seconds + 1, candle(minute, ...flat, '1', false))
    if (saysEnd) hear(60 * minute + 60, candle(minute, ...flat, '1', true))
  }
  hear(151, candle(2, '102', '103.5', '99', '103.5', '4', false))
  if (saysEnd) hear(180.4, candle(2, '102', '103.5', '99', '103.5', '4', true))
  hear(182, candle(3, '103.5', '103.5', '103.5', '103.5', '0', false))
  for (let seconds = 183; seconds < 400; seconds++) {
    if (seconds % 60 === 0) {
      const named = { venue: instrument.venue, instrument: instrument.id, symbol: instrument.symbol }
      const coverage = { since: at(-60), until: at(seconds), source: 'live', receiveTime: at(seconds) } as const
      auditor.take({ messageType: 'coverage', ...named, channel: 'trade', ...coverage }, position++, 0, at(seconds))
    }
    hear(seconds)
  }
  assert.deepEqual(out.refusals, [])
  return {
    outcome: outcomes.findLast((outcome) => outcome.startsWith('candle')),
    told: audits.map(({ field, ours, theirs }) => [field, ours, theirs]),
  }
}

for (const one of [okx, gate(true), gate(false), gateFutures]) {
  test(`${one.venue}: a candle ${one.saysEnd ? 'that is said to be over' : 'whose end is not said'} is compared with ours`, () => {
    assert.deepEqual(audited(one, true), { outcome: 'candle agreed', told: [] })
  })
}

test('a print that was lost where nothing else shows it is told by the candle', () => {
  assert.deepEqual(audited(okx, false), {
    outcome: 'candle differed',
    told: [
      ['low', '102', '99'],
      ['volume', '2', '4'],
    ],
  })
})
