import { hash } from 'node:crypto'
import { GatewayError } from '../gateway-error.ts'
import type { InstrumentSlot } from '../live/instrument-slot.ts'
import type { LiveListener, LiveMarket } from '../live/live-market.ts'
import { scanHead } from '../live/tape-line.ts'
import type { Interest } from './interest.ts'
import { latestLine, latestOf } from './latest.ts'
import type { StreamClient } from './stream-client.ts'
import { StreamItem } from './stream-item.ts'

/** Messages are collected this long before they are sent together. */
export const BEAT_MILLISECONDS = 10
/** Books by depth are sent at most this often. */
export const DEPTH_MILLISECONDS = 100
/** A beat that has collected this much is sent at once. */
const BEAT_BYTES = 112 * 1024
/** Clients that have heard nothing for this long get a heartbeat. */
export const HEARTBEAT_MILLISECONDS = 5_000

/** All clients that want exactly the same: their text is put together once. */
interface Group {
  readonly signature: string
  readonly interests: readonly Interest[]
  readonly clients: Set<StreamClient>
  items: StreamItem[]
  bytes: number
}

/**
 * Hands every message to those who want it, once a beat. What clients ask takes effect between two beats, when nothing is
 * on its way: so a snapshot and the updates after it join without a hole and without an overlap.
 */
export class StreamHub implements LiveListener {
  readonly #market: LiveMarket
  readonly #clients = new Map<StreamClient, Group | undefined>()
  readonly #groups = new Map<string, Group>()
  readonly #exact = new Map<string, Set<Group>>()
  readonly #patterned = new Set<Group>()
  /** Routes that anybody wants, with how many groups do. */
  readonly #wanted = new Map<string, number>()
  #routing = new Map<InstrumentSlot | string, Map<string, readonly Group[]>>()
  #requests: (() => void)[] = []
  #changedBooks = new Set<InstrumentSlot>()
  readonly #sentDepths = new Map<string, string>()
  #active: Group[] = []
  #timer: NodeJS.Timeout | undefined
  #immediate: NodeJS.Immediate | undefined
  #lastBeat = 0
  #lastDepths = 0
  #isOpen = false
  #retiredDeliveries = 0

  constructor(market: LiveMarket) {
    this.#market = market
    market.listener = this
  }

  get clientCount(): number {
    return this.#clients.size
  }

