import type { GapEvent, Instrument } from '../market/index.ts'
import type { ConnectionPlan, Subscription, VenueProtocol } from '../venues/index.ts'
import { Connection, type ConnectionHost } from './connection.ts'
import { VenuePermits } from './connection-permits.ts'
import type { ResumeState } from './resume-state.ts'
import { subscriptionKey } from './selection.ts'

interface VenueConnectionsOptions {
  readonly protocol: VenueProtocol
  /** What connections need, but for permits, which are given here. */
  readonly host: Omit<ConnectionHost, 'permitToConnect'>
  readonly resume: ResumeState
  /** What broke while the collector was down, and goes on in the first session of the feed. */
  readonly outages: readonly GapEvent[]
  /** Told of subscriptions that went out on a connection that was open already. */
  readonly onJoined: (subscriptions: readonly Subscription[]) => void
}

/** The sockets of one venue: which subscription is on which of them. */
export class VenueConnections {
  readonly #options: VenueConnectionsOptions
  readonly #host: ConnectionHost
  readonly #permits: VenuePermits
  readonly #connections = new Map<string, Connection>()
  #outages: readonly GapEvent[]
  #nextConnection = 0

  constructor(options: VenueConnectionsOptions) {
    this.#options = options
    this.#outages = options.outages
    this.#permits = new VenuePermits(options.protocol.limits)
    this.#host = {
      ...options.host,
      permitToConnect: (connection, signal) => this.#permits.take(connection, signal),
    }
  }

  get all(): readonly Connection[] {
    return [...this.#connections.values()]
  }

  /** The connection that a subscription is on. */
  of(subscription: Subscription): Connection | undefined {
    return this.all.find((candidate) => candidate.subscriptions.has(subscription))
  }

  /** Puts subscriptions onto connections that have room, and opens new ones for the rest. */
  add(added: readonly Subscription[], instruments: readonly Instrument[], dialect: string | undefined): void {
    const { protocol, resume, onJoined } = this.#options
    for (const planned of protocol.plan(added)) {
      let left = planned.subscriptions
      // An instrument's channels stay together, so that its book and its trades share one socket.
      for (const connection of this.#connections.values()) {
        if (connection.plan.path !== planned.path || connection.state !== 'open') continue
        const room = protocol.limits.subscriptionsPerConnection - connection.subscriptions.size
        if (room <= 0 || left.length === 0) continue
        connection.change(left.slice(0, room), [])
        onJoined(left.slice(0, room))
        left = left.slice(room)
      }
      if (left.length === 0) continue
      const plan: ConnectionPlan = { ...planned, subscriptions: left, name: `market-${this.#nextConnection++}` }
      const session = protocol.session({
        plan,
        instruments,
        resume: resume.trades(protocol.venue),
        outages: this.#takeOutages(plan),
        repairTrades: true,
        ...(dialect === undefined ? {} : { dialect }),
      })
      const connection = new Connection(plan, session, this.#host)
      this.#connections.set(plan.name, connection)
      connection.start()
    }
  }

  /** Takes subscriptions off; a connection without any ends. */
  remove(removed: readonly Subscription[]): void {
    for (const connection of this.all) {
      const here = removed.filter((subscription) => connection.subscriptions.has(subscription))
      if (here.length === 0) continue
      connection.change([], here)
      if (connection.subscriptions.size > 0) continue
      this.#connections.delete(connection.name)
      this.#permits.forget(connection.name)
      void connection.stop()
    }
  }

  /** Outages of feeds that no connection carries; they are nobody's from now on. */
  leaveOutages(): readonly GapEvent[] {
    const left = this.#outages
    this.#outages = []
    return left
  }

  pause(paused: boolean): void {
    for (const connection of this.all) connection.pause(paused)
  }

  async stop(): Promise<void> {
    await Promise.all(this.all.map((connection) => connection.stop()))
    this.#connections.clear()
  }

  #takeOutages(plan: ConnectionPlan): readonly GapEvent[] {
    const feeds = new Set(plan.subscriptions.map(subscriptionKey))
    const isHere = ({ channel, instrument }: GapEvent): boolean => feeds.has(`${channel}:${instrument}`)
    const taken = this.#outages.filter(isHere)
    this.#outages = this.#outages.filter((outage) => !isHere(outage))
    return taken
  }
}
