import {
  type Channel,
  type Instrument,
  type InstrumentId,
  MarketError,
  MICROS_PER_SECOND,
  type Micros,
} from '../../market/index.ts'
import type {
  BookStatistics,
  RestOutcome,
  RestRequest,
  SessionOptions,
  SessionOutput,
  Subscription,
  VenueSession,
} from '../protocol.ts'
import { FeedMaker } from '../shared/feed-maker.ts'
import { backoff } from '../shared/jitter.ts'
import { TradeContinuity } from '../shared/trade-continuity.ts'
import { VenueError } from '../venue-error.ts'
import { acknowledgedChannel, subscriptionMessages, type WireChannel } from './channels.ts'
import { Level2Scanner } from './level2-scanner.ts'
import { Product } from './product.ts'
import { coinbaseTradeHistory } from './trade-history.ts'
import { type ErrorFrame, type Frame, readFrame, type SubscriptionsFrame } from './wire.ts'

/** How long a subscription may go without being acknowledged before it is sent again. */
const ACKNOWLEDGEMENT_PATIENCE = 5 * MICROS_PER_SECOND
const ACKNOWLEDGEMENT_MAXIMUM = 60 * MICROS_PER_SECOND
/** How much of a refused frame is shown. */
const SAMPLE_LENGTH = 200

/** The life of one connection to the Exchange feed. */
export class CoinbaseSession implements VenueSession {
  readonly #options: SessionOptions
  readonly #feeds: FeedMaker
  readonly #products = new Map<string, Product>()
  readonly #byInstrument = new Map<InstrumentId, Product>()
  readonly #scanner = new Level2Scanner()
  /** Symbols of every instrument of the venue, subscribed or not. */
  readonly #known = new Set<string>()
  /** `channel:product` of what the server last said that it sends. */
  #inForce = new Set<string>()
  #isOpen = false
  #checkDue = Number.POSITIVE_INFINITY
  #checks = 0
  #nextRequestId = 1

  constructor(options: SessionOptions) {
    this.#options = options
    this.#feeds = new FeedMaker(options.outages)
    this.instrumentsChanged(options.instruments)
    for (const [instrument, channels] of grouped(options.plan.subscriptions)) {
      this.#productFor(instrument).want(channels)
    }
  }

