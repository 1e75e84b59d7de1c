import type { Instrument } from '../../market/index.ts'
import type { RestOutcome, RestRequest, VenueProtocol } from '../../venues/index.ts'
import { DEFAULT_BACK_OFF } from '../back-off.ts'
import { Catalogue } from '../catalogue.ts'
import { RestClient } from '../rest-client.ts'
import { WeightBudget } from '../weight-budget.ts'

export interface VenuePastOptions {
  readonly protocol: VenueProtocol
  /** Base address of its REST interface. */
  readonly rest: string
  /** Part of our share of its request budget that may be used: a collector on the same address has the rest. */
  readonly share: number
  readonly signal: AbortSignal
  /** Told of every answer, byte for byte. */
  readonly onBody: (url: string, body: string) => void
}

/** A venue that is asked for its past only, by whoever does not watch it. */
export class VenuePast {
  readonly #rest: RestClient
  readonly #catalogue: Catalogue

  constructor({ protocol, rest, share, signal, onBody }: VenuePastOptions) {
    const { requestWeight, requestWindowMilliseconds } = protocol.limits
    this.#catalogue = new Catalogue(protocol)
    this.#rest = new RestClient({
      base: rest.replace(/\/$/, ''),
      ...(protocol.headers === undefined ? {} : { headers: protocol.headers }),
      budget: new WeightBudget(requestWeight, requestWindowMilliseconds),
      backOff: DEFAULT_BACK_OFF,
      signal,
      onBody,
      onStatus: () => undefined,
      patientShare: share,
    })
  }

  /** Its instruments. @throws CollectorError COLLECTOR_CATALOGUE_UNAVAILABLE, COLLECTOR_SYMBOLS_COLLIDE */
  async instruments(): Promise<readonly Instrument[]> {
    await this.#catalogue.refresh((request) => this.#rest.get(request))
    return this.#catalogue.all
  }

  get(request: RestRequest): Promise<RestOutcome> {
    return this.#rest.getPatiently(request)
  }
}
