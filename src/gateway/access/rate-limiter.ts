import { isIPv6 } from 'node:net'

/** Clients that are remembered; the longest unseen is forgotten first, which gives it a full bucket again. */
const MAXIMUM_CLIENTS = 10_000
/** A full bucket lets through as many requests at once as this many seconds bring. */
const BURST_SECONDS = 10
const MINIMUM_BURST = 10

export interface RateDecision {
  readonly allowed: boolean
  /** Requests that a full bucket holds. */
  readonly limit: number
  readonly remaining: number
  /** Seconds until the bucket is full again. */
  readonly resetSeconds: number
  /** Seconds after which one more request is let through; 0 if now. */
  readonly retrySeconds: number
}

/** A token bucket for each client. */
export class RateLimiter {
  readonly #perSecond: number
  readonly #burst: number
  readonly #buckets = new Map<string, { level: number; at: number }>()

  constructor(requestsPerMinute: number) {
    this.#perSecond = requestsPerMinute / 60
    this.#burst = Math.max(MINIMUM_BURST, Math.ceil(this.#perSecond * BURST_SECONDS))
  }

  /** Takes one request of a client at a moment in seconds. */
  take(client: string, at: number): RateDecision {
    const known = this.#buckets.get(client)
    const before =
      known === undefined ? this.#burst : Math.min(this.#burst, known.level + (at - known.at) * this.#perSecond)
    const allowed = before >= 1
    const level = allowed ? before - 1 : before
    this.#buckets.delete(client)
    if (this.#buckets.size >= MAXIMUM_CLIENTS) {
      const oldest = this.#buckets.keys().next().value
      if (oldest !== undefined) this.#buckets.delete(oldest)
    }
    this.#buckets.set(client, { level, at })
    return {
      allowed,
      limit: this.#burst,
      remaining: Math.floor(level),
      resetSeconds: Math.ceil((this.#burst - level) / this.#perSecond),
      retrySeconds: allowed ? 0 : Math.ceil((1 - level) / this.#perSecond),
    }
  }
}

/** How an address counts: a customer of IPv6 has a /64, and all of it is one client. */
export function clientOfAddress(address: string): string {
  if (address.startsWith('::ffff:')) return address.slice('::ffff:'.length)
  if (!isIPv6(address)) return address
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  if (tail !== undefined) {
    const after = tail === '' ? 0 : tail.split(':').length
    while (groups.length + after < 8) groups.push('0')
  }
  return `${groups.slice(0, 4).join(':')}::/64`
}
