import type { MemberValues } from './member-values.ts'

/** Orders of members that are remembered, the last one used first. An exchange has a few: kinds of instruments have different members. */
const MAXIMUM_LAYOUTS = 12
/** After so many the objects have no order that is worth to be learnt. */
const MAXIMUM_LEARNT = 200
/** Members of one object with those in it. */
const MAXIMUM_MEMBERS = 80

/** A name that stands for itself in JSON and in a pattern, keeps its place in an object, and is not `__proto__`. */
const NAME = /^[A-Za-z][A-Za-z0-9_]{0,60}$/
const NUMBER = '-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?'
/** What may stand in a string that is as it is written: neither quotes, escapes nor control characters. */
const PLAIN = '[^"\\\\\\x00-\\x1f]*'

/** Members in one order, as a pattern. */
interface Layout {
  readonly pattern: RegExp
  /** By the place of a member in the list of names: the number of its group, 0 where it has none. */
  readonly groups: readonly number[]
}

/**
 * Reads the members of JSON objects that come again and again in the same order: each order becomes one pattern, whose machine code the engine
 * makes. That reads an object three times as fast as `JSON.parse`, where a loop over its characters takes half of the time of it.
 * It is strict: what differs from the pattern in one character is left to the careful reader, and a pattern matches nothing that JSON
 * would refuse or read differently.
 */
export class LayoutReader implements MemberValues {
  readonly #indexes: ReadonlyMap<string, number>
  readonly #kinds: 'any' | 'strings'
  readonly #layouts: Layout[] = []
  #learnt = 0
  #groups: readonly number[] = []
  #values: RegExpExecArray | undefined

  /**
   * @param names members that are wanted, by whose places they are asked for; `stats.high` is one of an object in the object
   * @param kinds what they may be: `any` value, or strings alone, for venues that write every number as one
   */
  constructor(names: readonly string[], kinds: 'any' | 'strings') {
    this.#kinds = kinds
    this.#indexes = new Map(names.map((name, index) => [name, index]))
  }

  /** The value of a member, without quotes; undefined where it is absent, null or empty. */
  value(member: number): string | undefined {
    const group = this.#groups[member] as number
    if (group === 0) return undefined
    const value = this.#values?.[group]
    return value === '' ? undefined : value
  }

  /** Lets go of the text. */
  clear(): void {
    this.#values = undefined
  }

  /** Reads the object that begins at a place. @returns where it ends, behind its bracket; -1 if it is not as expected. */
  read(text: string, from: number): number {
    const layouts = this.#layouts
    for (let place = 0; place < layouts.length; place++) {
      const layout = layouts[place] as Layout
      if (!this.#matches(layout, text, from)) continue
      if (place > 0) {
        layouts[place] = layouts[0] as Layout
        layouts[0] = layout
      }
      return layout.pattern.lastIndex
    }
    return this.#learn(text, from)
  }

  #matches({ pattern, groups }: Layout, text: string, from: number): boolean {
    pattern.lastIndex = from
    const values = pattern.exec(text)
    if (values === null) return false
    this.#values = values
    this.#groups = groups
    return true
  }

  #learn(text: string, from: number): number {
    if (this.#learnt >= MAXIMUM_LEARNT) return -1
    this.#learnt++
    const object = objectAt(text, from)
    const layout = object === undefined ? undefined : layoutOf(object, this.#indexes, this.#kinds)
    // It may be written otherwise than its values tell: with spaces, with a member twice.
    if (layout === undefined || !this.#matches(layout, text, from)) return -1
    this.#layouts.unshift(layout)
    if (this.#layouts.length > MAXIMUM_LAYOUTS) this.#layouts.pop()
    return layout.pattern.lastIndex
  }
}

/** The object that begins at a place; undefined if none does. */
function objectAt(text: string, from: number): object | undefined {
  // Where it ends is not known: the first end that makes it an object is the one, since what is learnt has strings without brackets.
  for (let depth = 0, at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === OPEN_BRACE) depth++
    else if (code === CLOSE_BRACE && --depth === 0) {
      try {
        const value: unknown = JSON.parse(text.slice(from, at + 1))
        return typeof value === 'object' && value !== null ? value : undefined
      } catch {
        // Not JSON: the careful reader says so.
        return undefined
      }
    }
  }
  return undefined
}

const OPEN_BRACE = 123
const CLOSE_BRACE = 125

/** The pattern of the members of an object, in their order; undefined if it has others than values and objects of values. */
function layoutOf(object: object, indexes: ReadonlyMap<string, number>, kinds: 'any' | 'strings'): Layout | undefined {
  const groups: number[] = Array.from(indexes, () => 0)
  let members = 0
  let count = 0
  const patternOf = (inner: object, path: string): string | undefined => {
    const patterns: string[] = []
    const entries: [string, unknown][] = Object.entries(inner)
    for (const [name, value] of entries) {
      if (!NAME.test(name) || ++members > MAXIMUM_MEMBERS) return undefined
      const index = indexes.get(path + name)
      const isWanted = index !== undefined
      if (isWanted && kinds === 'strings' && typeof value !== 'string') return undefined
      let pattern: string | undefined
      if (typeof value === 'number' || value === null)
        pattern = isWanted ? `(?:null|(${NUMBER}))` : `(?:null|${NUMBER})`
      else if (typeof value === 'string') pattern = isWanted ? `"(${PLAIN})"` : `"${PLAIN}"`
      else if (typeof value === 'boolean') pattern = isWanted ? '(true|false)' : '(?:true|false)'
      else if (path === '' && !isWanted && typeof value === 'object' && !Array.isArray(value)) {
        pattern = patternOf(value, `${name}.`)
      }
      if (pattern === undefined) return undefined
      if (isWanted) groups[index] = ++count
      patterns.push(`"${name}":${pattern}`)
    }
    return `\\{${patterns.join(',')}\\}`
  }
  const pattern = patternOf(object, '')
  return pattern === undefined ? undefined : { pattern: new RegExp(pattern, 'y'), groups }
}
