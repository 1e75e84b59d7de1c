import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Audience } from './audience.ts'
import { ClientConnection } from './client-connection.ts'
import type { FaultInjector } from './faults/fault-injector.ts'
import type { FaultChannel } from './faults/fault-specification.ts'
import type { SimulatedVenue } from './model/catalogue.ts'
import type { Listing } from './model/listing.ts'
import type { MarketModel } from './model/market-model.ts'
import { SimulatorError } from './simulator-error.ts'

/** An HTTP answer, all of it. */
export interface Reply {
  readonly status: number
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface ExchangeOptions {
  readonly model: MarketModel
  readonly faults: FaultInjector
  /** A client that leaves this many bytes unread is cut. */
  readonly clientBufferBytes: number
  /** Whether the exchange's own limits on requests and messages are enforced. */
  readonly limits: boolean
  /** Virtual time now, microseconds. */
  readonly now: () => number
  readonly report: (message: string) => void
}

const LARGEST_CLIENT_MESSAGE = 1_048_576

/** What all exchanges have in common: a port of their own with HTTP and WebSocket, clients, and the flow of events. */
export abstract class Exchange {
  readonly venue: SimulatedVenue
  protected readonly options: ExchangeOptions
  protected readonly model: MarketModel
  protected readonly connections = new Set<ClientConnection>()
  readonly #http: Server
  readonly #sockets = new Set<Socket>()
  readonly #webSocketServer = new WebSocketServer({ noServer: true, maxPayload: LARGEST_CLIENT_MESSAGE })
  #nextConnection = 1
  #port = 0
  #host = ''
  #listening = false
  /** Messages sent to clients that have gone. */
  #sentBefore = 0
  cutClients = 0
  requestCount = 0

  constructor(venue: SimulatedVenue, options: ExchangeOptions) {
    this.venue = venue
    this.options = options
    this.model = options.model
    this.#http = createServer({ keepAliveTimeout: 60_000 }, (request, response) => this.#request(request, response))
    this.#http.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
    this.#http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
  }

  /** Answers a GET. */
  protected abstract rest(url: URL, request: IncomingMessage): Reply
  /** Answers a POST; most exchanges have none for market data. */
  protected post(_url: URL, _body: string): Reply {
    return { status: 405, body: '{}' }
  }
  protected abstract opened(connection: ClientConnection): void
  protected abstract received(connection: ClientConnection, text: string): void
  protected abstract closed(connection: ClientConnection): void
  /** A listing of this venue has gone through an event. */
  abstract happened(listing: Listing): void
  /** A little time has passed: batches, heartbeats, tickers. */
  protected abstract passed(now: number): void
  /** Whether something that has happened waits to be sent. */
  protected abstract readonly batching: boolean
  /** The path of the WebSocket endpoint that a client's configuration names; may be empty. */
  protected abstract readonly webSocketPath: string

  get endpoints(): { rest: string; ws: string } {
    const host = this.#host.includes(':') ? `[${this.#host}]` : this.#host
    return { rest: `http://${host}:${this.#port}`, ws: `ws://${host}:${this.#port}${this.webSocketPath}` }
  }

  /** Whether clients have been sent all that has happened. */
  get settled(): boolean {
    return !this.batching && !this.options.faults.holding
  }

  get clients(): number {
    return this.connections.size
  }

  get messagesSent(): number {
    let sum = this.#sentBefore
    for (const connection of this.connections) sum += connection.sent
    return sum
  }

  /** Bytes that the slowest client has not read yet. */
  get backlog(): number {
    let largest = 0
    for (const connection of this.connections) largest = Math.max(largest, connection.backlog)
    return largest
  }

