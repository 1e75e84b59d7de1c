import type { ConfigProblem } from './config-error.ts'
import { type ConfigLeaf, type ConfigNode, type ConfigValue, configLeaves } from './config-node.ts'
import { nearest } from './nearest.ts'

/** A value for a key, and where it was found. */
export interface Setting {
  readonly path: readonly string[]
  readonly value: ConfigValue
  readonly source: string
}

const PREFIX = 'OPENTAPE_'
/** Variables with the prefix that are not keys of the configuration. */
const OTHER_VARIABLES =
  /^OPENTAPE_(CONFIG|RECORDINGS|GATEWAY|CHROMIUM|NATS_SERVER|PLAYER|SOAK_SECONDS|(TEST|BENCH|INTERNAL)_[A-Z0-9_]+)$/
/** Sections whose address may be given by the section's own name: `OPENTAPE_STORE=http://…`. */
const ADDRESS_KEY = 'url'

function variablePart(key: string): string {
  if (key === '<venue>') return '<VENUE>'
  return key
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[-.]/g, '_')
    .toUpperCase()
}

/** The environment variables that set a key; the first is the one to recommend. */
export function environmentNames(path: readonly string[]): readonly string[] {
  const long = PREFIX + path.map(variablePart).join('_')
  return path.at(-1) === ADDRESS_KEY ? [PREFIX + path.slice(0, -1).map(variablePart).join('_'), long] : [long]
}

/** The settings that the environment makes; names that are no key are problems. */
export function settingsFromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  knownVenues: readonly string[],
): { readonly settings: readonly Setting[]; readonly problems: readonly ConfigProblem[] } {
  const leaves = new Map<string, ConfigLeaf>()
  for (const leaf of configLeaves().flatMap((each) => forEachVenue(each, knownVenues)))
    for (const name of environmentNames(leaf.path)) leaves.set(name, leaf)
  const settings: Setting[] = []
  const problems: ConfigProblem[] = []
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith(PREFIX) || text === undefined || OTHER_VARIABLES.test(name)) continue
    const leaf = leaves.get(name)
    if (leaf !== undefined) settings.push({ path: leaf.path, value: fromText(leaf.node, text), source: name })
    else {
      const suggestion = nearest(
        name.slice(PREFIX.length),
        [...leaves.keys()].map((known) => known.slice(PREFIX.length)),
      )
      const hint = suggestion === undefined ? '' : `; did you mean ${PREFIX}${suggestion}?`
      problems.push({
        key: '',
        source: name,
        message: `no key has this environment variable${hint} docs/configuration.md lists them`,
      })
    }
  }
  return { settings, problems }
}

function forEachVenue(leaf: ConfigLeaf, knownVenues: readonly string[]): readonly ConfigLeaf[] {
  if (!leaf.path.includes('<venue>')) return [leaf]
  return knownVenues.map((venue) => ({
    path: leaf.path.map((part) => (part === '<venue>' ? venue : part)),
    node: leaf.node,
  }))
}

/** Text read as what the key holds; text that cannot be read so is left as it is, for the check to name it. */
export function fromText(node: ConfigNode, text: string): ConfigValue {
  if (node.type === 'array')
    return text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
  if (node.type === 'boolean') {
    if (text === 'true' || text === '1') return true
    return text === 'false' || text === '0' ? false : text
  }
  const isNumber = node.type === 'integer' || node.type === 'number'
  return isNumber && /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text
}
