import type { StreamEvent, StreamFrame } from '../../../src/gateway/schemas/index.ts'
import { Signal } from '../state/signal.ts'
import { matchesWish, type StreamHandler, type Wish } from './subscription.ts'

/** The part of a WebSocket that is used; tests bring their own. */
export interface StreamSocket {
  onopen: (() => void) | null
  onmessage: ((message: { data: unknown }) => void) | null
  onclose: ((close: { code: number; reason: string }) => void) | null
  send(text: string): void
  close(): void
}

/** Timers and the clock, given so that tests do not wait. */
export interface StreamEnvironment {
  /** Opens a socket; it may have to fetch a ticket first. */
  open(): Promise<StreamSocket>
  /** Milliseconds since the epoch. */
  now(): number
  /** Runs once after a time; the result cancels it. */
  after(milliseconds: number, run: () => void): () => void
  /** 0 ≤ x < 1 */
  random(): number
}

export type ConnectionState =
  /** `attempt` counts the tries since it was last live; 0 on a page that has just been opened. */
  | { readonly kind: 'connecting'; readonly attempt: number }
  | { readonly kind: 'live' }
  | { readonly kind: 'waiting'; readonly retryAt: number; readonly attempt: number; readonly reason: string }

interface Subscription {
  readonly id: string
  readonly wish: Wish
  readonly handler: StreamHandler
  /** False until its snapshot is complete on this connection. */
  ready: boolean
}

const SHORTEST_WAIT_MILLISECONDS = 500
const LONGEST_WAIT_MILLISECONDS = 15_000
/** A connection that is silent for this many heartbeats is dead, whatever the browser thinks of it. */
const HEARTBEATS_MISSED = 2.5
const DEFAULT_HEARTBEAT_MILLISECONDS = 10_000

/**
 * One connection to the stream for the whole page. It subscribes anew after every reconnect, backs off with full jitter,
 * watches the heartbeat, and checks that no frame is missing: after a hole nothing on the page can be trusted, so it
 * drops the connection and takes fresh snapshots.
 */
export class StreamClient {
  readonly state = new Signal<ConnectionState>({ kind: 'connecting', attempt: 0 })
  /** Messages a second over the last second, for the eyes. */
  readonly rate = new Signal(0)
  /** Messages that the gateway replaced by newer ones since the connection was opened, because this page was slow. */
  readonly conflated = new Signal(0)
  readonly #environment: StreamEnvironment
  readonly #subscriptions = new Map<string, Subscription>()
  #socket: StreamSocket | null = null
  #opened = false
  #expected = 1
  #attempt = 0
  #nextId = 1
  #started = false
  #generation = 0
  #heartbeat = DEFAULT_HEARTBEAT_MILLISECONDS
  #cancelWatchdog: () => void = () => {}
  #cancelRetry: () => void = () => {}
  #heardAt = 0
  #clockOffset = 0
  #counted = 0
  #countedSince = 0

  constructor(environment: StreamEnvironment) {
    this.#environment = environment
  }

