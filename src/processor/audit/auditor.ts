import {
  type AuditEvent,
  type AuditSubject,
  type InstrumentId,
  InstrumentMap,
  type MarketEvent,
  MICROS_PER_SECOND,
  type Micros,
  type Price,
  type TradeEvent,
  type VenueId,
  type VenueSymbol,
} from '../../market/index.ts'
import { CandleSample } from './candle-sample.ts'
import { PriceSample } from './price-sample.ts'
import { Rotation } from './rotation.ts'
import { TradeWatch } from './trade-watch.ts'

/** Instruments of which a candle, and a last price, are compared in a minute. */
const SAMPLES_A_MINUTE = 40
const MINUTE_MICROS = 60 * MICROS_PER_SECOND
const TICK_MICROS = MICROS_PER_SECOND
/** What has not been said for so long is not waited for. */
const FORGET_AFTER_MICROS = 10 * MINUTE_MICROS
const MAXIMUM_INSTRUMENTS = 100_000

type Sample = CandleSample | PriceSample

interface Watched {
  readonly venue: VenueId
  readonly instrument: InstrumentId
  readonly symbol: VenueSymbol
  readonly watch: TradeWatch
  /** Our last print, and when we got it; undefined where it may have been another. */
  last: { readonly price: Price; readonly time: Micros; readonly receiveTime: Micros } | undefined
  samples: Sample[]
}

/** What came of a comparison: `undecided` where the two differ but our trades are not known to be complete. */
export type AuditOutcome = 'agreed' | 'differed' | 'undecided'

export interface AuditorListener {
  audit(event: AuditEvent): void
  judged(venue: VenueId, subject: AuditSubject, outcome: AuditOutcome): void
}

/**
 * Compares samples of what our trades come to with what the venues say: closed candles, and last prices of tickers. What differs is
 * said only where our trades are known to be complete. It depends on nothing but the tape from where it begins, and compares only
 * what began after that.
 */
export class Auditor {
  readonly #listener: AuditorListener
  readonly #instruments = new InstrumentMap<Watched>()
  readonly #byName = new Map<string, Watched>()
  readonly #candles = new Rotation()
  readonly #tickers = new Rotation()
  /** Instruments that have samples. */
  readonly #sampled = new Set<Watched>()
  #minute: number | undefined
  #tickedAt = 0

  constructor(listener: AuditorListener) {
    this.#listener = listener
  }

  /** Takes an event of the tape. Of what is not concerned, nothing is kept. */
  take(event: MarketEvent, position: number, index: number, at: Micros): void {
    switch (event.messageType) {
      case 'trade':
        this.#trade(event, position, index)
        return
      case 'ticker': {
        const watched = this.#of(event)
        if (watched === undefined || event.last === null) return
        this.#tickers.heard(nameOf(event), at)
        for (const sample of watched.samples) if (sample.subject === 'last-price') sample.ticker(event)
        return
      }
      case 'venue-candle': {
        const watched = this.#of(event)
        if (watched === undefined || event.interval !== '1m' || !event.isClosed) return
        this.#candles.heard(nameOf(event), at)
        for (const sample of watched.samples) if (sample.subject === 'candle') sample.candle(event)
        return
      }
      case 'coverage':
        if (event.channel === 'trade') this.#of(event)?.watch.coverage(event)
        return
      case 'gap': {
        const watched = event.channel === 'trade' ? this.#of(event) : undefined
        if (watched === undefined) return
        watched.watch.gap(event)
        const { last } = watched
        // What was missed may have been a later print.
        if (event.state !== 'repaired' && last !== undefined && last.receiveTime <= (event.to ?? at)) {
          watched.last = undefined
        }
      }
    }
  }

  /** The tape has come to a moment: what is due is judged, and with a new minute new samples begin. */
  tick(at: Micros): void {
    if (at - this.#tickedAt < TICK_MICROS) return
    this.#tickedAt = at
    for (const watched of this.#sampled) this.#judge(watched, at)
    const minute = Math.floor(at / MINUTE_MICROS)
    if (this.#minute === undefined) this.#minute = minute
    if (minute <= this.#minute) return
    this.#minute = minute
    const nextMinute = ((minute + 1) * MINUTE_MICROS) as Micros
    this.#begin(this.#candles, at, ({ last }) => new CandleSample(nextMinute, last))
    this.#begin(this.#tickers, at, ({ last }) => new PriceSample(at, last))
  }

  #trade(trade: TradeEvent, position: number, index: number): void {
    const watched = this.#of(trade)
    if (watched === undefined) return
    const { price, receiveTime } = trade
    const time = trade.exchangeTime ?? receiveTime
    if (watched.last === undefined ? trade.backlog !== true : time >= watched.last.time) {
      watched.last = { price, time, receiveTime }
    }
    for (const sample of watched.samples) sample.trade({ trade, position, index })
  }

  #begin(rotation: Rotation, at: Micros, sampleOf: (watched: Watched) => Sample): void {
    for (const name of rotation.next(SAMPLES_A_MINUTE, at - FORGET_AFTER_MICROS)) {
      const watched = this.#byName.get(name)
      if (watched === undefined) continue
      watched.samples.push(sampleOf(watched))
      this.#sampled.add(watched)
    }
  }

  #judge(watched: Watched, at: Micros): void {
    watched.samples = watched.samples.filter((sample) => !this.#isDone(watched, sample, at))
    if (watched.samples.length === 0) this.#sampled.delete(watched)
  }

  /** Whether a sample needs no further look. */
  #isDone({ venue, instrument, symbol, watch }: Watched, sample: Sample, at: Micros): boolean {
    const findings = sample.isReady(at) ? sample.compare() : undefined
    if (findings === undefined) return sample.isExpired(at)
    const { subject } = sample
    if (findings.differences.length === 0) {
      this.#listener.judged(venue, subject, 'agreed')
      return true
    }
    const [from, to] = sample.needs
    if (watch.isWhole(from, to) !== true) {
      // Missing trades may be repaired, and what was watched is said once a minute.
      if (!sample.isExpired(at)) return false
      this.#listener.judged(venue, subject, 'undecided')
      return true
    }
    this.#listener.judged(venue, subject, 'differed')
    const { of, exchangeTime, evidence } = findings
    for (const { field, ours, theirs } of findings.differences) {
      this.#listener.audit({
        messageType: 'audit',
        venue,
        instrument,
        symbol,
        subject,
        field,
        ours,
        theirs,
        of,
        evidence,
        exchangeTime,
        receiveTime: at,
      })
    }
    return true
  }

  #of(event: Pick<Watched, 'venue' | 'instrument' | 'symbol'>): Watched | undefined {
    let watched = this.#instruments.get(event)
    if (watched === undefined && this.#instruments.size < MAXIMUM_INSTRUMENTS) {
      const { venue, instrument, symbol } = event
      watched = { venue, instrument, symbol, watch: new TradeWatch(), last: undefined, samples: [] }
      this.#instruments.set(event, watched)
      this.#byName.set(nameOf(event), watched)
    }
    return watched
  }
}

function nameOf({ venue, instrument }: Pick<Watched, 'venue' | 'instrument'>): string {
  return `${venue}\n${instrument}`
}
