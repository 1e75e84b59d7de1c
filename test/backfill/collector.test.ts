import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Collector } from '../../src/collector/collector.ts'
import { collectorHttp } from '../../src/collector/collector-http.ts'
import { openLog } from '../../src/log/index.ts'
import type { GapEvent, InstrumentId, Micros, TradeEvent, VenueId, VenueSymbol } from '../../src/market/index.ts'
import { createLogger } from '../../src/platform/index.ts'
import { createMetrics } from '../../src/platform/serving.ts'
import { readTapeRecord } from '../../src/processor/tape-record.ts'
import { TradeFilter } from '../../src/processor/trade-filter.ts'
import { type SimulatedVenue, startSimulator } from '../../src/simulator/index.ts'
import { venueProtocol } from '../../src/venues/index.ts'
import { until } from '../support/until.ts'

const logger = createLogger({ role: 'collector', level: 'silent', format: 'json' })
const HISTORY = 2_500

for (const venue of ['binance', 'coinbase', 'kraken'] satisfies SimulatedVenue[]) {
  test(`${venue}: a gap that a session had to leave is repaired by itself, and told in health and metrics`, {
    timeout: 170_000,
  }, async (t) => {
    const simulator = await startSimulator({
      venues: [venue],
      instruments: ['BTC'],
      seed: 9,
      rate: 5,
      historyTrades: HISTORY,
      historySeconds: 1_800,
    })
    const directory = await mkdtemp(join(tmpdir(), 'opentape-repair-'))
    const log = await openLog(join(directory, 'log'))
    const history = [...simulator.control.ledger.trades({ venue, history: true })].filter(
      ({ kind }) => kind === 'history',
    )
    const [first, last] = [history[200], history[1_600]]
    assert.ok(first !== undefined && last !== undefined)
    const gap: GapEvent = {
      messageType: 'gap',
      id: `${venue}:left`,
      revision: 4,
      venue: venue as string as VenueId,
      instrument: first.instrument as InstrumentId,
      symbol: first.symbol as VenueSymbol,
      channel: 'trade',
      from: first.exchangeTime as Micros,
      to: last.exchangeTime as Micros,
      cause: 'disconnect',
      state: 'beyond-repair',
      missing: Number(last.id) - Number(first.id) + 1,
      missingIds: `${first.id}-${last.id}`,
      evidence: 'the session gave it up',
      receiveTime: last.exchangeTime as Micros,
    }
    await log.append('market-data', [
      {
        key: `${venue}/market-0`,
        value: Buffer.from(
          `${JSON.stringify({ messageType: 'gap', timestamp: gap.receiveTime, payload: { ...gap, messageType: undefined } })}\n`,
        ),
      },
    ])
    const endpoints = simulator.endpoints[venue]
    assert.ok(endpoints !== undefined)
    const config = {
      enabled: true,
      instruments: ['*'],
      top: 0,
      channels: ['trade' as const],
      endpoints: { ...endpoints },
    }
    const metrics = createMetrics('collector')
    const collector = await Collector.start({
      name: 'repair',
      log,
      registry: new Map([[venue, venueProtocol(venue)]]),
      watchlist: { [venue]: config },
      keeper: { load: async () => undefined, save: async () => undefined, changed: async () => undefined },
      raw: false,
      simulated: true,
      logger,
      metrics,
      backfill: { maximumAgeMicros: 86_400_000_000, weightShare: 0.5, settleMicros: 0, idleMilliseconds: 20 },
    })
    const http = collectorHttp({ collector, logger, metrics })
    t.after(async () => {
      await http.close()
      await collector.stop()
      await simulator.stop()
      await log.close()
      await rm(directory, { recursive: true, force: true })
    })
    let wasSeen = false
    await until(
      'the gap is repaired',
      async () => {
        const { backfill } = (await http.inject('/health')).json()
        const [work] = backfill.underWay
        if (work !== undefined && work.rowsRead > 0) {
          wasSeen = true
          assert.ok(work.rowsPerSecond > 0 && work.secondsLeftOfRange >= 0)
        }
        return backfill.since.repaired === 1 && backfill.waiting === 0
      },
      120_000,
    )
    if (venue === 'kraken') assert.ok(wasSeen, 'its progress was not seen')
    assert.match(
      (await http.inject('/metrics')).body,
      /opentape_collector_backfill_gaps_total\{[^}]*outcome="repaired"[^}]*\} 1/,
    )
    await collector.stop()

    const filter = new TradeFilter()
    const stored = new Set<string>()
    let judged: GapEvent | undefined
    for (const record of await log.read('market-data', 1, { records: 100_000, bytes: 1e9 })) {
      for (const event of readTapeRecord(record).events) {
        if (event?.messageType === 'trade' && filter.pass(event, record.position))
          stored.add((event as TradeEvent).id ?? '')
        if (event?.messageType === 'gap' && event.id === gap.id) judged = event
      }
    }
    for (let id = Number(first.id); id <= Number(last.id); id++) assert.ok(stored.has(String(id)), `trade ${id}`)
    assert.deepEqual([judged?.state, judged?.missing, judged?.revision], ['repaired', 0, 5])
  })
}
