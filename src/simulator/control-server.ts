import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { isLoopback, isLoopbackHostHeader } from '../platform/index.ts'
import type { SimulatorControl } from './simulator-control.ts'
import { SimulatorError, type SimulatorErrorCode } from './simulator-error.ts'

const LARGEST_BODY = 1_048_576
/** What is answered to errors that are not the request's content. */
const STATUS_OF: Partial<Record<SimulatorErrorCode, number>> = {
  SIMULATOR_ROUTE_UNKNOWN: 404,
  SIMULATOR_STRANGER_REFUSED: 403,
}

/** The control API on loopback: what is simulated, the ledger, faults, and standing still. */
export class ControlServer {
  readonly #control: SimulatorControl
  readonly #report: (message: string) => void
  readonly #server: Server
  #onLoopback = true

  constructor(control: SimulatorControl, report: (message: string) => void) {
    this.#control = control
    this.#report = report
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch((error: unknown) => this.#failed(response, error))
    })
  }

  /** @returns the address. @throws SimulatorError SIMULATOR_LISTEN_FAILED */
  async listen(host: string, port: number): Promise<string> {
    this.#onLoopback = isLoopback(host)
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (cause) =>
        reject(
          new SimulatorError(
            'SIMULATOR_LISTEN_FAILED',
            `the control API cannot listen on ${host}:${port}: ${cause.message}`,
            { cause },
          ),
        ),
      )
      this.#server.listen(port, host, resolve)
    })
    const address = this.#server.address()
    const actual = address !== null && typeof address === 'object' ? address.port : port
    return `http://${host.includes(':') ? `[${host}]` : host}:${actual}`
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#refuseStrangers(request)
    // The path is put behind a host: one such as `//` would otherwise be read as a host itself.
    const address = `http://simulator${request.url ?? '/'}`
    if (!URL.canParse(address)) throw new SimulatorError('SIMULATOR_ROUTE_UNKNOWN', 'the address cannot be read')
    const url = new URL(address)
    const control = this.#control
    const filter = {
      ...(url.searchParams.has('venue') && { venue: url.searchParams.get('venue') ?? '' }),
      ...(url.searchParams.has('instrument') && { instrument: url.searchParams.get('instrument') ?? '' }),
    }
    const route = `${request.method} ${url.pathname.replace(/\/$/, '')}`
    const faultId = /^DELETE \/control\/faults\/(\d{1,9})$/.exec(route)?.[1]
    if (faultId !== undefined) {
      const removed = control.removeFault(Number(faultId))
      sendJson(response, removed ? 200 : 404, { removed })
      return
    }
    if ((filter.venue !== undefined || filter.instrument !== undefined) && !control.ledger.has(filter)) {
      throw new SimulatorError('SIMULATOR_INSTRUMENT_UNKNOWN', `nothing is listed as ${url.search.slice(0, 200)}`)
    }
    switch (route) {
      case 'GET':
      case 'GET /':
      case 'GET /control':
      case 'GET /control/about':
        sendJson(response, 200, control.about())
        return
      case 'GET /control/state':
        sendJson(response, 200, control.state())
        return
      case 'GET /control/ledger': {
        response.writeHead(200, { 'content-type': 'application/x-ndjson' })
        const trades = control.ledger.trades({ ...filter, history: url.searchParams.get('history') === 'true' })
        await pipeline(Readable.from(lines(trades)), response)
        return
      }
      case 'GET /control/books':
        response.writeHead(200, { 'content-type': 'application/x-ndjson' })
        await pipeline(Readable.from(lines(control.ledger.books(filter))), response)
        return
      case 'GET /control/faults':
        sendJson(response, 200, { active: control.activeFaults(), injected: control.ledger.faults() })
        return
      case 'POST /control/faults':
        sendJson(response, 201, { id: control.addFault(await body(request)) })
        return
      case 'DELETE /control/faults':
        control.removeAllFaults()
        sendJson(response, 200, { removed: true })
        return
      case 'POST /control/quiesce':
        await control.quiesce()
        sendJson(response, 200, control.state())
        return
      case 'POST /control/resume':
        control.resume()
        sendJson(response, 200, control.state())
        return
      default:
        sendJson(response, 404, { code: 'SIMULATOR_ROUTE_UNKNOWN', message: `there is no ${route}` })
    }
  }

  /** Programs of this machine steer the market; a web page that a browser happens to show does not. */
  #refuseStrangers({ headers }: IncomingMessage): void {
    if (headers.origin !== undefined)
      throw new SimulatorError('SIMULATOR_STRANGER_REFUSED', 'the control API does not speak with web pages')
    if (this.#onLoopback && !isLoopbackHostHeader(headers.host))
      throw new SimulatorError('SIMULATOR_STRANGER_REFUSED', 'use 127.0.0.1 or localhost as the host')
  }

  #failed(response: ServerResponse, error: unknown): void {
    if (response.headersSent) {
      // The client went away in the middle of the ledger.
      response.destroy()
      return
    }
    if (error instanceof SimulatorError) {
      sendJson(response, STATUS_OF[error.code] ?? 400, { code: error.code, message: error.message })
      return
    }
    this.#report(`control API: ${String(error)}`)
    sendJson(response, 500, { code: 'SIMULATOR_INTERNAL', message: String(error) })
  }
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(`${JSON.stringify(value)}\n`)
}

function* lines(values: Iterable<unknown>): Generator<string> {
  let chunk = ''
  for (const value of values) {
    chunk += `${JSON.stringify(value)}\n`
    if (chunk.length < 65_536) continue
    yield chunk
    chunk = ''
  }
  if (chunk !== '') yield chunk
}

async function body(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of request) {
    if (!(piece instanceof Buffer)) continue
    length += piece.length
    if (length > LARGEST_BODY) throw new SimulatorError('SIMULATOR_FAULT_INVALID', 'the request is larger than 1 MB')
    pieces.push(piece)
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString('utf8'))
  } catch (cause) {
    throw new SimulatorError('SIMULATOR_FAULT_INVALID', 'the request is not JSON', { cause })
  }
}
