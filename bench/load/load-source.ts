import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { BLOCK_FRAMES, LOAD_SYMBOLS, LoadFrames } from './load-frames.ts'
import type { SourceOrder, SourceReport } from './load-protocol.ts'

// The process of an exchange that speaks at a given rate: Binance's addresses, frames put together beforehand.

const STEP_MILLISECONDS = 4
/** Bytes that may wait in the socket: a reader that is slower than the rate holds the source back. */
const MAXIMUM_WAITING_BYTES = 4 * 1_024 * 1_024

const frames = new LoadFrames()
const listeners = new Set<Duplex>()
let rate = 0
let sent = 0
let due = 0
let last = performance.now()

const http = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://source')
  response.setHeader('content-type', 'application/json')
  if (pathname === '/api/v3/exchangeInfo') response.end(JSON.stringify({ symbols: LOAD_SYMBOLS.map(symbolInfo) }))
  else if (pathname === '/api/v3/depth') response.end(frames.snapshot(searchParams.get('symbol') ?? ''))
  else response.end('[]')
})

const sockets = new WebSocketServer({ server: http })
sockets.on('connection', (client: WebSocket, request) => {
  client.on('error', () => undefined)
  client.on('message', (data) => {
    const { id } = JSON.parse(String(data)) as { id: number }
    client.send(JSON.stringify({ result: null, id }))
    listeners.add(request.socket)
  })
  client.on('close', () => listeners.delete(request.socket))
})

http.listen(0, '127.0.0.1', () => {
  const { port } = http.address() as AddressInfo
  process.send?.({ kind: 'listening', port, bytes: Math.round(frames.meanBytes) } satisfies SourceReport)
})

process.on('message', (order: SourceOrder) => {
  if (order.kind === 'rate') {
    rate = order.perSecond
    due = 0
    last = performance.now()
  } else process.send?.({ kind: 'sent', frames: sent, waiting: waiting() } satisfies SourceReport)
})
process.on('disconnect', () => process.exit(0))

setInterval(() => {
  const time = performance.now()
  // What a reader did not take in time is not made up for: that would only measure its buffers.
  due = Math.min(due + (rate * (time - last)) / 1_000, Math.max(BLOCK_FRAMES, rate / 10))
  last = time
  while (due >= BLOCK_FRAMES && listeners.size > 0 && waiting() < MAXIMUM_WAITING_BYTES) {
    const block = frames.next(Date.now())
    for (const socket of listeners) socket.write(block)
    sent += BLOCK_FRAMES
    due -= BLOCK_FRAMES
  }
}, STEP_MILLISECONDS)

function waiting(): number {
  let most = 0
  for (const socket of listeners) most = Math.max(most, socket.writableLength)
  return most
}

function symbolInfo(symbol: string): object {
  return {
    symbol,
    status: 'TRADING',
    baseAsset: symbol.slice(0, 3),
    quoteAsset: 'USDT',
    filters: [
      { filterType: 'PRICE_FILTER', tickSize: '0.01000000' },
      { filterType: 'LOT_SIZE', stepSize: '0.00010000', minQty: '0.00010000' },
    ],
  }
}
