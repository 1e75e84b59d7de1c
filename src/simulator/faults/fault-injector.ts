import type { ClientConnection } from '../client-connection.ts'
import type { Ledger } from '../ledger.ts'
import type { SimulatedVenue } from '../model/catalogue.ts'
import type { Listing } from '../model/listing.ts'
import type { Random } from '../model/random.ts'
import { hasChecksum, withOtherChecksum } from './checksum-text.ts'
import type { FaultChannel, FaultSpecification } from './fault-specification.ts'
import { garbage, hugeFrame } from './garbage.ts'

/** A fault that has been asked for. */
export interface RequestedFault {
  readonly id: number
  readonly specification: FaultSpecification
  /** Virtual time, microseconds. */
  readonly from: number
  readonly until: number
  left: number
  /** Connections of which it has been noted that they are slow. */
  readonly slowed: Set<number>
}

interface HeldMessage {
  readonly text: string
  readonly since: number
}

interface DelayedMessage {
  readonly text: string | Buffer
  readonly due: number
}

/** A message that nothing overtakes within this time is let go, so that reordering loses nothing. */
const HOLD_MICROS = 250_000

/** Spoils what one venue says. Decides by its own seeded random numbers and writes down all that it does. */
export class FaultInjector {
  readonly #venue: SimulatedVenue
  readonly #random: Random
  readonly #ledger: Ledger
  readonly #now: () => number
  #messageFaults: RequestedFault[] = []
  #requestFaults: RequestedFault[] = []
  #historyFaults: RequestedFault[] = []
  readonly #held = new Map<ClientConnection, Map<string, HeldMessage>>()
  readonly #delayed = new Map<ClientConnection, DelayedMessage[]>()
  /** True while messages may go out untouched. */
  calm = true

  constructor(venue: SimulatedVenue, random: Random, ledger: Ledger, now: () => number) {
    this.#venue = venue
    this.#random = random
    this.#ledger = ledger
    this.#now = now
  }

  /** Takes up a fault that concerns messages, requests or history. */
  add(fault: RequestedFault): void {
    const kind = fault.specification.kind
    if (kind === 'http-error') this.#requestFaults.push(fault)
    else if (kind === 'history-limit') this.#historyFaults.push(fault)
    else if (kind === 'slow') {
      const target = fault.specification.target ?? 'both'
      if (target !== 'socket') this.#requestFaults.push(fault)
      if (target !== 'http') this.#messageFaults.push(fault)
    } else this.#messageFaults.push(fault)
    this.#reckon()
  }

  remove(id: number): void {
    const others = (fault: RequestedFault) => fault.id !== id
    this.#messageFaults = this.#messageFaults.filter(others)
    this.#requestFaults = this.#requestFaults.filter(others)
    this.#historyFaults = this.#historyFaults.filter(others)
    this.#reckon()
  }

