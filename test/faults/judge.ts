import type { LedgerTrade, SimulatedVenue } from '../../src/simulator/index.ts'
import { venueProtocol } from '../../src/venues/index.ts'
import { until } from '../support/until.ts'
import { exact, times } from './exact.ts'
import type { FaultPlan } from './fault-plan.ts'
import type { Stage } from './stage.ts'

const CONVERGENCE_MILLISECONDS = 90_000
const MINUTE = 60_000_000

/** Ids of each instrument's trades before watching began. */
export type Baseline = ReadonlyMap<string, ReadonlySet<string>>

/** Exchanges that show no more levels than these. */
const DEPTHS: Readonly<Partial<Record<SimulatedVenue, number>>> = { hyperliquid: 20, upbit: 30, 'crypto-com': 50 }
/** Exchanges that cut the times of past trades to the second. */
const SECONDS_IN_HISTORY: ReadonlySet<string> = new Set<SimulatedVenue>(['bitget'])
/** What a message needs at most on its way, in microseconds; clocks of exchange and collector are one. */
const WAY_MICROS = 500_000
const SECOND = 1_000_000

/** What happened before watching begins. */
export function baselineOf(stage: Stage): Baseline {
  const known = new Map<string, Set<string>>()
  for (const { venue, instrument, id } of stage.simulator.control.ledger.trades({ history: true })) {
    const key = `${venue} ${instrument}`
    const ids = known.get(key) ?? new Set<string>()
    known.set(key, ids.add(id))
  }
  return known
}

export interface Verdict {
  readonly trades: number
  readonly books: number
  readonly candles: number
  readonly gaps: number
  /** Trades that no source gives any more, all named by gaps. */
  readonly beyondRepair: number
}

interface StoredTrade {
  readonly id: string
  readonly price: string
  readonly amount: string
  readonly side: string
  readonly time: string
}

/** Compares the store and the books with what really happened. @throws Error naming the first difference. */
export async function judge(stage: Stage, plan: FaultPlan, baseline: Baseline): Promise<Verdict> {
  const ledger = ledgerTrades(stage, baseline)
  const everHappened = baselineOf(stage)
  const kinds = new Set(plan.faults.map(({ kind }) => kind))
  // History that the exchange itself has forgotten cannot come back; then the gaps must say what is missing.
  const mayMiss = kinds.has('history-limit')
  let lastDifference = ''
  await until(
    'the store holds what happened',
    async () => {
      lastDifference = await difference(stage, ledger, everHappened, mayMiss, !kinds.has('clock-shift'))
      if (lastDifference === '') lastDifference = await bookDifference(stage)
      return lastDifference === ''
    },
    CONVERGENCE_MILLISECONDS,
  ).catch(async (error: unknown) => {
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(`${lastDifference}; ${why}; gaps of trades: ${await gapsInBrief(stage)}`)
  })
  const candles = await judgeCandles(stage)
  const [[gaps = '0'] = []] = await stage.opentape.sql('SELECT count() FROM gaps FINAL')
  const disruptions = plan.kills.some(({ victim }) => victim === 'collector' || victim === 'everything')
  if (disruptions && gaps === '0') throw new Error('the collector was killed and no gap says so')
  await judgeOutages(stage, plan)
  const books = stage.simulator.control.ledger.books().filter(({ active }) => active).length
  const trades = [...ledger.values()].reduce((sum, list) => sum + list.length, 0)
  return { trades, books, candles, gaps: Number(gaps), beyondRepair: await missingByGaps(stage) }
}

function ledgerTrades(stage: Stage, baseline: Baseline): Map<string, LedgerTrade[]> {
  const byInstrument = new Map<string, LedgerTrade[]>()
  for (const trade of stage.simulator.control.ledger.trades()) {
    const key = `${trade.venue} ${trade.instrument}`
    const before = baseline.get(key)
    if (before === undefined || before.has(trade.id)) continue
    const list = byInstrument.get(key) ?? []
    list.push(trade)
    byInstrument.set(key, list)
  }
  return byInstrument
}

async function storedTrades(stage: Stage, key: string): Promise<StoredTrade[]> {
  const [venue, instrument] = key.split(' ')
  const rows = await stage.opentape.sql(
    `SELECT id, toString(price), toString(amount), toString(side), toString(toUnixTimestamp64Micro(time)) FROM trades
     WHERE venue = '${venue}' AND instrument = '${instrument}' ORDER BY ordinal`,
  )
  return rows.map(([id = '', price = '', amount = '', side = '', time = '']) => ({ id, price, amount, side, time }))
}

