/** Everything that can go wrong in the collector and is told to somebody. `docs/errors.md` lists it. */
export const COLLECTOR_ERROR_CODES = [
  'COLLECTOR_CONFIGURATION_INVALID',
  'COLLECTOR_VENUE_UNKNOWN',
  'COLLECTOR_CATALOGUE_UNAVAILABLE',
  'COLLECTOR_CCXT_MISSING',
  'COLLECTOR_SYMBOLS_COLLIDE',
  'COLLECTOR_STATE_UNREADABLE',
  'COLLECTOR_PAST_UNAVAILABLE',
] as const
export type CollectorErrorCode = (typeof COLLECTOR_ERROR_CODES)[number]

export class CollectorError extends Error {
  readonly code: CollectorErrorCode

  constructor(code: CollectorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'CollectorError'
    this.code = code
  }
}
