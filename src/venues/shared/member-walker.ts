import type { MemberValues } from './member-values.ts'
import { detached } from './wire-cursor.ts'

const QUOTE = 34
const COMMA = 44
const MINUS = 45
const POINT = 46
const ZERO = 48
const NINE = 57
const COLON = 58
const OPEN_BRACKET = 91
const BACKSLASH = 92
const OPEN_BRACE = 123
const CLOSE_BRACE = 125

/** Longest name of a member that is remembered. */
const MAXIMUM_NAME = 60
/** Members of one object. */
const MAXIMUM_MEMBERS = 64
/** Members that are remembered as coming behind one and the same. */
const MAXIMUM_FOLLOWERS = 6
/** Members that are remembered altogether: with more, it is learnt anew. */
const MAXIMUM_REMEMBERED = 2_000

/** A member as it was written (`"price":`), and those that came behind it, the last one first. */
interface Expected {
  readonly literal: string
  readonly member: number
  readonly followers: Expected[]
}

/**
 * Reads the value of a member that is a list or an object, from its bracket on.
 * @returns where it ends, behind its bracket; -1 if it is not as expected
 */
type InnerReader = (text: string, at: number, member: number) => number

/**
 * Walks over the members of a JSON object in one pass and notes where the values of some of them stand, in whichever order they
 * come. It expects them in the orders of the objects before, so it is fast where a venue writes the same members again and
 * again, and right where it does not. It is strict: what it does not accept is left to the careful reader, and it accepts nothing that
 * JSON would refuse.
 */
export class MemberWalker implements MemberValues {
  readonly #indexes: ReadonlyMap<string, number>
  readonly #inner: InnerReader | undefined
  readonly #starts: number[]
  readonly #ends: number[]
  /** Of no member: those that follow it begin an object. */
  readonly #beginning: Expected = { literal: '', member: -1, followers: [] }
  #remembered = 0
  #text = ''
  /** Counts objects: which of them a value is of. */
  #object = 0
  readonly #objects: number[]

  /** @param names members whose values are wanted; they are asked for by their places in this list */
  constructor(names: readonly string[], inner?: InnerReader) {
    this.#indexes = new Map(names.map((name, index) => [name, index]))
    this.#inner = inner
    this.#starts = names.map(() => -1)
    this.#ends = names.map(() => -1)
    this.#objects = names.map(() => 0)
  }

  /** The value of a member, without quotes; undefined where it is absent, null or empty. */
  value(member: number): string | undefined {
    if (this.#objects[member] !== this.#object) return undefined
    const start = this.#starts[member] as number
    const end = this.#ends[member] as number
    return start === end ? undefined : this.#text.slice(start, end)
  }

  /** Lets go of the text. */
  clear(): void {
    this.#text = ''
  }

  /** Reads the object that begins at a place. @returns where it ends, behind its bracket; -1 if it is not as expected. */
  read(text: string, from: number): number {
    this.#text = text
    this.#object++
    if (text.charCodeAt(from) !== OPEN_BRACE) return -1
    let at = from + 1
    let before = this.#beginning
    for (let step = 0; step < MAXIMUM_MEMBERS; step++) {
      let expected = before.followers[0]
      if (expected === undefined || text.slice(at, at + expected.literal.length) !== expected.literal) {
        expected = this.#another(text, at, before)
        if (expected === undefined) return -1
      }
      before = expected
      at = this.#value(text, at + expected.literal.length, expected.member)
      if (at < 0) return -1
      const code = text.charCodeAt(at)
      if (code === CLOSE_BRACE) return at + 1
      if (code !== COMMA) return -1
      at++
    }
    return -1
  }

  /** A member that is not the one that came behind `before` the last time. */
  #another(text: string, at: number, before: Expected): Expected | undefined {
    const { followers } = before
    for (let place = 1; place < followers.length; place++) {
      const known = followers[place] as Expected
      if (!text.startsWith(known.literal, at)) continue
      followers[place] = followers[0] as Expected
      followers[0] = known
      return known
    }
    return this.#learn(text, at, followers)
  }

  #learn(text: string, at: number, followers: Expected[]): Expected | undefined {
    if (text.charCodeAt(at) !== QUOTE) return undefined
    const end = text.indexOf('"', at + 1)
    if (end < 0 || end - at > MAXIMUM_NAME || text.charCodeAt(end + 1) !== COLON) return undefined
    const name = text.slice(at + 1, end)
    if (!isPlain(text, at + 1, end)) return undefined
    const literal = detached(text.slice(at, end + 2))
    const learnt: Expected = { literal, member: this.#indexes.get(name) ?? -1, followers: [] }
    if (++this.#remembered > MAXIMUM_REMEMBERED) {
      this.#remembered = 0
      this.#beginning.followers.length = 0
    }
    followers.unshift(learnt)
    if (followers.length > MAXIMUM_FOLLOWERS) followers.pop()
    return learnt
  }

  #value(text: string, at: number, member: number): number {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      const end = endOfText(text, at + 1)
      if (end >= 0) this.#note(member, at + 1, end)
      return end < 0 ? -1 : end + 1
    }
    if (code === MINUS || (code >= ZERO && code <= NINE)) {
      const end = endOfNumber(text, at)
      if (end >= 0) this.#note(member, at, end)
      return end
    }
    if (code === OPEN_BRACKET || code === OPEN_BRACE) {
      return this.#inner === undefined || member < 0 ? -1 : this.#inner(text, at, member)
    }
    const end = endOfWord(text, at)
    if (end >= 0 && code !== 110) this.#note(member, at, end)
    else if (member >= 0) this.#objects[member] = 0
    return end
  }

  #note(member: number, start: number, end: number): void {
    if (member < 0) return
    this.#objects[member] = this.#object
    this.#starts[member] = start
    this.#ends[member] = end
  }
}

/** Whether a text in quotes is as it is written: without escapes and control characters. */
export function isPlain(text: string, from: number, end: number): boolean {
  for (let at = from; at < end; at++) {
    const code = text.charCodeAt(at)
    if (code < 32 || code === BACKSLASH) return false
  }
  return true
}

/** Where the quote is that ends a text without escapes and control characters which begins here; -1 if there is none. */
export function endOfText(text: string, from: number): number {
  for (let at = from; ; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) return at
    // Behind the end there is no code: nothing is as large as that.
    if (!(code >= 32) || code === BACKSLASH) return -1
  }
}

/** Where a number ends that begins here; -1 if none does. */
export function endOfNumber(text: string, from: number): number {
  let at = from
  let code = text.charCodeAt(at)
  if (code === MINUS) code = text.charCodeAt(++at)
  const whole = at
  if (code === ZERO) code = text.charCodeAt(++at)
  else while (code >= ZERO && code <= NINE) code = text.charCodeAt(++at)
  if (at === whole || (code >= ZERO && code <= NINE)) return -1
  if (code === POINT) {
    const fraction = at + 1
    code = text.charCodeAt(++at)
    while (code >= ZERO && code <= NINE) code = text.charCodeAt(++at)
    if (at === fraction) return -1
  }
  if (code === 101 || code === 69) {
    code = text.charCodeAt(++at)
    if (code === 43 || code === MINUS) code = text.charCodeAt(++at)
    const exponent = at
    while (code >= ZERO && code <= NINE) code = text.charCodeAt(++at)
    if (at === exponent) return -1
  }
  return at
}

/** Where `true`, `false` or `null` ends that begins here; -1 if none does. */
function endOfWord(text: string, at: number): number {
  if (text.startsWith('true', at) || text.startsWith('null', at)) return at + 4
  return text.startsWith('false', at) ? at + 5 : -1
}
