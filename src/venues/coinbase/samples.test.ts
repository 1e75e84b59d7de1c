import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Channel, Instrument, MarketEvent, Micros } from '../../market/index.ts'
import { RecordingOutput } from '../testing/recording-output.ts'
import { type MessageRow, messageRows, recordingsAbsent } from '../testing/recordings.ts'
import { instrumentFromId } from './instruments.ts'
import { coinbase } from './protocol.ts'

const AT = 1_567_296_001_275_000 as Micros
const ALL: readonly Channel[] = ['trade', 'book', 'ticker']

function product(id: string): Instrument {
  const instrument = instrumentFromId(id)
  assert.ok(instrument !== undefined)
  return instrument
}

function sessionFor(ids: readonly string[]) {
  const subscriptions = ids.flatMap((id) => ALL.map((channel) => ({ instrument: product(id), channel })))
  const plan = { name: 'samples', path: '', subscriptions }
  return coinbase.session({ plan, instruments: [], resume: new Map(), repairTrades: false })
}

interface Opinion {
  readonly type: string
  readonly symbol: string
  readonly id?: string
  readonly side?: string
  readonly price?: number
  readonly amount?: number
  readonly isSnapshot?: boolean
  readonly bids?: ReadonlyArray<{ readonly price: number; readonly amount: number }>
  readonly asks?: ReadonlyArray<{ readonly price: number; readonly amount: number }>
  readonly timestamp: string
  readonly exchange?: string
  readonly localTimestamp?: string
}

/** Our event in that project's words, its doubles included. */
function asOpinion(event: MarketEvent): Omit<Opinion, 'timestamp' | 'exchange' | 'localTimestamp'> | undefined {
  if (event.messageType === 'trade') {
    const { symbol, id, side, price, amount } = event
    return { type: 'trade', symbol, id: String(id), side, price: Number(price), amount: Number(amount) }
  }
  if (event.messageType !== 'book') return undefined
  const side = (levels: typeof event.bids) =>
    levels.map(([price, amount]) => ({ price: Number(price), amount: Number(amount) }))
  const { symbol } = event
  return {
    type: 'book_change',
    symbol,
    isSnapshot: event.kind === 'snapshot',
    bids: side(event.bids),
    asks: side(event.asks),
  }
}

function withoutTime({ timestamp: _time, exchange: _exchange, localTimestamp: _local, ...rest }: Opinion) {
  return rest
}

function rows(): MessageRow[] {
  return messageRows('coinbase')
}

test('the samples of the Exchange feed mean what another project reads in them', {
  skip: recordingsAbsent('coinbase'),
}, () => {
  const samples = rows().filter((row) => row.channel.startsWith('exchange-feed_'))
  assert.equal(samples.length, 6)
  for (const row of samples) {
    const id = String((row.raw as Record<string, unknown>).product_id)
    const session = sessionFor([id])
    const out = new RecordingOutput()
    session.opened(AT, out)
    // An update means nothing without a snapshot before it.
    if (row.channel === 'exchange-feed_l2update') {
      session.received(`{"type":"snapshot","product_id":"${id}","bids":[],"asks":[]}`, AT, out)
      out.clear()
    }
    session.received(JSON.stringify(row.raw), AT, out)
    const found = out.events.map(asOpinion).filter((event) => event !== undefined)
    const expected = (row.expected as Opinion[]).map(withoutTime)
    assert.deepEqual(found, expected, `${row.channel} ${row.seq}`)
    const unreadable = JSON.stringify(row.raw).includes('0.-10000')
    assert.equal(out.refusals.length, unreadable ? 1 : 0)
  }
})

test('times differ from that project only where the message has none', { skip: recordingsAbsent('coinbase') }, () => {
  // That project writes its own receive time on snapshots, and the time of the message before on those of year 1.
  for (const row of rows().filter((sample) => sample.channel.startsWith('exchange-feed_'))) {
    const raw = row.raw as Record<string, unknown>
    const session = sessionFor([String(raw.product_id)])
    const out = new RecordingOutput()
    session.opened(AT, out)
    session.received(`{"type":"snapshot","product_id":"${raw.product_id}","bids":[],"asks":[]}`, AT, out)
    out.clear()
    session.received(JSON.stringify(raw), AT, out)
    const event = out.events.find((one) => one.messageType === 'trade' || one.messageType === 'book')
    assert.ok(event !== undefined && 'exchangeTime' in event)
    const hasTime = typeof raw.time === 'string' && !raw.time.startsWith('0001-')
    const expected = (row.expected as Opinion[])[0]?.timestamp ?? ''
    assert.equal(event.exchangeTime, hasTime ? Date.parse(expected) * 1_000 : null)
  }
})

test('Advanced Trade is another protocol: its messages are refused, and nothing comes of them', {
  skip: recordingsAbsent('coinbase'),
}, () => {
  const samples = rows().filter((row) => !row.channel.startsWith('exchange-feed_'))
  assert.equal(samples.length, 12)
  for (const row of samples) {
    const session = sessionFor(['BTC-USD', 'ETH-USD'])
    const out = new RecordingOutput()
    session.received(JSON.stringify(row.raw), AT, out)
    assert.deepEqual(out.events, [], row.channel)
    assert.equal(out.refusals[0]?.kind, 'unknown-message', row.channel)
  }
})
