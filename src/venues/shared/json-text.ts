import { VenueError } from '../venue-error.ts'

/** A value of JSON in which every number is the text that was on the wire (`100.10` stays `100.10`). */
export type TextValue = string | boolean | null | readonly TextValue[] | TextObject
export interface TextObject {
  readonly [name: string]: TextValue
}

/** How deep arrays and objects may lie in one another. */
const MAXIMUM_DEPTH = 32
/** Names are few and repeat: each is made once. A power of two. */
const NAME_SLOTS = 512

const names: string[] = new Array<string>(NAME_SLOTS).fill('')
let text = ''
let at = 0
let end = 0

/**
 * Reads JSON as `JSON.parse` does, except that numbers come as their text, which a double would change: their trailing
 * zeros matter to checksums, their digits to prices. Strings are strings too; the shape says which is which.
 * @throws VenueError VENUE_TEXT_INVALID if the text is not JSON, is nested too deeply, or names a member `__proto__`.
 */
export function parseJsonText(json: string): TextValue {
  text = json
  at = 0
  end = json.length
  try {
    space()
    const value = readValue(0)
    space()
    if (at !== end) throw unexpected()
    return value
  } finally {
    text = ''
  }
}

function unexpected(): VenueError {
  return new VenueError('VENUE_TEXT_INVALID', `not JSON at character ${at} of ${end}`)
}

function space(): void {
  while (at < end) {
    const code = text.charCodeAt(at)
    if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return
    at++
  }
}

function readValue(depth: number): TextValue {
  const code = text.charCodeAt(at)
  if (code === 34) return readString()
  if (code === 123) return readObject(depth + 1)
  if (code === 91) return readArray(depth + 1)
  if (code === 45 || (code >= 48 && code <= 57)) return readNumber()
  if (code === 116 && text.startsWith('true', at)) {
    at += 4
    return true
  }
  if (code === 102 && text.startsWith('false', at)) {
    at += 5
    return false
  }
  if (code === 110 && text.startsWith('null', at)) {
    at += 4
    return null
  }
  throw unexpected()
}

function readObject(depth: number): TextObject {
  if (depth > MAXIMUM_DEPTH) throw unexpected()
  const object: Record<string, TextValue> = {}
  at++
  let code = skipSpace()
  if (code === 125) {
    at++
    return object
  }
  for (;;) {
    if (code !== 34) throw unexpected()
    const name = readName()
    if (skipSpace() !== 58) throw unexpected()
    at++
    skipSpace()
    if (name === '__proto__') throw unexpected()
    object[name] = readValue(depth)
    code = skipSpace()
    at++
    if (code === 125) return object
    if (code !== 44) {
      at--
      throw unexpected()
    }
    code = skipSpace()
  }
}

function readArray(depth: number): TextValue[] {
  if (depth > MAXIMUM_DEPTH) throw unexpected()
  const array: TextValue[] = []
  at++
  if (skipSpace() === 93) {
    at++
    return array
  }
  for (;;) {
    array.push(readValue(depth))
    const code = skipSpace()
    at++
    if (code === 93) return array
    if (code !== 44) {
      at--
      throw unexpected()
    }
    skipSpace()
  }
}

/** @returns the code of the first character that is not space; NaN at the end. */
function skipSpace(): number {
  const code = text.charCodeAt(at)
  if (code > 32) return code
  space()
  return text.charCodeAt(at)
}

function readName(): string {
  const first = at + 1
  let hash = 0
  let index = first
  for (; index < end; index++) {
    const code = text.charCodeAt(index)
    if (code === 34) break
    if (code === 92 || code < 32) return readString()
    hash = (hash * 31 + code) | 0
  }
  if (index >= end) throw unexpected()
  const length = index - first
  const slot = (hash ^ length) & (NAME_SLOTS - 1)
  const known = names[slot] as string
  at = index + 1
  if (known.length === length && text.startsWith(known, first)) return known
  const name = text.slice(first, index)
  // A long slice would keep its whole frame in memory.
  if (length > 0 && length < 13) names[slot] = name
  return name
}

function readString(): string {
  const first = at + 1
  for (let index = first; index < end; index++) {
    const code = text.charCodeAt(index)
    if (code === 34) {
      at = index + 1
      return text.slice(first, index)
    }
    if (code === 92) return readEscaped(index)
    if (code < 32) break
  }
  throw unexpected()
}

function readEscaped(from: number): string {
  const first = at
  let index = from
  while (index < end) {
    const code = text.charCodeAt(index)
    if (code === 92) index++
    else if (code === 34) {
      at = index + 1
      try {
        return JSON.parse(text.slice(first, at)) as string
      } catch (error) {
        throw new VenueError('VENUE_TEXT_INVALID', `not a JSON string at character ${first}`, { cause: error })
      }
    }
    index++
  }
  throw unexpected()
}

function readNumber(): string {
  const first = at
  let index = at
  if (text.charCodeAt(index) === 45) index++
  let code = text.charCodeAt(index)
  if (code === 48) code = text.charCodeAt(++index)
  else if (code > 48 && code <= 57) {
    do code = text.charCodeAt(++index)
    while (code >= 48 && code <= 57)
  } else throw unexpected()
  if (code === 46) {
    const fraction = ++index
    code = text.charCodeAt(index)
    while (code >= 48 && code <= 57) code = text.charCodeAt(++index)
    if (index === fraction) throw unexpected()
  }
  if (code === 101 || code === 69) {
    code = text.charCodeAt(++index)
    if (code === 43 || code === 45) code = text.charCodeAt(++index)
    const exponent = index
    while (code >= 48 && code <= 57) code = text.charCodeAt(++index)
    if (index === exponent) throw unexpected()
  }
  at = index
  return text.slice(first, index)
}

/** Whether a value is an object, so that its members can be looked at. */
export function isTextObject(value: TextValue | undefined): value is TextObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object that a text is, for those who try whether it is one; undefined if it is something else, or no JSON. */
export function objectInText(json: string): TextObject | undefined {
  try {
    const root = parseJsonText(json)
    return isTextObject(root) ? root : undefined
  } catch (error) {
    if (error instanceof VenueError) return undefined
    throw error
  }
}
