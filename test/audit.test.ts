import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MICROS_PER_SECOND, type Micros, type TickerEvent, type TradeEvent } from '../src/market/index.ts'
import { PriceSample } from '../src/processor/audit/price-sample.ts'
import { venueProtocol } from '../src/venues/index.ts'
import { recordingsAbsent, sessionLines } from '../src/venues/testing/recordings.ts'
import { replaySession } from '../src/venues/testing/session-report.ts'

// Whether the rule of the audit is right for real tickers, which are throttled, late, and out of step with the trades.

const BEFORE_MICROS = 30 * MICROS_PER_SECOND

/** Tickers that can be compared in each recorded session: those with a print of ours shortly before them. */
const SESSIONS = [
  { venue: 'okx', compared: 15 },
  { venue: 'kraken', compared: 3 },
  { venue: 'coinbase', compared: 31 },
  { venue: 'gateio', compared: 12 },
  { venue: 'bitfinex', compared: 3 },
] as const

/** What an audit of one ticker would come to. */
function audited(ticker: TickerEvent, trades: readonly TradeEvent[]) {
  const from = (ticker.receiveTime - BEFORE_MICROS) as Micros
  const sample = new PriceSample(from, undefined)
  for (const [index, trade] of trades.entries()) {
    if (trade.receiveTime <= ticker.receiveTime) sample.trade({ trade, position: 1, index })
  }
  sample.ticker(ticker)
  for (const [index, trade] of trades.entries()) {
    if (trade.receiveTime > ticker.receiveTime) sample.trade({ trade, position: 2, index })
  }
  return sample.compare()
}

for (const { venue, compared } of SESSIONS) {
  test(`every last price of the recorded ${venue} session is one of our prints around it`, {
    skip: recordingsAbsent(venue),
  }, () => {
    const { events } = replaySession(venueProtocol(venue), sessionLines(venue))
    let count = 0
    for (const ticker of events) {
      if (ticker.messageType !== 'ticker' || ticker.last === null) continue
      const trades = events
        .filter((event) => event.messageType === 'trade')
        .filter(({ instrument }) => instrument === ticker.instrument)
      if (!trades.some(({ receiveTime }) => receiveTime <= ticker.receiveTime)) continue
      const findings = audited(ticker, trades)
      if (findings === undefined) continue
      count++
      assert.deepEqual(findings.differences, [], `${ticker.instrument} at ${ticker.receiveTime}`)
    }
    assert.equal(count, compared)
  })
}
