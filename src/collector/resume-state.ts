import type { Log, LogRecord } from '../log/index.ts'
import {
  type Channel,
  channelOfEvent,
  decodeEvent,
  type GapEvent,
  type InstrumentId,
  type MarketEvent,
  MICROS_PER_SECOND,
  type Micros,
  now,
  type VenueId,
  type VenueSymbol,
} from '../market/index.ts'
import type { TradeResume } from '../venues/index.ts'
import { type Checkpoint, lastCheckpoint, type NewestTrade } from './checkpoint.ts'
import { InstrumentResume } from './instrument-resume.ts'
import { isBackfill, isOfLine, tapeTopic } from './line.ts'
import { RecentTrades } from './recent-trades.ts'
import { TradeFrontier } from './trade-frontier.ts'

const MOST_AHEAD = 5 * MICROS_PER_SECOND

type Named = { readonly venue: VenueId; readonly instrument: InstrumentId; readonly symbol: string }

interface VenueResumeState {
  instruments: Map<string, InstrumentResume>
  openGaps: Map<string, GapEvent>
}

/**
 * What the tape holds of each feed: up to which trade it is whole, when it was heard last, which gaps are open. It is written
 * to the log now and then; after a crash it is the last writing, brought up to date from the tape itself.
 */
export class ResumeState {
  readonly #collector: string
  readonly #line: string
  readonly #isConsecutive: (venue: VenueId) => boolean
  readonly #venues = new Map<string, VenueResumeState>()
  #recent: RecentTrades | undefined
  /** Whether the last run said goodbye. */
  stoppedInOrder = true

  /** @param isConsecutive whether the ids of a venue's trades follow one another */
  constructor(collector: string, isConsecutive: (venue: VenueId) => boolean = () => true, line = '') {
    this.#collector = collector
    this.#line = line
    this.#isConsecutive = isConsecutive
  }

