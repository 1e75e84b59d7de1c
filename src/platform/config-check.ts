import { allowedValues, type ConfigNode, type ConfigValue, isTree, recordEntry } from './config-node.ts'
import { nearest } from './nearest.ts'
import { withoutSecrets } from './secrets.ts'

/** Any exchange that ccxt knows, such as `ccxt:mexc`: which there are is ccxt's affair. */
export const BEST_EFFORT_VENUE = /^ccxt:[a-z0-9]{2,30}$/

/** A fault found in a tree of values, before it is known where the value came from. */
export interface Finding {
  readonly path: readonly string[]
  readonly message: string
}

/** Everything that is wrong with a tree of values; empty if nothing is. */
export function checkTree(
  node: ConfigNode,
  value: ConfigValue | undefined,
  knownVenues: readonly string[],
  path: readonly string[] = [],
): readonly Finding[] {
  const entry = recordEntry(node)
  if (entry !== undefined || node.properties !== undefined) {
    if (!isTree(value)) return [{ path, message: `${shown(value)} is not allowed here; allowed: a section with keys` }]
    return Object.entries(value).flatMap(([key, child]) => {
      const known = entry === undefined ? Object.keys(node.properties ?? {}) : knownVenues
      const isKnown = known.includes(key) || (entry !== undefined && BEST_EFFORT_VENUE.test(key))
      const childNode = isKnown ? (entry ?? node.properties?.[key]) : undefined
      if (childNode === undefined)
        return [{ path: [...path, key], message: unknownKey(key, known, entry !== undefined) }]
      return checkTree(childNode, child, knownVenues, [...path, key])
    })
  }
  if (node.type === 'array' && Array.isArray(value)) return checkList(node, value, knownVenues, path)
  return fits(node, value) ? [] : [{ path, message: `${shown(value)} is not allowed; allowed: ${allowedValues(node)}` }]
}

function checkList(
  node: ConfigNode,
  values: readonly ConfigValue[],
  knownVenues: readonly string[],
  path: readonly string[],
): readonly Finding[] {
  const findings = values.flatMap((value, index) =>
    checkTree(node.items ?? {}, value, knownVenues, [...path, String(index)]),
  )
  const tooFew = node.minItems !== undefined && values.length < node.minItems
  const tooMany = node.maxItems !== undefined && values.length > node.maxItems
  if (tooFew || tooMany)
    return [
      ...findings,
      {
        path,
        message: `${values.length} entries are not allowed; allowed: ${node.minItems ?? 0} to ${node.maxItems ?? 'any number'}`,
      },
    ]
  const repeated = values.find((value, index) => values.indexOf(value) !== index)
  if (node.uniqueItems === true && repeated !== undefined)
    return [...findings, { path, message: `${shown(repeated)} is there twice; allowed: each once` }]
  return findings
}

function fits(node: ConfigNode, value: ConfigValue | undefined): boolean {
  if (node.enum !== undefined) return value !== undefined && node.enum.includes(value)
  switch (node.type) {
    case 'boolean':
      return typeof value === 'boolean'
    case 'integer':
      return Number.isSafeInteger(value) && within(node, Number(value))
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) && within(node, value)
    case 'string':
      return typeof value === 'string' && fitsText(node, value)
    default:
      return false
  }
}

function within(node: ConfigNode, value: number): boolean {
  return value >= (node.minimum ?? -Infinity) && value <= (node.maximum ?? Infinity)
}

function fitsText(node: ConfigNode, value: string): boolean {
  if (value.length < (node.minLength ?? 0) || value.length > (node.maxLength ?? Infinity)) return false
  return node.pattern === undefined || new RegExp(node.pattern).test(value)
}

const SHOWN_CHARACTERS = 120

/** A value as it may stand in a message: short, and without a password. */
function shown(value: ConfigValue | undefined): string {
  if (value === undefined) return 'nothing'
  const text = withoutSecrets(JSON.stringify(value))
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text
}

function unknownKey(key: string, known: readonly string[], isVenue: boolean): string {
  const suggestion = nearest(key, known)
  const what = isVenue ? 'no such venue' : 'no such key'
  const hint = suggestion === undefined ? '' : `; did you mean ${suggestion}?`
  return `${what}${hint}${hint === '' ? ';' : ''} allowed: ${known.join(', ')}`
}
