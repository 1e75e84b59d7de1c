import type { RestOutcome, RestRequest } from '../venues/index.ts'
import { BackOff, type BackOffLimits } from './back-off.ts'
import type { WeightBudget } from './weight-budget.ts'

/** Tries of one request before it counts as failed. */
const MAXIMUM_TRIES = 5
/** Requests under way at once, a venue. */
const MAXIMUM_UNDER_WAY = 4
/** Requests waiting for their turn, a venue; one more is refused. */
const MAXIMUM_WAITING = 5_000
const ANSWER_TIMEOUT_MILLISECONDS = 15_000
const MAXIMUM_BODY_BYTES = 64 * 1024 * 1024
/** Wait after a 429 or 418 that does not say how long. */
const DEFAULT_BAN_MILLISECONDS = 10_000

export interface RestClientOptions {
  /** Base URL without a slash at its end; `path` of a request is appended. */
  readonly base: string
  /** Headers of the venue's own. */
  readonly headers?: Readonly<Record<string, string>>
  readonly budget: WeightBudget
  readonly backOff: BackOffLimits
  readonly signal: AbortSignal
  /** Told of every body that came, for the raw log. */
  readonly onBody: (url: string, body: string) => void
  /** Told of every answer's status (0: none came). */
  readonly onStatus: (status: number) => void
  readonly milliseconds?: () => number
  /** Part of the budget that requests that can wait may use. */
  readonly patientShare?: number
}

interface Waiting {
  readonly request: RestRequest
  readonly tries: number
  readonly resolve: (outcome: RestOutcome) => void
}

/**
 * One venue's REST: requests in order of arrival, within its weight budget, retried with back-off; a 429 or 418 stops all of
 * them until the venue allows more. Requests that can wait go one at a time, when no other is waiting, within their share.
 */
export class RestClient {
  readonly #options: RestClientOptions
  readonly #milliseconds: () => number
  readonly #waiting: Waiting[] = []
  readonly #patient: Waiting[] = []
  #underWay = 0
  #patientUnderWay = false
  #timer: NodeJS.Timeout | undefined

  constructor(options: RestClientOptions) {
    this.#options = options
    this.#milliseconds = options.milliseconds ?? Date.now
    options.signal.addEventListener('abort', () => this.#giveUp(), { once: true })
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /** Never rejects: what goes wrong is the outcome. */
  get(request: RestRequest, tries = MAXIMUM_TRIES): Promise<RestOutcome> {
    if (this.#options.signal.aborted) return Promise.resolve({ kind: 'failed', reason: 'the collector is stopping' })
    if (this.#waiting.length >= MAXIMUM_WAITING) {
      return Promise.resolve({ kind: 'failed', reason: `${MAXIMUM_WAITING} requests are waiting already` })
    }
    return new Promise((resolve) => {
      this.#waiting.push({ request, tries, resolve })
      this.#pump()
    })
  }

  /** The same for what can wait: it never delays the others. */
  getPatiently(request: RestRequest, tries = MAXIMUM_TRIES): Promise<RestOutcome> {
    if (this.#options.signal.aborted) return Promise.resolve({ kind: 'failed', reason: 'the collector is stopping' })
    return new Promise((resolve) => {
      this.#patient.push({ request, tries, resolve })
      this.#pump()
    })
  }

  #pump(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    while (this.#underWay < MAXIMUM_UNDER_WAY && this.#waiting.length > 0) {
      const next = this.#waiting[0] as Waiting
      const at = this.#milliseconds()
      const delay = this.#options.budget.delayFor(next.request.weight, at)
      if (delay > 0) {
        this.#timer = setTimeout(() => this.#pump(), delay)
        return
      }
      this.#waiting.shift()
      this.#underWay++
      void this.#perform(next.request, next.tries).then((outcome) => {
        this.#underWay--
        next.resolve(outcome)
        this.#pump()
      })
    }
    this.#pumpPatient()
  }

