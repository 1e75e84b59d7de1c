/** What can go wrong with the control database. */
export const CONTROL_ERROR_CODES = [
  'CONTROL_UNREACHABLE',
  'CONTROL_MIGRATION_FAILED',
  'CONTROL_TOKEN_INVALID',
  'CONTROL_TOKEN_UNKNOWN',
  'CONTROL_SETTING_INVALID',
  'CONTROL_SETTING_CONFLICT',
] as const
export type ControlErrorCode = (typeof CONTROL_ERROR_CODES)[number]

/** The control database, or what it was asked, is not as it has to be. */
export class ControlError extends Error {
  readonly code: ControlErrorCode

  constructor(code: ControlErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ControlError'
    this.code = code
  }
}
