import { type DecimalText, microsFromIso } from '../../market/index.ts'

const ZERO = 48
const NINE = 57
const POINT = 46
const QUOTE = 34
const BACKSLASH = 92
const COMMA = 44
const COLON = 58
const OPEN_BRACE = 123
const CLOSE_BRACE = 125
const UTC = 90
const MINUS = 45
const LARGE_E = 69
const SMALL_E = 101
/** Smaller numbers are left to the careful reader. */
const MAXIMUM_EXPONENT = 20
const MAXIMUM_EXPONENT_DIGITS = 3

/** Longest decimal that the cursor reads itself; others are left to the careful reader. */
const MAXIMUM_DECIMAL = 40
/** `2021-04-17T16:43:37` */
const SECOND_LENGTH = 19
/** Longest time with a zone. */
const MAXIMUM_TIME = 35
const MICROS_PER_SECOND = 1_000_000
/** In UTF-8, of a unit of UTF-16. */
const MOST_BYTES_A_CHARACTER = 3
/** Bytes that are enough for most frames. */
const LEAST_ROOM = 16_384
const encoder = new TextEncoder()
const NO_BYTES = new Uint8Array(0)

/**
 * Walks over a frame whose shape is known and takes the values out in one pass, which is several times faster than
 * parsing it into objects first. It is strict: at the first character that is not as expected a method says so, and the
 * caller reads the frame the slow way. It accepts nothing that JSON would refuse or read differently, and may refuse as
 * much as it likes.
 */
export class WireCursor {
  #text = ''
  at = 0
  /** The text in bytes, once they were asked for. */
  #bytes = NO_BYTES
  #hasBytes = false
  /** Digits after the point of the decimal that was read last, as written, trailing zeros counted. */
  fractionDigits = 0
  /** The second that an ISO time named last: feeds repeat it thousands of times. */
  #second = ''
  #secondMicros = 0

  start(text: string, at = 0): void {
    this.#text = text
    this.at = at
    this.#hasBytes = false
  }

  /** Lets go of the text, so that it is not kept in memory. */
  clear(): void {
    this.#text = ''
  }

  get text(): string {
    return this.#text
  }

