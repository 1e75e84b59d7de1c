/** One line of the table. */
export interface Row {
  readonly what: string
  /** As it is shown, with its unit. */
  readonly value: string
  /** What is asked for; absent where nothing is. */
  readonly target?: string
  readonly reached?: boolean
}

export interface Outcome {
  readonly rows: readonly Row[]
  /** What a reader must know to understand the numbers. */
  readonly notes: readonly string[]
}

export interface Settings {
  /** Length of the measurements that need time. */
  readonly minutes: number
  /** Only these venues, where a measurement goes over venues; empty: all. */
  readonly venues: readonly string[]
  /** Tells a person what is going on. */
  say(text: string): void
}

export interface Measurement {
  readonly name: string
  readonly title: string
  run(settings: Settings): Promise<Outcome>
}

/** A row with a target that is a maximum, in the same unit. */
export function atMost(what: string, measured: number, limit: number, format: (value: number) => string): Row {
  return { what, value: format(measured), target: `≤ ${format(limit)}`, reached: measured <= limit }
}

/** A row with a target that is a minimum, in the same unit. */
export function atLeast(what: string, measured: number, limit: number, format: (value: number) => string): Row {
  return { what, value: format(measured), target: `≥ ${format(limit)}`, reached: measured >= limit }
}
