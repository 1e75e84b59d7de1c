/** What can go wrong in reading a venue. The set is closed; `docs/errors.md` lists it. */
export type VenueErrorCode =
  /** No protocol goes by that name. */
  | 'VENUE_UNKNOWN'
  /** The reference data (instruments) that the venue answered cannot be read. */
  | 'VENUE_REFERENCE_DATA_INVALID'
  /** An HTTP answer of the venue (history, snapshot) cannot be read. */
  | 'VENUE_ANSWER_INVALID'
  /** A row of a bulk file cannot be read. */
  | 'VENUE_BULK_INVALID'
  /** Text of a venue is not JSON, or not of the shape that its protocol has. */
  | 'VENUE_TEXT_INVALID'
  /** A line of a capture is not a record. The rest of the capture is read. */
  | 'VENUE_CAPTURE_LINE_INVALID'
  /** A capture cannot be read: no line of it is a record, or one never ends. */
  | 'VENUE_CAPTURE_INVALID'

/** A fault in what a venue said, or in what was asked of a venue's protocol. */
export class VenueError extends Error {
  readonly code: VenueErrorCode

  constructor(code: VenueErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'VenueError'
    this.code = code
  }
}
