import { MICROS_PER_SECOND, type Micros } from '../../market/index.ts'
import type { SessionOutput } from '../protocol.ts'
import { STREAMS_PER_MESSAGE } from './limits.ts'

/** An acknowledgement that has not come by then, while nothing of those streams came either, is not awaited any more. */
const ACKNOWLEDGEMENT_PATIENCE = 15 * MICROS_PER_SECOND

interface Pending {
  readonly method: 'SUBSCRIBE' | 'UNSUBSCRIBE'
  readonly streams: readonly string[]
  readonly due: number
}

/**
 * The conversation about streams on one connection. "In the response, if the result received is null this means the
 * request sent was a success" (web-socket-streams.md, Live Subscribing). A request that is refused is split in two and
 * said again, until the one stream that the venue does not want stands alone and is named.
 */
export class Subscriptions {
  #nextId = 1
  readonly #pending = new Map<number, Pending>()

  get due(): number {
    let due = Number.POSITIVE_INFINITY
    for (const pending of this.#pending.values()) due = Math.min(due, pending.due)
    return due
  }

  subscribe(streams: readonly string[], at: Micros, out: SessionOutput): void {
    this.#say('SUBSCRIBE', streams, at, out)
  }

  unsubscribe(streams: readonly string[], at: Micros, out: SessionOutput): void {
    this.#say('UNSUBSCRIBE', streams, at, out)
  }

  /** The connection is gone, and what was asked on it. */
  reset(): void {
    this.#pending.clear()
  }

  /** @returns the streams that are in force now. */
  acknowledged(id: number): readonly string[] {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    return pending?.method === 'SUBSCRIBE' ? pending.streams : []
  }

  refused(id: number | undefined, reason: string, at: Micros, out: SessionOutput): void {
    const pending = id === undefined ? undefined : this.#pending.get(id)
    if (id !== undefined) this.#pending.delete(id)
    if (pending === undefined || pending.streams.length === 1) {
      const what = pending === undefined ? 'a message' : `${pending.method} ${pending.streams[0]}`
      out.refused({ kind: 'venue-error', reason: `the venue refused ${what}: ${reason}`, sample: reason.slice(0, 200) })
      return
    }
    const half = pending.streams.length >> 1
    this.#say(pending.method, pending.streams.slice(0, half), at, out)
    this.#say(pending.method, pending.streams.slice(half), at, out)
  }

  /**
   * Gives up on what was never acknowledged.
   * @param wasHeard whether a frame of the stream came: then the subscription is in force all the same
   * @returns the streams of requests that were lost
   */
  ticked(at: Micros, wasHeard: (stream: string) => boolean): readonly string[] {
    const lost: string[] = []
    for (const [id, pending] of this.#pending) {
      if (pending.due > at) continue
      this.#pending.delete(id)
      if (pending.method === 'SUBSCRIBE' && !pending.streams.some(wasHeard)) lost.push(...pending.streams)
    }
    return lost
  }

  #say(method: Pending['method'], streams: readonly string[], at: Micros, out: SessionOutput): void {
    for (let from = 0; from < streams.length; from += STREAMS_PER_MESSAGE) {
      const some = streams.slice(from, from + STREAMS_PER_MESSAGE)
      const id = this.#nextId++
      const due = at + ACKNOWLEDGEMENT_PATIENCE
      this.#pending.set(id, { method, streams: some, due })
      out.command({ kind: 'send', text: JSON.stringify({ method, params: some, id }) })
      out.command({ kind: 'wake', at: due as Micros })
    }
  }
}
