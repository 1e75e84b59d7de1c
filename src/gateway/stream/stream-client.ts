import { GATEWAY_ERRORS, type GatewayError } from '../gateway-error.ts'
import type { InstrumentSlot } from '../live/instrument-slot.ts'
import type { BurstBudget } from './burst-budget.ts'
import type { Interest } from './interest.ts'
import { type Latest, latestLine } from './latest.ts'
import type { StreamItem } from './stream-item.ts'

/** Bytes that may go on waiting in the socket before its client counts as slow. */
export const SLOW_BYTES = 512 * 1024
/** More than that may wait for this long, up to this much: a burst of the tape is no slowness of its readers. */
export const BURST_MILLISECONDS = 1_000
export const BURST_BYTES = 16 * 1024 * 1024
/** A slow client is fast again when fewer bytes than this wait. */
const RECOVERED_BYTES = 64 * 1024
/** Bytes of trades and gaps that are kept for a slow client; more cuts it. */
export const MAXIMUM_KEPT_BYTES = 2 * 1024 * 1024
/** Largest frame that is put together, about. */
const FRAME_BYTES = 256 * 1024

/** The private range of RFC 6455 begins at 4000; these are HTTP statuses + 4000. */
export const CLOSE_CODES = { invalid: 4400, unauthorized: 4401, slow: 4408, tooManyMessages: 4429 } as const

/** The socket as a client needs it. */
export interface StreamSocket {
  readonly bufferedAmount: number
  send(data: string | Buffer): void
  /** Says goodbye, and cuts the connection if the other side does not answer soon. */
  close(code: number, reason: string): void
}

/** What a slow client has missed: the newest of what can be replaced, all of what cannot. */
interface Backlog {
  readonly lines: string[]
  bytes: number
  readonly stale: Map<InstrumentSlot, Set<string>>
  conflated: number
}

const TAIL = Buffer.from(']}')

/** One connection's side of the stream: its subscriptions, its sequence, and what it has not been able to take. */
export class StreamClient {
  readonly subscriptions = new Map<string, Interest>()
  isClosed = false
  delivered = 0
  lastSent = 0
  readonly #socket: StreamSocket
  readonly #clock: () => number
  readonly #bursts: BurstBudget
  #sequence = 0
  #backlog: Backlog | undefined
  /** Since when more waits in the socket than may go on waiting, in milliseconds. */
  #fullSince: number | undefined

  /**
   * @param bursts of all clients together
   * @param clock milliseconds since any moment
   */
  constructor(socket: StreamSocket, bursts: BurstBudget, clock: () => number = () => performance.now()) {
    this.#socket = socket
    this.#bursts = bursts
    this.#clock = clock
  }

  /** Whether it has so much to read already that it should not ask for more. */
  get isBehind(): boolean {
    return this.#socket.bufferedAmount > SLOW_BYTES
  }

  get isSlow(): boolean {
    return this.#backlog !== undefined
  }

  /** Sends a frame of its own; `fields` are the JSON text of its members after `type` and `sequence`. */
  frame(type: string, fields: string): void {
    this.#sequence++
    this.#send(`{"type":"${type}","sequence":${this.#sequence}${fields === '' ? '' : `,${fields}`}}`)
  }

  error(error: GatewayError, id: string | null): void {
    const detail = `${error.message}. ${GATEWAY_ERRORS[error.code].remedy}`
    this.frame(
      'error',
      `"id":${JSON.stringify(id)},"code":${JSON.stringify(error.code)},"detail":${JSON.stringify(detail)}`,
    )
  }

  /**
   * Sends the latest of a new subscription. What is more than the socket takes at once follows in batches, as it stands
   * then: nothing is lost by that, since only the newest counts.
   */
  snapshot(id: string, latest: Iterable<Latest>): void {
    const name = `"id":${JSON.stringify(id)}`
    let body: string[] = []
    let bytes = 0
    let total = 0
    for (const part of latest) {
      if ('slot' in part && total > FRAME_BYTES) {
        this.#markStale(part.slot, part.route)
        continue
      }
      const line = 'slot' in part ? latestLine(part.slot, part.route) : part.line
      if (line === undefined) continue
      if (bytes > FRAME_BYTES) {
        this.frame('snapshot', `${name},"final":false,"complete":false,"messages":[${body.join(',')}]`)
        body = []
        bytes = 0
      }
      body.push(line)
      bytes += line.length
      total += line.length
      this.delivered++
    }
    const complete = this.#backlog === undefined
    this.frame('snapshot', `${name},"final":true,"complete":${complete},"messages":[${body.join(',')}]`)
  }