  opened(at: Micros, out: SessionOutput): void {
    this.#isOpen = true
    for (const product of this.#products.values()) product.introduce(at, out)
    this.#inForce = new Set()
    this.#checks = 0
    for (const product of this.#products.values()) {
      product.isRefused = false
      if (product.wire.has('level2_batch')) product.book.resubscription.asked(at)
    }
    this.#subscribe([...this.#products.values()], at, out)
    this.#wake(at, out)
  }

  received(frame: string, at: Micros, out: SessionOutput): void {
    let read: Frame | undefined = this.#scanner.read(frame)
    if (read === undefined) {
      try {
        read = readFrame(frame)
      } catch (error) {
        if (!(error instanceof VenueError || error instanceof MarketError || error instanceof SyntaxError)) throw error
        this.#malformed(frame, error.message, at, out)
        return
      }
    }
    if (read === undefined) {
      out.refused({ kind: 'unknown-message', reason: 'a frame of an unknown kind', sample: sample(frame) })
    } else if (read.type === 'subscriptions') this.#acknowledged(read)
    else if (read.type === 'error') this.#venueError(read, frame, at, out)
    else {
      const product = this.#products.get(read.product)
      if (product === undefined) this.#unknownProduct(read.product, frame, out)
      else this.#productFrame(product, read, frame, at, out)
    }
  }

  answered(request: RestRequest, outcome: RestOutcome, at: Micros, out: SessionOutput): void {
    const product = request.instrument === undefined ? undefined : this.#byInstrument.get(request.instrument)
    if (product === undefined) return
    const effect = product.trades.answered(request, outcome, at, out)
    if (effect === 'stalled') this.#resubscribe(product, 'matches', out)
    this.#wake(at, out)
  }

  ticked(at: Micros, out: SessionOutput): void {
    for (const product of this.#products.values()) {
      if (product.trades.due <= at) product.trades.ticked(at, out)
      if (this.#isOpen && product.book.resubscription.due <= at && product.book.resubscription.take(at)) {
        this.#resubscribe(product, 'level2_batch', out)
      }
    }
    if (this.#isOpen && this.#checkDue <= at) this.#checkAcknowledged(at, out)
    this.#wake(at, out)
  }

  closed(at: Micros, reason: string, out: SessionOutput): void {
    this.#isOpen = false
    this.#checkDue = Number.POSITIVE_INFINITY
    for (const product of this.#products.values()) product.closed(at, reason, out)
  }

  changed(added: readonly Subscription[], removed: readonly Subscription[], at: Micros, out: SessionOutput): void {
    const begin = new Map<WireChannel, string[]>()
    const end = new Map<WireChannel, string[]>()
    const gone = grouped(removed)
    const come = grouped(added)
    for (const instrument of new Set([...gone.keys(), ...come.keys()])) {
      const product = this.#productFor(instrument)
      const before = product.wire
      const channels = new Set(product.wanted)
      for (const channel of gone.get(instrument) ?? []) channels.delete(channel)
      for (const channel of come.get(instrument) ?? []) channels.add(channel)
      product.rewant(channels, at, out)
      for (const channel of before) if (!product.wire.has(channel)) put(end, channel, instrument.symbol)
      for (const channel of product.wire) if (!before.has(channel)) put(begin, channel, instrument.symbol)
      if (!before.has('level2_batch') && product.wire.has('level2_batch')) product.book.resubscription.asked(at)
      else if (come.get(instrument)?.has('book')) product.book.audit(at, out)
      if (channels.size === 0) this.#forget(product)
    }
    if (this.#isOpen) {
      for (const text of subscriptionMessages('unsubscribe', end)) out.command({ kind: 'send', text })
      for (const text of subscriptionMessages('subscribe', begin)) out.command({ kind: 'send', text })
      if (begin.size > 0) this.#expectAcknowledgement(at)
    }
    this.#wake(at, out)
  }

  silent(subscription: Subscription, at: Micros, out: SessionOutput): void {
    const product = this.#byInstrument.get(subscription.instrument.id)
    const channel = product?.silent(subscription.channel, at, out)
    if (product !== undefined && channel !== undefined) this.#resubscribe(product, channel, out)
    this.#wake(at, out)
  }

  instrumentsChanged(instruments: readonly Instrument[]): void {
    for (const instrument of instruments) this.#known.add(instrument.symbol)
  }

  bookStatistics(): ReadonlyMap<InstrumentId, Readonly<BookStatistics>> {
    const statistics = new Map<InstrumentId, Readonly<BookStatistics>>()
    for (const product of this.#products.values()) {
      if (product.book.isKnown) statistics.set(product.instrument.id, { ...product.book.statistics })
    }
    return statistics
  }

  #productFrame(
    product: Product,
    frame: Exclude<Frame, SubscriptionsFrame | ErrorFrame>,
    text: string,
    at: Micros,
    out: SessionOutput,
  ): void {
    switch (frame.type) {
      case 'match':
      case 'last_match':
        product.match(frame, at, out)
        break
      case 'heartbeat':
        product.heartbeat(frame, at, out)
        break
      case 'ticker':
        product.ticker(frame, at, out)
        break
      case 'l2update':
        product.update(frame, at, out)
        break
      case 'snapshot':
        if (frame.unreadable.length > 0) {
          const reason = `${frame.unreadable.length} levels of a snapshot are not numbers and were left out`
          out.refused({ kind: 'malformed', reason, sample: sample(frame.unreadable.join()) })
        }
        product.snapshot(frame, at, out)
        break
      default: {
        const never: never = frame
        out.refused({ kind: 'unknown-message', reason: `unknown kind ${String(never)}`, sample: sample(text) })
      }
    }
    // Trades wake by themselves; a book that has just broken does not.
    if (product.book.resubscription.due <= at) out.command({ kind: 'wake', at })
  }

  #unknownProduct(product: string, frame: string, out: SessionOutput): void {
    // Frames of a product that was unsubscribed may still be under way.
    if (this.#known.has(product)) return
    out.refused({ kind: 'unknown-instrument', reason: `no instrument ${product.slice(0, 40)}`, sample: sample(frame) })
  }

  #malformed(frame: string, reason: string, at: Micros, out: SessionOutput): void {
    out.refused({ kind: 'malformed', reason, sample: sample(frame) })
    const named = /"product_id"\s*:\s*"([^"\\]{1,40})"/.exec(frame)?.[1]
    const product = named === undefined ? undefined : this.#products.get(named)
    if (product === undefined || !/"type"\s*:\s*"(?:l2update|snapshot)"/.test(frame)) return
    product.unreadable('level2_batch', at, out)
    this.#wake(at, out)
  }

  #acknowledged(frame: SubscriptionsFrame): void {
    this.#inForce = new Set()
    for (const { name, products } of frame.channels) {
      const channel = acknowledgedChannel(name)
      for (const product of products) this.#inForce.add(`${channel ?? name}:${product}`)
    }
  }

  /** An error that names products ("X is delisted") takes those out; the others are asked for again. */
  #venueError(error: ErrorFrame, frame: string, at: Micros, out: SessionOutput): void {
    out.refused({ kind: 'venue-error', reason: error.text.slice(0, SAMPLE_LENGTH), sample: sample(frame) })
    let isNew = false
    for (const name of error.text.match(/[A-Za-z0-9]{1,20}-[A-Za-z0-9]{1,20}/g) ?? []) {
      const product = this.#products.get(name)
      if (product === undefined || product.isRefused) continue
      product.refuse(error.text.slice(0, SAMPLE_LENGTH), at, out)
      isNew = true
    }
    if (isNew) this.#checkAcknowledged(at, out)
    this.#wake(at, out)
  }

  /** Sends again what the server does not say that it sends. */
  #checkAcknowledged(at: Micros, out: SessionOutput): void {
    const missing: Product[] = []
    for (const product of this.#products.values()) {
      if (product.isRefused) continue
      for (const channel of product.wire) {
        if (this.#inForce.has(`${channel}:${product.instrument.symbol}`)) continue
        missing.push(product)
        break
      }
    }
    this.#checkDue = Number.POSITIVE_INFINITY
    if (missing.length > 0) this.#subscribe(missing, at, out)
  }

  #subscribe(products: readonly Product[], at: Micros, out: SessionOutput): void {
    const wanted = new Map<WireChannel, string[]>()
    for (const product of products) {
      for (const channel of product.wire) {
        const symbol = product.instrument.symbol
        if (!this.#inForce.has(`${channel}:${symbol}`)) put(wanted, channel, symbol)
      }
    }
    for (const text of subscriptionMessages('subscribe', wanted)) out.command({ kind: 'send', text })
    if (wanted.size > 0) this.#expectAcknowledgement(at)
  }

  #expectAcknowledgement(at: Micros): void {
    this.#checks++
    this.#checkDue =
      at + backoff(2 * ACKNOWLEDGEMENT_PATIENCE, ACKNOWLEDGEMENT_MAXIMUM, this.#options.plan.name, this.#checks)
  }

  #resubscribe(product: Product, channel: WireChannel, out: SessionOutput): void {
    const products = new Map([[channel, [product.instrument.symbol]]])
    for (const text of subscriptionMessages('unsubscribe', products)) out.command({ kind: 'send', text })
    for (const text of subscriptionMessages('subscribe', products)) out.command({ kind: 'send', text })
  }

  #productFor(instrument: Instrument): Product {
    const known = this.#byInstrument.get(instrument.id)
    if (known !== undefined) return known
    const { repairTrades, resume } = this.#options
    const product = new Product(
      new TradeContinuity({
        feed: this.#feeds.make(instrument, 'trade'),
        history: repairTrades ? coinbaseTradeHistory : null,
        resume: resume.get(instrument.id),
        newRequestId: () => this.#nextRequestId++,
      }),
      this.#feeds,
    )
    this.#products.set(instrument.symbol, product)
    this.#byInstrument.set(instrument.id, product)
    this.#known.add(instrument.symbol)
    return product
  }

  #forget(product: Product): void {
    this.#products.delete(product.instrument.symbol)
    this.#byInstrument.delete(product.instrument.id)
  }

  #wake(at: Micros, out: SessionOutput): void {
    let due = this.#checkDue
    for (const product of this.#products.values()) {
      due = Math.min(due, product.trades.due, product.book.resubscription.due)
    }
    if (due !== Number.POSITIVE_INFINITY) out.command({ kind: 'wake', at: Math.max(due, at) as Micros })
  }
}

function grouped(subscriptions: readonly Subscription[]): Map<Instrument, Set<Channel>> {
  const byId = new Map<InstrumentId, Instrument>()
  const channels = new Map<Instrument, Set<Channel>>()
  for (const { instrument, channel } of subscriptions) {
    const first = byId.get(instrument.id) ?? instrument
    byId.set(instrument.id, first)
    const known = channels.get(first)
    if (known === undefined) channels.set(first, new Set([channel]))
    else known.add(channel)
  }
  return channels
}

function put(lists: Map<WireChannel, string[]>, channel: WireChannel, symbol: string): void {
  const known = lists.get(channel)
  if (known === undefined) lists.set(channel, [symbol])
  else known.push(symbol)
}

function sample(text: string): string {
  return text.slice(0, SAMPLE_LENGTH)
}
