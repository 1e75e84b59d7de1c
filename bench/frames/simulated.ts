import { once } from 'node:events'
import WebSocket from 'ws'
import { now } from '../../src/market/index.ts'
import { type SimulatedVenue, startSimulator } from '../../src/simulator/index.ts'
import { type RestRequest, type SessionOutput, type Subscription, venueProtocol } from '../../src/venues/index.ts'
import type { Capture, CaptureRecord } from './capture.ts'

const COINS = ['BTC', 'ETH', 'SOL', 'XRP', 'ADA', 'DOGE']
const EVENTS = 24_000
const SETTLING_FRAMES = 500

/** A session with our simulated exchange, captured as it comes off the socket. */
export async function simulatedCapture(venue: SimulatedVenue): Promise<Capture> {
  const simulator = await startSimulator({
    seed: 11,
    venues: [venue],
    instruments: COINS,
    rate: 'max',
    limits: false,
    maximumEvents: EVENTS,
  })
  try {
    const endpoints = simulator.endpoints[venue]
    if (endpoints === undefined) throw new Error(`the simulator does not play ${venue}`)
    const records = await listen(venue, endpoints, () => simulator.control.untilQuiet())
    const settled = records.findLastIndex((record) => record.kind === 'http' || isSnapshot(record.text)) + 1
    return {
      venue,
      name: venue === 'kraken' ? 'kraken v2' : venue,
      source: 'simulator',
      date: new Date(),
      prelude: records.slice(0, settled + SETTLING_FRAMES),
      frames: records.slice(settled + SETTLING_FRAMES).filter((record) => record.direction === 'in'),
    }
  } finally {
    await simulator.stop()
  }
}

function isSnapshot(text: string): boolean {
  return text.includes('"type":"snapshot"') || text.includes('"last_match"')
}

async function listen(
  venue: string,
  endpoints: { readonly rest: string; readonly ws: string },
  ended: () => Promise<void>,
): Promise<CaptureRecord[]> {
  const protocol = venueProtocol(venue)
  const records: CaptureRecord[] = []
  const get = async (request: RestRequest): Promise<string> => {
    const url = endpoints.rest + request.path
    const response = await fetch(url)
    const text = await response.text()
    records.push({ time: now(), kind: 'http', direction: 'in', connection: 'rest', url, text })
    return text
  }
  const bodies: string[] = []
  for (const request of protocol.instrumentRequests()) bodies.push(await get(request))
  const { instruments } = protocol.instruments(bodies)
  const subscriptions: Subscription[] = instruments.flatMap((instrument) =>
    protocol.channels.map((channel) => ({ instrument, channel })),
  )
  const open = protocol.plan(subscriptions).map(async (plan) => {
    const url = endpoints.ws + plan.path
    const socket = new WebSocket(url, { perMessageDeflate: false })
    const note = (direction: 'open' | 'out' | 'in', text: string): void => {
      records.push({ time: now(), kind: 'ws', direction, connection: plan.name, url, text })
    }
    const session = protocol.session({ plan, instruments, resume: new Map(), repairTrades: false })
    const out: SessionOutput = {
      event: () => undefined,
      refused: () => undefined,
      command: (command) => {
        if (command.kind === 'send') {
          note('out', command.text)
          socket.send(command.text)
        } else if (command.kind === 'request') {
          const { request } = command
          void get(request).then((body) =>
            session.answered(request, { kind: 'answered', response: { status: 200, body } }, now(), out),
          )
        }
      },
    }
    socket.on('message', (data) => {
      const text = String(data)
      note('in', text)
      session.received(text, now(), out)
    })
    await once(socket, 'open')
    note('open', '')
    session.opened(now(), out)
    return socket
  })
  const sockets = await Promise.all(open)
  await ended()
  for (const socket of sockets) socket.terminate()
  return records
}
