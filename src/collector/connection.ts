import WebSocket from 'ws'
import type { FrameSource, RawFrame } from '../log/index.ts'
import { type MarketEvent, MICROS_PER_MILLISECOND, now, type VenueId } from '../market/index.ts'
import type {
  Command,
  ConnectionPlan,
  Refusal,
  RestOutcome,
  RestRequest,
  SessionOutput,
  Subscription,
  VenueLimits,
  VenueSession,
} from '../venues/index.ts'
import { BackOff, type BackOffLimits } from './back-off.ts'
import { describe } from './rest-client.ts'
import { unpackFrame } from './unpack-frame.ts'

/** A handshake that takes longer has failed. */
const HANDSHAKE_TIMEOUT_MILLISECONDS = 10_000
/** A socket that has been open this long counts as working: the next failure starts with a short wait again. */
const STABLE_AFTER_MILLISECONDS = 20_000
/** Time for the closing handshake. */
const CLOSE_TIMEOUT_MILLISECONDS = 1_500
/** Texts waiting to be sent under the venue's limit of messages a second. */
const MAXIMUM_OUTGOING = 10_000
/** A venue that closes with 1008 (policy violation) has had enough of us: the next try waits at least this long. */
const POLICY_CLOSE_WAIT_MILLISECONDS = 5_000
const POLICY_VIOLATION = 1008
/** Sockets are replaced at this part of the age at which the venue cuts them. */
const AGE_SHARE = 0.96
/** A timer of Node's that is to wait longer (24.8 days) does not wait at all. */
const LONGEST_TIMER_MILLISECONDS = 2_147_483_647

/** What a connection needs of the venue that runs it. */
export interface ConnectionHost {
  readonly venue: VenueId
  /** The whole address for a plan. Rejects where it has to be asked for and cannot be had. */
  address(plan: ConnectionPlan): Promise<string>
  readonly limits: VenueLimits
  readonly backOff: BackOffLimits
  readonly compression: boolean
  /** Headers of the venue's own. */
  readonly headers?: Readonly<Record<string, string>>
  /** Resolves when a socket may be opened under the venue's limit of new connections. */
  permitToConnect(connection: string, signal: AbortSignal): Promise<void>
  request(request: RestRequest): Promise<RestOutcome>
  event(event: MarketEvent): void
  frame(frame: RawFrame): void
  refused(connection: string, refusal: Refusal): void
  stateChanged(connection: Connection): void
}

export type ConnectionState = 'waiting' | 'connecting' | 'open' | 'closed'

/** One socket of a venue and the session that speaks on it: opened, kept alive, replaced, for ever, one at a time. */
export class Connection {
  readonly plan: ConnectionPlan
  readonly session: VenueSession
  readonly #host: ConnectionHost
  readonly #stopping = new AbortController()
  readonly #backOff: BackOff
  readonly #subscriptions: Set<Subscription>
  readonly #out: SessionOutput
  readonly #outgoing: string[] = []
  #socket: WebSocket | undefined
  #state: ConnectionState = 'waiting'
  #reason = 'not yet tried'
  #reconnects = 0
  #wakeAt = Number.POSITIVE_INFINITY
  #wakeTimer: NodeJS.Timeout | undefined
  #sendTimer: NodeJS.Timeout | undefined
  #lastFrameAt = 0
  #paused = false
  #finished: Promise<void> = Promise.resolve()
  #endedBy = ''
  #source: FrameSource

