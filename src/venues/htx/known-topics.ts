import { AsciiLiteral, BYTES, beginsWith } from '../shared/ascii-text.ts'
import { isPlain } from '../shared/member-walker.ts'
import { detached } from '../shared/wire-cursor.ts'

/** How a pushed frame begins. */
const BEGINNING = '{"ch":"market.'
const NAME_AT = '{"ch":"'.length
const QUOTE = 34
/** A power of two. */
const SLOTS = 512
/** Topics that share a slot, of which each is compared; those that came last are kept. */
const TOPICS_A_SLOT = 8
/** So far before its end the names of topics differ whose symbols and lengths are the same (`kline.1min`, `index.1min`). */
const TELLING = 10

/** What a topic's name says. */
interface Named<Kind> {
  readonly symbol: string
  readonly kind: Kind
}

interface KnownTopic<Kind> extends Named<Kind> {
  /** How frames of it begin, up to the quote behind its name. */
  readonly beginning: AsciiLiteral
  /** What frames of it write again within their tick. */
  readonly repeated: AsciiLiteral
  /** Where in a frame its name ends, behind the quote. */
  readonly end: number
}

/**
 * The topics that frames begin with: the same come again and again. One is found by a few of its characters and then compared, which is
 * faster than to look it up by a text that was just cut out.
 */
export class KnownTopics<Kind> {
  readonly #slots: KnownTopic<Kind>[][]
  readonly #read: (name: string) => Named<Kind> | undefined
  readonly #repeated: (name: string, symbol: string) => string

  /**
   * @param read reads the name of a topic; undefined for one that is not known
   * @param repeated what frames of a topic write again within their tick
   */
  constructor(read: (name: string) => Named<Kind> | undefined, repeated: (name: string, symbol: string) => string) {
    this.#slots = Array.from({ length: SLOTS }, () => [])
    this.#read = read
    this.#repeated = repeated
  }

  /**
   * The topic that a frame begins with; undefined if it begins otherwise, or with one that is not known.
   * @param frame is written down
   */
  of(frame: string): KnownTopic<Kind> | undefined {
    const at = BEGINNING.length
    let end = at
    while (BYTES[end] !== QUOTE) if (BYTES[end++] === 0) return undefined
    const characters = ((BYTES[at] as number) * 31 + (BYTES[at + 1] as number)) * 31 + (BYTES[at + 2] as number)
    const slot = ((characters * 31 + (BYTES[end - TELLING] as number)) * 31 + end) & (SLOTS - 1)
    const topics = this.#slots[slot] as KnownTopic<Kind>[]
    for (let index = 0; index < topics.length; index++) {
      const known = topics[index] as KnownTopic<Kind>
      if (known.end === end + 1 && beginsWith(known.beginning)) return known
    }
    const learnt = this.#learn(frame, end)
    if (learnt !== undefined && topics.unshift(learnt) > TOPICS_A_SLOT) topics.pop()
    return learnt
  }

  #learn(frame: string, end: number): KnownTopic<Kind> | undefined {
    if (!frame.startsWith(BEGINNING) || frame.charCodeAt(end) !== QUOTE || !isPlain(frame, NAME_AT, end))
      return undefined
    // What is kept must not keep the frame.
    const name = detached(frame.slice(NAME_AT, end))
    const topic = this.#read(name)
    if (topic === undefined) return undefined
    const symbol = detached(topic.symbol)
    return {
      symbol,
      kind: topic.kind,
      beginning: new AsciiLiteral(`{"ch":"${name}"`),
      repeated: new AsciiLiteral(this.#repeated(name, symbol)),
      end: end + 1,
    }
  }
}
