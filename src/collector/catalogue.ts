import type { Instrument, InstrumentId } from '../market/index.ts'
import type { InstrumentPage, RestOutcome, RestRequest, VenueProtocol } from '../venues/index.ts'
import { CollectorError } from './collector-error.ts'

export interface CatalogueChange {
  /** New, or with other facts than before. */
  readonly changed: readonly Instrument[]
  readonly gone: readonly InstrumentId[]
  /** Entries of the venue's answer that were not understood; counted, not fatal. */
  readonly skipped: number
}

/** The largest venue has three; a venue that always names a next page is not followed for ever. */
const MAXIMUM_PAGES = 100

/** The instruments of one venue, as its reference data says. */
export class Catalogue {
  readonly #protocol: VenueProtocol
  #instruments = new Map<InstrumentId, Instrument>()
  /** Places of the requests that were answered before. */
  readonly #answered = new Set<number>()

  constructor(protocol: VenueProtocol) {
    this.#protocol = protocol
  }

  get all(): readonly Instrument[] {
    return [...this.#instruments.values()]
  }

  get(id: InstrumentId): Instrument | undefined {
    return this.#instruments.get(id)
  }

  /**
   * Asks the venue, page by page where it has pages, and takes over what it says. What is not essential may be missing; but once it
   * was there, nothing is taken over without it, or all that it says would be gone for one answer that did not come.
   * @throws CollectorError COLLECTOR_CATALOGUE_UNAVAILABLE if it does not answer, or not so that it can be read;
   * COLLECTOR_SYMBOLS_COLLIDE if two of its instruments have one name.
   */
  async refresh(request: (request: RestRequest) => Promise<RestOutcome>): Promise<CatalogueChange> {
    const answers = await Promise.all(
      this.#protocol.instrumentRequests().map((first, index) => this.#pagesOf(first, index, request)),
    )
    const bodies = answers.map(([first = '']) => first)
    const pages = answers.flatMap(([, ...others], of): InstrumentPage[] => others.map((body) => ({ of, body })))
    let read: ReturnType<VenueProtocol['instruments']>
    try {
      read = this.#protocol.instruments(bodies, pages)
    } catch (cause) {
      throw unavailable(this.#protocol.venue, cause instanceof Error ? cause.message : String(cause), cause)
    }
    const collision = collisionIn(read.instruments)
    if (collision !== undefined) {
      throw new CollectorError(
        'COLLECTOR_SYMBOLS_COLLIDE',
        `${this.#protocol.venue} is not watched: ${collision}; names must be one to one, or data of two instruments would be mixed. Please report it`,
      )
    }
    for (const [index, { length }] of answers.entries()) if (length > 0) this.#answered.add(index)
    const before = this.#instruments
    this.#instruments = new Map(read.instruments.map((instrument) => [instrument.id, instrument]))
    const changed = read.instruments.filter((instrument) => !sameFacts(before.get(instrument.id), instrument))
    const gone = [...before.keys()].filter((id) => !this.#instruments.has(id))
    return { changed, gone, skipped: read.skipped.length }
  }

  /** The pages of one answer; none where it is not essential and did not come. */
  async #pagesOf(
    first: RestRequest,
    index: number,
    request: (request: RestRequest) => Promise<RestOutcome>,
  ): Promise<string[]> {
    const pages: string[] = []
    for (let next: RestRequest | undefined = first; next !== undefined; ) {
      const outcome = await request(next)
      if (outcome.kind === 'failed' || outcome.response.status !== 200) {
        if (index > 0 && pages.length === 0 && !this.#answered.has(index)) return pages
        const why = outcome.kind === 'failed' ? outcome.reason : `it answered ${outcome.response.status}`
        // Half a list would say of the other half that it is no longer there.
        const what = `${first.purpose}, page ${pages.length + 1}`
        throw unavailable(this.#protocol.venue, index === 0 && pages.length === 0 ? why : `${what}: ${why}`)
      }
      const { body } = outcome.response
      pages.push(body)
      if (pages.length > MAXIMUM_PAGES) {
        throw unavailable(this.#protocol.venue, `${first.purpose} has more than ${MAXIMUM_PAGES} pages`)
      }
      next = this.#protocol.nextInstrumentRequest?.(next, body)
    }
    return pages
  }
}

/** Turnover changes all the time and is no fact of the instrument. */
function sameFacts(before: Instrument | undefined, after: Instrument): boolean {
  if (before === undefined) return false
  const { quoteVolume24h: _before, ...left } = before
  const { quoteVolume24h: _after, ...right } = after
  return JSON.stringify(left) === JSON.stringify(right)
}

function unavailable(venue: string, reason: string, cause?: unknown): CollectorError {
  return new CollectorError(
    'COLLECTOR_CATALOGUE_UNAVAILABLE',
    `the instruments of ${venue} cannot be read: ${reason}; it is tried again`,
    { cause },
  )
}

/** Which two instruments have one name, ours or the venue's; undefined if all are one to one. */
function collisionIn(instruments: readonly Instrument[]): string | undefined {
  const symbols = new Map<string, string>()
  const ids = new Map<string, string>()
  for (const { id, symbol } of instruments) {
    const sameId = ids.get(id)
    if (sameId !== undefined) return `its ${sameId} and its ${symbol} would both be ${id}`
    const sameSymbol = symbols.get(symbol)
    if (sameSymbol !== undefined) return `its ${symbol} would be both ${sameSymbol} and ${id}`
    ids.set(id, symbol)
    symbols.set(symbol, id)
  }
  return undefined
}
