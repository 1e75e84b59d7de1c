import type { RestRequest, VenueProtocol } from './protocol.ts'

/** Bodies that nobody has asked for yet are kept up to this number, and up to this many characters together. */
export const MAXIMUM_UNUSED_BODIES = 512
export const MAXIMUM_UNUSED_CHARACTERS = 128 * 1024 * 1024
/** Requests that wait for a body. */
const MAXIMUM_REQUESTS = 20_000

export interface WaitingRequest {
  readonly connection: string
  readonly request: RestRequest
}

interface Body {
  readonly url: string
  readonly text: string
}

/** Brings together the requests of a replayed session and the HTTP bodies of its capture, whichever comes first. */
export class CaptureAnswers {
  readonly #protocol: VenueProtocol
  #waiting: WaitingRequest[] = []
  #unused: Body[] = []
  #characters = 0
  /** Bodies that were let go unused. */
  discarded = 0

  constructor(protocol: VenueProtocol) {
    this.#protocol = protocol
  }

  get waiting(): readonly WaitingRequest[] {
    return this.#waiting
  }

  get unused(): number {
    return this.#unused.length
  }

  /** A session asks. @returns the body, if the capture had it before; otherwise the request waits. */
  ask(connection: string, request: RestRequest): string | undefined {
    const at = this.#unused.findIndex((body) => this.#protocol.answers(body.url, request))
    const body = this.#unused[at]
    if (body !== undefined) {
      this.#unused.splice(at, 1)
      this.#characters -= body.text.length
      return body.text
    }
    // The same question asked again replaces the one that was given up.
    this.#waiting = this.#waiting.filter(
      (other) => other.connection !== connection || other.request.path !== request.path,
    )
    this.#waiting.push({ connection, request })
    if (this.#waiting.length > MAXIMUM_REQUESTS) this.#waiting.shift()
    return undefined
  }

  /** A body comes. @returns the request that it answers; otherwise the body is kept. */
  offer(url: string, text: string): WaitingRequest | undefined {
    const at = this.#waiting.findIndex(({ request }) => this.#protocol.answers(url, request))
    const waiting = this.#waiting[at]
    if (waiting !== undefined) {
      this.#waiting.splice(at, 1)
      return waiting
    }
    this.#unused.push({ url, text })
    this.#characters += text.length
    while (this.#unused.length > MAXIMUM_UNUSED_BODIES || this.#characters > MAXIMUM_UNUSED_CHARACTERS) {
      this.#characters -= this.#unused.shift()?.text.length ?? 0
      this.discarded++
    }
    return undefined
  }

  /** Takes all waiting requests out. */
  takeWaiting(): readonly WaitingRequest[] {
    const waiting = this.#waiting
    this.#waiting = []
    return waiting
  }
}
