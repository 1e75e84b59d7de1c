import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { Channel } from '../src/market/index.ts'
import type { SimulatedVenue } from '../src/simulator/index.ts'
import { venueProtocol } from '../src/venues/index.ts'
import { until } from './support/until.ts'
import { WatchedExchange } from './support/watched-exchange.ts'

// Every venue's protocol as it is, in the product's own collector, against its simulated exchange, which was written from the
// exchange's documentation alone: what one of them got wrong shows here.

interface SimulatedCase {
  readonly venue: SimulatedVenue
  /** How deep books are compared; all levels if absent. */
  readonly depth?: number
  /** Channels of which this exchange may have nothing to say within a few seconds. */
  readonly unheard?: readonly Channel[]
  /** Trades are numbered although their ids do not count. */
  readonly numbersTrades?: boolean
}

/** Open interest is asked for once a minute. */
const UNHEARD_OF_BINANCE: readonly Channel[] = ['open-interest']

/** Polls of a status, or of candles, begin within ten seconds, so that not all instruments are asked for at once. */
const POLLED: readonly Channel[] = ['status']

/** A busy machine takes its time; what goes well ends long before. */
const PATIENCE_MILLISECONDS = 60_000

const CASES: readonly SimulatedCase[] = [
  { venue: 'binance' },
  { venue: 'binance-coinm', unheard: UNHEARD_OF_BINANCE },
  { venue: 'binance-us' },
  { venue: 'binance-usdm', unheard: UNHEARD_OF_BINANCE },
  { venue: 'bybit', unheard: POLLED },
  { venue: 'coinbase' },
  { venue: 'kraken' },
  { venue: 'okx' },
  { venue: 'crypto-com', depth: 50, unheard: POLLED },
  { venue: 'htx', unheard: POLLED },
  { venue: 'htx-futures', unheard: [...POLLED, 'open-interest'] },
  { venue: 'bitget', unheard: POLLED },
  { venue: 'kucoin', unheard: POLLED },
  { venue: 'deribit' },
  { venue: 'gateio' },
  { venue: 'gateio-futures', unheard: ['status'] },
  { venue: 'kraken-futures', unheard: ['candle'], numbersTrades: true },
  { venue: 'bitfinex' },
  { venue: 'bitmex' },
  { venue: 'bitstamp', unheard: ['ticker', 'candle'] },
  { venue: 'hyperliquid', depth: 20 },
  { venue: 'coinbase-advanced' },
  { venue: 'upbit', depth: 30 },
  { venue: 'gemini', unheard: ['ticker', 'status'] },
]

// Most of the time is waiting, so several are played side by side.
describe('simulated exchanges', { concurrency: 4 }, () => {
  for (const { venue, depth, unheard = [], numbersTrades = false } of CASES) {
    test(`${venue}: whatever is lost, the tape ends as what happened`, { timeout: 170_000 }, async (t) => {
      const watched = await WatchedExchange.start(venue)
      t.after(() => watched.stop())
      const { control } = watched.simulator
      await untilEmpty(() => watched.unwell(unheard), PATIENCE_MILLISECONDS)
      const skips = lossy(venue, numbersTrades).map((channel) =>
        control.addFault({ kind: 'skip', venue, channel, count: 3, durationMilliseconds: PATIENCE_MILLISECONDS }),
      )
      await delay(700)
      const isLossy = async (): Promise<boolean> => control.ledger.faults().some(({ fault }) => fault === 'skip')
      await until('something is lost on the way', isLossy, PATIENCE_MILLISECONDS)
      // What comes after a loss shows it: the very last message must not be lost.
      for (const skip of skips) control.removeFault(skip)
      control.addFault({ kind: 'drop', venue })
      await delay(1_800)
      await control.quiesce()
      await untilEmpty(() => watched.difference(depth), PATIENCE_MILLISECONDS)
      await untilEmpty(() => watched.unwell(unheard), PATIENCE_MILLISECONDS)
      assert.deepEqual(watched.refusals, [])
    })
  }
})

/**
 * What may be lost on a connection that goes on. Where nothing numbers the trades, one that is lost so is seen by nobody at once (the
 * audit of candles finds it): there they are lost with the connection only.
 */
function lossy(venue: SimulatedVenue, numbersTrades: boolean): readonly ('trade' | 'book')[] {
  return numbersTrades || venueProtocol(venue).tradeIds === 'consecutive' ? ['trade', 'book'] : ['book']
}

/** Waits until nothing is wrong any more, and says what still is when that takes too long. */
async function untilEmpty(wrong: () => Promise<string>, patience: number): Promise<void> {
  let last = ''
  const well = async (): Promise<boolean> => {
    last = await wrong()
    return last === ''
  }
  await until('nothing is wrong', well, patience).catch((error: unknown) => {
    throw new Error(last === '' ? String(error) : last)
  })
}
