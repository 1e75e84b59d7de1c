import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Check } from 'typebox/value'
import { parseDocument } from 'yaml'
import { BEST_EFFORT_VENUE, checkTree } from './config-check.ts'
import { fromText, type Setting, settingsFromEnvironment } from './config-environment.ts'
import { ConfigError, type ConfigProblem } from './config-error.ts'
import { CONFIG_ROOT, type ConfigNode, type ConfigTree, type ConfigValue, isTree, recordEntry } from './config-node.ts'
import { type Config, ConfigSchema, DEFAULT_VENUES, type Profile } from './config-schema.ts'
import { isLoopback } from './loopback.ts'

/** What a profile sets, unless a file, the environment or a flag does. */
export const PROFILE_DEFAULTS: Readonly<Record<Profile, ConfigTree>> = {
  development: {},
  staging: { logging: { format: 'json' } },
  production: { logging: { format: 'json' }, gateway: { token: 'required' } },
}

export interface ConfigSources {
  /** Venues that exist; any other name under `venues` is an error. */
  readonly knownVenues: readonly string[]
  /** A file that must exist; absent = `OPENTAPE_CONFIG`, or `opentape.yaml` in the working directory if there is one. */
  readonly file?: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Values from flags, by dotted key; they win over everything. */
  readonly flags?: Readonly<Record<string, ConfigValue>>
  readonly workingDirectory: string
}

export interface LoadedConfig {
  readonly config: Config
  /** The file that was read; null if none. */
  readonly file: string | null
}

const DEFAULT_FILE = 'opentape.yaml'
const MAXIMUM_FILE_BYTES = 1_000_000

/**
 * The configuration in force: defaults, then the profile, then the file, then the environment, then flags.
 * @throws ConfigError with every problem at once
 */
export function loadConfig(sources: ConfigSources): LoadedConfig {
  const problems: ConfigProblem[] = []
  const file = readConfigFile(sources, problems)
  const fromEnvironment = settingsFromEnvironment(sources.environment, sources.knownVenues)
  problems.push(...fromEnvironment.problems)
  const settings = [...fromEnvironment.settings, ...settingsFromFlags(sources.flags ?? {})]

  let tree: ConfigTree = file.tree
  for (const setting of settings) tree = withValue(tree, setting.path, setting.value)
  const origin = (path: readonly string[]) => originOf(path, settings, file.name)
  for (const finding of checkTree(CONFIG_ROOT, tree, sources.knownVenues))
    problems.push({ key: finding.path.join('.'), source: origin(finding.path), message: finding.message })
  if (problems.length > 0) throw new ConfigError('CONFIG_INVALID', problems)

  const profile = tree.profile ?? 'development'
  const complete = withDefaults(merge(profileDefaults(profile), tree), sources.knownVenues)
  if (!Check(ConfigSchema, complete))
    throw new ConfigError('CONFIG_INVALID', [
      { key: '', source: 'defaults', message: 'the configuration does not fit its schema' },
    ])
  const config = { ...complete, data: resolve(sources.workingDirectory, complete.data) }
  for (const contradiction of contradictions(config))
    problems.push({ ...contradiction, source: origin(contradiction.key.split('.')) })
  if (problems.length > 0) throw new ConfigError('CONFIG_INVALID', problems)
  return { config, file: file.name }
}

/** The defaults alone, for documents and tests. */
export function defaultConfig(knownVenues: readonly string[], workingDirectory = '.'): Config {
  return loadConfig({ knownVenues, environment: { OPENTAPE_CONFIG: '' }, workingDirectory }).config
}

function profileDefaults(profile: ConfigValue): ConfigTree {
  const match = Object.entries(PROFILE_DEFAULTS).find(([name]) => name === profile)
  return match?.[1] ?? {}
}

interface ConfigFile {
  readonly name: string | null
  readonly tree: ConfigTree
}

function readConfigFile(sources: ConfigSources, problems: ConfigProblem[]): ConfigFile {
  const named = sources.file ?? sources.environment.OPENTAPE_CONFIG
  if (named === '') return { name: null, tree: {} }
  const path = resolve(sources.workingDirectory, named ?? DEFAULT_FILE)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    const absent = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    if (absent && named === undefined) return { name: null, tree: {} }
    const reason = cause instanceof Error ? cause.message : String(cause)
    const message = `cannot be read: ${reason}. Name a file that exists with --config, or leave it out to use the defaults`
    throw new ConfigError('CONFIG_UNREADABLE', [{ key: '', source: path, message }], { cause })
  }
  if (text.length > MAXIMUM_FILE_BYTES)
    throw new ConfigError('CONFIG_UNREADABLE', [
      { key: '', source: path, message: `larger than ${MAXIMUM_FILE_BYTES} bytes` },
    ])
  return { name: path, tree: parseYaml(text, path, problems) }
}

