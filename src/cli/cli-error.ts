import { EXIT, type ExitCode } from '../platform/index.ts'

/** What a command itself can say no to. */
export const CLI_ERROR_CODES = [
  'CLI_USAGE',
  'CLI_DIRECTORY_BUSY',
  'CLI_DIRECTORY_UNUSABLE',
  'CLI_DIRECTORY_MIXED',
  'CLI_INPUT_UNREADABLE',
  'CLI_CHECKSUM_WRONG',
  'CLI_INTERRUPTED',
  'CLI_OUTPUT_UNUSABLE',
  'CLI_UNREACHABLE',
  'CLI_START_FAILED',
] as const
export type CliErrorCode = (typeof CLI_ERROR_CODES)[number]

const EXIT_CODES: Readonly<Record<CliErrorCode, ExitCode>> = {
  CLI_USAGE: EXIT.usage,
  CLI_DIRECTORY_BUSY: EXIT.busy,
  CLI_DIRECTORY_UNUSABLE: EXIT.failure,
  CLI_DIRECTORY_MIXED: EXIT.usage,
  CLI_INPUT_UNREADABLE: EXIT.failure,
  CLI_CHECKSUM_WRONG: EXIT.failure,
  CLI_INTERRUPTED: EXIT.failure,
  CLI_OUTPUT_UNUSABLE: EXIT.failure,
  CLI_UNREACHABLE: EXIT.unreachable,
  CLI_START_FAILED: EXIT.failure,
}

/** A command cannot do what it was asked to. */
export class CliError extends Error {
  readonly code: CliErrorCode

  constructor(code: CliErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'CliError'
    this.code = code
  }

  get exitCode(): ExitCode {
    return EXIT_CODES[this.code]
  }
}

/** With which code a command ends for an error. */
export function exitCodeFor(error: unknown): ExitCode {
  if (error instanceof CliError) return error.exitCode
  const code = codeOf(error)
  if (code === undefined) return EXIT.failure
  if (code.startsWith('CONFIG_')) return EXIT.usage
  if (code === 'VENUE_UNKNOWN' || code.endsWith('_ADDRESS_INVALID')) return EXIT.usage
  if (code.endsWith('_UNREACHABLE') || code === 'LOG_UNAVAILABLE') return EXIT.unreachable
  return code === 'EADDRINUSE' ? EXIT.busy : EXIT.failure
}

/** The code of any error that has one. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** What an error says, in words. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (codeOf(error) === 'EADDRINUSE')
    return `${error.message}: another program has this port; choose another in the configuration`
  return error.message
}
