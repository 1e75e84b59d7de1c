import {
  type BookLevel,
  type Channel,
  compareDecimals,
  type FeedState,
  type Instrument,
  type InstrumentId,
  type MarketEvent,
  type Micros,
  now,
  type Price,
  type VenueId,
  type VenueState,
} from '../../market/index.ts'
import type { Logger, VenueConfig } from '../../platform/index.ts'
import { BackOff } from '../back-off.ts'
import type { CollectorMetrics } from '../collector-metrics.ts'
import { describe } from '../rest-client.ts'
import { selectInstruments } from '../selection.ts'
import type { TapeWriter } from '../tape-writer.ts'
import type { VenueWatcher, WatcherConnection } from '../venue-watcher.ts'
import { ccxtDecimal, ccxtInstruments } from './ccxt-instruments.ts'
import type { CcxtBook, CcxtExchange, CcxtFactory, CcxtTicker, CcxtTrade } from './ccxt-library.ts'

/** What ccxt gives of nearly every exchange. */
const CHANNELS = ['trade', 'book', 'ticker'] as const
type CcxtChannel = (typeof CHANNELS)[number]
/** Levels of a side; more is not asked for, since whole books are written at every change. */
const DEPTH = 50
const BOOK_EVERY_MILLISECONDS = 500
const POLL_MILLISECONDS: Readonly<Record<CcxtChannel, number>> = { trade: 5_000, book: 10_000, ticker: 15_000 }
const STATE_REPEAT_MILLISECONDS = 5_000
const BEST_EFFORT = 'best effort, through ccxt: nothing proves that it is whole'
/** Ids of trades that are remembered of each instrument, since ccxt may give one again. */
const REMEMBERED_IDS = 2_000

export interface CcxtRunnerOptions {
  /** `ccxt:` and the id that ccxt has for it. */
  readonly venue: VenueId
  readonly config: VenueConfig
  readonly writer: Pick<TapeWriter, 'event'>
  readonly metrics: CollectorMetrics
  readonly logger: Logger
  readonly load: CcxtFactory
  readonly pollMilliseconds?: Readonly<Record<CcxtChannel, number>>
}

interface Task {
  readonly instrument: Instrument
  readonly channel: CcxtChannel
  readonly stop: AbortController
}

/** A venue of the long tail: whatever ccxt gives of it, marked as best effort, without any claim that it is whole. */
export class CcxtRunner implements VenueWatcher {
  readonly venue: VenueId
  readonly #options: CcxtRunnerOptions
  readonly #stopping = new AbortController()
  readonly #tasks = new Map<string, Task>()
  readonly #said = new Set<string>()
  #config: VenueConfig
  #exchange: CcxtExchange | undefined
  #instruments: readonly Instrument[] = []
  #state: VenueState = 'connecting'
  #reason = 'starting'
  #paused: { readonly promise: Promise<void>; resolve(): void } | undefined
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> = Promise.resolve()

  constructor(options: CcxtRunnerOptions) {
    this.#options = options
    this.venue = options.venue
    this.#config = options.config
  }

  get state(): VenueState {
    return this.#state
  }

  get reason(): string {
    return this.#reason
  }

  get subscriptionCount(): number {
    return this.#tasks.size
  }

