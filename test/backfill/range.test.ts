import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { backfillRange } from '../../src/cli/backfill/range-backfill.ts'
import { codeOf } from '../../src/cli/cli-error.ts'
import { amount, type GapEvent, type Instrument, type Micros, type TradeEvent } from '../../src/market/index.ts'
import { type LedgerTrade, type SimulatedVenue, startSimulator } from '../../src/simulator/index.ts'
import { venueProtocol } from '../../src/venues/index.ts'
import { tradeOf } from './past-exchange.ts'
import { PastStage } from './past-stage.ts'

// `opentape backfill` as it is, against simulated exchanges, with log, store and what brings one into the other.

const VENUES: readonly SimulatedVenue[] = ['binance', 'coinbase', 'kraken']
const HISTORY = 3_200

const stage = await PastStage.set()
const simulator = await startSimulator({
  venues: VENUES,
  instruments: ['BTC'],
  seed: 5,
  rate: 1,
  historyTrades: HISTORY,
  historySeconds: 3_600,
  maximumEvents: 1,
  limits: false,
})
after(async () => {
  await simulator.stop()
  await stage.close()
})

/** The trade as a collector says it when it hears it. */
function heard(instrument: Instrument, { id, price, amount, side, exchangeTime }: LedgerTrade): TradeEvent {
  const { backlog: _, ...trade } = tradeOf(instrument, String(id), exchangeTime as Micros)
  return { ...trade, price: price as TradeEvent['price'], amount: amount as TradeEvent['amount'], side }
}

for (const venue of VENUES) {
  test(`${venue}: a range of the past is filled, each trade once, however often it is stopped; what differs is told`, {
    timeout: 170_000,
  }, async () => {
    const [row, ...rows] = [...simulator.control.ledger.trades({ venue, history: true })]
    assert.ok(row !== undefined)
    const trades = [row, ...rows].slice(-HISTORY).sort((left, right) => Number(left.id) - Number(right.id))
    const { rest = '' } = simulator.endpoints[venue] ?? {}
    const bodies = await Promise.all(
      venueProtocol(venue)
        .instrumentRequests()
        .map(async ({ path }) => await (await fetch(rest + path)).text()),
    )
    const instrument = venueProtocol(venue)
      .instruments(bodies)
      .instruments.find(({ id }) => id === row.instrument)
    assert.ok(instrument !== undefined)

    // A collector heard some of them, one wrongly; of some it knows that it missed them.
    const from = trades[200] as LedgerTrade
    const to = trades.at(-100) as LedgerTrade
    const isHeard = (index: number) => index % 3 === 0 && !(index > 600 && index < 650)
    const told = trades.filter((_, index) => isHeard(index)).map((trade) => heard(instrument, trade))
    const wrong = told.findIndex(({ id }) => id === String(trades[900]?.id))
    assert.ok(wrong > 0)
    told[wrong] = { ...(told[wrong] as TradeEvent), amount: amount('123456') }
    const [lower, upper] = [trades[601] as LedgerTrade, trades[649] as LedgerTrade]
    const gap: GapEvent = {
      messageType: 'gap',
      id: `${venue}:gap`,
      revision: 2,
      venue: instrument.venue,
      instrument: instrument.id,
      symbol: instrument.symbol,
      channel: 'trade',
      from: lower.exchangeTime as Micros,
      to: upper.exchangeTime as Micros,
      cause: 'disconnect',
      state: 'beyond-repair',
      missing: 49,
      missingIds: `${lower.id}-${upper.id}`,
      evidence: 'the test',
      receiveTime: upper.exchangeTime as Micros,
    }
    await stage.say(venue, [...told, gap])

    const fill = async (signal: AbortSignal) =>
      await backfillRange({
        config: stage.at(venue, rest),
        venue,
        instrument: instrument.id,
        channel: 'trade',
        from: from.exchangeTime as Micros,
        to: to.exchangeTime as Micros,
        say: () => undefined,
        signal,
      })
    // Stopped while it reads, once or more, by whatever is on the tape then.
    for (const pages of venue === 'kraken' ? [4] : [3, 5]) {
      const { next } = await stage.log.bounds('raw-market-data')
      const stop = new AbortController()
      const watch = setInterval(() => {
        void stage.log.bounds('raw-market-data').then((bounds) => {
          if (bounds.next >= next + pages) stop.abort()
        })
      }, 1)
      const ended = await fill(stop.signal).catch((error: unknown) => error)
      clearInterval(watch)
      if (ended instanceof Error) assert.equal(codeOf(ended), 'CLI_INTERRUPTED', ended.message)
    }
    const report = await fill(new AbortController().signal)

    const within = trades.filter(
      ({ exchangeTime }) => exchangeTime >= from.exchangeTime && exchangeTime < to.exchangeTime,
    )
    const expected = new Map(told.map((trade) => [trade.id, trade]))
    for (const trade of within)
      if (!expected.has(String(trade.id))) expected.set(String(trade.id), heard(instrument, trade))
    const stored = await stage.trades(venue, instrument.id)
    assert.equal(new Set(stored.map(({ id }) => id)).size, stored.length, 'a trade is stored twice')
    const look = ({ id, price, amount, side }: TradeEvent) => `${id} ${price} ${amount} ${side}`
    assert.deepEqual(stored.map(look).sort(), [...expected.values()].map(look).sort())

    const [after] = (await stage.store.gaps({ venue: instrument.venue, limit: 10 })).items
    assert.ok(after !== undefined)
    assert.deepEqual([after.state, after.missing, after.missingIds], ['repaired', 0, null])
    const feed = { venue: instrument.venue, instrument: instrument.id, channel: 'trade' } as const
    const coverages = await stage.store.coverages({ ...feed, from: 0 as Micros, to: to.exchangeTime as Micros })
    const isCovered = coverages.some(
      ({ source, since, until }) => source === 'backfill' && since === from.exchangeTime && until === to.exchangeTime,
    )
    assert.ok(isCovered)

    // Once more, it finds nothing to do.
    assert.ok(report.rows.read >= report.rows.new)
    const again = await fill(new AbortController().signal)
    assert.deepEqual(
      [again.rows.read, again.rows.new, again.rows.stored, again.rows.differing],
      [within.length, 0, within.length - 1, 1],
    )
    assert.equal(again.differences[0]?.what, String(trades[900]?.id))
  })
}

test('what cannot be filled is said before anything is read', async () => {
  const { rest = '' } = simulator.endpoints.kraken ?? {}
  const fill = (more: { venue?: string; instrument?: string; channel?: 'trade' | 'funding'; from?: number }) => {
    const { venue = 'kraken', instrument = 'BTC-USD', channel = 'trade', from = 0 } = more
    const config = stage.at('kraken', rest)
    return backfillRange({
      config,
      venue,
      instrument,
      channel,
      from: from as Micros,
      to: undefined,
      say: () => undefined,
      signal: new AbortController().signal,
    })
  }
  await assert.rejects(fill({ channel: 'funding' }), {
    code: 'CLI_USAGE',
    message: /gives nothing of the past of funding/,
  })
  await assert.rejects(fill({ instrument: 'NO-SUCH' }), { code: 'CLI_USAGE' })
  await assert.rejects(fill({ from: Date.now() * 2_000 }), { code: 'CLI_USAGE', message: /the range is empty/ })
})
