/** What can be wrong with the configuration. */
export const CONFIG_ERROR_CODES = ['CONFIG_UNREADABLE', 'CONFIG_INVALID'] as const
export type ConfigErrorCode = (typeof CONFIG_ERROR_CODES)[number]

/** One fault of a configuration. */
export interface ConfigProblem {
  /** Dotted key, such as `gateway.port`; empty where it concerns the whole. */
  readonly key: string
  /** Where the value comes from: a file, an environment variable, a flag. */
  readonly source: string
  /** What is wrong, with the value, and what is allowed. */
  readonly message: string
}

/** The configuration cannot be used. Carries every problem at once; nothing has been started. */
export class ConfigError extends Error {
  readonly code: ConfigErrorCode
  readonly problems: readonly ConfigProblem[]

  constructor(code: ConfigErrorCode, problems: readonly ConfigProblem[], options?: ErrorOptions) {
    super(problems.map(describeProblem).join('\n'), options)
    this.name = 'ConfigError'
    this.code = code
    this.problems = problems
  }
}

function describeProblem(problem: ConfigProblem): string {
  const key = problem.key === '' ? '' : `${problem.key} `
  return `${key}(${problem.source}): ${problem.message}`
}
