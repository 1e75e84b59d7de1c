import assert from 'node:assert/strict'
import {
  type SimulatedVenue,
  type Simulator,
  type SimulatorOptions,
  startSimulator,
  type VenueEndpoints,
} from '../index.ts'
import { Listener } from './followers.ts'

/** Runs a simulator for the length of a test. */
export async function running(options: SimulatorOptions, work: (simulator: Simulator) => Promise<void>): Promise<void> {
  const simulator = await startSimulator({ seed: 11, instruments: 2, rate: 4_000, historyTrades: 50, ...options })
  try {
    await work(simulator)
  } finally {
    await simulator.stop()
  }
}

export function endpoints(simulator: Simulator, venue: SimulatedVenue): VenueEndpoints {
  const found = simulator.endpoints[venue]
  assert.ok(found)
  return found
}

/** Opens a socket, sends what is given, waits for the first message that has a text in it. */
export async function listening(url: string, requests: readonly unknown[], first?: string): Promise<Listener> {
  const listener = await new Listener(url).open()
  for (const request of requests) listener.send(request)
  if (first !== undefined) await listener.until(() => listener.texts.some((text) => text.includes(first)), first)
  return listener
}

/** A GET: status, headers and parsed body. */
export async function get<Body>(url: string): Promise<{ status: number; headers: Headers; body: Body }> {
  const response = await fetch(url)
  const text = await response.text()
  let body: unknown = text
  try {
    body = JSON.parse(text)
  } catch {
    // Not JSON: the text itself.
  }
  return { status: response.status, headers: response.headers, body: body as Body }
}