  get #cause(): 'collector-stopped' | 'collector-crashed' {
    return this.stoppedInOrder ? 'collector-stopped' : 'collector-crashed'
  }

  /** Takes in an event that is on the tape, or is about to be. O(1). */
  note(event: MarketEvent): void {
    if (event.messageType === 'venue-state') return
    const channel = channelOfEvent(event)
    if (event.messageType === 'gap') noteGap(this.#venue(event.venue), this.instrument(event), event)
    else if (channel !== null) {
      const state = this.instrument(event)
      if (event.messageType === 'trade') {
        state.noteTrade(event)
        if (event.backlog === true) return
      }
      state.hear(channel, event.receiveTime)
    }
  }

  /** What is kept of one instrument. */
  instrument({ venue, instrument, symbol }: Named): InstrumentResume {
    const { instruments } = this.#venue(venue)
    let state = instruments.get(instrument)
    if (state === undefined) {
      state = new InstrumentResume(symbol, this.#isConsecutive(venue))
      instruments.set(instrument, state)
    }
    return state
  }

  /** Up to where each instrument's trades are whole. */
  trades(venue: VenueId): Map<InstrumentId, TradeResume> {
    const resumes = new Map<InstrumentId, TradeResume>()
    for (const [name, state] of this.#venues.get(venue)?.instruments ?? []) {
      const instrument = name as InstrumentId
      const { trades, newestTrade } = state
      if (trades !== undefined) resumes.set(instrument, trades.resume(this.#cause))
      else if (newestTrade !== undefined) resumes.set(instrument, this.#resumeOf(venue, instrument, state, newestTrade))
    }
    return resumes
  }

  #resumeOf(venue: VenueId, instrument: InstrumentId, state: InstrumentResume, newest: NewestTrade): TradeResume {
    // What came after a cut that is not judged does not show what was before it.
    let before = Number.POSITIVE_INFINITY
    for (const id of state.openTradeGaps ?? []) {
      before = Math.min(before, this.#venues.get(venue)?.openGaps.get(id)?.from ?? before)
    }
    // A moment of the gap itself is when the last trade before it was received.
    const isHeardSince = newest.receiveTime > (this.#recent?.moment ?? Number.NEGATIVE_INFINITY)
    const recent = isHeardSince ? [] : (this.#recent?.of(venue, instrument, before + 1) ?? [])
    return {
      lastTradeId: newest.id,
      exchangeTime: certainTime(newest),
      receiveTime: newest.receiveTime as Micros,
      cause: this.#cause,
      ...(recent.length === 0 ? {} : { recent }),
    }
  }

  /** When the last trade of an instrument whose ids do not follow one another was received; undefined if there was none. */
  get #lastUnnumbered(): Micros | undefined {
    let last = Number.NEGATIVE_INFINITY
    for (const { instruments } of this.#venues.values()) {
      for (const { newestTrade, heard } of instruments.values())
        if (newestTrade !== undefined) last = Math.max(last, newestTrade.receiveTime, heard.get('trade')?.at ?? 0)
    }
    return last === Number.NEGATIVE_INFINITY ? undefined : (last as Micros)
  }

  /**
   * The stretches since the last run in which nothing was watched, and the gaps that it left open. `say` is given the gaps of
   * them as they have to stand on the tape from now on; each outage goes on with one.
   */
  outages(venue: VenueId, at: Micros, say: (gap: GapEvent) => void): GapEvent[] {
    const found = new Map<string, GapEvent>()
    const state = this.#venues.get(venue)
    if (state === undefined) return []
    const cause = this.#cause
    const evidence = this.stoppedInOrder ? 'the collector was stopped' : 'the collector ended without a farewell'
    const open = [...state.openGaps.values()].sort((left, right) => left.from - right.from)
    for (const gap of open) {
      const key = `${gap.channel}:${gap.instrument}`
      const goesOn = found.get(key)
      const revision = gap.revision + 1
      const now: GapEvent = { ...gap, revision, cause, evidence: `${gap.evidence}; ${evidence}`, receiveTime: at }
      if (goesOn === undefined) found.set(key, now)
      say(
        goesOn === undefined
          ? now
          : {
              ...now,
              to: at,
              state: 'partly',
              missing: null,
              missingIds: null,
              evidence: `${now.evidence}; it goes on as ${goesOn.id}`,
            },
      )
    }
    for (const [instrument, { symbol, heard }] of state.instruments) {
      for (const [channel, { at: heardAt }] of heard) {
        const from = heardAt as Micros
        const key = `${channel}:${instrument}`
        if (found.has(key)) continue
        const gap: GapEvent = {
          messageType: 'gap',
          id: `${venue}:${instrument}:${channel}:${from}`,
          revision: 0,
          venue,
          instrument: instrument as InstrumentId,
          symbol: symbol as VenueSymbol,
          channel,
          from,
          to: null,
          cause,
          state: 'open',
          missing: null,
          missingIds: null,
          evidence,
          receiveTime: at,
        }
        found.set(key, gap)
        say(gap)
      }
    }
    return [...found.values()]
  }

  /** Whether a feed has spoken, in this run or an earlier one. */
  hasHeard(venue: VenueId, instrument: InstrumentId, channel: Channel): boolean {
    return this.#venues.get(venue)?.instruments.get(instrument)?.heard.has(channel) === true
  }

  /** Forgets a feed that is no longer watched on purpose. */
  forget(venue: VenueId, instrument: InstrumentId, channel: Channel): void {
    this.#venues.get(venue)?.instruments.get(instrument)?.heard.delete(channel)
  }

  /**
   * Writes the state to the log. It is taken first and written last, when `flush` has made everything that it speaks of
   * durable: a state must never be ahead of the tape. What lies between is read again, which changes nothing.
   */
  async save(log: Log, flush: () => Promise<void>, stopped: boolean): Promise<void> {
    const { next } = await log.bounds(tapeTopic(this.#line))
    const text = JSON.stringify({
      messageType: 'collector-checkpoint',
      timestamp: now(),
      payload: this.#checkpoint(next, stopped),
    })
    await flush()
    await log.append('collector-state', [{ key: this.#collector, value: Buffer.from(text) }])
  }

  #checkpoint(next: number, stopped: boolean): Checkpoint {
    const checkpoint: Checkpoint = { version: 1, collector: this.#collector, next, stopped, venues: {} }
    for (const [venue, state] of this.#venues) {
      const instruments: Checkpoint['venues'][string]['instruments'] = {}
      for (const [instrument, { symbol, heard, trades, newestTrade }] of state.instruments) {
        instruments[instrument] = {
          symbol,
          heard: Object.fromEntries([...heard].map(([channel, { at }]) => [channel, at])),
          ...(trades === undefined ? {} : { trades: trades.state() }),
          ...(newestTrade === undefined ? {} : { newestTrade }),
        }
      }
      checkpoint.venues[venue] = { instruments, openGaps: Object.fromEntries(state.openGaps) }
    }
    return checkpoint
  }

  /**
   * Reads the last state of this collector from the log and brings it up to date from the tape.
   * @throws CollectorError COLLECTOR_STATE_UNREADABLE if the last state is not readable.
   */
  static async load(
    log: Log,
    collector: string,
    isConsecutive: (venue: VenueId) => boolean,
    line = '',
    onProgress?: (events: number) => void,
  ): Promise<ResumeState> {
    const state = new ResumeState(collector, isConsecutive, line)
    const checkpoint = await lastCheckpoint(log, collector)
    if (checkpoint !== undefined) state.#restore(checkpoint)
    const topic = tapeTopic(line)
    let from = checkpoint?.next ?? (await log.bounds(topic)).first
    let events = 0
    let behind = false
    for (;;) {
      const records = await log.read(topic, from, { records: 256 })
      const last = records[records.length - 1]
      if (last === undefined) break
      from = last.position + 1
      for (const event of eventsOf(records.filter(({ key }) => isOfLine(key, line) && !isBackfill(key)))) {
        state.note(event)
        events++
        behind = true
      }
      onProgress?.(events)
    }
    const last = state.#lastUnnumbered
    if (last !== undefined) state.#recent = await RecentTrades.before(log, last, line, (venue) => !isConsecutive(venue))
    // Events after a farewell are another collector's: only those after a plain checkpoint tell of a crash.
    state.stoppedInOrder = checkpoint === undefined ? !behind : checkpoint.stopped
    return state
  }

  #restore(checkpoint: Checkpoint): void {
    for (const [venue, { instruments, openGaps }] of Object.entries(checkpoint.venues)) {
      const state = this.#venue(venue as VenueId)
      for (const [instrument, { symbol, heard, trades, newestTrade }] of Object.entries(instruments)) {
        const one = new InstrumentResume(symbol, this.#isConsecutive(venue as VenueId))
        for (const [channel, at] of Object.entries(heard)) one.hear(channel as Channel, at)
        if (trades !== undefined) one.trades = TradeFrontier.restore(trades)
        one.newestTrade = newestTrade
        state.instruments.set(instrument, one)
      }
      for (const [id, gap] of Object.entries(openGaps)) {
        state.openGaps.set(id, gap)
        if (gap.channel === 'trade') state.instruments.get(gap.instrument)?.openTradeGap(id)
      }
    }
  }

  #venue(venue: VenueId): VenueResumeState {
    let state = this.#venues.get(venue)
    if (state === undefined) {
      state = { instruments: new Map(), openGaps: new Map() }
      this.#venues.set(venue, state)
    }
    return state
  }
}

/**
 * From when on history has to be asked for. Of a clock that is ahead of ours nobody knows whether it still is; but it may be ours
 * that is wrong, and more than some seconds are not asked for again.
 */
function certainTime({ exchangeTime, receiveTime }: NewestTrade): Micros {
  return Math.max(exchangeTime - MOST_AHEAD, Math.min(exchangeTime, receiveTime)) as Micros
}

function noteGap(venue: VenueResumeState, state: InstrumentResume, gap: GapEvent): void {
  if (gap.state === 'open') {
    venue.openGaps.set(gap.id, gap)
    if (gap.channel === 'trade') state.openTradeGap(gap.id)
    return
  }
  venue.openGaps.delete(gap.id)
  state.openTradeGaps?.delete(gap.id)
  if (gap.channel === 'trade' && gap.state !== 'repaired' && gap.missingIds !== null)
    state.trades?.giveUp(gap.missingIds)
}

function* eventsOf(records: readonly LogRecord[]): Generator<MarketEvent> {
  for (const record of records) {
    for (const line of Buffer.from(record.value).toString('utf8').split('\n')) {
      if (line !== '') yield decodeEvent(line)
    }
  }
}
