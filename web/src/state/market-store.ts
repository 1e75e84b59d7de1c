import type { Market, StreamEvent } from '../../../src/gateway/schemas/index.ts'
import type { StreamClient } from '../api/stream-client.ts'
import type { StreamHandler } from '../api/subscription.ts'
import type { Coalescer } from './coalescer.ts'
import { KeyedSignals } from './keyed-signals.ts'
import { type MarketRow, marketKey, rowAfter, rowFromMarket } from './market-row.ts'
import { Signal } from './signal.ts'

/** How loading a list stands. Old data stay on the page while they are loaded again. */
export type LoadState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly message: string; readonly status: number }

/** All markets, by key. Messages are applied at once to rows that nobody sees; the page sees them once a frame. */
export class MarketStore {
  readonly rows = new KeyedSignals<MarketRow>()
  /** Keys of all rows; a new list only when markets come or go. */
  readonly keys = new Signal<readonly string[]>([])
  readonly load = new Signal<LoadState>({ kind: 'loading' })
  /** Counts messages of markets that are not in the list: a sign that it should be loaded again. */
  readonly unknownMarkets = new Signal(0)
  readonly #coalescer: Coalescer
  readonly #fresh = new Map<string, MarketRow>()

  constructor(coalescer: Coalescer) {
    this.#coalescer = coalescer
  }

  /** Takes the list as the gateway answered it. Markets that are not in it any more go. */
  replace(markets: readonly Market[]): void {
    this.flush()
    const keys: string[] = []
    for (const market of markets) {
      const key = marketKey(market.venue, market.instrument)
      keys.push(key)
      this.rows.set(key, rowFromMarket(market, this.rows.get(key)))
    }
    const kept = new Set(keys)
    for (const key of [...this.rows.keys()]) if (!kept.has(key)) this.rows.delete(key)
    const known = this.keys.get()
    if (known.length !== keys.length || keys.some((key, index) => key !== known[index])) this.keys.set(keys)
  }

  apply(event: StreamEvent): void {
    if (!('instrument' in event.payload)) return
    const key = marketKey(event.payload.venue, event.payload.instrument)
    const row = this.#fresh.get(key) ?? this.rows.get(key)
    if (row === undefined) {
      this.unknownMarkets.set(this.unknownMarkets.get() + 1)
      return
    }
    const next = rowAfter(row, event)
    if (next === row) return
    this.#fresh.set(key, next)
    this.#coalescer.mark(this.flush)
  }

  /** Shows what has been applied. */
  readonly flush = (): void => {
    const fresh = [...this.#fresh]
    this.#fresh.clear()
    for (const [key, row] of fresh) this.rows.set(key, row)
  }

  /** Follows markets on the stream until the result is called. */
  follow(stream: StreamClient, venue: string, instrument: string): () => void {
    const handler: StreamHandler = { message: (event) => this.apply(event) }
    const ends = (['trade', 'quote', 'ticker', 'feed-state'] as const).map((channel) =>
      stream.subscribe({ venue, instrument, channel }, handler),
    )
    return () => {
      for (const end of ends) end()
    }
  }
}
