import type { TestContext } from 'node:test'
import { WebSocket } from 'ws'
import type { StreamEvent, StreamFrame, StreamRequest } from '../schemas/index.ts'
import type { GatewayUnderTest } from './gateway-under-test.ts'

const PATIENCE_MILLISECONDS = 60_000

/** A real client of the stream, for tests. */
export class StreamConnection {
  readonly frames: StreamFrame[] = []
  closed: { readonly code: number; readonly reason: string } | undefined
  readonly socket: WebSocket
  #changed = Promise.withResolvers<void>()

  constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data) => {
      this.frames.push(JSON.parse(data.toString()))
      this.#tell()
    })
    socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() }
      this.#tell()
    })
    socket.on('error', () => this.#tell())
  }

  static async open(
    context: TestContext,
    gateway: GatewayUnderTest,
    options: { readonly query?: string; readonly headers?: Record<string, string> } = {},
  ): Promise<StreamConnection> {
    const url = `${gateway.url.replace('http', 'ws')}/api/v1/stream${options.query ?? ''}`
    const socket = new WebSocket(url, { headers: options.headers ?? {} })
    const connection = new StreamConnection(socket)
    context.after(() => socket.terminate())
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('error', reject)
    })
    return connection
  }

  ask(request: StreamRequest): void {
    this.socket.send(JSON.stringify(request))
  }

  /** Waits until something is so. */
  async until<Found>(find: (connection: StreamConnection) => Found | undefined | false): Promise<Found> {
    const limit = performance.now() + PATIENCE_MILLISECONDS
    for (;;) {
      const found = find(this)
      if (found !== undefined && found !== false) return found
      const rest = limit - performance.now()
      if (rest <= 0) throw new Error(`it did not happen: ${JSON.stringify(this.frames.slice(-3)).slice(0, 2_000)}`)
      const timer = setTimeout(() => this.#tell(), Math.min(rest, 200))
      await this.#changed.promise
      clearTimeout(timer)
    }
  }

  /** Subscribes and waits for the snapshot. */
  async subscribe(request: Omit<Extract<StreamRequest, { op: 'subscribe' }>, 'op'>): Promise<StreamEvent[]> {
    this.ask({ op: 'subscribe', ...request })
    await this.until(({ frames }) =>
      frames.some((frame) => frame.type === 'snapshot' && frame.id === request.id && frame.final),
    )
    return this.frames.flatMap((frame) => (frame.type === 'snapshot' && frame.id === request.id ? frame.messages : []))
  }

  /** Messages of all batches so far. */
  get messages(): StreamEvent[] {
    return this.frames.flatMap((frame) => (frame.type === 'batch' ? frame.messages : []))
  }

  #tell(): void {
    const { resolve } = this.#changed
    this.#changed = Promise.withResolvers<void>()
    resolve()
  }
}
