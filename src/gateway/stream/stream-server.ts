import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import { now } from '../../market/index.ts'
import type { Logger } from '../../platform/index.ts'
import { bearerToken, requireScope } from '../access/authenticator.ts'
import { guardOrigin } from '../access/origin-guard.ts'
import { clientOfAddress } from '../access/rate-limiter.ts'
import { GatewayError } from '../gateway-error.ts'
import { PROBLEM_CONTENT_TYPE, problemOf } from '../http/problem.ts'
import type { GatewayServices } from '../routes/gateway-services.ts'
import { BurstBudget } from './burst-budget.ts'
import { Interest } from './interest.ts'
import { CLOSE_CODES, StreamClient } from './stream-client.ts'
import { HEARTBEAT_MILLISECONDS } from './stream-hub.ts'
import { readStreamRequest } from './stream-request.ts'

export const STREAM_PATH = '/api/v1/stream'
/** Largest message that a client may send. */
export const MAXIMUM_MESSAGE_BYTES = 8 * 1024
export const MAXIMUM_SUBSCRIPTIONS = 500
/** Messages that a client may send at once, and a second. */
export const MESSAGE_BURST = 500
export const MESSAGES_PER_SECOND = 50
/** Messages that cannot be read, after which a client is shown out. */
export const MAXIMUM_INVALID_MESSAGES = 50
const PING_MILLISECONDS = 15_000
/** A client that was said goodbye to and does not answer is cut after this. */
const CLOSE_MILLISECONDS = 2_000
const AUTHORISATION_CHECK_MILLISECONDS = 30_000
/** RFC 6455: the server is going away. */
const GOING_AWAY = 1001

interface StreamServerOptions {
  readonly services: GatewayServices
  readonly logger: Logger
  readonly listensOnLoopback: boolean
  readonly maximumClients: number
}

