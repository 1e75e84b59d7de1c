import type {
  Channel,
  FeedState,
  Instrument,
  InstrumentId,
  MarketEvent,
  VenueId,
  VenueState,
  VenueStateEvent,
} from '../market/index.ts'
import { now } from '../market/index.ts'
import type { VenueConfig } from '../platform/index.ts'
import type { ConnectionPlan, RestOutcome, RestRequest, Subscription, VenueProtocol } from '../venues/index.ts'
import { BackOff, type BackOffLimits, DEFAULT_BACK_OFF } from './back-off.ts'
import { withBan } from './ban.ts'
import type { Connection } from './connection.ts'
import { Coverages } from './coverages.ts'
import { describe, RestClient } from './rest-client.ts'
import { subscriptionKey, subscriptionsOf } from './selection.ts'
import { SilenceWatch } from './silence-watch.ts'
import { VenueCondition } from './venue-condition.ts'
import { VenueConnections } from './venue-connections.ts'
import { VenueReference } from './venue-reference.ts'
import { VenueVoice, type VenueVoiceOptions } from './venue-voice.ts'
import type { VenueWatcher } from './venue-watcher.ts'
import { WeightBudget } from './weight-budget.ts'

/** How often the reference data is read anew. */
const INSTRUMENTS_REFRESH_MILLISECONDS = 5 * 60_000
const SILENCE_CHECK_MILLISECONDS = 1_000
/** How often the venue's state is said again though it has not changed. */
const STATE_REPEAT_MILLISECONDS = 5_000
/** The same of its feeds: who starts to listen later than the collector learns of them so. */
const FEED_STATE_REPEAT_MILLISECONDS = 60_000
const REFUSALS_NAMED_AGAIN_MILLISECONDS = 60_000

export interface VenueRunnerOptions extends VenueVoiceOptions {
  readonly protocol: VenueProtocol
  readonly config: VenueConfig
  readonly simulated: boolean
  readonly backOff?: BackOffLimits
  readonly instrumentsRefreshMilliseconds?: number
  /** Part of the venue's request budget that the reading of its past may use. */
  readonly pastShare?: number
}

/** Everything of one venue: its reference data, its requests, its sockets. One venue's trouble never touches another's. */
export class VenueRunner implements VenueWatcher {
  readonly protocol: VenueProtocol
  readonly #options: VenueRunnerOptions
  readonly #reference: VenueReference
  readonly #rest: RestClient
  readonly #budget: WeightBudget
  readonly #stopping = new AbortController()
  readonly #watch: SilenceWatch
  readonly #voice: VenueVoice
  readonly #condition: VenueCondition
  readonly #coverages = new Coverages()
  readonly #connections: VenueConnections
  readonly #wanted = new Map<string, Subscription>()
  readonly #timers: NodeJS.Timeout[] = []
  #config: VenueConfig
  #running: Promise<void> = Promise.resolve()
  #changing: Promise<void> = Promise.resolve()

