/** What a check found. `unreachable` is a failure of something that is elsewhere. */
export type CheckState = 'ok' | 'warning' | 'failed' | 'unreachable'

export interface CheckResult {
  readonly check: string
  readonly state: CheckState
  /** What was found. */
  readonly detail: string
  /** What to do; absent where nothing is to be done. */
  readonly advice?: string
}

export function ok(check: string, detail: string): CheckResult {
  return { check, state: 'ok', detail }
}

export function warning(check: string, detail: string, advice: string): CheckResult {
  return { check, state: 'warning', detail, advice }
}

export function failed(check: string, detail: string, advice: string): CheckResult {
  return { check, state: 'failed', detail, advice }
}

export function unreachable(check: string, detail: string, advice: string): CheckResult {
  return { check, state: 'unreachable', detail, advice }
}