  /**
   * The text in bytes, one a character and a zero behind its end, for loops that look at each: of a string the engine asks again at
   * every character how it is kept. Good until the next {@link start}. Undefined if the text is not plain ASCII.
   */
  bytes(): Uint8Array | undefined {
    if (this.#hasBytes) return this.#bytes
    const { length } = this.#text
    // With room for whatever the characters are: then as many bytes as characters means that each is ASCII.
    const room = MOST_BYTES_A_CHARACTER * length + 1
    if (this.#bytes.length < room) this.#bytes = new Uint8Array(Math.max(LEAST_ROOM, room))
    const bytes = this.#bytes
    if (encoder.encodeInto(this.#text, bytes).written !== length) return undefined
    bytes[length] = 0
    this.#hasBytes = true
    return bytes
  }

  get isAtEnd(): boolean {
    return this.at === this.#text.length
  }

  /** Steps over `expected` if it comes next. */
  literal(expected: string): boolean {
    // Cutting and comparing is several times faster than `startsWith`, which V8 does not inline.
    const end = this.at + expected.length
    if (this.#text.slice(this.at, end) !== expected) return false
    this.at = end
    return true
  }

  /** Steps over one character (its code) if it comes next. */
  character(code: number): boolean {
    if (this.#text.charCodeAt(this.at) !== code) return false
    this.at++
    return true
  }

  /**
   * Steps over an object whose members may come in any order.
   * @param read given the name of a member, steps over its value; false if it is not as expected
   */
  members(read: (name: string) => boolean): boolean {
    if (!this.character(OPEN_BRACE)) return false
    do {
      const name = this.#name()
      if (name === undefined || !read(name)) return false
    } while (this.character(COMMA))
    return this.character(CLOSE_BRACE)
  }

  /** The name of a member, with the colon behind it. Names are short: one pass is faster than a search for the quote. */
  #name(): string | undefined {
    const text = this.#text
    const first = this.at + 1
    if (text.charCodeAt(this.at) !== QUOTE) return undefined
    let index = first
    let code = text.charCodeAt(index)
    while (code !== QUOTE) {
      // At the end of the text it is no number.
      if (!(code >= 32) || code === BACKSLASH) return undefined
      code = text.charCodeAt(++index)
    }
    if (text.charCodeAt(index + 1) !== COLON) return undefined
    this.at = index + 2
    return text.slice(first, index)
  }

  /** A whole number without sign that a double holds exactly; -1 if none comes next. */
  whole(): number {
    const text = this.#text
    const first = this.at
    let index = first
    let value = 0
    let code = text.charCodeAt(index)
    while (code >= ZERO && code <= NINE) {
      value = value * 10 + (code - ZERO)
      code = text.charCodeAt(++index)
    }
    const length = index - first
    // Up to the largest safe number every step above is exact; a larger one cannot come out as a smaller.
    if (length === 0 || length > 16 || value > Number.MAX_SAFE_INTEGER) return -1
    if (length > 1 && text.charCodeAt(first) === ZERO) return -1
    this.at = index
    return value
  }

  /** A string without escapes in quotes; undefined if none comes next. */
  quoted(): string | undefined {
    const text = this.#text
    if (text.charCodeAt(this.at) !== QUOTE) return undefined
    const first = this.at + 1
    return this.skipQuoted() ? text.slice(first, this.at - 1) : undefined
  }

  /** Steps over a string without escapes in quotes if it comes next. */
  skipQuoted(): boolean {
    const text = this.#text
    if (text.charCodeAt(this.at) !== QUOTE) return false
    let index = this.at + 1
    let code = text.charCodeAt(index)
    while (code !== QUOTE) {
      // At the end of the text it is no number.
      if (!(code >= 32) || code === BACKSLASH) return false
      code = text.charCodeAt(++index)
    }
    this.at = index + 1
    return true
  }

  /** A decimal without sign in quotes (`"0.35130000"`), in canonical form; undefined if none comes next. */
  quotedDecimal(): DecimalText | undefined {
    if (!this.character(QUOTE)) return undefined
    const value = this.decimal()
    return value !== undefined && this.character(QUOTE) ? value : undefined
  }

  /** A decimal without sign or exponent (`0.35130000`, `17`), in canonical form; undefined if none comes next. */
  decimal(): DecimalText | undefined {
    const text = this.#text
    const first = this.at
    let index = first
    let code = text.charCodeAt(index)
    if (code === ZERO) code = text.charCodeAt(++index)
    else {
      while (code >= ZERO && code <= NINE) code = text.charCodeAt(++index)
      if (index === first) return undefined
    }
    let keep = index
    this.fractionDigits = 0
    if (code === POINT) {
      const fraction = index + 1
      code = text.charCodeAt(++index)
      while (code >= ZERO && code <= NINE) {
        index++
        if (code !== ZERO) keep = index
        code = text.charCodeAt(index)
      }
      if (index === fraction) return undefined
      this.fractionDigits = index - fraction
    } else if (code >= ZERO && code <= NINE) return undefined
    if (code === SMALL_E || code === LARGE_E || index - first > MAXIMUM_DECIMAL) return undefined
    this.at = index
    return text.slice(first, keep) as DecimalText
  }

  /** As {@link decimal}, and with a negative exponent behind one digit (`2.24e-4`, `7E-8`), as some venues write small numbers. */
  number(): DecimalText | undefined {
    const plain = this.decimal()
    if (plain !== undefined) return plain
    const text = this.#text
    const first = this.at
    const digit = text.charCodeAt(first)
    if (!(digit > ZERO && digit <= NINE)) return undefined
    let index = first + 1
    let keep = index
    let code = text.charCodeAt(index)
    if (code === POINT) {
      code = text.charCodeAt(++index)
      while (code >= ZERO && code <= NINE) {
        index++
        if (code !== ZERO) keep = index
        code = text.charCodeAt(index)
      }
      if (index === first + 2 || index - first > MAXIMUM_DECIMAL) return undefined
    }
    if ((code !== SMALL_E && code !== LARGE_E) || text.charCodeAt(index + 1) !== MINUS) return undefined
    index += 2
    const digits = index
    let exponent = 0
    for (code = text.charCodeAt(index); code >= ZERO && code <= NINE; code = text.charCodeAt(++index)) {
      exponent = exponent * 10 + (code - ZERO)
      if (exponent > MAXIMUM_EXPONENT) return undefined
    }
    // Without digits there is no exponent either; more than three the careful reader refuses, however many are zeros.
    if (exponent === 0 || index - digits > MAXIMUM_EXPONENT_DIGITS) return undefined
    this.at = index
    const fraction = keep > first + 1 ? text.slice(first + 2, keep) : ''
    return `0.${'0'.repeat(exponent - 1)}${text.charAt(first)}${fraction}` as DecimalText
  }

  /** Epoch seconds with a fraction in quotes (`"1618678132.358447"`) in microseconds; -1 if none comes next. */
  quotedEpochSeconds(): number {
    if (!this.character(QUOTE)) return -1
    const seconds = this.whole()
    if (seconds < 0 || seconds > 9_999_999_999 || !this.character(POINT)) return -1
    const fraction = this.#fraction()
    return fraction < 0 || !this.character(QUOTE) ? -1 : seconds * MICROS_PER_SECOND + fraction
  }

  /**
   * An ISO 8601 time with a zone in quotes (`"2021-04-17T16:43:37.075687Z"`) in microseconds; -1 if none comes next, or
   * one before the year 1000, with which venues say that they know none.
   */
  quotedIsoTime(): number {
    const text = this.#text
    if (text.charCodeAt(this.at) !== QUOTE) return -1
    const first = this.at + 1
    if (this.#second === '' || text.slice(first, first + SECOND_LENGTH) !== this.#second) return this.#newSecond(first)
    this.at = first + SECOND_LENGTH
    let fraction = 0
    if (this.character(POINT)) {
      fraction = this.#fraction()
      if (fraction < 0) return -1
    }
    return this.character(UTC) && this.character(QUOTE) ? this.#secondMicros + fraction : -1
  }

  #newSecond(first: number): number {
    const text = this.#text
    const end = text.indexOf('"', first)
    if (end - first <= SECOND_LENGTH || end - first > MAXIMUM_TIME || text.charCodeAt(first) === ZERO) return -1
    let time: number
    try {
      time = microsFromIso(text.slice(first, end))
    } catch {
      // Not a time: the careful reader says so.
      return -1
    }
    if (text.charCodeAt(end - 1) === UTC) {
      this.#secondMicros = Math.floor(time / MICROS_PER_SECOND) * MICROS_PER_SECOND
      this.#second = detached(text.slice(first, first + SECOND_LENGTH))
    }
    this.at = end + 1
    return time
  }

  /** One to nine digits after the point, as microseconds; digits past the sixth are cut. -1 if there are none, or more. */
  #fraction(): number {
    const text = this.#text
    const first = this.at
    let index = first
    let value = 0
    let unit = MICROS_PER_SECOND / 10
    let code = text.charCodeAt(index)
    while (code >= ZERO && code <= NINE) {
      value += (code - ZERO) * unit
      unit = unit === 1 ? 0 : unit / 10
      code = text.charCodeAt(++index)
    }
    if (index === first || index - first > 9) return -1
    this.at = index
    return value
  }
}

/** Slices this long are kept by V8 as views of the text that they were cut from. */
const VIEW_LENGTH = 13

/** The same text with memory of its own: for what outlives a large frame, such as the levels of a snapshot. */
export function detached<Text extends string>(text: Text): Text {
  return text.length < VIEW_LENGTH ? text : (`${text} `.slice(0, -1) as Text)
}
