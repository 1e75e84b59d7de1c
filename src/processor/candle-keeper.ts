import {
  type InstrumentId,
  InstrumentMap,
  MICROS_PER_SECOND,
  type Micros,
  type TradeEvent,
  type VenueId,
} from '../market/index.ts'
import {
  CANDLE_INTERVALS,
  type Candle,
  type CandleInterval,
  candleOpenTime,
  candleSeconds,
  fitsStore,
} from '../store/index.ts'
import { CandleSum, type CandleSumState, tradeOrdinal } from './candle-sum.ts'

/** Candles of each interval that are kept of an instrument, the newest. A trade for an older one is left to the store. */
const KEPT: Readonly<Record<CandleInterval, number>> = {
  '1s': 60,
  '1m': 30,
  '5m': 12,
  '15m': 8,
  '1h': 24,
  '1d': 2,
  '1w': 2,
}

/** A candle that only the store can complete, since its trades are not in memory any more. */
export interface ForgottenCandle {
  readonly venue: VenueId
  readonly instrument: InstrumentId
  readonly interval: CandleInterval
  readonly openTime: Micros
}

interface KeptCandle {
  readonly sum: CandleSum
  changed: boolean
}

interface Series {
  readonly candles: Map<Micros, KeptCandle>
  /** Those that have something to be said: changed, or not yet ended. */
  readonly pending: Set<Micros>
  /** Candles that open at or before this may have trades that are not in memory. */
  completeAfter: number
}

interface InstrumentCandles {
  readonly venue: VenueId
  readonly instrument: InstrumentId
  /** Trades since the last time candles were taken, by second. */
  readonly fresh: Map<Micros, CandleSum>
  readonly series: Readonly<Record<CandleInterval, Series>>
}

/** The state as it is written down. */
export interface CandleKeeperState {
  readonly incompleteBefore: number
  readonly instruments: readonly {
    readonly venue: VenueId
    readonly instrument: InstrumentId
    readonly series: Readonly<Record<CandleInterval, { completeAfter: number; candles: [Micros, CandleSumState][] }>>
  }[]
}

/**
 * Candles of the trades that it is told, in bounded memory. They equal those that the store computes of the same trades. A
 * trade costs one addition; the seven intervals are brought up to date when candles are taken.
 */
export class CandleKeeper {
  readonly #instruments = new InstrumentMap<InstrumentCandles>()
  /** Candles that open before this may have had trades before the first that was told. */
  readonly #incompleteBefore: number

  /** `incompleteBefore`: time up to which trades may be unknown, where the tape does not begin with the first trade. */
  constructor(incompleteBefore: number = Number.NEGATIVE_INFINITY) {
    this.#incompleteBefore = incompleteBefore
  }

  /** Adds a trade; one that the store cannot hold is not in its candles either, so not in these. */
  add(trade: TradeEvent, position: number, index: number): void {
    if (!fitsStore(trade.price) || !fitsStore(trade.amount)) return
    const time = trade.exchangeTime ?? trade.receiveTime
    const order = { time, ordinal: tradeOrdinal(trade.id, position, index) }
    const { fresh } = this.#of(trade)
    const second = (Math.floor(time / MICROS_PER_SECOND) * MICROS_PER_SECOND) as Micros
    const sum = fresh.get(second)
    if (sum === undefined) fresh.set(second, new CandleSum(trade.price, trade.amount, trade.side, order))
    else sum.add(trade.price, trade.amount, trade.side, order)
  }

  /**
   * Candles of these intervals that changed since they were last taken, or ended since; and those that the store has to
   * complete. `at` decides what has ended.
   */
  take(intervals: readonly CandleInterval[], at: Micros): { changed: Candle[]; forgotten: ForgottenCandle[] } {
    const changed: Candle[] = []
    const forgotten: ForgottenCandle[] = []
    for (const kept of this.#instruments.values()) {
      this.#settle(kept, forgotten)
      for (const interval of intervals) takeSeries(kept, interval, at, changed)
    }
    return { changed, forgotten }
  }