  /**
   * Takes the messages of one beat. `body` is their text, encoded once for all clients that want the same; it is not used
   * where this client is too slow to take it.
   */
  batch(items: readonly StreamItem[], body: Buffer): void {
    if (this.isClosed) return
    if (this.#backlog === undefined && this.#takes()) {
      this.#sequence++
      this.delivered += items.length
      const head = Buffer.from(`{"type":"batch","sequence":${this.#sequence},"messages":[`)
      this.#send(Buffer.concat([head, body, TAIL]))
      return
    }
    const backlog = this.#ensureBacklog()
    for (const item of items) {
      if (item.slot !== undefined && item.isReplaceable) {
        if (!this.#markStale(item.slot, item.route)) backlog.conflated++
        continue
      }
      const line = item.keptLine
      backlog.lines.push(line)
      backlog.bytes += line.length
    }
    if (backlog.bytes > MAXIMUM_KEPT_BYTES) this.close(CLOSE_CODES.slow, 'GATEWAY_STREAM_SLOW_CLIENT')
  }

  /** Sends what a slow client has missed, as soon as it can take it. Called with every beat. */
  recover(): void {
    const backlog = this.#backlog
    if (backlog === undefined || this.isClosed || this.#socket.bufferedAmount > RECOVERED_BYTES) return
    const body: string[] = []
    let bytes = 0
    let taken = 0
    while (bytes < FRAME_BYTES) {
      const line = taken < backlog.lines.length ? backlog.lines[taken++] : this.#nextStale(backlog)
      if (line === undefined) break
      body.push(line)
      bytes += line.length
    }
    for (const line of backlog.lines.splice(0, taken)) backlog.bytes -= line.length
    if (backlog.lines.length === 0 && backlog.stale.size === 0) this.#backlog = undefined
    if (body.length > 0) {
      this.delivered += body.length
      const conflated = backlog.conflated > 0 ? `"conflated":${backlog.conflated},` : ''
      backlog.conflated = 0
      this.frame('batch', `${conflated}"messages":[${body.join(',')}]`)
    }
  }

  /** Whether any subscription wants this kind of message of this instrument. */
  wants(route: string, slot: InstrumentSlot): boolean {
    for (const interest of this.subscriptions.values()) {
      if (interest.routes.has(route) && interest.covers(slot.venue, slot)) return true
    }
    return false
  }

  /** The connection is gone: nothing more is sent or kept. */
  ended(): void {
    this.isClosed = true
    this.#backlog = undefined
    this.#bursts.release(this)
  }

  close(code: number, reason: string): void {
    if (this.isClosed) return
    this.ended()
    this.#socket.close(code, reason)
  }

  /** Whether the socket takes more. */
  #takes(): boolean {
    const waiting = this.#socket.bufferedAmount
    if (waiting <= SLOW_BYTES) {
      if (this.#fullSince !== undefined) this.#bursts.release(this)
      this.#fullSince = undefined
      return true
    }
    this.#fullSince ??= this.#clock()
    const isBurst = waiting <= BURST_BYTES && this.#clock() - this.#fullSince < BURST_MILLISECONDS
    return isBurst && this.#bursts.grants(this, waiting)
  }

  #ensureBacklog(): Backlog {
    this.#backlog ??= { lines: [], bytes: 0, stale: new Map(), conflated: 0 }
    return this.#backlog
  }

  /** Notes that the newest of a kind is still to be sent. Returns false if that was noted before. */
  #markStale(slot: InstrumentSlot, route: string): boolean {
    const { stale } = this.#ensureBacklog()
    let routes = stale.get(slot)
    if (routes === undefined) {
      routes = new Set()
      stale.set(slot, routes)
    }
    if (routes.has(route)) return false
    routes.add(route)
    return true
  }

  #nextStale(backlog: Backlog): string | undefined {
    for (const [slot, routes] of backlog.stale) {
      for (const route of routes) {
        routes.delete(route)
        if (routes.size === 0) backlog.stale.delete(slot)
        const line = this.wants(route, slot) ? latestLine(slot, route) : undefined
        if (line !== undefined) return line
      }
      backlog.stale.delete(slot)
    }
    return undefined
  }

  #send(data: string | Buffer): void {
    if (this.isClosed) return
    this.lastSent = performance.now()
    this.#socket.send(data)
  }
}