  #pumpPatient(): void {
    const next = this.#patient[0]
    if (next === undefined || this.#patientUnderWay || this.#waiting.length > 0) return
    const { budget, patientShare = 1 } = this.#options
    const delay = budget.delayFor(next.request.weight, this.#milliseconds(), patientShare)
    if (delay > 0) {
      this.#timer = setTimeout(() => this.#pump(), delay)
      return
    }
    this.#patient.shift()
    this.#patientUnderWay = true
    void this.#perform(next.request, next.tries).then((outcome) => {
      this.#patientUnderWay = false
      next.resolve(outcome)
      this.#pump()
    })
  }

  async #perform(request: RestRequest, allowed: number): Promise<RestOutcome> {
    const backOff = new BackOff(this.#options.backOff)
    let reason = ''
    for (let tries = 0; tries < allowed; tries++) {
      if (tries > 0)
        await this.#sleep(Math.max(backOff.next(), this.#options.budget.delayFor(request.weight, this.#milliseconds())))
      if (this.#options.signal.aborted) return { kind: 'failed', reason: 'the collector is stopping' }
      this.#options.budget.spend(request.weight, this.#milliseconds())
      const url = this.#options.base + request.path
      try {
        const response = await fetch(url, {
          signal: AbortSignal.any([this.#options.signal, AbortSignal.timeout(ANSWER_TIMEOUT_MILLISECONDS)]),
          ...(request.method !== undefined && { method: request.method }),
          ...(request.body !== undefined && { body: request.body }),
          headers: {
            'user-agent': 'opentape',
            accept: 'application/json',
            ...this.#options.headers,
            ...(request.body !== undefined && { 'content-type': 'application/json' }),
          },
        })
        const body = await boundedText(response)
        this.#options.onStatus(response.status)
        if (response.status === 429 || response.status === 418) {
          const wait = retryAfterMilliseconds(response.headers.get('retry-after'), this.#milliseconds())
          this.#options.budget.blockUntil(this.#milliseconds() + wait)
          reason = `the venue answered ${response.status} and allows no request for ${Math.ceil(wait / 1000)} s`
          continue
        }
        if (response.status >= 500) {
          reason = `the venue answered ${response.status}`
          continue
        }
        this.#options.onBody(url, body)
        return { kind: 'answered', response: { status: response.status, body } }
      } catch (error) {
        this.#options.onStatus(0)
        reason = describe(error)
      }
    }
    return { kind: 'failed', reason: allowed === 1 ? reason : `${reason}; tried ${allowed} times` }
  }

  #sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer)
        this.#options.signal.removeEventListener('abort', finish)
        resolve()
      }
      const timer = setTimeout(finish, milliseconds)
      this.#options.signal.addEventListener('abort', finish, { once: true })
    })
  }

  #giveUp(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const { resolve } of [...this.#waiting.splice(0), ...this.#patient.splice(0)])
      resolve({ kind: 'failed', reason: 'the collector is stopping' })
  }
}

async function boundedText(response: Response): Promise<string> {
  if (response.body === null) return ''
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of response.body) {
    bytes += chunk.byteLength
    if (bytes > MAXIMUM_BODY_BYTES) throw new Error(`the answer is larger than ${MAXIMUM_BODY_BYTES} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

/** RFC 9110, 10.2.3: Retry-After is a number of seconds or an HTTP date. */
function retryAfterMilliseconds(header: string | null, at: number): number {
  if (header === null) return DEFAULT_BAN_MILLISECONDS
  const seconds = Number(header)
  if (Number.isFinite(seconds) && seconds >= 0) return seconds * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? DEFAULT_BAN_MILLISECONDS : Math.max(0, date - at)
}

/** An error and its cause in one line: fetch hides the reason (`ECONNREFUSED`) in the cause. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  if (cause instanceof AggregateError && cause.errors.length > 0)
    return `${error.message}: ${describe(cause.errors[0])}`
  return cause instanceof Error ? `${error.message}: ${cause.message}` : error.message
}
