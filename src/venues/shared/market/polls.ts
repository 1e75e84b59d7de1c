import { type Channel, MarketError, type Micros } from '../../../market/index.ts'
import type { RestOutcome, RestRequest, SessionOutput } from '../../protocol.ts'
import { VenueError } from '../../venue-error.ts'
import { jitter } from '../jitter.ts'
import type { Market } from './market.ts'
import type { MarketFacts } from './market-facts.ts'
import type { MarketPoll } from './market-words.ts'

const PURPOSE = 'poll'

/** The next question of one poll: of one instrument, or of all. */
interface Turn {
  readonly poll: MarketPoll
  due: number
}

/**
 * What is asked for over REST now and then. Questions of the instruments are spread over the interval, so that a venue's
 * budget of requests is used evenly; one question of a turn is under way at a time.
 */
export class Polls {
  readonly #polls: readonly MarketPoll[]
  readonly #channels: ReadonlySet<Channel>
  readonly #turns = new Map<string, Turn>()
  readonly #asked = new Map<number, { readonly poll: MarketPoll; readonly market: Market }>()
  #seed = ''
  #isOpen = false
  /** When it is to be looked anew who wants what. */
  #lookDue = Number.POSITIVE_INFINITY

  constructor(polls: readonly MarketPoll[]) {
    this.#polls = polls
    this.#channels = new Set(polls.flatMap(({ channels }) => channels))
  }

  /** Whether a channel is asked for instead of subscribed to. */
  covers(channel: Channel): boolean {
    return this.#channels.has(channel)
  }

  /** When {@link ticked} is to be called; infinite if there is nothing to ask. */
  get due(): number {
    let due = this.#lookDue
    for (const turn of this.#turns.values()) due = Math.min(due, turn.due)
    return due
  }

  opened(at: Micros, seed: string): void {
    this.#isOpen = true
    this.#seed = seed
    this.changed(at)
  }

  /** Other instruments or channels are wanted now. */
  changed(at: Micros): void {
    if (this.#isOpen && this.#polls.length > 0) this.#lookDue = at
  }

  closed(): void {
    this.#isOpen = false
    this.#lookDue = Number.POSITIVE_INFINITY
    this.#turns.clear()
    this.#asked.clear()
  }

  isMine(request: RestRequest): boolean {
    return request.purpose === PURPOSE
  }

  ticked(at: Micros, markets: readonly Market[], ask: (request: Omit<RestRequest, 'id'>) => number): void {
    if (!this.#isOpen) return
    this.#lookDue = Number.POSITIVE_INFINITY
    const wanted = new Set<string>()
    for (const [index, poll] of this.#polls.entries()) {
      const wanting = markets.filter((market) => poll.channels.some((channel) => market.wanted.has(channel)))
      for (const market of poll.isForAll === true ? wanting.slice(0, 1) : wanting) {
        const key = poll.isForAll === true ? `${index}` : `${index}:${market.instrument.id}`
        wanted.add(key)
        let turn = this.#turns.get(key)
        if (turn === undefined) {
          turn = {
            poll,
            due: at + Math.round(jitter(`${this.#seed}:${key}`, 0) * Math.min(poll.everyMicros, 10_000_000)),
          }
          this.#turns.set(key, turn)
        }
        if (turn.due > at) continue
        turn.due = at + poll.everyMicros
        const { instrument } = market
        const id = ask({ ...poll.request(instrument), purpose: PURPOSE, instrument: instrument.id })
        this.#asked.set(id, { poll, market })
      }
    }
    for (const key of this.#turns.keys()) if (!wanted.has(key)) this.#turns.delete(key)
  }

  answered(request: RestRequest, outcome: RestOutcome, facts: MarketFacts, out: SessionOutput): void {
    const asked = this.#asked.get(request.id)
    this.#asked.delete(request.id)
    if (asked === undefined || outcome.kind === 'failed') return
    const { status, body } = outcome.response
    if (status !== 200) {
      out.refused({ kind: 'venue-error', reason: `${request.path} was answered ${status}`, sample: body.slice(0, 200) })
      return
    }
    try {
      asked.poll.read(body, asked.market.instrument, facts)
    } catch (error) {
      if (!(error instanceof VenueError || error instanceof MarketError)) throw error
      out.refused({ kind: 'malformed', reason: `${request.path}: ${error.message}`, sample: body.slice(0, 200) })
    }
  }
}