/** The first difference between store and ledger; empty if there is none. */
async function difference(
  stage: Stage,
  ledger: Map<string, LedgerTrade[]>,
  everHappened: Baseline,
  mayMiss: boolean,
  compareTimes: boolean,
): Promise<string> {
  let missing = 0
  for (const [key, happened] of ledger) {
    const stored = await storedTrades(stage, key)
    const byId = new Map(stored.map((trade) => [trade.id, trade]))
    const gaps = isNumbered(key) ? [] : await tradeGaps(stage, key)
    if (byId.size !== stored.length) return `${key}: ${stored.length - byId.size} trades are stored twice`
    for (const trade of happened) {
      const found = byId.get(trade.id)
      if (found === undefined) {
        // What was traded between a crash and the delisting cannot be asked for any more: then a gap has to say so.
        if (await endedUnwatched(stage, key)) continue
        // Where nothing numbers the trades, a gap can only say when some are missing.
        if (gaps.some(({ from, to }) => trade.exchangeTime >= from - WAY_MICROS && trade.exchangeTime <= to)) continue
        if (!mayMiss)
          return `${key}: trade ${trade.id} is not stored (${stored.length} are, ${happened.length} happened)`
        missing++
        continue
      }
      const same =
        exact(found.price) === exact(trade.price) &&
        exact(found.amount) === exact(trade.amount) &&
        found.side === trade.side &&
        (!compareTimes || isSameTime(key, found.time, trade.exchangeTime))
      if (!same)
        return `${key}: trade ${trade.id} is stored as ${JSON.stringify(found)} and was ${JSON.stringify(trade)}`
    }
    const invented = stored.find(({ id }) => everHappened.get(key)?.has(id) !== true)
    if (invented !== undefined) return `${key}: trade ${invented.id} is stored and never happened`
  }
  const named = await missingByGaps(stage)
  return missing === named ? '' : `${missing} trades are missing and the gaps name ${named}`
}

/** Whether a lost trade shows in the ids. */
function isNumbered(key: string): boolean {
  return venueProtocol(key.split(' ')[0] ?? '').tradeIds === 'consecutive'
}

function isSameTime(key: string, stored: string, happened: number): boolean {
  if (stored === String(happened)) return true
  return SECONDS_IN_HISTORY.has(key.split(' ')[0] ?? '') && Number(stored) === Math.floor(happened / SECOND) * SECOND
}

/** When trades of an instrument are said to be missing for good, by times of the collector. */
async function tradeGaps(
  stage: Stage,
  key: string,
): Promise<readonly { readonly from: number; readonly to: number }[]> {
  const [venue, instrument] = key.split(' ')
  const rows = await stage.opentape.sql(
    `SELECT toString(toUnixTimestamp64Micro(from_time)), toString(toUnixTimestamp64Micro(ifNull(to_time, now64(6)))) FROM gaps FINAL
     WHERE venue = '${venue}' AND instrument = '${instrument}' AND channel = 'trade' AND state IN ('partly', 'beyond-repair')`,
  )
  return rows.map(([from, to]) => ({ from: Number(from), to: Number(to) }))
}

/** Whether an instrument was delisted while nothing watched it, and the tape says so. */
async function endedUnwatched(stage: Stage, key: string): Promise<boolean> {
  const [venue = '', instrument = ''] = key.split(' ')
  const isDelisted = stage.simulator.control.ledger.books({ venue, instrument }).every(({ active }) => !active)
  if (!isDelisted) return false
  const [[gaps = '0'] = []] = await stage.opentape.sql(
    `SELECT count() FROM gaps FINAL WHERE venue = '${venue}' AND instrument = '${instrument}' AND channel = 'trade'
     AND cause = 'collector-crashed' AND state = 'beyond-repair' AND missing IS NULL`,
  )
  return gaps !== '0'
}

async function missingByGaps(stage: Stage): Promise<number> {
  const [[missing = '0'] = []] = await stage.opentape.sql(
    "SELECT sum(ifNull(missing, 0)) FROM gaps FINAL WHERE channel = 'trade' AND state IN ('partly', 'beyond-repair')",
  )
  return Number(missing)
}

/** The gaps of trades that are not repaired, for whoever looks for the cause of a difference. */
async function gapsInBrief(stage: Stage): Promise<string> {
  const rows = await stage.opentape.sql(
    `SELECT venue, instrument, toString(state), toString(cause), toString(missing), toString(from_time), toString(to_time), evidence
     FROM gaps FINAL WHERE channel = 'trade' AND state != 'repaired' ORDER BY venue, instrument, from_time LIMIT 60`,
  )
  return rows.map((row) => row.join(' ')).join(' | ')
}

interface LiveBook {
  readonly live: boolean
  readonly feedState: string
  readonly bids: readonly (readonly [string, string])[]
  readonly asks: readonly (readonly [string, string])[]
}