  constructor(options: VenueRunnerOptions) {
    const { protocol, config } = options
    const { limits } = protocol
    this.#options = options
    this.protocol = protocol
    this.#config = config
    this.#watch = new SilenceWatch(undefined, options.rates)
    this.#voice = new VenueVoice(protocol.venue, options, this.#watch)
    this.#condition = new VenueCondition(protocol.venue, options.logger, () => this.#say())
    this.#reference = new VenueReference({
      protocol,
      logger: options.logger,
      ask: (request) => this.#rest.get(request, 1),
      onInstrument: (event) => this.#voice.event(event),
    })
    this.#budget = new WeightBudget(limits.requestWeight, limits.requestWindowMilliseconds)
    const rest = (config.endpoints.rest ?? protocol.endpoints.rest).replace(/\/$/, '')
    const ws = (config.endpoints.ws ?? protocol.endpoints.ws).replace(/\/$/, '')
    const backOff = options.backOff ?? DEFAULT_BACK_OFF
    this.#rest = new RestClient({
      base: rest,
      ...(protocol.headers !== undefined && { headers: protocol.headers }),
      budget: this.#budget,
      backOff,
      signal: this.#stopping.signal,
      ...(options.pastShare === undefined ? {} : { patientShare: options.pastShare }),
      onBody: (url, data) => this.#voice.body(url, data),
      onStatus: (status) => options.metrics.restAnswered(protocol.venue, status),
    })
    this.#connections = new VenueConnections({
      protocol,
      resume: options.resume,
      outages: options.resume.outages(protocol.venue, now(), (gap) => this.#voice.event(gap)),
      onJoined: (subscriptions) => this.#coverages.begin(subscriptions, now()),
      host: {
        venue: protocol.venue,
        address: (plan) => this.#addressOf(plan, ws),
        limits,
        backOff,
        compression: false,
        ...(protocol.headers !== undefined && { headers: protocol.headers }),
        request: (request) => this.#rest.get(request),
        event: (event) => this.#voice.event(event),
        frame: (frame) => this.#voice.frame(frame),
        refused: (connection, refusal) => this.#voice.refused(connection, refusal),
        stateChanged: (connection) => {
          if (connection.state === 'open') this.#reopened(connection)
          else this.#cut(connection)
          this.#assess()
        },
      },
    })
  }

  /** Where a connection goes: the endpoint and the path of the plan, or what the venue says when it is asked for a ticket. */
  async #addressOf(plan: ConnectionPlan, ws: string): Promise<string> {
    const { ticket } = this.protocol
    if (ticket === undefined) return ws + plan.path
    // One try: the connection comes back with its own growing pause.
    const outcome = await this.#rest.get(ticket.request(plan), 1)
    if (outcome.kind === 'failed') throw new Error(`no address could be had: ${outcome.reason}`)
    const { status, body } = outcome.response
    if (status !== 200) throw new Error(`no address could be had: the venue answered ${status}`)
    return ticket.address(body, plan, this.#config.endpoints.ws === undefined ? undefined : ws)
  }

  get venue(): VenueId {
    return this.protocol.venue
  }

  get state(): VenueState {
    return this.#condition.state
  }

  get reason(): string {
    return withBan(this.#condition.reason, this.#budget.blockedUntil(Date.now()))
  }

  get config(): VenueConfig {
    return this.#config
  }

  /** How many of its feeds are in which state. */
  get feedCounts(): Readonly<Partial<Record<FeedState, number>>> {
    return this.#voice.feedCounts
  }

  get subscriptionCount(): number {
    return this.#wanted.size
  }

  get connections(): readonly Connection[] {
    return this.#connections.all
  }

  /** What is watched now, for people and for the tests of `POST /configure`. */
  get watched(): readonly { readonly instrument: InstrumentId; readonly channel: Channel }[] {
    return [...this.#wanted.values()].map(({ instrument, channel }) => ({ instrument: instrument.id, channel }))
  }

  instrument(id: InstrumentId): Instrument | undefined {
    return this.#reference.get(id)
  }

  /** Asks the venue of its past, when nothing more urgent is asked. */
  past(request: RestRequest): Promise<RestOutcome> {
    return this.#rest.getPatiently(request)
  }

  /** Puts an event of the venue's past onto the tape; it tells nothing of how the feeds are now. */
  sayPast(event: MarketEvent): void {
    this.#voice.past(event)
  }

  start(): void {
    this.#say()
    this.#running = this.#begin()
    this.#every(SILENCE_CHECK_MILLISECONDS, () => this.#checkSilence())
    this.#every(STATE_REPEAT_MILLISECONDS, () => this.#say())
    this.#every(FEED_STATE_REPEAT_MILLISECONDS, () => this.#sayFeeds())
    this.#every(REFUSALS_NAMED_AGAIN_MILLISECONDS, () => this.#voice.nameRefusalsAgain())
  }

  /** Takes over another configuration of instruments and channels; connections that keep what they have are not touched. */
  configure(config: VenueConfig): Promise<void> {
    this.#config = config
    return this.#change(() => this.#adjust())
  }

  pause(paused: boolean): void {
    this.#connections.pause(paused)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    for (const timer of this.#timers) clearInterval(timer)
    await this.#running
    await this.#connections.stop()
    this.#voice.coverages(this.#coverages.end(this.#wanted.values(), now()))
    for (const { instrument } of this.#wanted.values()) this.#options.canary.remove(this.protocol.venue, instrument.id)
    this.#condition.become('stopped', 'the collector does not watch this venue')
  }

  async #begin(): Promise<void> {
    const backOff = new BackOff(this.#options.backOff ?? DEFAULT_BACK_OFF)
    const { signal } = this.#stopping
    while (!signal.aborted) {
      if (await this.#refresh()) break
      const wait = Math.max(500, backOff.next())
      this.#condition.become('unreachable', `${this.#reference.failure}; next try in ${(wait / 1000).toFixed(1)} s`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, wait)
        signal.addEventListener('abort', () => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
    if (signal.aborted) return
    await this.#change(() => this.#adjust())
    this.#every(this.#options.instrumentsRefreshMilliseconds ?? INSTRUMENTS_REFRESH_MILLISECONDS, () => {
      void this.#change(async () => {
        if (await this.#refresh()) this.#adjust()
      })
    })
  }

  /** Changes of what is watched come one after the other. */
  #change(work: () => Promise<void> | void): Promise<void> {
    const done = this.#changing.then(work)
    this.#changing = done.catch((error: unknown) => {
      this.#options.logger.error(
        { venue: this.protocol.venue, error: describe(error) },
        'what is watched could not be changed',
      )
    })
    return done
  }

  /** @returns whether the venue could be asked for its instruments */
  async #refresh(): Promise<boolean> {
    const isOther = await this.#reference.refresh()
    if (isOther === true) {
      for (const connection of this.connections) connection.session.instrumentsChanged(this.#reference.all)
    }
    return isOther !== undefined
  }

  /** Makes what is watched what is wanted. */
  #adjust(): void {
    const subscriptions = this.#config.enabled ? subscriptionsOf(this.protocol, this.#reference.all, this.#config) : []
    const wanted = new Map(subscriptions.map((subscription) => [subscriptionKey(subscription), subscription]))
    const removed = [...this.#wanted].filter(([key]) => !wanted.has(key))
    const added = [...wanted].filter(([key]) => !this.#wanted.has(key))
    this.#remove(removed.map(([, subscription]) => subscription))
    for (const [key] of removed) this.#wanted.delete(key)
    for (const [key, subscription] of added) {
      this.#wanted.set(key, subscription)
      this.#watch.add(subscription.instrument.id, subscription.channel, Date.now())
      if (subscription.channel === 'trade') this.#options.canary.add(subscription.instrument)
    }
    if (added.length > 0) {
      const subscriptions = added.map(([, subscription]) => subscription)
      this.#connections.add(subscriptions, this.#reference.all, this.#config.dialect)
    }
    this.#abandonOutages()
    this.#assess()
  }

  #remove(removed: readonly Subscription[]): void {
    this.#connections.remove(removed)
    this.#voice.coverages(this.#coverages.end(removed, now()))
    for (const { instrument, channel } of removed) {
      this.#watch.remove(instrument.id, channel)
      this.#options.rates.forget(instrument.id, channel)
      if (channel === 'trade') this.#options.canary.remove(this.protocol.venue, instrument.id)
      this.#voice.forget(instrument.id, channel)
      this.#options.resume.forget(this.protocol.venue, instrument.id, channel)
    }
  }

  /** Gaps of feeds that are not watched any more end here: nothing will ever close them. */
  #abandonOutages(): void {
    const at = now()
    for (const gap of this.#connections.leaveOutages()) {
      const evidence = `${gap.evidence}; it is not watched any more`
      this.#voice.event({
        ...gap,
        revision: gap.revision + 1,
        to: at,
        state: 'beyond-repair',
        evidence,
        receiveTime: at,
      })
      this.#options.resume.forget(this.protocol.venue, gap.instrument, gap.channel)
    }
  }

  #reopened(connection: Connection): void {
    this.#coverages.begin(connection.subscriptions, now())
    for (const { instrument, channel } of connection.subscriptions) {
      if (this.#options.resume.hasHeard(this.protocol.venue, instrument.id, channel)) {
        this.#watch.reopened(instrument.id, channel, Date.now())
      }
    }
  }

  /** A connection is not open: of feeds that never spoke no gap can tell, so their stretch ends here. */
  #cut(connection: Connection): void {
    const mute = [...connection.subscriptions].filter(
      ({ instrument, channel }) => !this.#options.resume.hasHeard(this.protocol.venue, instrument.id, channel),
    )
    this.#voice.coverages(this.#coverages.end(mute, now()))
  }

  #checkSilence(): void {
    const at = Date.now()
    for (const { instrument, silentMilliseconds, expected } of this.#options.canary.suspects(this.protocol.venue, at)) {
      const { logger } = this.#options
      const { venue } = this.protocol
      logger.warn({ venue, instrument, silentMilliseconds, expected }, 'others trade it and this venue does not')
      this.#suspect(instrument, 'trade')
    }
    for (const silent of this.#watch.suspects(at)) {
      this.#options.logger.debug({ venue: this.protocol.venue, ...silent }, 'a feed is silent beyond its usual rate')
      this.#suspect(silent.instrument, silent.channel)
    }
  }

  #suspect(instrument: InstrumentId, channel: Channel): void {
    const subscription = this.#wanted.get(`${channel}:${instrument}`)
    if (subscription === undefined) return
    const connection = this.#connections.of(subscription)
    if (connection?.state !== 'open') return
    this.#options.metrics.silent(this.protocol.venue, channel)
    connection.silent(subscription)
  }

  #assess(): void {
    const { connections } = this
    if (connections.length > 0) this.#condition.judge(connections)
    else if (this.#reference.failure === undefined) {
      this.#condition.become(
        'connected',
        this.#wanted.size === 0 ? 'nothing of this venue is wanted' : 'about to connect',
      )
    }
  }

  #say(): void {
    const event: VenueStateEvent = {
      messageType: 'venue-state',
      venue: this.protocol.venue,
      state: this.state,
      reason: this.reason,
      connectionsOpen: this.connections.filter((connection) => connection.state === 'open').length,
      connectionsPlanned: this.connections.length,
      instruments: new Set([...this.#wanted.values()].map(({ instrument }) => instrument.id)).size,
      simulated: this.#options.simulated,
      latency: this.#options.metrics.latency(this.protocol.venue),
      receiveTime: now(),
    }
    this.#voice.venueState(event)
  }

  #sayFeeds(): void {
    this.#voice.coverages(this.#coverages.all(now()))
    this.#voice.repeatFeeds()
  }

  #every(milliseconds: number, work: () => void): void {
    const timer = setInterval(work, milliseconds)
    timer.unref()
    this.#timers.push(timer)
  }
}
