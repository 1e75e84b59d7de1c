import type { Channel, Micros } from '../../market/index.ts'
import type { Subscription } from '../protocol.ts'
import { isTextObject, type TextObject } from '../shared/json-text.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { symbolOfStream } from './book-rule.ts'

/** Names in one message. */
const NAMES_PER_MESSAGE = 20

/** How a wire channel takes its names: several at a time, or one together with a parameter. */
export interface WireChannel {
  readonly name: string
  /** What is sent for these symbols. */
  payload(symbols: readonly string[]): readonly string[]
  readonly takesMany: boolean
}

interface Asked {
  readonly wire: WireChannel
  readonly symbols: readonly string[]
}

/**
 * Subscriptions of one connection in Gate's words. Several of our channels may lie on one of Gate's, so each is subscribed to
 * once and left when the last is.
 */
export class GateSubscriptions {
  readonly #wireOf: ReadonlyMap<Channel, WireChannel>
  readonly #byName: ReadonlyMap<string, WireChannel>
  /** Which of our channels use `wire symbol`. */
  readonly #users = new Map<string, Set<Channel>>()
  readonly #asked = new Map<number, Asked>()
  #nextId = 1
  #isOneByOne = false
  /** The newest time that is known: requests must carry one, at most 60 seconds off. */
  now = 0 as Micros

  constructor(wireOf: ReadonlyMap<Channel, WireChannel>) {
    this.#wireOf = wireOf
    this.#byName = new Map([...wireOf.values()].map((wire) => [wire.name, wire]))
  }

  opened(at: Micros): void {
    this.now = at
    this.#users.clear()
    this.#asked.clear()
  }

  subscribe(subscriptions: readonly Subscription[]): string[] {
    const symbols = new Map<WireChannel, Set<string>>()
    for (const { instrument, channel } of subscriptions) {
      const wire = this.#wireOf.get(channel)
      if (wire === undefined) continue
      const key = keyOf(wire, instrument.symbol)
      const users = this.#users.get(key)
      if (users === undefined) this.#users.set(key, new Set([channel]))
      else users.add(channel)
      put(symbols, wire, instrument.symbol)
    }
    return this.#messages('subscribe', symbols)
  }

  unsubscribe(subscriptions: readonly Subscription[]): string[] {
    const symbols = new Map<WireChannel, Set<string>>()
    for (const { instrument, channel } of subscriptions) {
      const wire = this.#wireOf.get(channel)
      if (wire === undefined) continue
      const key = keyOf(wire, instrument.symbol)
      const users = this.#users.get(key)
      if (users === undefined) continue
      users.delete(channel)
      if (users.size > 0) continue
      this.#users.delete(key)
      put(symbols, wire, instrument.symbol)
    }
    return this.#messages('unsubscribe', symbols)
  }

  /** Reads the answer to a request. "You only need to check whether the error field is null" (spot WebSocket, Server Response, 2026-11-22). */
  answered(frame: TextObject, facts: MarketFacts): void {
    const asked = this.#takeAsked(frame)
    const failure = isTextObject(frame.error) ? frame.error : undefined
    if (frame.event !== 'subscribe') {
      if (failure !== undefined) facts.venueError(messageOf(failure))
      return
    }
    if (failure === undefined) this.#confirm(asked, facts)
    else this.#failed(asked, failure, facts)
  }

  #confirm(asked: Asked | undefined, facts: MarketFacts): void {
    for (const symbol of asked?.symbols ?? []) {
      const users = asked === undefined ? undefined : this.#users.get(keyOf(asked.wire, symbol))
      for (const channel of users ?? []) facts.subscribed(symbol, channel)
    }
  }

  #failed(asked: Asked | undefined, failure: TextObject, facts: MarketFacts): void {
    const message = messageOf(failure)
    if (asked === undefined) {
      facts.venueError(message)
      return
    }
    // "For the same depth stream only one subscription per connection is allowed; duplicates return an error": it is in force.
    if (/^alert sub\b/i.test(message)) {
      this.#confirm(asked, facts)
      return
    }
    const named = asked.symbols.length === 1 ? asked.symbols : asked.symbols.filter((one) => message.includes(one))
    // 1 and 2 are faults of the request, 3 is one of the server (spot WebSocket, Error, 2026-11-22).
    if ((failure.code === '1' || failure.code === '2') && named.length > 0) {
      for (const symbol of named) {
        for (const channel of this.#users.get(keyOf(asked.wire, symbol)) ?? []) facts.refused(symbol, channel, message)
        this.#users.delete(keyOf(asked.wire, symbol))
      }
    }
    // One bad name spoils its whole message: the others are asked for again.
    if (named.length < asked.symbols.length) {
      this.#isOneByOne ||= named.length === 0
      facts.tooMany(message)
    }
  }

  #takeAsked(frame: TextObject): Asked | undefined {
    const id = typeof frame.id === 'string' && /^\d{1,9}$/.test(frame.id) ? Number(frame.id) : -1
    const asked = this.#asked.get(id)
    this.#asked.delete(id)
    if (asked !== undefined) return asked
    const wire = this.#byName.get(String(frame.channel))
    if (wire === undefined || !Array.isArray(frame.payload)) return undefined
    const symbols = frame.payload.filter((name) => typeof name === 'string').map(symbolOfStream)
    return { wire, symbols }
  }

  #messages(event: 'subscribe' | 'unsubscribe', wanted: ReadonlyMap<WireChannel, ReadonlySet<string>>): string[] {
    const texts: string[] = []
    for (const [wire, symbols] of wanted) {
      const all = [...symbols]
      const size = wire.takesMany && !this.#isOneByOne ? NAMES_PER_MESSAGE : 1
      for (let from = 0; from < all.length; from += size) {
        const some = all.slice(from, from + size)
        const id = this.#nextId++
        if (event === 'subscribe') this.#asked.set(id, { wire, symbols: some })
        const time = Math.floor(this.now / 1_000_000)
        texts.push(JSON.stringify({ time, id, channel: wire.name, event, payload: wire.payload(some) }))
      }
    }
    return texts
  }
}

function put(lists: Map<WireChannel, Set<string>>, wire: WireChannel, symbol: string): void {
  const known = lists.get(wire)
  if (known === undefined) lists.set(wire, new Set([symbol]))
  else known.add(symbol)
}

function keyOf(wire: WireChannel, symbol: string): string {
  return `${wire.name} ${symbol}`
}

function messageOf(failure: TextObject): string {
  return `${String(failure.message)} (code ${String(failure.code)})`.slice(0, 200)
}

/** A channel that takes a list of names. */
export function listed(name: string): WireChannel {
  return { name, takesMany: true, payload: (symbols) => symbols }
}

/**
 * The deepest free book: "400 levels: updated every 100ms; 50 levels: updated every 20ms"
 * (https://www.gate.com/announcements/article/45317, 2026-11-22).
 */
export function depth400(name: string): WireChannel {
  return { name, takesMany: true, payload: (symbols) => symbols.map((symbol) => `ob.${symbol}.400`) }
}

/** Candles of one minute: the width goes before the name. */
export function minuteCandles(name: string): WireChannel {
  return { name, takesMany: false, payload: (symbols) => ['1m', ...symbols] }
}