  /** Nothing can be proved, so nothing is called synchronised. */
  get feedCounts(): Readonly<Partial<Record<FeedState, number>>> {
    return { unknown: this.#tasks.size }
  }

  /** ccxt keeps its connections to itself. */
  get connections(): readonly WatcherConnection[] {
    return []
  }

  get watched(): readonly { readonly instrument: InstrumentId; readonly channel: Channel }[] {
    return [...this.#tasks.values()].map(({ instrument, channel }) => ({ instrument: instrument.id, channel }))
  }

  start(): void {
    this.#say()
    this.#timer = setInterval(() => this.#say(), STATE_REPEAT_MILLISECONDS)
    this.#running = this.#begin()
  }

  async configure(config: VenueConfig): Promise<void> {
    this.#config = config
    this.#adjust()
  }

  pause(paused: boolean): void {
    if (paused) this.#paused ??= Promise.withResolvers<void>()
    else {
      this.#paused?.resolve()
      this.#paused = undefined
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#stopping.abort()
    this.pause(false)
    for (const task of this.#tasks.values()) task.stop.abort()
    await this.#exchange?.close().catch((error: unknown) => {
      this.#options.logger.warn({ venue: this.venue, error: describe(error) }, 'ccxt could not close its connections')
    })
    await this.#running
    this.#tasks.clear()
    this.#become('stopped', 'the collector does not watch this venue')
  }

  async #begin(): Promise<void> {
    const backOff = new BackOff()
    const { signal } = this.#stopping
    while (!signal.aborted) {
      try {
        this.#exchange ??= await this.#options.load(this.venue.slice(this.venue.indexOf(':') + 1))
        this.#instruments = ccxtInstruments(this.venue, await this.#exchange.loadMarkets())
        break
      } catch (error) {
        const wait = Math.max(1_000, backOff.next())
        this.#become('unreachable', `${describe(error)}; next try in ${(wait / 1_000).toFixed(1)} s`)
        await pause(wait, signal)
      }
    }
    if (signal.aborted) return
    this.#become('connected', BEST_EFFORT)
    this.#adjust()
  }

  /** Makes what is watched what is wanted. */
  #adjust(): void {
    const exchange = this.#exchange
    if (exchange === undefined || this.#instruments.length === 0 || this.#stopping.signal.aborted) return
    const wanted = new Map<string, { instrument: Instrument; channel: CcxtChannel }>()
    const selected = this.#config.enabled ? selectInstruments(this.#instruments, this.#config) : []
    for (const instrument of selected) {
      for (const channel of CHANNELS) {
        if (this.#config.channels.includes(channel)) wanted.set(`${channel}:${instrument.id}`, { instrument, channel })
      }
    }
    for (const [key, task] of this.#tasks) {
      if (wanted.has(key)) continue
      task.stop.abort()
      this.#tasks.delete(key)
    }
    for (const [key, { instrument, channel }] of wanted) {
      if (this.#tasks.has(key)) continue
      const task: Task = { instrument, channel, stop: new AbortController() }
      this.#tasks.set(key, task)
      this.#introduce(task)
      void this.#watch(exchange, task)
    }
    this.#say()
  }

  #introduce({ instrument, channel }: Task): void {
    const { venue, id, symbol } = instrument
    const named = { venue, instrument: id, symbol, receiveTime: now() } as const
    if (!this.#said.has(id)) {
      this.#said.add(id)
      this.#event({ messageType: 'instrument', ...named, definition: instrument })
    }
    this.#event({
      messageType: 'feed-state',
      ...named,
      channel,
      state: 'unknown',
      reason: BEST_EFFORT,
      lastMessageTime: null,
      lastSequence: null,
      resyncs: 0,
    })
  }

  /** One feed, for ever: by its stream where ccxt has one, else asked for now and then. */
  async #watch(exchange: CcxtExchange, { instrument, channel, stop }: Task): Promise<void> {
    const backOff = new BackOff()
    const signal = AbortSignal.any([stop.signal, this.#stopping.signal])
    const reader = new FeedReader(instrument, (event) => this.#event(event))
    const isStreamed = exchange.has[STREAM_METHODS[channel]] === true
    const every = this.#options.pollMilliseconds?.[channel] ?? POLL_MILLISECONDS[channel]
    while (!signal.aborted) {
      await this.#paused?.promise
      try {
        await readOnce(exchange, reader, instrument.symbol, channel, isStreamed)
        backOff.reset()
        if (this.#state !== 'connected') this.#become('connected', BEST_EFFORT)
        if (!isStreamed) await pause(every, signal)
        else if (channel === 'book') await pause(BOOK_EVERY_MILLISECONDS, signal)
      } catch (error) {
        if (signal.aborted) return
        this.#options.logger.warn(
          { venue: this.venue, instrument: instrument.id, channel, error: describe(error) },
          'ccxt gave an error; it is tried again',
        )
        this.#become('partly', `${instrument.id} ${channel}: ${describe(error)}`)
        await pause(Math.max(1_000, backOff.next()), signal)
      }
    }
  }

  #event(event: MarketEvent): void {
    const { metrics } = this.#options
    metrics.events(event.venue, event.messageType).count++
    if (event.messageType === 'trade' && event.backlog !== true && event.exchangeTime !== null)
      metrics.latencies(event.venue).add(event.receiveTime - event.exchangeTime)
    this.#options.writer.event(`${this.venue}/ccxt`, event)
  }

  #become(state: VenueState, reason: string): void {
    if (state === this.#state && reason === this.#reason) return
    this.#state = state
    this.#reason = reason
    this.#say()
  }

  #say(): void {
    this.#options.writer.event(`${this.venue}/state`, {
      messageType: 'venue-state',
      venue: this.venue,
      state: this.#state,
      reason: this.#reason,
      connectionsOpen: 0,
      connectionsPlanned: 0,
      instruments: new Set([...this.#tasks.values()].map(({ instrument }) => instrument.id)).size,
      simulated: false,
      latency: this.#options.metrics.latency(this.venue),
      receiveTime: now(),
    })
  }
}