async function bookDifference(stage: Stage): Promise<string> {
  for (const book of stage.simulator.control.ledger.books()) {
    if (!book.active) continue
    const url = `${stage.opentape.api}/books/${book.venue}/${book.instrument}?depth=1000`
    const where = `${book.venue} ${book.instrument}`
    const live = await stage.opentape.json<LiveBook>(url)
    if (!live.live) return `the book of ${where} is ${live.feedState}`
    const shown = DEPTHS[book.venue]
    const depth = book.venue === 'kraken' ? Math.min(live.bids.length, book.bids.length) : (shown ?? book.bids.length)
    for (const side of ['bids', 'asks'] as const) {
      const wanted =
        side === 'bids'
          ? book.bids.slice(0, depth)
          : book.asks.slice(0, book.venue === 'kraken' ? live.asks.length : shown)
      const text = (levels: readonly (readonly [string, string])[]): string =>
        levels.map((level) => level.join(' x ')).join(', ')
      if (live[side].length === 0 || text(live[side]) !== text(wanted)) {
        return `the ${side} of ${where} are ${text(live[side]).slice(0, 200)} and should be ${text(wanted).slice(0, 200)}`
      }
    }
  }
  return ''
}

interface Candle {
  open: string
  high: string
  low: string
  close: string
  volume: bigint
  quoteVolume: bigint
  trades: number
}

/** Candles of the store, all of them, against candles computed here from the stored trades, which equal the ledger's. */
async function judgeCandles(stage: Stage): Promise<number> {
  const wanted = new Map<string, Candle>()
  const rows = await stage.opentape.sql(
    `SELECT venue, instrument, toString(price), toString(amount), toString(toUnixTimestamp64Micro(time)) FROM trades
     ORDER BY venue, instrument, time, ordinal`,
  )
  for (const [venue, instrument, price = '0', amount = '0', time = '0'] of rows) {
    const key = `${venue} ${instrument} ${Math.floor(Number(time) / MINUTE) * 60}`
    const candle = wanted.get(key)
    const volume = exact(amount)
    const quoteVolume = times(exact(price), volume)
    if (candle === undefined) {
      wanted.set(key, { open: price, high: price, low: price, close: price, volume, quoteVolume, trades: 1 })
      continue
    }
    if (exact(price) > exact(candle.high)) candle.high = price
    if (exact(price) < exact(candle.low)) candle.low = price
    candle.close = price
    candle.volume += volume
    candle.quoteVolume += quoteVolume
    candle.trades++
  }
  const stored = await stage.opentape.sql(
    `SELECT venue, instrument, toString(toUnixTimestamp(open_time)), toString(argMinMerge(open)), toString(max(high)), toString(min(low)),
       toString(argMaxMerge(close)), toString(sum(volume)), toString(sum(quote_volume)), toString(sum(trades))
     FROM candles WHERE width = 60 GROUP BY venue, instrument, open_time`,
  )
  if (stored.length !== wanted.size)
    throw new Error(`${stored.length} candles are stored and there should be ${wanted.size}`)
  for (const [
    venue,
    instrument,
    at,
    open = '',
    high = '',
    low = '',
    close = '',
    volume = '',
    quoteVolume = '',
    trades,
  ] of stored) {
    const key = `${venue} ${instrument} ${at}`
    const candle = wanted.get(key)
    const same =
      candle !== undefined &&
      exact(open) === exact(candle.open) &&
      exact(high) === exact(candle.high) &&
      exact(low) === exact(candle.low) &&
      exact(close) === exact(candle.close) &&
      exact(volume) === candle.volume &&
      exact(quoteVolume) === candle.quoteVolume &&
      Number(trades) === candle.trades
    if (!same)
      throw new Error(`candle ${key} is stored as ${[open, high, low, close, volume, quoteVolume, trades].join(' ')}`)
  }
  return stored.length
}

/** Every cut of a connection must be a gap of the books of its venue: updates of books do not come back. */
async function judgeOutages(stage: Stage, plan: FaultPlan): Promise<void> {
  for (const fault of stage.simulator.control.ledger.faults()) {
    if (fault.fault !== 'drop' && fault.fault !== 'outage') continue
    const rows = await stage.opentape.sql(
      `SELECT count() FROM gaps FINAL WHERE venue = '${fault.venue}' AND channel = 'book'
       AND cause IN ('disconnect', 'collector-crashed', 'collector-stopped')`,
    )
    if (rows[0]?.[0] === '0') throw new Error(`seed ${plan.seed}: ${fault.fault} of ${fault.venue} is in no gap`)
  }
  // The store is a moment behind the books.
  let open: string[][] = []
  await until('every gap of books and trades is closed', async () => {
    open = await stage.opentape.sql("SELECT id FROM gaps FINAL WHERE state = 'open' AND channel IN ('book', 'trade')")
    return open.length === 0
  }).catch(() => {
    throw new Error(`gap ${open[0]?.[0]} is still open though its feed is whole again`)
  })
}