  /** Oldest trade id that REST may still know. */
  oldestTradeId(listing: Listing): number {
    let oldest = listing.trades.firstId
    for (const fault of this.#historyFaults) {
      if (fault.specification.kind !== 'history-limit' || !this.#due(fault)) continue
      oldest = Math.max(oldest, listing.trades.lastId - fault.specification.trades + 1)
    }
    return oldest
  }

  /** What goes wrong with a request: an answer in place of the proper one, a delay, or nothing. */
  request(
    path: string,
  ):
    | { reply?: { status: number; body: string; headers: Record<string, string> }; delayMilliseconds: number }
    | undefined {
    if (this.#requestFaults.length === 0) return undefined
    let delayMilliseconds = 0
    for (const fault of this.#requestFaults) {
      const specification = fault.specification
      if (!this.#due(fault)) continue
      if (specification.kind === 'slow') {
        delayMilliseconds += specification.milliseconds
        delayMilliseconds += Math.floor(this.#random.uniform() * (specification.jitterMilliseconds ?? 0))
        this.#note('slow', { channel: 'rest', detail: `${delayMilliseconds} ms ${path}` })
      } else if (specification.kind === 'http-error' && path.includes(specification.path ?? '')) {
        if (!this.#hits(fault, specification.probability)) continue
        this.#note('http-error', { channel: 'rest', detail: `${specification.status} ${path}` })
        const headers: Record<string, string> = {}
        if (specification.retryAfterSeconds !== undefined) {
          headers['retry-after'] = String(specification.retryAfterSeconds)
        }
        return {
          reply: { status: specification.status, body: errorBody(this.#venue, specification.status), headers },
          delayMilliseconds,
        }
      }
    }
    return delayMilliseconds > 0 ? { delayMilliseconds } : undefined
  }

  /** Sends a message, or what the faults make of it. */
  deliver(connection: ClientConnection, channel: FaultChannel, listing: Listing | undefined, text: string): void {
    if (this.calm) {
      connection.send(text)
      return
    }
    let message = text
    let times = 1
    let hold = false
    let delayMilliseconds = 0
    const extra: (string | Buffer)[] = []
    for (const fault of this.#messageFaults) {
      const specification = fault.specification
      if (!this.#due(fault)) continue
      if (specification.kind === 'slow') {
        delayMilliseconds += specification.milliseconds
        delayMilliseconds += this.#random.uniform() * (specification.jitterMilliseconds ?? 0)
        // Every message is late: one note for each connection says so.
        if (!fault.slowed.has(connection.id)) {
          fault.slowed.add(connection.id)
          this.#note('slow', { connection: connection.id, detail: `${specification.milliseconds} ms, every message` })
        }
        continue
      }
      if (!isMessageFault(specification) || !concerns(specification, channel, listing)) continue
      if (specification.kind === 'corrupt-checksum' && !hasChecksum(message)) continue
      if (!this.#hits(fault, specification.probability)) continue
      this.#note(specification.kind, {
        channel,
        connection: connection.id,
        ...(listing !== undefined && { instrument: listing.specification.instrument }),
        ...(specification.kind === 'garbage' && { detail: specification.variant }),
      })
      switch (specification.kind) {
        case 'silence':
        case 'skip':
          times = 0
          break
        case 'repeat':
          times = Math.min(times * 2, 2)
          break
        case 'reorder':
          hold = true
          break
        case 'corrupt-checksum':
          message = withOtherChecksum(message)
          break
        case 'garbage':
          extra.push(garbage(specification.variant, text, this.#random))
          break
        case 'huge-frame':
          extra.push(hugeFrame(specification.bytes))
      }
    }
    for (const frame of extra) this.#send(connection, frame, delayMilliseconds)
    if (times === 0) return
    const key = `${channel} ${listing?.index ?? ''}`
    const held = this.#held.get(connection)?.get(key)
    if (hold && held === undefined) {
      let mine = this.#held.get(connection)
      if (mine === undefined) {
        mine = new Map()
        this.#held.set(connection, mine)
      }
      mine.set(key, { text: message, since: this.#now() })
      return
    }
    for (let time = 0; time < times; time++) this.#send(connection, message, delayMilliseconds)
    if (held === undefined) return
    this.#held.get(connection)?.delete(key)
    this.#send(connection, held.text, delayMilliseconds)
  }

  /** Lets go what is due. */
  tick(now: number): void {
    if (this.calm && this.#requestFaults.length === 0 && this.#historyFaults.length === 0) return
    for (const [connection, messages] of this.#held) {
      for (const [key, held] of messages) {
        if (now - held.since < HOLD_MICROS) continue
        messages.delete(key)
        this.#send(connection, held.text, 0)
      }
      if (messages.size === 0) this.#held.delete(connection)
    }
    for (const [connection, queue] of this.#delayed) {
      let sent = 0
      for (const message of queue) {
        if (message.due > now) break
        put(connection, message.text)
        sent++
      }
      if (sent > 0) queue.splice(0, sent)
      if (queue.length === 0) this.#delayed.delete(connection)
    }
    this.#messageFaults = this.#messageFaults.filter((fault) => fault.until > now && fault.left > 0)
    this.#requestFaults = this.#requestFaults.filter((fault) => fault.until > now && fault.left > 0)
    this.#historyFaults = this.#historyFaults.filter((fault) => fault.until > now)
    this.#reckon()
  }

  /** Whether messages are held back or delayed. */
  get holding(): boolean {
    return this.#held.size > 0 || this.#delayed.size > 0
  }

  forget(connection: ClientConnection): void {
    this.#held.delete(connection)
    this.#delayed.delete(connection)
  }

  #reckon(): void {
    this.calm = this.#messageFaults.length === 0 && this.#held.size === 0 && this.#delayed.size === 0
  }

  #due(fault: RequestedFault): boolean {
    if (fault.left <= 0) return false
    const now = this.#now()
    return now >= fault.from && now < fault.until
  }

  #hits(fault: RequestedFault, probability: number | undefined): boolean {
    if (probability !== undefined && !this.#random.chance(probability)) return false
    fault.left--
    return true
  }

  #note(fault: string, more: { channel?: string; connection?: number; instrument?: string; detail?: string }): void {
    this.#ledger.fault({ fault, venue: this.#venue, time: this.#now(), ...more })
  }

  /** Behind a delayed message everything waits: a socket keeps its order. */
  #send(connection: ClientConnection, text: string | Buffer, delayMilliseconds: number): void {
    const queue = this.#delayed.get(connection)
    if (queue === undefined && delayMilliseconds === 0) {
      put(connection, text)
      return
    }
    const due = Math.max(this.#now() + delayMilliseconds * 1_000, queue?.at(-1)?.due ?? 0)
    if (queue === undefined) this.#delayed.set(connection, [{ text, due }])
    else queue.push({ text, due })
  }
}

type MessageFault = Extract<FaultSpecification, { channel?: unknown }>

function isMessageFault(specification: FaultSpecification): specification is MessageFault {
  const kind = specification.kind
  return (
    kind === 'silence' ||
    kind === 'skip' ||
    kind === 'repeat' ||
    kind === 'reorder' ||
    kind === 'corrupt-checksum' ||
    kind === 'garbage' ||
    kind === 'huge-frame'
  )
}

function concerns(specification: MessageFault, channel: FaultChannel, listing: Listing | undefined): boolean {
  if (specification.channel !== undefined && specification.channel !== channel) return false
  if (specification.instruments === undefined) return true
  if (listing === undefined) return false
  const { symbol, instrument } = listing.specification
  return specification.instruments.includes(symbol) || specification.instruments.includes(instrument)
}

function put(connection: ClientConnection, text: string | Buffer): void {
  if (typeof text === 'string') connection.send(text)
  else connection.sendBinary(text)
}

const LIMITED_BODIES: Readonly<Partial<Record<SimulatedVenue, string>>> = {
  binance: '{"code":-1003,"msg":"Too many requests."}',
  'binance-coinm': '{"code":-1003,"msg":"Too many requests."}',
  'binance-us': '{"code":-1003,"msg":"Too many requests."}',
  'binance-usdm': '{"code":-1003,"msg":"Too many requests."}',
  coinbase: '{"message":"Public rate limit exceeded"}',
  kraken: '{"error":["EGeneral:Too many requests"]}',
}

/** Bodies of refusals; exchanges whose own are not known answer as a proxy in front of them would. */
function errorBody(venue: SimulatedVenue, status: number): string {
  const limited = status === 429 || status === 418
  if (limited) return LIMITED_BODIES[venue] ?? '{"code":"429","msg":"Too many requests"}'
  return '<html><body>Service unavailable</body></html>'
}
