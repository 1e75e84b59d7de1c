import type { WireCursor } from '../shared/wire-cursor.ts'
import type { BinanceMarket } from './market.ts'
import type { StreamKind } from './streams.ts'
import type { SymbolFeeds } from './symbol-feeds.ts'

/** One stream of a connection, with the texts by which its frames are recognised. */
export interface Stream {
  readonly name: string
  readonly kind: StreamKind
  readonly feeds: SymbolFeeds
  /** `,"data":{` and what every frame of this kind has next; undefined if it is not read the quick way. */
  readonly head: string | undefined
  /** `,"s":"BTCUSDT"` and what every frame of this kind has next. */
  readonly symbolPart: string
}

/** How the data of a stream begin; kinds that are absent are never read the quick way. */
const SPOT_HEAD: Readonly<Partial<Record<StreamKind, string>>> = {
  'agg-trade': ',"data":{"e":"aggTrade","E":',
  kline: ',"data":{"e":"kline","E":',
  trade: ',"data":{"e":"trade","E":',
  'book-ticker': ',"data":{"u":',
  depth: ',"data":{"e":"depthUpdate","E":',
}

const CONTRACT_HEAD: Readonly<Partial<Record<StreamKind, string>>> = {
  kline: ',"data":{"e":"kline","E":',
  'agg-trade': ',"data":{"e":"aggTrade","E":',
  'book-ticker': ',"data":{"e":"bookTicker","u":',
  depth: ',"data":{"e":"depthUpdate","E":',
}

/** What comes after the symbol on spot markets. Those of contracts put several things there. */
const AFTER_SPOT_SYMBOL: Readonly<Partial<Record<StreamKind, string>>> = {
  trade: ',"t":',
  'book-ticker': ',"b":',
  depth: ',"U":',
}

/** Slots are a power of two, and several times the streams, so that few names share one. */
const FEWEST_SLOTS = 64
const SLOTS_PER_STREAM = 4

/** Finds the stream of a frame by name, without making a string of the name first. */
export class StreamTable {
  readonly wire: BinanceMarket['wire']
  readonly #byName = new Map<string, Stream>()
  #slots: Array<Stream | undefined> = new Array<Stream | undefined>(FEWEST_SLOTS).fill(undefined)

  constructor(wire: BinanceMarket['wire']) {
    this.wire = wire
  }

  get size(): number {
    return this.#byName.size
  }

  values(): IterableIterator<Stream> {
    return this.#byName.values()
  }

  get(name: string): Stream | undefined {
    return this.#byName.get(name)
  }

  add(name: string, kind: StreamKind, feeds: SymbolFeeds): void {
    const symbol = JSON.stringify(feeds.instrument.symbol)
    const isSpot = this.wire === 'spot'
    const head = (isSpot ? SPOT_HEAD : CONTRACT_HEAD)[kind]
    const symbolPart = `,"s":${symbol}${(isSpot ? AFTER_SPOT_SYMBOL[kind] : undefined) ?? ''}`
    const stream = { name, kind, feeds, head, symbolPart }
    this.#byName.set(name, stream)
    if (this.#byName.size * SLOTS_PER_STREAM > this.#slots.length) this.#rebuild()
    else this.#put(stream)
  }

  delete(name: string): void {
    this.#byName.delete(name)
    this.#rebuild()
  }

  /** Reads a stream's name up to its closing quote; undefined if no stream goes by it, or the name is written oddly. */
  read(cursor: WireCursor): Stream | undefined {
    const { text, at } = cursor
    let hash = 0
    let index = at
    let code = text.charCodeAt(index)
    while (code !== 34 && code >= 32) {
      hash = (Math.imul(hash, 31) + code) | 0
      code = text.charCodeAt(++index)
    }
    if (code !== 34) return undefined
    const slot = this.#slots[hash & (this.#slots.length - 1)]
    if (slot !== undefined && slot.name.length === index - at && text.startsWith(slot.name, at)) {
      cursor.at = index + 1
      return slot
    }
    const stream = this.#byName.get(text.slice(at, index))
    if (stream !== undefined) cursor.at = index + 1
    return stream
  }

  #rebuild(): void {
    let length = FEWEST_SLOTS
    while (length < this.#byName.size * SLOTS_PER_STREAM) length *= 2
    this.#slots = new Array<Stream | undefined>(length).fill(undefined)
    for (const stream of this.#byName.values()) this.#put(stream)
  }

  /** Of two names in one slot the later wins; the other is found by the map. */
  #put(stream: Stream): void {
    let hash = 0
    for (let index = 0; index < stream.name.length; index++) {
      hash = (Math.imul(hash, 31) + stream.name.charCodeAt(index)) | 0
    }
    this.#slots[hash & (this.#slots.length - 1)] = stream
  }
}
