import { ConfigSchema } from './config-schema.ts'

/** A value as it comes from YAML, the environment or a flag. */
export type ConfigValue = string | number | boolean | null | readonly ConfigValue[] | ConfigTree
export interface ConfigTree {
  readonly [key: string]: ConfigValue
}

/** The part of a JSON schema that the configuration's schema uses. */
export interface ConfigNode {
  readonly type?: string
  readonly description?: string
  readonly default?: ConfigValue
  readonly properties?: { readonly [key: string]: ConfigNode }
  readonly required?: readonly string[]
  readonly patternProperties?: { readonly [pattern: string]: ConfigNode }
  readonly items?: ConfigNode
  readonly enum?: readonly ConfigValue[]
  readonly pattern?: string
  /** The pattern in words. */
  readonly allowed?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly uniqueItems?: boolean
}

/** The schema as plain JSON. */
export const CONFIG_ROOT: ConfigNode = JSON.parse(JSON.stringify(ConfigSchema))

/** What any key of a record such as `venues` holds; undefined where keys are fixed. */
export function recordEntry(node: ConfigNode): ConfigNode | undefined {
  return node.patternProperties === undefined ? undefined : Object.values(node.patternProperties)[0]
}

/** A key that holds a value, not a section. `<venue>` stands for any venue. */
export interface ConfigLeaf {
  readonly path: readonly string[]
  readonly node: ConfigNode
}

/** Every key that holds a value, in the order of the schema. */
export function configLeaves(node: ConfigNode = CONFIG_ROOT, path: readonly string[] = []): readonly ConfigLeaf[] {
  const entry = recordEntry(node)
  if (entry !== undefined) return configLeaves(entry, [...path, '<venue>'])
  if (node.properties === undefined) return [{ path, node }]
  return Object.entries(node.properties).flatMap(([key, child]) => configLeaves(child, [...path, key]))
}

export function isTree(value: ConfigValue | undefined): value is ConfigTree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What a key may hold, in words. */
export function allowedValues(node: ConfigNode): string {
  if (node.enum !== undefined) return `one of ${node.enum.map(String).join(', ')}`
  switch (node.type) {
    case 'boolean':
      return 'true or false'
    case 'integer':
      return `a whole number from ${node.minimum} to ${node.maximum}`
    case 'number':
      return `a number from ${node.minimum} to ${node.maximum}`
    case 'array':
      return `a list${node.minItems === undefined ? '' : ` of at least ${node.minItems}`}, each ${allowedValues(node.items ?? {})}`
    case 'object':
      return 'a section with keys'
    default:
      return allowedText(node)
  }
}

function allowedText(node: ConfigNode): string {
  if (node.allowed !== undefined) return node.allowed
  if (node.pattern !== undefined) return `text that matches ${node.pattern}`
  if (node.maxLength !== undefined) return `text of ${node.minLength ?? 0} to ${node.maxLength} characters`
  return 'text'
}
