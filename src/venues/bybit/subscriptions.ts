import type { Channel } from '../../market/index.ts'
import type { Subscription } from '../protocol.ts'
import type { TextObject, TextValue } from '../shared/json-text.ts'
import { isTextObject } from '../shared/json-text.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { type Category, nameOf } from './category.ts'
import { chunked, topicOf } from './topics.ts'

interface Use {
  readonly name: string
  readonly channels: Set<Channel>
}

/**
 * The topics of one connection, each of which may serve several of our channels, and the requests that were sent for them:
 * "req_id" comes back with the answer, the topics do not. https://bybit-exchange.github.io/docs/v5/ws/connect (2026-11-22)
 */
export class TopicSubscriptions {
  readonly #category: Category
  readonly #uses = new Map<string, Use>()
  readonly #sent = new Map<string, readonly string[]>()
  #requests = 0

  constructor(category: Category) {
    this.#category = category
  }

  opened(): void {
    this.#uses.clear()
    this.#sent.clear()
  }

  subscribe(subscriptions: readonly Subscription[]): string[] {
    const topics = new Set<string>()
    for (const { instrument, channel } of subscriptions) {
      const topic = topicOf(instrument, channel)
      if (topic === undefined) continue
      const use = this.#uses.get(topic)
      if (use === undefined) this.#uses.set(topic, { name: nameOf(instrument.symbol), channels: new Set([channel]) })
      else use.channels.add(channel)
      topics.add(topic)
    }
    return chunked(this.#category, [...topics]).map((args) => {
      const req_id = `${++this.#requests}`
      this.#sent.set(req_id, args)
      return JSON.stringify({ op: 'subscribe', req_id, args })
    })
  }

  /** A topic ends with the last channel that it serves. */
  unsubscribe(subscriptions: readonly Subscription[]): string[] {
    const ended: string[] = []
    for (const { instrument, channel } of subscriptions) {
      const topic = topicOf(instrument, channel)
      const use = topic === undefined ? undefined : this.#uses.get(topic)
      if (topic === undefined || use === undefined) continue
      use.channels.delete(channel)
      if (use.channels.size > 0) continue
      this.#uses.delete(topic)
      ended.push(topic)
    }
    return chunked(this.#category, ended).map((args) =>
      JSON.stringify({ op: 'unsubscribe', req_id: `${++this.#requests}`, args }),
    )
  }

  /** An answer to a request: `{"success":true,"ret_msg":"","conn_id":"…","req_id":"1","op":"subscribe"}`. */
  answered(frame: TextObject, facts: MarketFacts): void {
    const isDone = frame.success === true
    const reason = typeof frame.ret_msg === 'string' ? frame.ret_msg : ''
    const request = isTextObject(frame.request) ? frame.request : undefined
    const op = frame.op ?? request?.op
    if (op === 'ping' || op === 'pong' || reason === 'pong') return
    if (op !== 'subscribe') {
      if (!isDone) facts.venueError(reason)
      return
    }
    const id = typeof frame.req_id === 'string' ? frame.req_id : ''
    // The retired protocol repeats the request in its answer.
    const topics = this.#sent.get(id) ?? textsOf(request?.args)
    this.#sent.delete(id)
    if (isDone || /already subscribed/i.test(reason))
      this.#each(topics, (name, channel) => facts.subscribed(name, channel))
    else this.#failed(topics, reason, facts)
  }

  /** One bad topic fails its whole request: those that the reason names are given up, the others are sent again later. */
  #failed(topics: readonly string[], reason: string, facts: MarketFacts): void {
    const bad = topics.filter((topic) => reason.includes(topic))
    const named = bad.length === 0 && topics.length === 1 ? topics : bad
    if (named.length === 0) facts.venueError(reason)
    else this.#each(named, (name, channel) => facts.refused(name, channel, reason))
  }

  #each(topics: readonly string[], say: (name: string, channel: Channel) => void): void {
    for (const topic of topics) {
      const use = this.#uses.get(topic)
      for (const channel of use?.channels ?? []) say(use?.name ?? '', channel)
    }
  }
}

function textsOf(value: TextValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : []
}