  constructor(plan: ConnectionPlan, session: VenueSession, host: ConnectionHost) {
    this.plan = plan
    this.session = session
    this.#host = host
    this.#backOff = new BackOff(host.backOff)
    this.#source = { venue: host.venue, connection: plan.name, url: '' }
    this.#subscriptions = new Set(plan.subscriptions)
    this.#out = {
      event: (event) => host.event(event),
      command: (command) => this.#carryOut(command),
      refused: (refusal) => host.refused(plan.name, refusal),
    }
  }

  get name(): string {
    return this.plan.name
  }

  get state(): ConnectionState {
    return this.#state
  }

  /** Why it is in this state. */
  get reason(): string {
    return this.#reason
  }

  get reconnects(): number {
    return this.#reconnects
  }

  get subscriptions(): ReadonlySet<Subscription> {
    return this.#subscriptions
  }

  start(): void {
    this.#finished = this.#run()
  }

  /** Closes the socket and tells the session, so that it writes down what is no longer watched. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#end('the collector is stopping')
    await this.#finished
  }

  /** Holds the socket back: what the venue sends stays in the network's buffers. */
  pause(paused: boolean): void {
    this.#paused = paused
    if (this.#socket?.readyState !== WebSocket.OPEN) return
    if (paused) this.#socket.pause()
    else this.#socket.resume()
  }

  change(added: readonly Subscription[], removed: readonly Subscription[]): void {
    for (const subscription of removed) this.#subscriptions.delete(subscription)
    for (const subscription of added) this.#subscriptions.add(subscription)
    this.session.changed(added, removed, now(), this.#out)
  }

  silent(subscription: Subscription): void {
    if (this.#state === 'open') this.session.silent(subscription, now(), this.#out)
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      await this.#host.permitToConnect(this.name, signal)
      if (signal.aborted) break
      const openedAt = await this.#connectOnce()
      if (signal.aborted) break
      if (openedAt !== undefined && Date.now() - openedAt > STABLE_AFTER_MILLISECONDS) this.#backOff.reset()
      const least = this.#reason.includes(String(POLICY_VIOLATION)) ? POLICY_CLOSE_WAIT_MILLISECONDS : 0
      const wait = Math.max(least, this.#backOff.next())
      this.#become('waiting', `${this.#reason}; next try in ${(wait / 1000).toFixed(1)} s`)
      this.#reconnects++
      await sleep(wait, signal)
    }
    clearTimeout(this.#wakeTimer)
    this.#become('closed', this.#reason)
  }

  /** One life of a socket. @returns when it was opened (ms), or undefined if it never was. */
  async #connectOnce(): Promise<number | undefined> {
    let address: string
    try {
      address = await this.#host.address(this.plan)
    } catch (error) {
      this.#reason = describe(error)
      return undefined
    }
    if (this.#stopping.signal.aborted) return undefined
    this.#source = { ...this.#source, url: withoutToken(address) }
    this.#become('connecting', `connecting to ${address.split('?')[0]}`)
    return this.#live(address)
  }

  #live(address: string): Promise<number | undefined> {
    const { limits } = this.#host
    this.#endedBy = ''
    return new Promise((resolve) => {
      let openedAt: number | undefined
      let idleTimer: NodeJS.Timeout | undefined
      let ageTimer: NodeJS.Timeout | undefined
      const socket = new WebSocket(address, {
        handshakeTimeout: HANDSHAKE_TIMEOUT_MILLISECONDS,
        maxPayload: limits.frameBytes,
        perMessageDeflate: this.#host.compression,
        headers: { 'user-agent': 'opentape', ...this.#host.headers },
      })
      this.#socket = socket
      socket.on('open', () => {
        openedAt = Date.now()
        this.#lastFrameAt = openedAt
        idleTimer = setInterval(() => this.#checkIdle(), Math.max(250, limits.idleMilliseconds / 4))
        if (limits.connectionAgeMilliseconds !== null) {
          const age = limits.connectionAgeMilliseconds * (AGE_SHARE - 0.04 * Math.random())
          const wait = Math.min(age, LONGEST_TIMER_MILLISECONDS)
          ageTimer = setTimeout(() => this.#end('planned: the venue limits the age of a connection'), wait)
        }
        if (this.#paused) socket.pause()
        this.#record('open', '')
        this.#become('open', 'connected')
        this.session.opened(now(), this.#out)
      })
      socket.on('message', (data: Buffer, isBinary) => this.#received(data, isBinary))
      socket.on('ping', () => this.#alive())
      socket.on('pong', () => this.#alive())
      socket.on('error', (error) => {
        if (this.#endedBy === '') this.#endedBy = describe(error)
      })
      socket.on('close', (code, text) => {
        clearInterval(idleTimer)
        clearTimeout(ageTimer)
        clearTimeout(this.#sendTimer)
        this.#sendTimer = undefined
        this.#outgoing.length = 0
        this.#socket = undefined
        const said = text.length > 0 ? ` ${JSON.stringify(text.toString().slice(0, 120))}` : ''
        this.#reason = this.#endedBy === '' ? `closed by the venue with code ${code}${said}` : this.#endedBy
        if (openedAt !== undefined) {
          this.#record('close', this.#reason)
          this.session.closed(now(), this.#reason, this.#out)
        }
        resolve(openedAt)
      })
    })
  }

  #received(data: Buffer, isBinary: boolean): void {
    const at = now()
    this.#lastFrameAt = at / MICROS_PER_MILLISECOND
    let bytes = data
    if (isBinary) {
      try {
        bytes = unpackFrame(data, this.#host.limits.frameBytes)
      } catch (error) {
        const sample = data.subarray(0, 64).toString('hex')
        this.#host.refused(this.name, {
          kind: 'malformed',
          reason: `a binary frame is not readable: ${describe(error)}`,
          sample,
        })
        return
      }
    }
    // Kept as its bytes, which nobody has to write anew from the text.
    this.#host.frame({ receiveTime: at, source: this.#source, kind: 'ws', direction: 'in', data: bytes })
    this.session.received(bytes.toString('utf8'), at, this.#out)
  }

  #alive(): void {
    this.#lastFrameAt = Date.now()
  }

  /** Nothing at all has come: ask once, then give the socket up. */
  #checkIdle(): void {
    if (this.#paused) return
    const silence = Date.now() - this.#lastFrameAt
    const { idleMilliseconds } = this.#host.limits
    if (silence > idleMilliseconds) this.#end(`nothing came for ${Math.round(silence / 1000)} s`)
    else if (silence > idleMilliseconds / 2) this.#socket?.ping()
  }

  #carryOut(command: Command): void {
    switch (command.kind) {
      case 'send':
        this.#send(command.text, command.urgent === true)
        return
      case 'request':
        void this.#host.request(command.request).then((outcome) => {
          if (!this.#stopping.signal.aborted) this.session.answered(command.request, outcome, now(), this.#out)
        })
        return
      case 'reconnect':
        this.#end(command.reason)
        return
      case 'wake':
        this.#wake(command.at)
    }
  }

  #wake(at: number): void {
    if (at >= this.#wakeAt) return
    this.#wakeAt = at
    clearTimeout(this.#wakeTimer)
    const wait = Math.min(LONGEST_TIMER_MILLISECONDS, Math.max(1, Math.ceil((at - now()) / 1000)))
    this.#wakeTimer = setTimeout(() => {
      this.#wakeAt = Number.POSITIVE_INFINITY
      if (!this.#stopping.signal.aborted) this.session.ticked(now(), this.#out)
    }, wait)
  }

  /** Sends under the venue's limit of messages a second. */
  #send(text: string, isUrgent: boolean): void {
    if (this.#outgoing.length >= MAXIMUM_OUTGOING) {
      this.#end(`${MAXIMUM_OUTGOING} messages to the venue are waiting`)
      return
    }
    if (isUrgent) this.#outgoing.unshift(text)
    else this.#outgoing.push(text)
    if (this.#sendTimer === undefined) this.#sendNext()
  }

  #sendNext(): void {
    this.#sendTimer = undefined
    const text = this.#outgoing.shift()
    if (text === undefined || this.#socket?.readyState !== WebSocket.OPEN) return
    this.#socket.send(text)
    this.#record('out', text)
    this.#sendTimer = setTimeout(() => this.#sendNext(), Math.ceil(1000 / this.#host.limits.messagesPerSecond))
  }

  /** Ends this life of the socket, politely if the other side answers. */
  #end(reason: string): void {
    const socket = this.#socket
    if (socket === undefined) return
    if (this.#endedBy === '') this.#endedBy = reason
    // A paused socket would never see the answer to its close.
    socket.resume()
    socket.close(1000)
    setTimeout(() => socket.terminate(), CLOSE_TIMEOUT_MILLISECONDS).unref()
  }

  #record(direction: 'open' | 'out' | 'close', data: string): void {
    this.#host.frame({ receiveTime: now(), source: this.#source, kind: 'ws', direction, data })
  }

  #become(state: ConnectionState, reason: string): void {
    this.#state = state
    this.#reason = reason
    this.#host.stateChanged(this)
  }
}

/** A ticket's token is good for this one connection: it is no part of what was said. */
function withoutToken(address: string): string {
  return address.replace(/([?&]token=)[^&]*/, '$1TOKEN')
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', finish)
      resolve()
    }
    const timer = setTimeout(finish, milliseconds)
    signal.addEventListener('abort', finish, { once: true })
  })
}
