import assert from 'node:assert/strict'
import {
  type BookLevel,
  type Channel,
  type Instrument,
  type MarketEvent,
  type Micros,
  microsFromIso,
} from '../../market/index.ts'
import type { VenueProtocol } from '../protocol.ts'
import { RecordingOutput } from './recording-output.ts'
import type { MessageRow } from './recordings.ts'

/** What another project reads in a sample: `type`, `symbol`, and its doubles. */
export interface Opinion {
  readonly type: string
  readonly symbol: string
  readonly [name: string]: unknown
}

/** What that project says of a sample, without what it makes up (its own receive time, its name of the venue). Times are in microseconds. */
export function opinionsOf(row: MessageRow): Opinion[] {
  const opinions = (row.expected ?? []) as readonly Opinion[]
  return opinions.map(({ localTimestamp: _local, exchange: _exchange, timestamp, ...rest }) => {
    return { ...rest, timestamp: microsFromIso(String(timestamp)) } as Opinion
  })
}

/** Our event in that project's words; undefined where it has none for it. */
export function asOpinion(event: MarketEvent): Opinion | undefined {
  switch (event.messageType) {
    case 'trade': {
      const { symbol, id, side, price, amount } = event
      const numbers = { price: Number(price), amount: Number(amount) }
      return { type: 'trade', symbol, id, ...numbers, side, timestamp: event.exchangeTime }
    }
    case 'book': {
      const { symbol, bids, asks } = event
      const isSnapshot = event.kind === 'snapshot'
      const sides = { bids: bids.map(asObject), asks: asks.map(asObject) }
      return { type: 'book_change', symbol, isSnapshot, ...sides, timestamp: event.exchangeTime }
    }
    case 'quote': {
      const { symbol, bidPrice, bidAmount, askPrice, askAmount } = event
      const ask = { askAmount: numberOf(askAmount), askPrice: numberOf(askPrice) }
      const bid = { bidPrice: numberOf(bidPrice), bidAmount: numberOf(bidAmount) }
      return { type: 'book_ticker', symbol, ...ask, ...bid, timestamp: event.exchangeTime }
    }
    default:
      return undefined
  }
}

/** Reads one sample in a session of its instrument alone. @param before frames that come first, and are not looked at */
export function readSample(
  protocol: VenueProtocol,
  instrument: Instrument,
  channels: readonly Channel[],
  raw: unknown,
  before: readonly unknown[] = [],
): RecordingOutput {
  const subscriptions = channels.map((channel) => ({ instrument, channel }))
  const plan = { name: 'samples', path: '', subscriptions }
  const session = protocol.session({ plan, instruments: [], resume: new Map(), repairTrades: false })
  const out = new RecordingOutput()
  // Earlier than every sample: what they hold is live.
  const at = 1_546_300_800_000_000 as Micros
  session.opened(at, out)
  for (const frame of before) session.received(JSON.stringify(frame), at, out)
  assert.deepEqual(out.refusals, [])
  out.clear()
  session.received(JSON.stringify(raw), at, out)
  return out
}

function asObject([price, amount]: BookLevel) {
  return { price: Number(price), amount: Number(amount) }
}

function numberOf(text: string | null): number | null {
  return text === null ? null : Number(text)
}