  /** @throws SimulatorError SIMULATOR_LISTEN_FAILED */
  async listen(host: string, port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const failed = (cause: Error) =>
        reject(
          new SimulatorError(
            'SIMULATOR_LISTEN_FAILED',
            `${this.venue} cannot listen on ${host}:${port}: ${cause.message}`,
            {
              cause,
            },
          ),
        )
      this.#http.once('error', failed)
      this.#http.listen(port, host, () => {
        this.#http.off('error', failed)
        resolve()
      })
    })
    const address = this.#http.address()
    if (address !== null && typeof address === 'object') this.#port = address.port
    this.#host = host
    this.#listening = true
  }

  /** Refuses all connections, and breaks those there are, until {@link resume}. */
  async refuse(): Promise<void> {
    if (!this.#listening) return
    this.#listening = false
    const closed = new Promise<void>((resolve) => this.#http.close(() => resolve()))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  async resume(): Promise<void> {
    if (!this.#listening) await this.listen(this.#host, this.#port)
  }

  async stop(): Promise<void> {
    for (const connection of this.connections) connection.close(1001, 'simulator stops')
    await this.refuse()
    this.#webSocketServer.close()
  }

  /** Breaks the connections of all clients, or of those that a chooser picks. */
  drop(code: number, chosen: (connection: ClientConnection) => boolean = () => true): number {
    let dropped = 0
    for (const connection of [...this.connections]) {
      if (!chosen(connection)) continue
      connection.close(code, code === 1012 ? 'service restart' : '')
      dropped++
    }
    return dropped
  }

  /** Sends a text to everybody who listens, through the faults. */
  protected deliver(
    channel: FaultChannel,
    listing: Listing,
    text: string,
    listeners: Iterable<ClientConnection>,
  ): void {
    const faults = this.options.faults
    if (faults.calm) for (const connection of listeners) connection.send(text)
    else for (const connection of listeners) faults.deliver(connection, channel, listing, text)
  }

  /** Sends to one client, through the faults. */
  protected tell(
    connection: ClientConnection,
    channel: FaultChannel,
    listing: Listing | undefined,
    text: string,
  ): void {
    this.options.faults.deliver(connection, channel, listing, text)
  }

  protected forget(connection: ClientConnection, audiences: Iterable<Audience>): void {
    for (const audience of audiences) audience.forget(connection)
  }

  tick(now: number): void {
    this.passed(now)
    this.options.faults.tick(now)
    for (const connection of this.connections) connection.dispatch(now)
  }

  /** Writes what was sent, whatever became due in how many ticks: one call of the operating system for each client. */
  flush(now: number): void {
    for (const connection of this.connections) {
      if (connection.flush(now)) continue
      this.cutClients++
      this.options.report(`${this.venue}: client ${connection.id} reads too slowly and is cut`)
      connection.close(1006)
    }
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#webSocketServer.handleUpgrade(request, socket, head, (webSocket) =>
      this.#welcome(request.url ?? '/', socket, webSocket),
    )
  }

  #welcome(url: string, socket: Duplex, webSocket: WebSocket): void {
    const now = this.options.now()
    const limits = { bufferBytes: this.options.clientBufferBytes, now }
    const connection = new ClientConnection(this.#nextConnection++, url, socket, webSocket, limits)
    this.connections.add(connection)
    webSocket.on('message', (data, binary) => {
      this.#guarded(connection, () => {
        if (!binary) this.received(connection, data.toString())
      })
      connection.flush(this.options.now())
    })
    webSocket.on('pong', () => {
      connection.lastPongAt = this.options.now()
    })
    webSocket.on('error', (error) => this.options.report(`${this.venue}: client ${connection.id}: ${error.message}`))
    webSocket.on('close', () => {
      this.connections.delete(connection)
      this.#sentBefore += connection.sent
      this.options.faults.forget(connection)
      this.closed(connection)
    })
    this.#guarded(connection, () => this.opened(connection))
    connection.flush(now)
  }

  /** What one client says must not harm the others. */
  #guarded(connection: ClientConnection, work: () => void): void {
    try {
      work()
    } catch (error) {
      this.options.report(`${this.venue}: client ${connection.id}: ${String(error)}`)
      connection.close(1011)
    }
  }

  #request(request: IncomingMessage, response: ServerResponse): void {
    this.requestCount++
    const url = URL.parse(request.url ?? '/', 'http://simulator')
    if (url === null) {
      response.writeHead(400).end()
      return
    }
    const fault = this.options.faults.request(url.pathname)
    const respond = (reply: Reply) => {
      response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers })
      response.end(reply.body)
    }
    const answer = () => {
      if (fault?.reply !== undefined || request.method !== 'POST') respond(fault?.reply ?? this.#answer(url, request))
      else readBody(request, (body) => respond(body === undefined ? TOO_LARGE : this.#answerPost(url, body)))
    }
    if (fault === undefined || fault.delayMilliseconds === 0) answer()
    else setTimeout(answer, fault.delayMilliseconds).unref()
  }

  #answer(url: URL, request: IncomingMessage): Reply {
    if (request.method !== 'GET') return { status: 405, body: '{}' }
    return this.#guardedReply(url, () => this.rest(url, request))
  }

  #answerPost(url: URL, body: string): Reply {
    return this.#guardedReply(url, () => this.post(url, body))
  }

  #guardedReply(url: URL, work: () => Reply): Reply {
    try {
      return work()
    } catch (error) {
      this.options.report(`${this.venue}: ${url.pathname}: ${String(error)}`)
      return { status: 500, body: '{}' }
    }
  }
}

const TOO_LARGE: Reply = { status: 413, body: '{}' }

/** The text that was posted; undefined if it is too large. */
function readBody(request: IncomingMessage, done: (body: string | undefined) => void): void {
  const chunks: Buffer[] = []
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.byteLength
    if (bytes <= LARGEST_CLIENT_MESSAGE) chunks.push(chunk)
  })
  request.on('end', () => done(bytes <= LARGEST_CLIENT_MESSAGE ? Buffer.concat(chunks).toString('utf8') : undefined))
}
