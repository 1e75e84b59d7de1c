import WebSocket from 'ws'
import { now } from '../../src/market/index.ts'
import type { ClientOrder, ClientReport } from './load-protocol.ts'

// The process of clients that do as little as possible beside what is measured.

const RECEIVE_TIME = Buffer.from('"receiveTime":')
const CONFLATED = Buffer.from('"conflated":')
const TIME_DIGITS = 16
const ZERO = 48
/** Ages are counted in steps of 0.1 ms up to 20 s. */
const STEP_MICROS = 100
const STEPS = 200_000

let open = 0
let events = 0
let bytes = 0
let conflated = 0
let closed: string | null = null
let ages = new Uint32Array(STEPS)

process.on('message', (message: { readonly order: ClientOrder } | 'report') => {
  if (message === 'report') report()
  else begin(message.order)
})
process.on('disconnect', () => process.exit(0))

function begin({ url, connections, work }: ClientOrder): void {
  for (const messages of connections) connect(url, messages, work)
}

function connect(url: string, messages: readonly string[], work: ClientOrder['work']): void {
  const socket = new WebSocket(url, { perMessageDeflate: false, maxPayload: 256 * 1_024 * 1_024 })
  socket.on('open', () => {
    open++
    for (const message of messages) socket.send(message)
  })
  socket.on('close', (code, reason) => {
    open--
    closed = `${code} ${String(reason)}`
  })
  socket.on('error', (error) => {
    closed = error.message
  })
  socket.on('message', (data: Buffer) => {
    bytes += data.length
    if (work === 'parse') {
      JSON.parse(data.toString('utf8'))
      events++
    } else count(data)
  })
}

/** Looks only for the receive times: parsing everything would take a fifth of a core from what is measured. */
function count(data: Buffer): void {
  const time = now()
  const head = data.subarray(0, 80).indexOf(CONFLATED)
  if (head >= 0) conflated += Number.parseInt(data.toString('latin1', head + CONFLATED.length, head + 32), 10)
  for (let at = data.indexOf(RECEIVE_TIME); at >= 0; at = data.indexOf(RECEIVE_TIME, at)) {
    at += RECEIVE_TIME.length
    let received = 0
    for (let index = at; index < at + TIME_DIGITS; index++) received = received * 10 + ((data[index] as number) - ZERO)
    const step = Math.min(STEPS - 1, Math.max(0, Math.floor((time - received) / STEP_MICROS)))
    ages[step] = (ages[step] as number) + 1
    events++
  }
}

function report(): void {
  const total = ages.reduce((sum, each) => sum + each, 0)
  const at = (share: number): number => {
    let left = total * share
    for (let step = 0; step < STEPS; step++) {
      left -= ages[step] as number
      if (left <= 0) return (step + 1) * STEP_MICROS
    }
    return STEPS * STEP_MICROS
  }
  const answer: ClientReport = { open, events, bytes, conflated, closed, ages: [at(0.5), at(0.99), at(0.999), at(1)] }
  events = 0
  bytes = 0
  conflated = 0
  ages = new Uint32Array(STEPS)
  process.send?.(answer)
}
