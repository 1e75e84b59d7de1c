import { isPlain } from '../shared/member-walker.ts'
import { detached } from '../shared/wire-cursor.ts'
import { readTopic, type TopicKind } from './topics.ts'

/** How a pushed frame begins. */
const BEGINNING = '{"ch":"market.'
const NAME_AT = '{"ch":"'.length
/** A power of two. */
const SLOTS = 512

interface KnownTopic {
  readonly symbol: string
  readonly kind: TopicKind
  /** As the frame writes it, without quotes. */
  readonly name: string
  /** How a quote of it ends. */
  readonly quoteEnd: string
}

/**
 * The topics that frames begin with: the same come again and again. One is found by a few of its characters and then compared, which is
 * faster than to look it up by a text that was just cut out.
 */
export class KnownTopics {
  readonly #slots: Array<KnownTopic | undefined> = new Array<KnownTopic | undefined>(SLOTS).fill(undefined)

  /** The topic that a frame begins with; undefined if it begins otherwise, or with one that is not known. */
  of(frame: string): KnownTopic | undefined {
    if (frame.slice(0, BEGINNING.length) !== BEGINNING) return undefined
    const at = BEGINNING.length
    const end = frame.indexOf('"', at)
    if (end < 0) return undefined
    const characters = (frame.charCodeAt(at) * 31 + frame.charCodeAt(at + 1)) * 31 + frame.charCodeAt(at + 2)
    const slot = (characters * 31 + end) & (SLOTS - 1)
    const known = this.#slots[slot]
    const name = frame.slice(NAME_AT, end)
    if (known !== undefined && known.name === name) return known
    if (!isPlain(frame, NAME_AT, end)) return undefined
    const topic = readTopic(name)
    if (topic === undefined) return undefined
    const { symbol, kind } = topic
    const learnt = { symbol: detached(symbol), kind, name: detached(name), quoteEnd: `,"symbol":"${symbol}"}}` }
    this.#slots[slot] = learnt
    return learnt
  }
}