const STREAM_METHODS: Readonly<Record<CcxtChannel, string>> = {
  trade: 'watchTrades',
  book: 'watchOrderBook',
  ticker: 'watchTicker',
}

async function readOnce(
  exchange: CcxtExchange,
  reader: FeedReader,
  symbol: string,
  channel: CcxtChannel,
  isStreamed: boolean,
): Promise<void> {
  if (channel === 'trade') {
    reader.trades(isStreamed ? await exchange.watchTrades(symbol) : await exchange.fetchTrades(symbol))
  } else if (channel === 'book') {
    reader.book(
      isStreamed ? await exchange.watchOrderBook(symbol, DEPTH) : await exchange.fetchOrderBook(symbol, DEPTH),
    )
  } else reader.ticker(isStreamed ? await exchange.watchTicker(symbol) : await exchange.fetchTicker(symbol))
}

/** Turns what ccxt says of one feed into events. */
class FeedReader {
  readonly #named: Pick<MarketEvent & { readonly instrument: InstrumentId }, 'venue' | 'instrument'> & {
    readonly symbol: Instrument['symbol']
  }
  readonly #out: (event: MarketEvent) => void
  readonly #ids = new Set<string>()
  #isFirst = true

  constructor({ venue, id, symbol }: Instrument, out: (event: MarketEvent) => void) {
    this.#named = { venue, instrument: id, symbol }
    this.#out = out
  }

  trades(trades: readonly CcxtTrade[]): void {
    // The first answer is history, as any exchange's snapshot of trades is.
    const isBacklog = this.#isFirst
    this.#isFirst = false
    for (const { id, timestamp, price, amount, side } of trades) {
      const at = ccxtDecimal(price)
      const size = ccxtDecimal(amount)
      if (at === null || size === null || size.startsWith('-')) continue
      if (id !== undefined) {
        if (this.#ids.has(id)) continue
        this.#ids.add(id)
        if (this.#ids.size > REMEMBERED_IDS) for (const oldest of this.#ids) this.#forget(oldest)
      }
      this.#out({
        messageType: 'trade',
        ...this.#named,
        id: id ?? null,
        price: at as Price,
        amount: size as BookLevel[1],
        side: side === 'buy' || side === 'sell' ? side : 'unknown',
        exchangeTime: microsOf(timestamp),
        receiveTime: now(),
        ...(isBacklog ? { backlog: true } : {}),
      })
    }
  }

  book({ bids, asks, timestamp, nonce }: CcxtBook): void {
    this.#out({
      messageType: 'book',
      ...this.#named,
      kind: 'snapshot',
      bids: levelsOf(bids, 'descending'),
      asks: levelsOf(asks, 'ascending'),
      sequence: Number.isSafeInteger(nonce) ? (nonce as number) : null,
      exchangeTime: microsOf(timestamp),
      receiveTime: now(),
    })
  }

  ticker({ timestamp, last, open, high, low, baseVolume, quoteVolume }: CcxtTicker): void {
    this.#out({
      messageType: 'ticker',
      ...this.#named,
      last: ccxtDecimal(last) as Price | null,
      open: ccxtDecimal(open) as Price | null,
      high: ccxtDecimal(high) as Price | null,
      low: ccxtDecimal(low) as Price | null,
      volume: ccxtDecimal(baseVolume),
      quoteVolume: ccxtDecimal(quoteVolume),
      exchangeTime: microsOf(timestamp),
      receiveTime: now(),
    })
  }

  #forget(id: string): void {
    if (this.#ids.size > REMEMBERED_IDS / 2) this.#ids.delete(id)
  }
}

function levelsOf(side: CcxtBook['bids'], order: 'ascending' | 'descending'): BookLevel[] {
  const levels: BookLevel[] = []
  for (const [price, amount] of side.slice(0, DEPTH)) {
    const at = ccxtDecimal(price)
    const size = ccxtDecimal(amount)
    if (at !== null && size !== null && size !== '0') levels.push([at as Price, size as BookLevel[1]])
  }
  const sign = order === 'ascending' ? 1 : -1
  return levels.sort((left, right) => sign * compareDecimals(left[0], right[0]))
}

function microsOf(milliseconds: number | undefined): Micros | null {
  return milliseconds === undefined || !Number.isFinite(milliseconds)
    ? null
    : (Math.round(milliseconds * 1_000) as Micros)
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', finish)
      resolve()
    }
    const timer = setTimeout(finish, milliseconds)
    signal.addEventListener('abort', finish, { once: true })
  })
}