  /** Of which the candles that the store has to complete are said first. */
  state(): { state: CandleKeeperState; forgotten: ForgottenCandle[] } {
    const forgotten: ForgottenCandle[] = []
    const instruments = [...this.#instruments.values()].map((kept) => {
      this.#settle(kept, forgotten)
      const series = byInterval((interval) => {
        const { completeAfter, candles } = kept.series[interval]
        const states = [...candles].map(([openTime, { sum }]): [Micros, CandleSumState] => [openTime, sum.state()])
        return { completeAfter: finite(completeAfter), candles: states }
      })
      return { venue: kept.venue, instrument: kept.instrument, series }
    })
    return { state: { incompleteBefore: finite(this.#incompleteBefore), instruments }, forgotten }
  }

  /** Goes on from a state. Every candle counts as changed, so that what was not said before the end is said. */
  static restore(state: CandleKeeperState): CandleKeeper {
    const keeper = new CandleKeeper(state.incompleteBefore)
    for (const { venue, instrument, series } of state.instruments) {
      const kept = keeper.#of({ venue, instrument })
      for (const interval of CANDLE_INTERVALS) {
        const target = kept.series[interval]
        target.completeAfter = series[interval].completeAfter
        for (const [openTime, sum] of series[interval].candles) {
          target.candles.set(openTime, { sum: CandleSum.restore(sum), changed: true })
          target.pending.add(openTime)
        }
      }
    }
    return keeper
  }

  get instrumentCount(): number {
    return this.#instruments.size
  }

  #of(named: Pick<InstrumentCandles, 'venue' | 'instrument'>): InstrumentCandles {
    let kept = this.#instruments.get(named)
    if (kept === undefined) {
      const { venue, instrument } = named
      const completeAfter = this.#incompleteBefore
      kept = {
        venue,
        instrument,
        fresh: new Map(),
        series: byInterval(() => ({
          candles: new Map<Micros, KeptCandle>(),
          pending: new Set<Micros>(),
          completeAfter,
        })),
      }
      this.#instruments.set(named, kept)
    }
    return kept
  }

  #settle(kept: InstrumentCandles, forgotten: ForgottenCandle[]): void {
    if (kept.fresh.size === 0) return
    for (const [second, sum] of kept.fresh) {
      for (const interval of CANDLE_INTERVALS) {
        const openTime = candleOpenTime(interval, second)
        const { candles, pending, completeAfter } = kept.series[interval]
        const candle = candles.get(openTime)
        if (candle !== undefined) {
          candle.sum.join(sum)
          candle.changed = true
          pending.add(openTime)
        } else if (openTime > completeAfter) {
          candles.set(openTime, { sum: sum.copy(), changed: true })
          pending.add(openTime)
        } else forgotten.push({ venue: kept.venue, instrument: kept.instrument, interval, openTime })
      }
    }
    kept.fresh.clear()
  }
}

function takeSeries(kept: InstrumentCandles, interval: CandleInterval, at: Micros, changed: Candle[]): void {
  const series = kept.series[interval]
  const width = candleSeconds(interval) * MICROS_PER_SECOND
  for (const openTime of series.pending) {
    const candle = series.candles.get(openTime)
    if (candle === undefined) continue
    const closeTime = (openTime + width) as Micros
    const final = closeTime <= at
    if (final) series.pending.delete(openTime)
    else if (!candle.changed) continue
    candle.changed = false
    const { sum } = candle
    changed.push({
      venue: kept.venue,
      instrument: kept.instrument,
      interval,
      openTime,
      closeTime,
      open: sum.open,
      high: sum.high,
      low: sum.low,
      close: sum.close,
      volume: sum.volume,
      buyVolume: sum.buyVolume,
      quoteVolume: sum.quoteVolume,
      trades: sum.trades,
      filled: false,
      final,
    })
  }
  forgetOldest(series, KEPT[interval])
}

function forgetOldest(series: Series, keep: number): void {
  const excess = series.candles.size - keep
  if (excess <= 0) return
  const oldest = [...series.candles.keys()].sort((left, right) => left - right).slice(0, excess)
  for (const openTime of oldest) {
    series.candles.delete(openTime)
    series.pending.delete(openTime)
    series.completeAfter = Math.max(series.completeAfter, openTime)
  }
}

function byInterval<T>(make: (interval: CandleInterval) => T): Record<CandleInterval, T> {
  return {
    '1s': make('1s'),
    '1m': make('1m'),
    '5m': make('5m'),
    '15m': make('15m'),
    '1h': make('1h'),
    '1d': make('1d'),
    '1w': make('1w'),
  }
}

/** JSON has no infinity. */
function finite(value: number): number {
  return Math.max(value, Number.MIN_SAFE_INTEGER)
}
