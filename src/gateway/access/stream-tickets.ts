import { createHash, randomBytes } from 'node:crypto'
import { MICROS_PER_MILLISECOND, type Micros, now } from '../../market/index.ts'
import type { StreamTicket } from '../schemas/index.ts'
import type { Principal } from './authenticator.ts'

const LIFETIME_MILLISECONDS = 30_000
const MAXIMUM_TICKETS = 10_000
const TICKET_BYTES = 32

interface Holder {
  readonly principal: Principal
  /** Looked at again while the stream is open. */
  readonly token: string | undefined
  readonly expiryTime: Micros
}

/**
 * Tickets with which a web page opens its stream: a browser cannot send a header there, and a token in an address would
 * end up in logs and histories. A ticket is good once and for half a minute.
 */
export class StreamTickets {
  readonly #holders = new Map<string, Holder>()

  issue(principal: Principal, token: string | undefined): StreamTicket {
    const time = now()
    for (const [name, holder] of this.#holders) {
      // In order of issue: the first that is still good ends the search.
      if (holder.expiryTime > time && this.#holders.size < MAXIMUM_TICKETS) break
      this.#holders.delete(name)
    }
    const ticket = randomBytes(TICKET_BYTES).toString('base64url')
    const expiryTime = (time + LIFETIME_MILLISECONDS * MICROS_PER_MILLISECOND) as Micros
    this.#holders.set(nameOf(ticket), { principal, token, expiryTime })
    return { ticket, expiryTime }
  }

  /** Who holds a ticket, which is used up by that; undefined if it is not good. */
  redeem(ticket: string): Holder | undefined {
    const name = nameOf(ticket)
    const holder = this.#holders.get(name)
    this.#holders.delete(name)
    return holder !== undefined && holder.expiryTime > now() ? holder : undefined
  }
}

/** Looked up by hash, so that the time of a look-up tells nothing of the tickets there are. */
function nameOf(ticket: string): string {
  return createHash('sha256').update(ticket).digest('base64')
}
