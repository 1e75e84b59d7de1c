import type { Instrument, InstrumentId } from '../market/index.ts'
import type { RestOutcome, RestRequest, VenueProtocol } from '../venues/index.ts'
import { CollectorError } from './collector-error.ts'

export interface CatalogueChange {
  /** New, or with other facts than before. */
  readonly changed: readonly Instrument[]
  readonly gone: readonly InstrumentId[]
  /** Entries of the venue's answer that were not understood; counted, not fatal. */
  readonly skipped: number
}

/** The instruments of one venue, as its reference data says. */
export class Catalogue {
  readonly #protocol: VenueProtocol
  #instruments = new Map<InstrumentId, Instrument>()

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
   * Asks the venue and takes over what it says.
   * @throws CollectorError COLLECTOR_CATALOGUE_UNAVAILABLE if it does not answer, or not so that it can be read;
   * COLLECTOR_SYMBOLS_COLLIDE if two of its instruments have one name.
   */
  async refresh(request: (request: RestRequest) => Promise<RestOutcome>): Promise<CatalogueChange> {
    const outcomes = await Promise.all(this.#protocol.instrumentRequests().map(request))
    const bodies = outcomes.map((outcome, index) => {
      const answered = outcome.kind === 'answered' && outcome.response.status === 200
      if (answered) return outcome.response.body
      if (index > 0) return ''
      const why = outcome.kind === 'failed' ? outcome.reason : `it answered ${outcome.response.status}`
      throw unavailable(this.#protocol.venue, why)
    })
    let read: ReturnType<VenueProtocol['instruments']>
    try {
      read = this.#protocol.instruments(bodies)
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
    const before = this.#instruments
    this.#instruments = new Map(read.instruments.map((instrument) => [instrument.id, instrument]))
    const changed = read.instruments.filter((instrument) => !sameFacts(before.get(instrument.id), instrument))
    const gone = [...before.keys()].filter((id) => !this.#instruments.has(id))
    return { changed, gone, skipped: read.skipped.length }
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
