import { MICROS_PER_SECOND, type Micros } from '../../market/index.ts'
import { rowsOf, timeAmong } from '../gateio/time.ts'
import { parseJsonText, type TextObject } from '../shared/json-text.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import type { MarketPoll } from '../shared/market/market-words.ts'
import { textOf, wholeOrNull } from '../shared/text-members.ts'
import { VenueError } from '../venue-error.ts'
import { contractsPath } from './contract-pages.ts'
import { statusOf } from './instruments.ts'
import { settlementOf } from './settlement.ts'

/** Every contract of a settlement at once: an answer of some 700 KB for each connection. */
const POLL_EVERY = 120 * MICROS_PER_SECOND

/** There are some 700 contracts of the largest settlement. */
const POLLED_PAGES = 2

interface Times {
  readonly fundingTime: Micros | null
  readonly intervalSeconds: number | null
}

const UNKNOWN: Times = { fundingTime: null, intervalSeconds: null }

/**
 * When funding is exchanged next. The stream of rates does not say it; the list of contracts, which is polled for their statuses,
 * does.
 */
export class FundingTimes {
  readonly #times = new Map<string, Times>()

  /** A time that is past is not said: the next poll brings the new one. */
  of(symbol: string, at: Micros): Times {
    const known = this.#times.get(symbol)
    if (known === undefined) return UNKNOWN
    return known.fundingTime !== null && known.fundingTime > at ? known : { ...known, fundingTime: null }
  }

  /** Statuses, and these times, from the pages of `GET /futures/{settle}/contracts`; one beyond the last is empty. */
  readonly polls: readonly MarketPoll[] = Array.from({ length: POLLED_PAGES }, (_, page) => ({
    channels: ['status'],
    everyMicros: POLL_EVERY,
    isForAll: true,
    request: ({ symbol }) => ({ path: contractsPath(settlementOf(symbol), page), weight: 1 }),
    read: (body, _instrument, facts) => this.#read(body, facts),
  }))

  #read(body: string, facts: MarketFacts): void {
    const list = parseJsonText(body)
    if (!Array.isArray(list)) throw new VenueError('VENUE_ANSWER_INVALID', 'the contracts are not a list')
    for (const contract of rowsOf(list)) {
      const symbol = textOf(contract, 'name')
      this.#times.set(symbol, {
        fundingTime: timeAmong(contract, 'funding_next_apply'),
        intervalSeconds: wholeOrNull(contract, 'funding_interval'),
      })
      sayStatus(symbol, contract, facts)
    }
  }
}

function sayStatus(symbol: string, contract: TextObject, facts: MarketFacts): void {
  const word = typeof contract.status === 'string' ? contract.status : undefined
  const venueStatus = word ?? (contract.in_delisting === true ? 'in_delisting' : 'trading')
  facts.status(symbol, { exchangeTime: null, status: statusOf(contract), venueStatus })
}