  start(): void {
    if (this.#started) return
    this.#started = true
    this.#connect()
  }

  stop(): void {
    this.#started = false
    this.#drop()
    this.#cancelRetry()
  }

  /** Tries at once instead of waiting for the next try. */
  retryNow(): void {
    if (this.state.get().kind !== 'waiting') return
    this.#cancelRetry()
    this.#connect()
  }

  /** The gateway's clock in microseconds, as well as it is known here; ages are counted against it. */
  now(): number {
    return this.#environment.now() * 1_000 + this.#clockOffset
  }

  /** Subscribes now and after every reconnect. @returns what ends it. */
  subscribe(wish: Wish, handler: StreamHandler): () => void {
    const subscription: Subscription = { id: `s${this.#nextId++}`, wish, handler, ready: false }
    this.#subscriptions.set(subscription.id, subscription)
    this.#ask(subscription)
    return () => {
      if (!this.#subscriptions.delete(subscription.id)) return
      if (this.#opened) this.#socket?.send(JSON.stringify({ op: 'unsubscribe', id: subscription.id }))
    }
  }

  #ask(subscription: Subscription): void {
    if (!this.#opened) return
    this.#socket?.send(JSON.stringify({ op: 'subscribe', id: subscription.id, ...subscription.wish }))
  }

  #connect(): void {
    const generation = ++this.#generation
    this.state.set({ kind: 'connecting', attempt: this.#attempt })
    this.#environment.open().then(
      (socket) => {
        if (generation === this.#generation && this.#started) this.#attach(socket, generation)
        else socket.close()
      },
      (error: unknown) => {
        if (generation === this.#generation) this.#lost(error instanceof Error ? error.message : String(error))
      },
    )
  }

  #attach(socket: StreamSocket, generation: number): void {
    this.#socket = socket
    this.#expected = 1
    this.#heartbeat = DEFAULT_HEARTBEAT_MILLISECONDS
    socket.onopen = () => {
      if (generation !== this.#generation) return
      this.#opened = true
      for (const subscription of this.#subscriptions.values()) this.#ask(subscription)
    }
    socket.onmessage = ({ data }) => {
      if (generation === this.#generation) this.#received(data)
    }
    socket.onclose = ({ code, reason }) => {
      if (generation === this.#generation) this.#lost(reason === '' ? `closed with code ${code}` : reason)
    }
    this.#heardAt = this.#environment.now()
    this.#watch(generation)
  }

  /** One timer a heartbeat, not one a message. */
  #watch(generation: number): void {
    this.#cancelWatchdog = this.#environment.after(this.#heartbeat, () => {
      if (generation !== this.#generation) return
      const silent = this.#environment.now() - this.#heardAt
      if (silent > this.#heartbeat * HEARTBEATS_MISSED) this.#lost('the stream went silent')
      else this.#watch(generation)
    })
  }

  #received(data: unknown): void {
    this.#heardAt = this.#environment.now()
    const frame = parseFrame(data)
    if (frame === null) {
      this.#lost('a frame of the stream could not be read')
    } else if (frame.sequence !== this.#expected) {
      this.#lost(`frame ${this.#expected} of the stream is missing (got ${frame.sequence})`)
    } else {
      this.#expected++
      this.#handle(frame)
    }
  }

  #handle(frame: StreamFrame): void {
    switch (frame.type) {
      case 'welcome':
        this.#heartbeat = frame.heartbeatMilliseconds
        this.#setClock(frame.time)
        this.#attempt = 0
        this.conflated.set(0)
        this.state.set({ kind: 'live' })
        return
      case 'heartbeat':
      case 'pong':
        this.#setClock(frame.time)
        this.#count(0)
        return
      case 'snapshot': {
        const subscription = this.#subscriptions.get(frame.id)
        if (subscription === undefined) return
        for (const event of frame.messages) subscription.handler.message(event, true)
        if (frame.final) {
          subscription.ready = true
          subscription.handler.ready?.()
        }
        return
      }
      case 'batch':
        for (const event of frame.messages) this.#deliver(event)
        this.#count(frame.messages.length)
        if (frame.conflated !== undefined) this.conflated.set(this.conflated.get() + frame.conflated)
        return
      case 'ack':
        return
      case 'error':
        if (frame.id !== null) this.#subscriptions.get(frame.id)?.handler.refused?.(frame.detail)
        return
    }
  }

  #deliver(event: StreamEvent): void {
    for (const subscription of this.#subscriptions.values()) {
      if (matchesWish(subscription.wish, event)) subscription.handler.message(event, false)
    }
  }

  #setClock(serverTime: number): void {
    this.#clockOffset = serverTime - this.#environment.now() * 1_000
  }

  #count(messages: number): void {
    this.#counted += messages
    const elapsed = this.#environment.now() - this.#countedSince
    if (elapsed < 1_000) return
    this.rate.set(elapsed > 5_000 ? messages : Math.round((this.#counted * 1_000) / elapsed))
    this.#counted = 0
    this.#countedSince = this.#environment.now()
  }

  #drop(): void {
    this.#generation++
    this.#cancelWatchdog()
    const socket = this.#socket
    this.#socket = null
    this.#opened = false
    socket?.close()
  }

  #lost(reason: string): void {
    this.#drop()
    this.rate.set(0)
    for (const subscription of this.#subscriptions.values()) {
      subscription.ready = false
      subscription.handler.lost?.()
    }
    if (!this.#started) return
    this.#attempt++
    const ceiling = Math.min(LONGEST_WAIT_MILLISECONDS, SHORTEST_WAIT_MILLISECONDS * 2 ** this.#attempt)
    const wait = SHORTEST_WAIT_MILLISECONDS + this.#environment.random() * (ceiling - SHORTEST_WAIT_MILLISECONDS)
    this.state.set({ kind: 'waiting', retryAt: this.#environment.now() + wait, attempt: this.#attempt, reason })
    this.#cancelRetry = this.#environment.after(wait, () => this.#connect())
  }
}

/** A frame, or null if the text is none. Only what the client itself relies on is checked. */
function parseFrame(data: unknown): StreamFrame | null {
  if (typeof data !== 'string') return null
  try {
    const frame: unknown = JSON.parse(data)
    if (typeof frame !== 'object' || frame === null) return null
    if (!('type' in frame) || !('sequence' in frame) || typeof frame.sequence !== 'number') return null
    return frame as StreamFrame
  } catch {
    return null
  }
}
