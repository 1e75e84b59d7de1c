import { type Command, InvalidArgumentError } from 'commander'
import { type Micros, microsFromIso } from '../market/index.ts'
import { type Config, type ConfigValue, type LoadedConfig, loadConfig } from '../platform/index.ts'
import { venueIds } from '../venues/venue-ids.ts'

/** Flags that every command has which reads the configuration. */
export interface ConfigFlags {
  readonly config?: string
  readonly data?: string
  readonly profile?: string
  readonly logLevel?: string
  readonly set?: Readonly<Record<string, ConfigValue>>
}

/** Flags of the program itself. */
export interface GlobalFlags {
  readonly json?: boolean
}

/** Adds the flags that say where the configuration comes from. */
export function withConfigFlags(command: Command): Command {
  return command
    .option('-c, --config <file>', 'configuration file (default: opentape.yaml, if there is one)')
    .option('-d, --data <directory>', 'data directory')
    .option('--profile <name>', 'development, staging or production')
    .option('--log-level <level>', 'fatal, error, warn, info, debug or trace')
    .option('--set <key=value>', 'any key of the configuration; repeat it for more', collectSetting)
}

function collectSetting(
  text: string,
  before: Readonly<Record<string, ConfigValue>> = {},
): Readonly<Record<string, ConfigValue>> {
  const [, key, value] = /^([^=\s]+)=(.*)$/s.exec(text) ?? []
  if (key === undefined || value === undefined)
    throw new InvalidArgumentError('Write KEY=VALUE, such as gateway.port=9000.')
  return { ...before, [key]: value }
}

/** A time on the command line. @throws InvalidArgumentError */
export function timeFlag(text: string): Micros {
  try {
    return microsFromIso(text)
  } catch {
    throw new InvalidArgumentError('Write a time such as 2026-01-31T12:00:00Z.')
  }
}

/**
 * The configuration that the flags, the environment and the file together give.
 * @throws ConfigError with every problem at once
 */
export function configFrom(flags: ConfigFlags, more: Readonly<Record<string, ConfigValue>> = {}): LoadedConfig {
  const { config: file } = flags
  return loadConfig({
    knownVenues: venueIds(),
    environment: process.env,
    workingDirectory: process.cwd(),
    ...(file === undefined ? {} : { file }),
    flags: {
      ...(flags.data === undefined ? {} : { data: flags.data }),
      ...(flags.profile === undefined ? {} : { profile: flags.profile }),
      ...(flags.logLevel === undefined ? {} : { 'logging.level': flags.logLevel }),
      ...flags.set,
      ...more,
    },
  })
}

/** The venues of a configuration that are to be collected. */
export function enabledVenues(config: Config): readonly string[] {
  return Object.entries(config.venues)
    .filter(([, venue]) => venue.enabled)
    .map(([name]) => name)
}
