/** Longest text that is written down: most changes of books are shorter. */
export const LONGEST_TEXT = 8_192
/** In UTF-8, of a unit of UTF-16. */
const MOST_BYTES_A_CHARACTER = 3
/** Bytes that are compared at once. */
const WORD = 4

const encoder = new TextEncoder()

/**
 * The text that was written down last, a byte a character, and a zero behind its end: no loop goes beyond that, it is no digit and
 * nothing that is expected.
 *
 * For loops that look at each character: of a string the engine asks again each time how it is kept, and compares one that was cut
 * out of another in its slow way; writing it down costs less than twenty such looks. It is one for all, since only of what never
 * changes the engine knows where it lies: whoever writes a text down has read it before anybody else writes.
 */
export const BYTES = new Uint8Array(MOST_BYTES_A_CHARACTER * LONGEST_TEXT + 2 * WORD)
const LAST_WORD = BYTES.length - WORD
const words = new Int32Array(BYTES.buffer)
const view = new DataView(BYTES.buffer)

/** @returns false if the text is too long or not plain ASCII: then the bytes mean nothing */
export function writeDown(text: string): boolean {
  const { length } = text
  // There is room for whatever the characters are: then as many bytes as characters means that each is ASCII.
  if (length > LONGEST_TEXT || encoder.encodeInto(text, BYTES).written !== length) return false
  BYTES[length] = 0
  return true
}

/** Four characters as a number, to be compared with {@link wordAt}. @throws RangeError if they are not four */
export function wordOf(text: string): number {
  const bytes = encoder.encode(text)
  if (bytes.length !== WORD) throw new RangeError(`not ${WORD} characters: ${text}`)
  return new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true)
}

/** The four characters at a place of the text. */
export function wordAt(at: number): number {
  return view.getInt32(at, true)
}

/** Characters that stand in many frames, to be compared four at a time. */
export class AsciiLiteral {
  readonly length: number
  /** Those at 0, 4, 8 …, and the last four: some characters may be in two of them. */
  readonly words: Int32Array
  /** Where the last of the words begins. */
  readonly last: number

  /** @param text of four characters at least. @throws RangeError for a shorter one */
  constructor(text: string) {
    const bytes = encoder.encode(text)
    const { length } = bytes
    if (length < WORD) throw new RangeError(`shorter than ${WORD} characters: ${text}`)
    const own = new DataView(bytes.buffer, bytes.byteOffset, length)
    this.length = length
    this.last = length - WORD
    const wordFrom = (_: unknown, index: number): number => own.getInt32(Math.min(index * WORD, this.last), true)
    this.words = Int32Array.from({ length: Math.ceil(length / WORD) }, wordFrom)
  }
}

/** Whether a literal stands at a place of the text, which is not behind its end. */
export function standsAt({ words: expected, last }: AsciiLiteral, at: number): boolean {
  // What stands behind the zero at the end of the text is of an older one: the zero is in no literal.
  if (at + last > LAST_WORD) return false
  const end = expected.length - 1
  for (let index = 0; index < end; index++) if (view.getInt32(at + index * WORD, true) !== expected[index]) return false
  return view.getInt32(at + last, true) === expected[end]
}

/** Whether the text begins with a literal. */
export function beginsWith({ words: expected, last }: AsciiLiteral): boolean {
  if (last > LAST_WORD) return false
  const end = expected.length - 1
  for (let index = 0; index < end; index++) if (words[index] !== expected[index]) return false
  return view.getInt32(last, true) === expected[end]
}