function parseYaml(text: string, path: string, problems: ConfigProblem[]): ConfigTree {
  const document = parseDocument(text, { prettyErrors: true })
  for (const error of document.errors)
    problems.push({ key: '', source: path, message: error.message.split('\n')[0] ?? '' })
  if (document.errors.length > 0) return {}
  let value: ConfigValue
  try {
    value = document.toJS({ maxAliasCount: 100 })
  } catch (cause) {
    problems.push({ key: '', source: path, message: cause instanceof Error ? cause.message : String(cause) })
    return {}
  }
  if (value === null) return {}
  if (isTree(value)) return value
  problems.push({
    key: '',
    source: path,
    message: 'the file must hold keys and values, such as "gateway: { port: 8080 }"',
  })
  return {}
}

function settingsFromFlags(flags: Readonly<Record<string, ConfigValue>>): readonly Setting[] {
  return Object.entries(flags).map(([key, given]) => {
    const path = key.split('.')
    const node = nodeAt(path)
    // A command line knows text only.
    const value = typeof given === 'string' && node !== undefined ? fromText(node, given) : given
    return { path, value, source: 'command line' }
  })
}

function nodeAt(path: readonly string[]): ConfigNode | undefined {
  let node: ConfigNode | undefined = CONFIG_ROOT
  for (const part of path) node = node === undefined ? undefined : (recordEntry(node) ?? node.properties?.[part])
  return node
}

function originOf(path: readonly string[], settings: readonly Setting[], file: string | null): string {
  const setting = settings.findLast((each) =>
    each.path.every((part, index) => index >= path.length || part === path[index]),
  )
  return setting?.source ?? file ?? 'defaults'
}

function withValue(tree: ConfigTree, path: readonly string[], value: ConfigValue): ConfigTree {
  const [key, ...rest] = path
  if (key === undefined) return tree
  if (rest.length === 0) return { ...tree, [key]: value }
  const child = tree[key]
  return { ...tree, [key]: withValue(isTree(child) ? child : {}, rest, value) }
}

/** Two trees as one; the second wins. */
function merge(base: ConfigTree, over: ConfigTree): ConfigTree {
  const merged: Record<string, ConfigValue> = { ...base }
  for (const [key, value] of Object.entries(over)) {
    const before = merged[key]
    merged[key] = isTree(before) && isTree(value) ? merge(before, value) : value
  }
  return merged
}

function withDefaults(tree: ConfigTree, knownVenues: readonly string[]): ConfigTree {
  const venueDefaults = defaultsOf(recordEntry(CONFIG_ROOT.properties?.venues ?? {}) ?? {})
  const named = isTree(tree.venues) ? tree.venues : {}
  const venues = Object.fromEntries(
    [...knownVenues, ...Object.keys(named).filter((name) => BEST_EFFORT_VENUE.test(name))].map((venue) => {
      const enabled = DEFAULT_VENUES.includes(venue) || Object.hasOwn(named, venue)
      return [venue, { ...venueDefaults, enabled }]
    }),
  )
  return merge(merge(defaultsOf(CONFIG_ROOT), { venues }), tree)
}

function defaultsOf(node: ConfigNode): ConfigTree {
  const tree: Record<string, ConfigValue> = {}
  for (const [key, child] of Object.entries(node.properties ?? {})) {
    if (child.properties !== undefined) tree[key] = defaultsOf(child)
    else if (child.default !== undefined) tree[key] = child.default
  }
  return tree
}

/** Keys that are right each by itself and wrong together. */
function contradictions(config: Config): readonly Omit<ConfigProblem, 'source'>[] {
  const found: Omit<ConfigProblem, 'source'>[] = []
  if (config.gateway.token === 'off' && !isLoopback(config.gateway.host))
    found.push({
      key: 'gateway.token',
      message: `"off" is not allowed with gateway.host ${config.gateway.host}: others could reach it; allowed: auto, required, or a loopback host`,
    })
  const taken = new Map<number, string>()
  for (const section of ['gateway', 'collector', 'processor', 'store', 'simulator'] as const) {
    const { port } = config[section]
    const other = taken.get(port)
    if (port !== 0 && other !== undefined)
      found.push({
        key: `${section}.port`,
        message: `${port} is already ${other}.port; allowed: a port of its own, or 0 for any free one`,
      })
    taken.set(port, section)
  }
  return found
}
