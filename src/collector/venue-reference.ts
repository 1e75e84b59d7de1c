import { type Instrument, type InstrumentEvent, type InstrumentId, now } from '../market/index.ts'
import type { Logger } from '../platform/index.ts'
import type { RestOutcome, RestRequest, VenueProtocol } from '../venues/index.ts'
import { Catalogue } from './catalogue.ts'
import { describe } from './rest-client.ts'

interface VenueReferenceOptions {
  readonly protocol: VenueProtocol
  readonly logger: Logger
  /** Asks the venue once: who refreshes comes back with a growing pause, and says meanwhile how it stands. */
  readonly ask: (request: RestRequest) => Promise<RestOutcome>
  /** Told of every instrument that is new or has changed. */
  readonly onInstrument: (event: InstrumentEvent) => void
}

/** The reference data of a venue, as it was read last. */
export class VenueReference {
  readonly #options: VenueReferenceOptions
  readonly #catalogue: Catalogue
  #failure: string | undefined

  constructor(options: VenueReferenceOptions) {
    this.#options = options
    this.#catalogue = new Catalogue(options.protocol)
  }

  get all(): readonly Instrument[] {
    return this.#catalogue.all
  }

  /** Why the venue could not be asked the last time; undefined if it could. */
  get failure(): string | undefined {
    return this.#failure
  }

  get(id: InstrumentId): Instrument | undefined {
    return this.#catalogue.get(id)
  }

  /** Reads it anew. @returns whether it changed; undefined if the venue could not be asked */
  async refresh(): Promise<boolean | undefined> {
    const { protocol, logger, ask, onInstrument } = this.#options
    const { venue } = protocol
    try {
      const { changed, gone, skipped } = await this.#catalogue.refresh(ask)
      this.#failure = undefined
      for (const definition of changed) {
        const { id: instrument, symbol } = definition
        onInstrument({ messageType: 'instrument', venue, instrument, symbol, definition, receiveTime: now() })
      }
      if (changed.length === 0 && gone.length === 0) return false
      logger.info({ venue, changed: changed.length, gone: gone.length, skipped }, 'instruments read')
      return true
    } catch (error) {
      this.#failure = describe(error)
      logger.warn({ venue, reason: this.#failure }, 'the venue could not be asked for its instruments')
      return undefined
    }
  }
}
