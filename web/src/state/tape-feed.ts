import type { Trade } from '../../../src/gateway/schemas/index.ts'
import type { StreamClient } from '../api/stream-client.ts'
import type { Coalescer } from './coalescer.ts'
import { Signal } from './signal.ts'
import { type TapeTrade, TradeTape } from './trade-tape.ts'

/** The tape of one instrument on the page: recent history first, then live. */
export class TapeFeed {
  readonly trades = new Signal<readonly TapeTrade[]>([])
  readonly loaded = new Signal(false)
  readonly #tape = new TradeTape()
  readonly #coalescer: Coalescer
  #end: () => void = () => {}
  readonly #abort = new AbortController()

  constructor(coalescer: Coalescer) {
    this.#coalescer = coalescer
  }

  start(
    stream: StreamClient,
    venue: string,
    instrument: string,
    history: (signal: AbortSignal) => Promise<{ items: Trade[] }>,
  ): void {
    const load = (): void => {
      history(this.#abort.signal).then(
        (page) => {
          // Oldest first, as they would have come: prints of one moment keep their order.
          for (const trade of page.items.toReversed()) this.#add(trade)
          this.loaded.set(true)
        },
        () => {
          // Live prints still come; the tape only starts empty.
          if (!this.#abort.signal.aborted) this.loaded.set(true)
        },
      )
    }
    load()
    let lost = false
    this.#end = stream.subscribe(
      { venue, instrument, channel: 'trade' },
      {
        message: (event) => {
          if (event.messageType === 'trade') this.#add(event.payload)
        },
        lost: () => {
          lost = true
        },
        ready: () => {
          if (lost) load()
          lost = false
        },
      },
    )
  }

  stop(): void {
    this.#abort.abort()
    this.#end()
  }

  #add(trade: Trade): void {
    const { id, price, amount, side } = trade
    if (this.#tape.add({ id, price, amount, side, time: trade.exchangeTime ?? trade.receiveTime }))
      this.#coalescer.mark(this.#show)
  }

  readonly #show = (): void => {
    this.trades.set([...this.#tape.trades])
  }
}
