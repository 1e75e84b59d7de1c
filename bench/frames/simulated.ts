import { once } from 'node:events'
import { gunzipSync } from 'node:zlib'
import WebSocket from 'ws'
import { now } from '../../src/market/index.ts'
import { type SimulatedVenue, startSimulator, type VenueEndpoints } from '../../src/simulator/index.ts'
import {
  type ConnectionPlan,
  channelsOf,
  type RestRequest,
  type SessionOutput,
  type Subscription,
  type VenueProtocol,
  venueProtocol,
} from '../../src/venues/index.ts'
import type { Capture, CaptureRecord } from './capture.ts'
import { steadyCapture } from './steady.ts'

const COINS = ['BTC', 'ETH', 'SOL', 'XRP', 'ADA', 'DOGE']
const GZIP_MAGIC = 0x1f8b
/** Market events a second: so few that the market has not come to its end before the books are fetched. */
const RATE = 4_000
const SETTLING_FRAMES = 500
/** The market is at its end when nothing more came for so long. */
const QUIET_MILLISECONDS = 300

/** A session with our simulated exchange, captured as it comes off the socket. */
export async function simulatedCapture(venue: SimulatedVenue, events: number): Promise<Capture> {
  const simulator = await startSimulator({
    seed: 11,
    venues: [venue],
    instruments: COINS,
    rate: RATE,
    limits: false,
    maximumEvents: events,
  })
  try {
    const endpoints = simulator.endpoints[venue]
    if (endpoints === undefined) throw new Error(`the simulator does not play ${venue}`)
    const listener = new Listener(venueProtocol(venue), endpoints)
    await listener.listen(() => simulator.control.untilQuiet())
    const name = venue === 'kraken' ? 'kraken v2' : venue
    return steadyCapture({ venue, name, source: 'simulator' }, listener.records, SETTLING_FRAMES)
  } finally {
    await simulator.stop()
  }
}

/** Speaks with an exchange as a collector does, and writes down what is said. */
class Listener {
  readonly records: CaptureRecord[] = []
  readonly #protocol: VenueProtocol
  readonly #endpoints: VenueEndpoints
  readonly #sockets: WebSocket[] = []

  constructor(protocol: VenueProtocol, endpoints: VenueEndpoints) {
    this.#protocol = protocol
    this.#endpoints = endpoints
  }

  async listen(ended: () => Promise<void>): Promise<void> {
    const protocol = this.#protocol
    const bodies: string[] = []
    for (const request of protocol.instrumentRequests()) bodies.push(await this.#ask(request))
    const { instruments } = protocol.instruments(bodies)
    const subscriptions: Subscription[] = instruments.flatMap((instrument) =>
      channelsOf(protocol, instrument).map((channel) => ({ instrument, channel })),
    )
    try {
      await Promise.all(protocol.plan(subscriptions).map((plan) => this.#connect(plan, subscriptions)))
      await ended()
      for (let seen = -1; seen !== this.records.length; ) {
        seen = this.records.length
        await new Promise((resolve) => setTimeout(resolve, QUIET_MILLISECONDS))
      }
    } finally {
      for (const socket of this.#sockets) socket.terminate()
    }
  }

  async #connect(plan: ConnectionPlan, subscriptions: readonly Subscription[]): Promise<void> {
    const { headers, ticket } = this.#protocol
    const { ws } = this.#endpoints
    const url = ticket === undefined ? ws + plan.path : ticket.address(await this.#ask(ticket.request(plan)), plan, ws)
    const socket = new WebSocket(url, { perMessageDeflate: false, ...(headers !== undefined && { headers }) })
    this.#sockets.push(socket)
    const note = (direction: 'open' | 'out' | 'in', text: string): void => {
      this.records.push({ time: now(), kind: 'ws', direction, connection: plan.name, url, text })
    }
    const instruments = [...new Set(subscriptions.map(({ instrument }) => instrument))]
    const session = this.#protocol.session({ plan, instruments, resume: new Map(), repairTrades: false })
    let due = Number.POSITIVE_INFINITY
    let timer: NodeJS.Timeout | undefined
    const tick = (): void => {
      due = Number.POSITIVE_INFINITY
      session.ticked(now(), out)
    }
    const out: SessionOutput = {
      event: () => undefined,
      refused: () => undefined,
      command: (command) => {
        if (command.kind === 'send') {
          note('out', command.text)
          socket.send(command.text)
        } else if (command.kind === 'request') {
          const { request } = command
          void this.#ask(request).then((body) =>
            session.answered(request, { kind: 'answered', response: { status: 200, body } }, now(), out),
          )
        } else if (command.kind === 'wake' && command.at < due) {
          due = command.at
          clearTimeout(timer)
          timer = setTimeout(tick, Math.max(1, (due - now()) / 1_000))
        }
      },
    }
    socket.on('message', (data: Buffer, isBinary) => {
      const text = String(isBinary && data.length > 2 && data.readUInt16BE(0) === GZIP_MAGIC ? gunzipSync(data) : data)
      note('in', text)
      session.received(text, now(), out)
    })
    socket.on('close', () => clearTimeout(timer))
    socket.on('open', () => {
      note('open', '')
      session.opened(now(), out)
    })
    await once(socket, 'open')
  }

  async #ask({ path, method, body }: RestRequest): Promise<string> {
    const url = this.#endpoints.rest + path
    const headers = { ...this.#protocol.headers, ...(body !== undefined && { 'content-type': 'application/json' }) }
    const response = await fetch(url, { method: method ?? 'GET', headers, ...(body !== undefined && { body }) })
    const text = await response.text()
    this.records.push({ time: now(), kind: 'http', direction: 'in', connection: 'rest', url, text })
    return text
  }
}
