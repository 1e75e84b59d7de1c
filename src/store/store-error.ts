/** What can go wrong between us and the store. The set is closed; `docs/errors.md` lists it. */
export type StoreErrorCode =
  | 'STORE_ADDRESS_INVALID'
  | 'STORE_UNREACHABLE'
  | 'STORE_REFUSED'
  | 'STORE_TIMEOUT'
  | 'STORE_QUERY_TOO_LARGE'
  | 'STORE_QUERY_FAILED'
  | 'STORE_INSERT_FAILED'
  | 'STORE_SCHEMA'
  | 'STORE_CURSOR_INVALID'
  | 'STORE_INTERVAL_INVALID'
  | 'STORE_CHILD_FAILED'

/** The store could not be asked, or said no. `cause` is the client's error where there is one. */
export class StoreError extends Error {
  readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StoreError'
    this.code = code
  }

  /** Whether the same call can succeed later without a change: the server was away, busy or slow. */
  get transient(): boolean {
    return this.code === 'STORE_UNREACHABLE' || this.code === 'STORE_TIMEOUT'
  }
}
