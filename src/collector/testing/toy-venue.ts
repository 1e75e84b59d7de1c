import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import {
  type AssetId,
  amount,
  type Instrument,
  type InstrumentId,
  type Micros,
  price,
  type VenueId,
  type VenueSymbol,
} from '../../market/index.ts'
import type {
  BookStatistics,
  ConnectionPlan,
  SessionOptions,
  SessionOutput,
  Subscription,
  VenueProtocol,
  VenueSession,
} from '../../venues/index.ts'

const VENUE = 'toy' as VenueId

/** A venue of the smallest kind, to test the collector with: `+BTC` subscribes, `BTC 7` is trade number 7 of BTC. */
class ToySession implements VenueSession {
  readonly #instruments = new Map<string, Instrument>()

  constructor(options: SessionOptions) {
    for (const { instrument } of options.plan.subscriptions) this.#instruments.set(instrument.symbol, instrument)
  }

  opened(_at: Micros, out: SessionOutput): void {
    for (const symbol of this.#instruments.keys()) out.command({ kind: 'send', text: `+${symbol}` })
  }

  received(frame: string, at: Micros, out: SessionOutput): void {
    const [symbol = '', id = ''] = frame.split(' ')
    const instrument = this.#instruments.get(symbol)
    if (instrument === undefined || !/^\d+$/.test(id)) {
      out.refused({ kind: 'malformed', reason: 'no trade', sample: frame })
      return
    }
    out.event({
      messageType: 'trade',
      venue: VENUE,
      instrument: instrument.id,
      symbol: instrument.symbol,
      id,
      price: price('1'),
      amount: amount('1'),
      side: 'buy',
      exchangeTime: at,
      receiveTime: at,
    })
  }

  changed(added: readonly Subscription[], removed: readonly Subscription[], _at: Micros, out: SessionOutput): void {
    for (const { instrument } of removed) {
      this.#instruments.delete(instrument.symbol)
      out.command({ kind: 'send', text: `-${instrument.symbol}` })
    }
    for (const { instrument } of added) {
      this.#instruments.set(instrument.symbol, instrument)
      out.command({ kind: 'send', text: `+${instrument.symbol}` })
    }
  }

  answered(): void {}
  ticked(): void {}
  closed(): void {}
  silent(): void {}
  instrumentsChanged(): void {}
  bookStatistics(): ReadonlyMap<InstrumentId, Readonly<BookStatistics>> {
    return new Map()
  }
}

export const toyVenue: VenueProtocol = {
  venue: VENUE,
  name: 'Toy',
  channels: ['trade'],
  limits: {
    subscriptionsPerConnection: 2,
    connectionsPerMinute: 1_000,
    // More than a timer can wait: Bitstamp's age, too.
    connectionAgeMilliseconds: 90 * 86_400_000,
    messagesPerSecond: 1_000,
    frameBytes: 1_000,
    requestWeight: 1_000,
    requestWindowMilliseconds: 1_000,
    idleMilliseconds: 60_000,
  },
  endpoints: { rest: 'http://127.0.0.1:1', ws: 'ws://127.0.0.1:1' },
  integrity: { trades: 'ids follow one another', books: 'none' },
  tradeIds: 'consecutive',
  verified: { on: '2026-11-22', against: 'itself' },
  instrumentRequests: () => [{ id: 0, purpose: 'instruments', path: '/instruments', weight: 1 }],
  instruments: ([body = '']) => ({
    skipped: [],
    instruments: body.split(',').map((symbol) => ({
      venue: VENUE,
      id: `${symbol}-USD` as InstrumentId,
      symbol: symbol as VenueSymbol,
      kind: 'spot' as const,
      base: symbol as AssetId,
      quote: 'USD' as AssetId,
      status: 'trading' as const,
    })),
  }),
  plan: (subscriptions) => {
    const plans: ConnectionPlan[] = []
    for (let from = 0; from < subscriptions.length; from += 2) {
      plans.push({ name: `market-${plans.length}`, path: '', subscriptions: subscriptions.slice(from, from + 2) })
    }
    return plans
  },
  session: (options) => new ToySession(options),
  recognise: () => undefined,
  answers: () => false,
}

/** The exchange's side of it. */
export interface ToyExchange {
  readonly rest: string
  readonly ws: string
  /** Sockets in order of their opening, closed ones too. */
  readonly sockets: readonly WebSocket[]
  /** What clients said, in order. */
  readonly said: readonly string[]
  /** Resolves when the condition holds; it is looked at after everything that happens. */
  until(condition: () => boolean): Promise<void>
  close(): Promise<void>
}

export async function startToyExchange(symbols = 'BTC,ETH,SOL,XRP'): Promise<ToyExchange> {
  const sockets: WebSocket[] = []
  const said: string[] = []
  const waiting = new Set<() => void>()
  const happened = (): void => {
    for (const look of waiting) look()
  }
  const http = createServer((_request, response) => response.end(symbols))
  const server = new WebSocketServer({ server: http })
  server.on('connection', (socket) => {
    sockets.push(socket)
    socket.on('message', (data) => {
      said.push(String(data))
      happened()
    })
    socket.on('close', happened)
    happened()
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const { port } = http.address() as AddressInfo
  return {
    rest: `http://127.0.0.1:${port}`,
    ws: `ws://127.0.0.1:${port}`,
    sockets,
    said,
    until: (condition) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!condition()) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
    close: async () => {
      for (const socket of sockets) socket.terminate()
      server.close()
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}
