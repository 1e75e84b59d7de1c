import { type Config, ConfigError, EXIT, type ExitCode, type LoadedConfig } from '../../platform/index.ts'
import { paint, print, printJson } from '../output.ts'
import { type CheckResult, type CheckState, failed, ok } from './check.ts'
import {
  checkDashboard,
  checkDataDirectory,
  checkDisk,
  checkMemory,
  checkNode,
  checkPorts,
  isUpRunning,
} from './machine-checks.ts'
import { checkControl, checkLog, checkStore } from './part-checks.ts'
import { checkVenues } from './venue-checks.ts'

export interface DoctorOptions {
  /** Reads the configuration; throws ConfigError. */
  readonly load: () => LoadedConfig
  readonly json: boolean
  /** Look at the exchanges too. */
  readonly venues: boolean
}

/** Checks everything that is needed and says what to do. Resolves with the exit code. */
export async function doctor(options: DoctorOptions): Promise<ExitCode> {
  const results: CheckResult[] = []
  let lastAdvice: string | undefined
  const add = (found: readonly CheckResult[]) => {
    results.push(...found)
    if (options.json) return
    for (const each of found) {
      // The same advice several times in a row is shown once.
      print(lineOf(each, each.advice !== lastAdvice))
      lastAdvice = each.advice
    }
  }
  add([checkNode(), checkMemory(), checkDashboard()])
  const config = configOf(options, add)
  if (config !== undefined) await checkConfigured(config, options, add)
  const code = exitCodeOf(results, config === undefined)
  if (options.json) printJson({ ok: code === EXIT.ok, checks: results })
  else print(summaryOf(results))
  return code
}

function configOf(options: DoctorOptions, add: (found: readonly CheckResult[]) => void): Config | undefined {
  try {
    const { config, file } = options.load()
    add([ok('configuration', file ?? 'the defaults; there is no opentape.yaml')])
    return config
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    add(
      error.problems.map(({ key, source, message }) =>
        failed('configuration', `${key} (${source}): ${message}`, 'Correct it; docs/configuration.md lists every key'),
      ),
    )
    return undefined
  }
}

async function checkConfigured(
  config: Config,
  options: DoctorOptions,
  add: (found: readonly CheckResult[]) => void,
): Promise<void> {
  const venues = options.venues ? checkVenues(config) : Promise.resolve([])
  add([await checkDisk(config), await checkDataDirectory(config)])
  add(await checkPorts(config, isUpRunning(config)))
  for (const check of [checkLog, checkControl, checkStore]) add([await check(config)])
  add(await venues)
}

const MARKS: Readonly<Record<CheckState, () => string>> = {
  ok: () => paint.good('ok       '),
  warning: () => paint.warning('warning  '),
  failed: () => paint.bad('failed   '),
  unreachable: () => paint.bad('no answer'),
}

function lineOf({ check, state, detail, advice }: CheckResult, withAdvice: boolean): string {
  const line = `${MARKS[state]()}  ${check.padEnd(18)}  ${detail}`
  return advice === undefined || !withAdvice ? line : `${line}\n${' '.repeat(31)}${paint.strong('→')} ${advice}`
}

function summaryOf(results: readonly CheckResult[]): string {
  const count = (state: CheckState) => results.filter((each) => each.state === state).length
  const bad = count('failed') + count('unreachable')
  if (bad === 0 && count('warning') === 0) return paint.good('\nEverything is as it should be.')
  return `\n${bad} of ${results.length} checks failed, ${count('warning')} warnings.`
}

function exitCodeOf(results: readonly CheckResult[], isMisconfigured: boolean): ExitCode {
  if (isMisconfigured) return EXIT.usage
  if (results.some((each) => each.state === 'failed')) return EXIT.failure
  return results.some((each) => each.state === 'unreachable') ? EXIT.unreachable : EXIT.ok
}
