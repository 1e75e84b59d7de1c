export const ROLE_ERROR_CODES = ['ROLE_ENDED'] as const
export type RoleErrorCode = (typeof ROLE_ERROR_CODES)[number]

/** A process that was started did not do what it was started for. */
export class RoleError extends Error {
  readonly code: RoleErrorCode

  constructor(code: RoleErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'RoleError'
    this.code = code
  }
}
