/** What can be wrong with a value of the domain. The set is closed; `docs/errors.md` lists it. */
export type MarketErrorCode =
  | 'MARKET_DECIMAL_INVALID'
  | 'MARKET_TIME_INVALID'
  | 'MARKET_INSTRUMENT_INVALID'
  | 'MARKET_EVENT_INVALID'

/** A value that is not of the domain: not a decimal, not a time, not an instrument, not an event. */
export class MarketError extends Error {
  readonly code: MarketErrorCode

  constructor(code: MarketErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'MarketError'
    this.code = code
  }
}
