import type { CandleInterval, CandlePage } from '../../../src/gateway/schemas/index.ts'
import type { StreamClient } from '../api/stream-client.ts'
import { type Candle, CandleSeries } from './candle-series.ts'
import type { Coalescer } from './coalescer.ts'
import { Signal } from './signal.ts'

export type CandleLoad = 'loading' | 'ready' | 'failed'

/** Asks for the candles that open before `to` (the newest, if null), newest first. */
export type CandleSource = (to: number | null, signal: AbortSignal) => Promise<CandlePage>

/** Candles a page of history has; also what the gateway is asked for. */
export const CANDLE_PAGE = 500

/** The candles of one chart: the newest page, live ones from the stream, and older pages as the reader scrolls back. */
export class CandleFeed {
  readonly series = new CandleSeries()
  readonly load = new Signal<CandleLoad>('loading')
  readonly failure = new Signal('')
  /** Rises whenever the chart should look for changes. */
  readonly version = new Signal(0)
  readonly #source: CandleSource
  readonly #coalescer: Coalescer
  readonly #abort = new AbortController()
  #older: 'idle' | 'loading' | 'exhausted' = 'idle'
  #endStream: () => void = () => {}

  constructor(source: CandleSource, coalescer: Coalescer) {
    this.#source = source
    this.#coalescer = coalescer
  }

  start(stream: StreamClient, venue: string, instrument: string, interval: CandleInterval): void {
    void this.#loadNewest()
    let lost = false
    this.#endStream = stream.subscribe(
      { venue, instrument, channel: 'candle', interval },
      {
        message: (event) => {
          if (event.messageType !== 'candle') return
          this.series.live(event.payload)
          this.#coalescer.mark(this.#show)
        },
        lost: () => {
          lost = true
        },
        ready: () => {
          // What closed while the connection was down is only in the store.
          if (lost) void this.#loadNewest()
          lost = false
        },
      },
    )
  }

  stop(): void {
    this.#abort.abort()
    this.#endStream()
  }

  readonly retry = (): void => {
    void this.#loadNewest()
  }

  /** Fetches the page before the oldest candle; does nothing while one is under way or when there is none. */
  readonly loadOlder = (): void => {
    const first = this.series.first
    if (this.#older !== 'idle' || first === undefined || this.load.get() !== 'ready') return
    this.#older = 'loading'
    this.#source(first.openTime, this.#abort.signal).then(
      (page) => {
        this.#older = page.items.length === 0 || this.#addsNothing(page, first) ? 'exhausted' : 'idle'
        this.series.history(page.items)
        this.#coalescer.mark(this.#show)
      },
      () => {
        // The reader scrolls on and thereby asks again; the chart itself is still right.
        this.#older = 'idle'
      },
    )
  }

  #addsNothing(page: CandlePage, first: Candle): boolean {
    return page.items.every((candle) => candle.openTime >= first.openTime)
  }

  async #loadNewest(): Promise<void> {
    if (this.load.get() === 'failed') this.load.set('loading')
    try {
      const page = await this.#source(null, this.#abort.signal)
      const last = this.series.last
      const oldest = page.items.at(-1)
      // After a long outage a hole may lie between what is here and this page: then it is all fetched anew.
      if (
        last !== undefined &&
        oldest !== undefined &&
        oldest.openTime > last.openTime &&
        page.items.length >= CANDLE_PAGE
      )
        this.series.clear()
      this.series.history(page.items)
      this.load.set('ready')
      this.#coalescer.mark(this.#show)
    } catch (error) {
      if (this.#abort.signal.aborted) return
      this.failure.set(error instanceof Error ? error.message : String(error))
      this.load.set('failed')
    }
  }

  readonly #show = (): void => {
    this.version.set(this.version.get() + 1)
  }
}