  get subscriptionCount(): number {
    let count = 0
    for (const client of this.#clients.keys()) count += client.subscriptions.size
    return count
  }

  get slowClientCount(): number {
    let count = 0
    for (const client of this.#clients.keys()) if (client.isSlow) count++
    return count
  }

  /** Messages handed to clients since the start. */
  get deliveries(): number {
    let count = this.#retiredDeliveries
    for (const client of this.#clients.keys()) count += client.delivered
    return count
  }

  /** From now on messages go out; before, the gateway was reading up to the present. */
  open(): void {
    this.#isOpen = true
    this.#schedule()
  }

  add(client: StreamClient): void {
    this.#clients.set(client, undefined)
  }

  remove(client: StreamClient): void {
    this.#request(() => {
      this.#retiredDeliveries += client.delivered
      this.#leave(client)
      this.#clients.delete(client)
    })
  }

  /** Takes effect at the next beat: acknowledgement, snapshot, then every message from there on. */
  subscribe(client: StreamClient, id: string, interest: Interest, withSnapshot: boolean): void {
    this.#request(() => {
      if (client.isClosed) return
      const problem = this.#objection(client, id)
      if (problem !== undefined) {
        client.error(problem, id)
        return
      }
      client.subscriptions.set(id, interest)
      this.#regroup(client)
      client.frame('ack', `"op":"subscribe","id":${JSON.stringify(id)}`)
      client.snapshot(id, withSnapshot ? latestOf(this.#market, interest) : [])
    })
  }

  unsubscribe(client: StreamClient, id: string): void {
    this.#request(() => {
      if (client.isClosed) return
      if (!client.subscriptions.delete(id)) {
        client.error(
          new GatewayError('GATEWAY_STREAM_SUBSCRIPTION_UNKNOWN', `No subscription ${JSON.stringify(id)}`),
          id,
        )
        return
      }
      this.#regroup(client)
      client.frame('ack', `"op":"unsubscribe","id":${JSON.stringify(id)}`)
    })
  }

  message(route: string, slot: InstrumentSlot | undefined, line: string): void {
    if (!this.#isOpen || !this.#wanted.has(route)) return
    const groups = this.#groupsFor(route, slot, line)
    if (groups.length === 0) return
    const item = new StreamItem(route, slot, line)
    for (const group of groups) this.#put(group, item)
    this.#schedule()
  }

  bookChanged(slot: InstrumentSlot): void {
    if (!this.#isOpen || !this.#wantsDepth) return
    this.#changedBooks.add(slot)
    this.#schedule()
  }

  /** Sends a heartbeat to whoever has heard nothing for a while. */
  heartbeat(time: number): void {
    const silentSince = performance.now() - HEARTBEAT_MILLISECONDS
    for (const client of this.#clients.keys()) {
      if (client.lastSent < silentSince && !client.isSlow) client.frame('heartbeat', `"time":${time}`)
    }
  }

  stop(): void {
    clearTimeout(this.#timer)
    clearImmediate(this.#immediate)
    this.#isOpen = false
  }

  get #wantsDepth(): boolean {
    for (const route of this.#wanted.keys()) if (route.startsWith('depth:')) return true
    return false
  }

  #objection(client: StreamClient, id: string): GatewayError | undefined {
    if (client.subscriptions.has(id)) {
      return new GatewayError('GATEWAY_STREAM_SUBSCRIPTION_EXISTS', `Subscription ${JSON.stringify(id)} exists`)
    }
    if (!client.isBehind) return undefined
    return new GatewayError('GATEWAY_STREAM_SLOW_CLIENT', 'Too much waits to be read for another subscription')
  }

  #request(work: () => void): void {
    this.#requests.push(work)
    this.#schedule()
  }

  #schedule(): void {
    if (!this.#isOpen || this.#timer !== undefined || this.#immediate !== undefined) return
    const wait = this.#lastBeat + BEAT_MILLISECONDS - performance.now()
    if (wait <= 0) this.#immediate = setImmediate(() => this.#beat())
    else this.#timer = setTimeout(() => this.#beat(), wait)
  }

  #beat(): void {
    clearTimeout(this.#timer)
    clearImmediate(this.#immediate)
    this.#timer = undefined
    this.#immediate = undefined
    this.#lastBeat = performance.now()
    if (this.#changedBooks.size > 0 && this.#lastBeat - this.#lastDepths >= DEPTH_MILLISECONDS) this.#depths()
    const active = this.#active
    this.#active = []
    for (const group of active) send(group)
    let waiting = this.#changedBooks.size > 0
    for (const client of this.#clients.keys()) {
      if (!client.isSlow) continue
      client.recover()
      waiting ||= client.isSlow
    }
    const requests = this.#requests
    this.#requests = []
    for (const work of requests) work()
    if (waiting || this.#requests.length > 0) this.#schedule()
  }

  #put(group: Group, item: StreamItem): void {
    if (group.items.length === 0) this.#active.push(group)
    group.items.push(item)
    group.bytes += item.line.length
    if (group.bytes > BEAT_BYTES) {
      send(group)
      this.#active = this.#active.filter((other) => other !== group)
    }
  }

  #depths(): void {
    this.#lastDepths = this.#lastBeat
    const changed = this.#changedBooks
    this.#changedBooks = new Set()
    for (const slot of changed) {
      for (const route of this.#wanted.keys()) {
        if (!route.startsWith('depth:')) continue
        const groups = this.#groupsFor(route, slot, '')
        const line = groups.length === 0 ? undefined : latestLine(slot, route)
        if (line === undefined || !this.#differs(`${route}|${slot.key}`, line)) continue
        const item = new StreamItem(route, slot, line)
        for (const group of groups) this.#put(group, item)
      }
    }
  }

  /** Whether the levels are others than those that were sent last: a change below the depth is none. */
  #differs(name: string, line: string): boolean {
    const levels = hash('sha1', line.slice(line.indexOf('"bids":'), line.indexOf(',"sequence":')), 'base64')
    if (this.#sentDepths.get(name) === levels) return false
    this.#sentDepths.set(name, levels)
    return true
  }

  #groupsFor(route: string, slot: InstrumentSlot | undefined, line: string): readonly Group[] {
    const name = slot ?? scanHead(line)?.key ?? ''
    let routes = this.#routing.get(name)
    if (routes === undefined) {
      routes = new Map()
      this.#routing.set(name, routes)
    }
    let groups = routes.get(route)
    if (groups === undefined) {
      const venue = typeof name === 'string' ? name : name.venue
      const candidates = new Set(this.#patterned)
      for (const group of (slot && this.#exact.get(slot.key)) ?? []) candidates.add(group)
      groups = [...candidates].filter(({ interests }) =>
        interests.some((interest) => interest.routes.has(route) && interest.covers(venue, slot)),
      )
      routes.set(route, groups)
    }
    return groups
  }

  #regroup(client: StreamClient): void {
    this.#leave(client)
    const interests = new Map<string, Interest>()
    for (const interest of client.subscriptions.values()) interests.set(interest.signature, interest)
    if (interests.size === 0) return
    const signature = [...interests.keys()].sort().join('\n')
    let group = this.#groups.get(signature)
    if (group === undefined) {
      group = { signature, interests: [...interests.values()], clients: new Set(), items: [], bytes: 0 }
      this.#groups.set(signature, group)
      this.#index(group)
    }
    group.clients.add(client)
    this.#clients.set(client, group)
  }

  #leave(client: StreamClient): void {
    const group = this.#clients.get(client)
    if (group === undefined) return
    this.#clients.set(client, undefined)
    group.clients.delete(client)
    if (group.clients.size > 0) return
    this.#groups.delete(group.signature)
    this.#patterned.delete(group)
    for (const { exactKey, routes } of group.interests) {
      if (exactKey !== undefined) {
        const others = this.#exact.get(exactKey)
        others?.delete(group)
        if (others?.size === 0) this.#exact.delete(exactKey)
      }
      for (const route of routes) {
        const count = (this.#wanted.get(route) ?? 1) - 1
        if (count === 0) this.#wanted.delete(route)
        else this.#wanted.set(route, count)
      }
    }
    if (!this.#wantsDepth) this.#sentDepths.clear()
    this.#routing = new Map()
  }

  #index(group: Group): void {
    for (const interest of group.interests) {
      for (const route of interest.routes) this.#wanted.set(route, (this.#wanted.get(route) ?? 0) + 1)
      if (interest.exactKey === undefined) this.#patterned.add(group)
      else {
        const others = this.#exact.get(interest.exactKey)
        if (others === undefined) this.#exact.set(interest.exactKey, new Set([group]))
        else others.add(group)
      }
    }
    this.#routing = new Map()
  }
}

function send(group: Group): void {
  const { items } = group
  if (items.length === 0) return
  group.items = []
  group.bytes = 0
  let text = ''
  for (const [index, item] of items.entries()) text += index === 0 ? item.line : `,${item.line}`
  const body = Buffer.from(text, 'utf8')
  for (const client of group.clients) client.batch(items, body)
}