/** Takes WebSocket connections of the stream and hands what they ask to the hub. */
export class StreamServer {
  /** Clients that were cut because they read too slowly. */
  slowCuts = 0
  readonly #options: StreamServerOptions
  readonly #bursts = new BurstBudget()
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAXIMUM_MESSAGE_BYTES,
    perMessageDeflate: false,
    clientTracking: true,
  })
  readonly #timers: NodeJS.Timeout[] = []

  constructor(options: StreamServerOptions) {
    this.#options = options
  }

  listen(server: Server): void {
    server.on('upgrade', (request, socket, head) => void this.#upgrade(request, socket, head))
    const { hub } = this.#options.services
    this.#timers.push(
      setInterval(() => hub.heartbeat(now()), HEARTBEAT_MILLISECONDS / 5),
      setInterval(() => this.#pingAll(), PING_MILLISECONDS),
    )
  }

  /** Says goodbye to everybody. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    for (const socket of this.#sockets.clients) socket.close(GOING_AWAY, 'the gateway stops')
    const cut = setTimeout(() => {
      for (const socket of this.#sockets.clients) socket.terminate()
    }, CLOSE_MILLISECONDS)
    await new Promise<void>((resolve) => this.#sockets.close(() => resolve()))
    clearTimeout(cut)
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', (error) => this.#options.logger.debug({ err: error }, 'a stream connection broke'))
    try {
      const token = await this.#admit(request)
      if (socket.destroyed) return
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#welcome(webSocket, token))
    } catch (thrown) {
      const error =
        thrown instanceof GatewayError
          ? thrown
          : new GatewayError('GATEWAY_INTERNAL', 'The stream could not be opened', { cause: thrown })
      if (error.status >= 500) this.#options.logger.warn({ err: error }, 'a stream connection was refused')
      refuse(socket, error)
    }
  }

  /** Whether the connection may be opened; returns the token that it was opened with. */
  async #admit(request: IncomingMessage): Promise<string | undefined> {
    const { services, listensOnLoopback, maximumClients } = this.#options
    guardOrigin({ host: request.headers.host, origin: request.headers.origin }, listensOnLoopback)
    const url = URL.parse(request.url ?? '/', 'http://gateway')
    if (url?.pathname !== STREAM_PATH) throw new GatewayError('GATEWAY_NOT_FOUND', 'There is no stream at this address')
    const decision = services.limiter.take(clientName(request.socket.remoteAddress), performance.now() / 1_000)
    if (!decision.allowed) {
      throw new GatewayError('GATEWAY_RATE_LIMITED', `Come again in ${decision.retrySeconds} s`)
    }
    if (this.#sockets.clients.size >= maximumClients) {
      throw new GatewayError('GATEWAY_STREAM_FULL', `${maximumClients} clients are connected`)
    }
    const ticket = url.searchParams.get('ticket')
    if (ticket !== null) {
      const holder = services.tickets.redeem(ticket)
      if (holder === undefined) {
        throw new GatewayError('GATEWAY_UNAUTHORIZED', 'The ticket is not good any more, or was used before')
      }
      requireScope(holder.principal, 'read')
      return holder.token
    }
    const token = bearerToken(request.headers.authorization)
    requireScope(await services.authenticator.authenticate(token), 'read')
    return token
  }

  #welcome(socket: WebSocket, token: string | undefined): void {
    const { services, logger } = this.#options
    const { hub, market, version } = services
    const client = new StreamClient(
      {
        get bufferedAmount() {
          return socket.bufferedAmount
        },
        send: (data) => socket.send(data, { binary: false }),
        close: (code, reason) => {
          if (code === CLOSE_CODES.slow) this.slowCuts++
          socket.close(code, reason)
          setTimeout(() => socket.terminate(), CLOSE_MILLISECONDS).unref()
        },
      },
      this.#bursts,
    )
    const pace = { level: MESSAGE_BURST, at: performance.now(), invalid: 0 }
    hub.add(client)
    socket.on('message', (data, isBinary) => this.#received(client, data, isBinary, pace))
    socket.on('error', (error) => logger.debug({ err: error }, 'a stream connection broke'))
    const check = setInterval(() => void this.#recheck(client, token), AUTHORISATION_CHECK_MILLISECONDS)
    socket.on('close', () => {
      clearInterval(check)
      client.ended()
      hub.remove(client)
    })
    client.frame(
      'welcome',
      `"time":${now()},"protocol":1,"version":${JSON.stringify(version)},"simulated":${market.simulated},"heartbeatMilliseconds":${HEARTBEAT_MILLISECONDS}`,
    )
  }

  #received(
    client: StreamClient,
    data: RawData,
    isBinary: boolean,
    pace: { level: number; at: number; invalid: number },
  ): void {
    if (client.isClosed) return
    const at = performance.now()
    pace.level = Math.min(MESSAGE_BURST, pace.level + ((at - pace.at) / 1_000) * MESSAGES_PER_SECOND)
    pace.at = at
    if (pace.level < 1) {
      client.close(CLOSE_CODES.tooManyMessages, 'GATEWAY_STREAM_TOO_MANY_MESSAGES')
      return
    }
    pace.level--
    const request = readStreamRequest(data.toString(), isBinary)
    if ('error' in request) {
      client.error(request.error, request.id)
      if (++pace.invalid >= MAXIMUM_INVALID_MESSAGES) {
        client.close(CLOSE_CODES.invalid, 'GATEWAY_STREAM_MESSAGE_INVALID')
      }
      return
    }
    const { hub } = this.#options.services
    if (request.op === 'ping') {
      client.frame('pong', `"time":${now()}${request.id === undefined ? '' : `,"id":${JSON.stringify(request.id)}`}`)
    } else if (request.op === 'unsubscribe') {
      hub.unsubscribe(client, request.id)
    } else if (client.subscriptions.size >= MAXIMUM_SUBSCRIPTIONS) {
      const problem = `There are ${MAXIMUM_SUBSCRIPTIONS} subscriptions on this connection`
      client.error(new GatewayError('GATEWAY_STREAM_TOO_MANY_SUBSCRIPTIONS', problem), request.id)
    } else {
      try {
        hub.subscribe(client, request.id, new Interest(request), request.snapshot ?? true)
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error
        client.error(error, request.id)
      }
    }
  }

  /** A token that was revoked meanwhile ends its streams. */
  async #recheck(client: StreamClient, token: string | undefined): Promise<void> {
    try {
      await this.#options.services.authenticator.authenticate(token)
    } catch (error) {
      if (error instanceof GatewayError) client.close(CLOSE_CODES.unauthorized, error.code)
      // The control database is away: the stream that was allowed goes on, and the next check decides.
      else this.#options.logger.warn({ err: error }, 'a token could not be checked again')
    }
  }

  readonly #unanswered = new WeakSet<WebSocket>()

  #pingAll(): void {
    for (const socket of this.#sockets.clients) {
      if (this.#unanswered.has(socket)) {
        socket.terminate()
        continue
      }
      this.#unanswered.add(socket)
      socket.once('pong', () => this.#unanswered.delete(socket))
      socket.ping()
    }
  }
}

/** The same as for requests, so that both count together where no token is needed. */
function clientName(address: string | undefined): string {
  return `address ${clientOfAddress(address ?? '')}`
}

function refuse(socket: Duplex, error: GatewayError): void {
  const body = JSON.stringify(problemOf(error, STREAM_PATH, ''))
  socket.end(
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? 'Error'}\r\nConnection: close\r\nContent-Type: ${PROBLEM_CONTENT_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}
