/**
 * MOCK: a stand-in for the gateway, for work on the dashboard and for its tests. Every number is invented and marked as
 * simulated. It is no part of what is built or shipped.
 */
import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { type WebSocket, WebSocketServer } from 'ws'
import type { StreamRequest, Subscribe } from '../../src/gateway/schemas/index.ts'
import { derivativeDefinition, derivativeLiquidations, derivativeMessages, isDerivative } from './mock-derivative.ts'
import { type MockMessage, MockWorld } from './mock-world.ts'

export interface MockOptions {
  readonly port?: number
  /** Markets a venue. */
  readonly markets?: number
  /** 0: nothing moves but what is said by hand. */
  readonly updatesPerSecond?: number
  /** Whether there is a perpetual too: `BTC-USD-PERP` of binance. */
  readonly derivatives?: boolean
  /** Folder of the built dashboard, to serve it too. */
  readonly dist?: string
  /** `empty`: no market yet and no venue in reach. `failing`: every request fails. */
  readonly mode?: 'usual' | 'empty' | 'failing'
  /** Asks for this token, as a gateway that is not on this machine does. */
  readonly token?: string
}

export interface MockGateway {
  readonly url: string
  readonly world: MockWorld
  /** Says messages to every stream that subscribed to them. */
  say(messages: readonly MockMessage[]): void
  /** Cuts every stream and lets none be opened, as a gateway that is away, until `admitStreams`. */
  dropStreams(): void
  admitStreams(): void
  /** Leaves out one frame of every stream: a hole that the page must notice. */
  skipFrame(): void
  close(): Promise<void>
}

const TICKET = 'mock-ticket'
const UNAUTHORIZED: [number, object] = [
  401,
  { title: 'Unauthorized', status: 401, code: 'GATEWAY_UNAUTHORIZED', detail: 'No token was shown' },
]

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}

/** The gateway's own policy, so that what it would forbid fails here too. */
const POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

