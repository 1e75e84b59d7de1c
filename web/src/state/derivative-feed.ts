import type {
  Funding,
  Liquidation,
  MarkPrice,
  OpenInterest,
  OptionSummary,
  StreamEvent,
} from '../../../src/gateway/schemas/index.ts'
import { joined, joinedFunding } from '../../../src/market/index.ts'
import type { StreamClient } from '../api/stream-client.ts'
import type { Coalescer } from './coalescer.ts'
import { Signal } from './signal.ts'

/** What is said of a derivative beside its trades and its book; undefined while nothing was said. */
export interface DerivativeFacts {
  readonly funding?: Funding
  readonly mark?: MarkPrice
  readonly openInterest?: OpenInterest
  readonly option?: OptionSummary
}

/** A liquidation on the page. */
export type LiquidationLine = Liquidation & { readonly key: string; readonly time: number }

/** Liquidations kept on the page: the newest. */
export const MAXIMUM_LIQUIDATIONS = 50

const CHANNELS = ['funding', 'mark-price', 'open-interest', 'option-summary', 'liquidation'] as const

/** Funding, prices, open interest and liquidations of one derivative, as they stand now. */
export class DerivativeFeed {
  readonly facts = new Signal<DerivativeFacts>({})
  /** Newest first. */
  readonly liquidations = new Signal<readonly LiquidationLine[]>([])
  readonly loaded = new Signal(false)
  readonly #coalescer: Coalescer
  readonly #abort = new AbortController()
  #facts: DerivativeFacts = {}
  readonly #lines = new Map<string, LiquidationLine>()
  #ends: readonly (() => void)[] = []

  constructor(coalescer: Coalescer) {
    this.#coalescer = coalescer
  }

  start(
    stream: StreamClient,
    venue: string,
    instrument: string,
    history: (signal: AbortSignal) => Promise<{ items: Liquidation[] }>,
  ): void {
    const load = (): void => {
      history(this.#abort.signal).then(
        (page) => {
          for (const liquidation of page.items) this.#put(liquidation)
          this.#loaded()
        },
        () => {
          // Those to come still come; the list only starts empty.
          if (!this.#abort.signal.aborted) this.#loaded()
        },
      )
    }
    load()
    let lost = false
    this.#ends = CHANNELS.map((channel) =>
      stream.subscribe(
        { venue, instrument, channel },
        {
          message: (event) => this.apply(event),
          lost: () => {
            if (channel === 'liquidation') lost = true
          },
          ready: () => {
            if (lost) load()
            lost = false
          },
        },
      ),
    )
  }

  stop(): void {
    this.#abort.abort()
    for (const end of this.#ends) end()
  }

  apply(event: StreamEvent): void {
    const facts = this.#facts
    if (event.messageType === 'funding') {
      this.#facts = { ...facts, funding: joinedFunding(event.payload, facts.funding) }
    } else if (event.messageType === 'mark-price') {
      this.#facts = { ...facts, mark: joined(event.payload, facts.mark) }
    } else if (event.messageType === 'open-interest') {
      this.#facts = { ...facts, openInterest: joined(event.payload, facts.openInterest) }
    } else if (event.messageType === 'option-summary') {
      this.#facts = { ...facts, option: joined(event.payload, facts.option) }
    } else if (event.messageType === 'liquidation') this.#put(event.payload)
    else return
    this.#coalescer.mark(this.#show)
  }

  #loaded(): void {
    this.loaded.set(true)
    this.#coalescer.mark(this.#show)
  }

  #put(liquidation: Liquidation): void {
    const { id, price, amount, side } = liquidation
    const time = liquidation.exchangeTime ?? liquidation.receiveTime
    // The stream and the history may both bring it.
    const key = id ?? `${time} ${price} ${amount} ${side}`
    this.#lines.set(key, { ...liquidation, key, time })
  }

  readonly #show = (): void => {
    this.facts.set(this.#facts)
    const newest = [...this.#lines.values()].sort((left, right) => right.time - left.time)
    for (const old of newest.splice(MAXIMUM_LIQUIDATIONS)) this.#lines.delete(old.key)
    const shown = this.liquidations.get()
    const isSame = shown.length === newest.length && newest.every((line, at) => line === shown[at])
    if (!isSame) this.liquidations.set(newest)
  }
}
