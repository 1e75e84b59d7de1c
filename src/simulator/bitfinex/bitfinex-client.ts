import type { Listing } from '../model/listing.ts'

/** The flags TIMESTAMP, SEQ_ALL and OB_CHECKSUM (https://docs.bitfinex.com/docs/ws-general, 2026-11-22). */
const TIMESTAMPS = 32_768
const NUMBERS = 65_536
const CHECKSUMS = 131_072

/** A channel of one connection. */
interface OpenChannel<Topic> {
  readonly topic: Topic
  readonly listing: Listing
}

/** What one connection has asked for: its channels by number, its flags, and how far its messages are counted. */
export class BitfinexClient<Topic extends string> {
  readonly #numbers = new Map<string, number>()
  readonly #channels = new Map<number, OpenChannel<Topic>>()
  #next: number
  #sequence = 0
  flags = 0

  /** @param first number of the first channel */
  constructor(first: number) {
    this.#next = first
  }

  get size(): number {
    return this.#channels.size
  }

  get channels(): Iterable<OpenChannel<Topic>> {
    return this.#channels.values()
  }

  /** Opens a channel under a number of its own (ws-general). */
  open(channel: OpenChannel<Topic>): number {
    const number = this.#next++
    this.#numbers.set(keyOf(channel.topic, channel.listing), number)
    this.#channels.set(number, channel)
    return number
  }

  close(number: number): OpenChannel<Topic> | undefined {
    const channel = this.#channels.get(number)
    if (channel === undefined) return undefined
    this.#channels.delete(number)
    this.#numbers.delete(keyOf(channel.topic, channel.listing))
    return channel
  }

  /** A message of a channel with all that the flags add to it; undefined if this client does not get it. */
  message(topic: string, listing: Listing, payload: string, milliseconds: number): string | undefined {
    const number = this.#numbers.get(keyOf(topic, listing))
    if (number === undefined) return undefined
    if (payload.startsWith('"cs"') && (this.flags & CHECKSUMS) === 0) return undefined
    const sequence = (this.flags & NUMBERS) === 0 ? '' : `,${++this.#sequence}`
    const time = (this.flags & TIMESTAMPS) === 0 ? '' : `,${milliseconds}`
    return `[${number},${payload}${sequence}${time}]`
  }
}

function keyOf(topic: string, listing: Listing): string {
  return `${topic} ${listing.index}`
}