/** Starts the stand-in on loopback. */
export async function startMockGateway(options: MockOptions = {}): Promise<MockGateway> {
  const mode = options.mode ?? 'usual'
  const world = new MockWorld(mode === 'usual' ? (options.markets ?? 16) : 0, options.derivatives)
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://mock')
    if (url.pathname.startsWith('/api/')) {
      const allowed = options.token === undefined || request.headers.authorization === `Bearer ${options.token}`
      const [status, body] = allowed ? reply(world, mode, url) : UNAUTHORIZED
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(body))
    } else serveFile(options.dist, url.pathname, response)
  })
  const sockets = new Set<Client>()
  let admits = true
  const upgrade = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request: IncomingMessage, socket, head) => {
    const known = options.token === undefined || request.url?.endsWith(`?ticket=${TICKET}`)
    if (!admits || !known) {
      socket.destroy()
      return
    }
    upgrade.handleUpgrade(request, socket, head, (webSocket) => {
      const client = new Client(webSocket, world)
      sockets.add(client)
      webSocket.on('close', () => sockets.delete(client))
    })
  })
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const perSecond = options.updatesPerSecond ?? 200
  const tick = setInterval(() => {
    const messages = perSecond === 0 ? [] : world.step(Math.max(1, Math.round(perSecond / 40)))
    for (const client of sockets) client.batch(messages)
  }, 25)
  const beat = setInterval(() => {
    for (const client of sockets) client.beat()
  }, 2_000)
  return {
    url: `http://127.0.0.1:${port}`,
    world,
    say: (messages) => {
      for (const client of sockets) client.batch(messages)
    },
    admitStreams: () => {
      admits = true
    },
    dropStreams: () => {
      admits = false
      for (const client of sockets) client.socket.terminate()
    },
    skipFrame: () => {
      for (const client of sockets) client.skip()
    },
    close: async () => {
      clearInterval(tick)
      clearInterval(beat)
      for (const client of sockets) client.socket.terminate()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

class Client {
  readonly socket: WebSocket
  readonly #world: MockWorld
  readonly #wishes = new Map<string, Subscribe>()
  #sequence = 0

  constructor(socket: WebSocket, world: MockWorld) {
    this.socket = socket
    this.#world = world
    this.#send({
      type: 'welcome',
      time: Date.now() * 1_000,
      protocol: 1,
      version: 'mock',
      simulated: true,
      heartbeatMilliseconds: 2_000,
    })
    socket.on('message', (data) => this.#received(JSON.parse(String(data))))
  }

  skip(): void {
    this.#sequence++
  }

  beat(): void {
    this.#send({ type: 'heartbeat', time: Date.now() * 1_000 })
  }

  batch(messages: readonly MockMessage[]): void {
    const wanted = messages.filter((message) => [...this.#wishes.values()].some((wish) => fits(wish, message)))
    if (wanted.length > 0) this.#send({ type: 'batch', messages: wanted })
  }

  #received(request: StreamRequest): void {
    if (request.op === 'subscribe') {
      this.#wishes.set(request.id, request)
      this.#send({ type: 'ack', op: 'subscribe', id: request.id })
      const known = [...this.#world.snapshot(request.channel, request.interval), ...derivativeMessages(request.channel)]
      const messages = known.filter((each) => fits(request, each))
      this.#send({ type: 'snapshot', id: request.id, final: true, complete: true, messages })
    } else if (request.op === 'unsubscribe') {
      this.#wishes.delete(request.id)
      this.#send({ type: 'ack', op: 'unsubscribe', id: request.id })
    }
  }

  #send(frame: object): void {
    this.#sequence++
    if (this.socket.readyState === this.socket.OPEN) {
      this.socket.send(JSON.stringify({ ...frame, sequence: this.#sequence }))
    }
  }
}

function fits(wish: Subscribe, message: MockMessage): boolean {
  return (
    wish.channel === message.messageType &&
    (wish.venue === '*' || wish.venue === message.payload.venue) &&
    (wish.instrument === undefined || wish.instrument === '*' || wish.instrument === message.payload.instrument) &&
    (wish.interval === undefined || wish.interval === message.payload.interval)
  )
}

function reply(world: MockWorld, mode: string, url: URL): [status: number, body: object] {
  if (mode === 'failing') {
    const detail = 'The mock gateway was told to fail.'
    return [503, { title: 'Mock', status: 503, code: 'GATEWAY_MOCK', detail }]
  }
  const path = url.pathname.replace('/api/v1', '')
  const venue = url.searchParams.get('venue')
  const instrument = url.searchParams.get('instrument')
  const chosen = (each: { venue: string; instrument: string }): boolean =>
    (venue === null || each.venue === venue) && (instrument === null || each.instrument === instrument)
  const list = (items: object[]): [number, object] => [200, { items, nextCursor: null }]
  if (path === '/stream/tickets') return [200, { ticket: TICKET, expiryTime: 0 }]
  if (path === '/status') return [200, world.status()]
  if (path === '/markets') return list(world.markets.filter(chosen).map((market) => market.summary()))
  if (path === '/instruments') {
    const definitions = world.markets.filter(chosen).map((market) => {
      const definition = market.definition()
      return isDerivative(market.instrument) ? derivativeDefinition(definition) : definition
    })
    return list(definitions)
  }
  if (path === '/feeds') return list(world.feeds().filter(chosen))
  if (path === '/gaps') {
    const fits = (gap: Record<string, unknown>): boolean =>
      ['channel', 'cause', 'state'].every((name) => [null, gap[name]].includes(url.searchParams.get(name)))
    return list(world.gaps().filter((gap) => chosen(gap) && fits(gap)))
  }
  if (path === '/audits/latest') return list(world.audits().filter(chosen))
  if (path === '/completeness' && venue !== null && instrument !== null) {
    const [from, to] = [Number(url.searchParams.get('from')), Number(url.searchParams.get('to'))]
    return [200, world.completeness(venue, instrument, url.searchParams.get('channel') ?? 'trade', from, to)]
  }
  const market = world.markets.find(chosen)
  const limit = Number(url.searchParams.get('limit'))
  if (market !== undefined && path === '/trades') return list(market.history(limit))
  if (isDerivative(instrument) && path === '/liquidations') return list(derivativeLiquidations(limit))
  if (market !== undefined && path === '/candles') {
    const to = Number(url.searchParams.get('to') ?? Date.now() * 1_000)
    return list(market.candles(url.searchParams.get('interval') ?? '1m', to, limit))
  }
  return [404, { title: 'Unknown', status: 404, code: 'GATEWAY_INSTRUMENT_UNKNOWN', detail: `Nothing at ${path}` }]
}

function serveFile(dist: string | undefined, path: string, response: ServerResponse): void {
  if (dist === undefined) {
    response.writeHead(404).end('MOCK: no dashboard is served; use vite')
    return
  }
  const file = join(dist, normalize(path))
  const known = file.startsWith(dist) && existsSync(file) && statSync(file).isFile()
  const shown = known ? file : join(dist, 'index.html')
  response.writeHead(200, {
    'content-type': TYPES[extname(shown)] ?? 'application/octet-stream',
    'content-security-policy': POLICY,
  })
  createReadStream(shown).pipe(response)
}
