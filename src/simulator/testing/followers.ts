import { once } from 'node:events'
import { WebSocket } from 'ws'

/*
 * Clients for tests, written from the exchanges' documentation and sharing nothing with the simulator's encoders or with
 * the project's connectors. Amounts stay text; books are maps from price text to amount text.
 */

/** A book as its follower has it, by canonical price. */
export interface FollowedBook {
  bids: Map<string, string>
  asks: Map<string, string>
}

/** Text of a decimal without trailing zeros. */
export function canonical(text: string): string {
  return text.includes('.') ? text.replace(/0+$/, '').replace(/\.$/, '') : text
}

/** Best first. */
export function sorted(levels: ReadonlyMap<string, string>, side: 'bid' | 'ask'): [string, string][] {
  const direction = side === 'bid' ? -1 : 1
  return [...levels].sort((left, right) => direction * (Number(left[0]) - Number(right[0])))
}

export function put(levels: Map<string, string>, price: string, amount: string): void {
  if (Number(amount) === 0) levels.delete(canonical(price))
  else levels.set(canonical(price), canonical(amount))
}

/** A socket that remembers all that it was told. */
export class Listener {
  readonly socket: WebSocket
  readonly texts: string[] = []
  readonly binaries: Buffer[] = []
  closeCode: number | undefined
  #waiting: (() => void)[] = []

  constructor(url: string) {
    this.socket = new WebSocket(url, { perMessageDeflate: false, maxPayload: 512 * 1024 * 1024 })
    this.socket.on('message', (data, binary) => {
      if (binary) this.binaries.push(data as Buffer)
      else this.texts.push(data.toString())
      this.#wake()
    })
    this.socket.on('close', (code) => {
      this.closeCode = code
      this.#wake()
    })
    this.socket.on('error', () => this.#wake())
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  async open(): Promise<this> {
    await once(this.socket, 'open')
    return this
  }

  send(value: unknown): void {
    this.socket.send(typeof value === 'string' ? value : JSON.stringify(value))
  }

  /** Waits until something is true of what has come. */
  async until(condition: () => boolean, what: string, milliseconds = 15_000): Promise<void> {
    const deadline = Date.now() + milliseconds
    while (!condition()) {
      const left = deadline - Date.now()
      if (left <= 0) throw new Error(`waited in vain for ${what}; last: ${this.texts.at(-1)?.slice(0, 200)}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        this.#waiting.push(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
  }

  /** Sends a request and waits for one more message that has a text in it: by then all that was sent before has come. */
  async asked(request: unknown, answer: string): Promise<void> {
    const count = () => this.texts.filter((text) => text.includes(answer)).length
    const before = count()
    this.send(request)
    await this.until(() => count() > before, answer)
  }

  close(): void {
    this.socket.terminate()
  }
}

interface BinanceDiff {
  readonly U: number
  readonly u: number
  readonly b: [string, string][]
  readonly a: [string, string][]
}

/** Binance's "How to manage a local order book correctly". */
export class BinanceFollower {
  readonly book: FollowedBook = { bids: new Map(), asks: new Map() }
  #updateId = -1
  breaks = 0
  applied = 0

  snapshot(body: { lastUpdateId: number; bids: [string, string][]; asks: [string, string][] }): void {
    for (const [price, amount] of body.bids) put(this.book.bids, price, amount)
    for (const [price, amount] of body.asks) put(this.book.asks, price, amount)
    this.#updateId = body.lastUpdateId
  }

  diff(diff: BinanceDiff): void {
    if (diff.u <= this.#updateId) return
    if (diff.U > this.#updateId + 1) this.breaks++
    for (const [price, amount] of diff.b) put(this.book.bids, price, amount)
    for (const [price, amount] of diff.a) put(this.book.asks, price, amount)
    this.#updateId = diff.u
    this.applied++
  }
}

/** Coinbase's snapshot and l2update. */
export class CoinbaseFollower {
  readonly book: FollowedBook = { bids: new Map(), asks: new Map() }
  applied = 0

  message(message: {
    type: string
    bids?: [string, string][]
    asks?: [string, string][]
    changes?: [string, string, string][]
  }): void {
    if (message.type === 'snapshot') {
      this.book.bids.clear()
      this.book.asks.clear()
      for (const [price, amount] of message.bids ?? []) put(this.book.bids, price, amount)
      for (const [price, amount] of message.asks ?? []) put(this.book.asks, price, amount)
    } else if (message.type === 'l2update') {
      for (const [side, price, amount] of message.changes ?? []) {
        put(side === 'buy' ? this.book.bids : this.book.asks, price, amount)
      }
      this.applied++
    }
  }
}

interface RawLevel {
  readonly price: string
  readonly qty: string
}

/** Parses JSON with every number as its own text, as Kraken's guide to the checksum asks for. */
export function parseNumbersAsText(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' && context?.source !== undefined ? context.source : value,
  )
}

/** Kraken's "Maintaining the book" and checksum, WebSocket v2. */
export class KrakenFollower {
  readonly #depth: number
  /** By price as written, because the checksum needs the digits as written. */
  readonly #bids = new Map<string, string>()
  readonly #asks = new Map<string, string>()
  checksumsVerified = 0
  checksumsFailed = 0
  truncated = 0

  constructor(depth: number) {
    this.#depth = depth
  }

  message(text: string): void {
    const message = parseNumbersAsText(text) as {
      type: string
      data: { bids: RawLevel[]; asks: RawLevel[]; checksum: string }[]
    }
    for (const data of message.data) {
      if (message.type === 'snapshot') {
        this.#bids.clear()
        this.#asks.clear()
      }
      for (const side of ['bid', 'ask'] as const) {
        const levels = side === 'bid' ? this.#bids : this.#asks
        for (const { price, qty } of side === 'bid' ? data.bids : data.asks) {
          if (Number(qty) === 0) levels.delete(price)
          else levels.set(price, qty)
        }
        for (const [price] of sorted(levels, side).slice(this.#depth)) {
          levels.delete(price)
          this.truncated++
        }
      }
      const digits = (value: string) => value.replace('.', '').replace(/^0+/, '')
      const line = (levels: [string, string][]) =>
        levels
          .slice(0, 10)
          .map(([price, qty]) => digits(price) + digits(qty))
          .join('')
      const sum = crc32(line(sorted(this.#asks, 'ask')) + line(sorted(this.#bids, 'bid')))
      if (sum === Number(data.checksum)) this.checksumsVerified++
      else this.checksumsFailed++
    }
  }

  get book(): FollowedBook {
    const plain = (levels: Map<string, string>) =>
      new Map([...levels].map(([price, qty]) => [canonical(price), canonical(qty)] as const))
    return { bids: plain(this.#bids), asks: plain(this.#asks) }
  }
}

/** CRC-32 (IEEE 802.3), bit by bit: slow and plainly right. */
export function crc32(text: string): number {
  let sum = 0xffffffff
  for (let index = 0; index < text.length; index++) {
    sum ^= text.charCodeAt(index)
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1
  }
  return (sum ^ 0xffffffff) >>> 0
}
