import { isZero, type Price, scaleOf, toUnits } from './decimal.ts'
import type { BookLevel } from './event.ts'

/**
 * A price as a whole number of 10^-scale units: a number while it is safe, a bigint beyond. JavaScript compares the two
 * kinds exactly, and one price always takes the same kind at one scale.
 */
type Key = number | bigint

interface Leaf {
  readonly isLeaf: true
  keys: Key[]
  levels: BookLevel[]
}

interface Branch {
  readonly isLeaf: false
  /** The smallest key under each child, or smaller: removing a level does not raise it. */
  keys: Key[]
  children: Node[]
}

type Node = Leaf | Branch

/** Entries of a node before it is split. */
const NODE_CAPACITY = 64
/** Digits that always fit into a safe integer. */
const SAFE_DIGITS = 15
const POWERS_OF_TEN = Array.from({ length: SAFE_DIGITS + 1 }, (_, exponent) => 10 ** exponent)

/** One side of a book: levels in order of price in a B+ tree, so that set and remove cost O(log n). */
export class LevelTree {
  readonly #descending: boolean
  #root: Node = emptyLeaf()
  #size = 0
  #scale = 0

  constructor(order: 'ascending' | 'descending') {
    this.#descending = order === 'descending'
  }

  get size(): number {
    return this.#size
  }

  /** The first level in this side's order. */
  get best(): BookLevel | undefined {
    let node = this.#root
    while (!node.isLeaf) node = node.children[0] as Node
    return node.levels[0]
  }

  /** The last level in this side's order. */
  get worst(): BookLevel | undefined {
    let node = this.#root
    while (!node.isLeaf) node = node.children[node.children.length - 1] as Node
    return node.levels[node.levels.length - 1]
  }

  clear(): void {
    this.#root = emptyLeaf()
    this.#size = 0
  }

  /** Puts a level in place of the one at its price; a level of amount zero removes that one. */
  set(level: BookLevel): void {
    const key = this.#keyOf(level[0])
    if (isZero(level[1])) {
      if (this.#remove(this.#root, key)) this.#collapse()
      return
    }
    const split = this.#insert(this.#root, key, level)
    if (split === undefined) return
    this.#root = { isLeaf: false, keys: [smallestKey(this.#root), smallestKey(split)], children: [this.#root, split] }
  }

  /** The first `depth` levels in order (all, if not given). */
  levels(depth = this.#size): BookLevel[] {
    const found: BookLevel[] = []
    collect(this.#root, depth, found)
    return found
  }

  /** Removes the levels beyond the first `depth` and returns them in order. */
  cut(depth: number): BookLevel[] {
    const removed: BookLevel[] = []
    while (this.#size > depth) {
      const worst = this.worst
      if (worst === undefined) break
      removed.push(worst)
      this.#remove(this.#root, this.#keyOf(worst[0]))
      this.#collapse()
    }
    return removed.reverse()
  }

  #keyOf(price: Price): Key {
    const units = unitsAt(price, this.#scale)
    if (units !== undefined) return this.#descending ? -units : units
    this.#rescale(scaleOf(price))
    return this.#keyOf(price)
  }

  /** A finer price came: every key is taken anew. A venue's prices settle on one scale, so this is rare. */
  #rescale(scale: number): void {
    const levels = this.levels()
    this.#scale = scale
    this.clear()
    for (const level of levels) this.set(level)
  }

  #insert(node: Node, key: Key, level: BookLevel): Node | undefined {
    if (node.isLeaf) {
      const at = lowerBound(node.keys, key)
      if (node.keys[at] === key) {
        node.levels[at] = level
        return undefined
      }
      this.#size++
      insertAt(node.keys, at, key)
      insertAt(node.levels, at, level)
      if (node.keys.length <= NODE_CAPACITY) return undefined
      const half = node.keys.length >> 1
      return { isLeaf: true, keys: node.keys.splice(half), levels: node.levels.splice(half) }
    }
    const at = childFor(node.keys, key)
    if (key < (node.keys[at] as Key)) node.keys[at] = key
    const split = this.#insert(node.children[at] as Node, key, level)
    if (split === undefined) return undefined
    node.keys.splice(at + 1, 0, smallestKey(split))
    node.children.splice(at + 1, 0, split)
    if (node.keys.length <= NODE_CAPACITY) return undefined
    const half = node.keys.length >> 1
    return { isLeaf: false, keys: node.keys.splice(half), children: node.children.splice(half) }
  }

  /** @returns whether the node is empty now, so that its parent drops it. */
  #remove(node: Node, key: Key): boolean {
    if (node.isLeaf) {
      const at = lowerBound(node.keys, key)
      if (node.keys[at] !== key) return false
      this.#size--
      removeAt(node.keys, at)
      removeAt(node.levels, at)
      return node.keys.length === 0
    }
    const at = childFor(node.keys, key)
    if (!this.#remove(node.children[at] as Node, key)) return false
    node.keys.splice(at, 1)
    node.children.splice(at, 1)
    return node.keys.length === 0
  }

  #collapse(): void {
    if (this.#size === 0) this.#root = emptyLeaf()
    while (!this.#root.isLeaf && this.#root.children.length === 1) this.#root = this.#root.children[0] as Node
  }
}

function emptyLeaf(): Leaf {
  return { isLeaf: true, keys: [], levels: [] }
}

function smallestKey(node: Node): Key {
  return node.keys[0] as Key
}

/** Nodes are small: moving their entries one by one is cheaper than `splice`, which makes an array each time. */
function insertAt<Entry>(entries: Entry[], at: number, entry: Entry): void {
  let index = entries.length
  entries.push(entry)
  for (; index > at; index--) entries[index] = entries[index - 1] as Entry
  entries[at] = entry
}

function removeAt<Entry>(entries: Entry[], at: number): void {
  for (let index = at + 1; index < entries.length; index++) entries[index - 1] = entries[index] as Entry
  entries.pop()
}

/** Index of the first key that is not smaller than `key`. */
function lowerBound(keys: readonly Key[], key: Key): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((keys[middle] as Key) < key) low = middle + 1
    else high = middle
  }
  return low
}

/** Index of the child whose range holds `key`. */
function childFor(keys: readonly Key[], key: Key): number {
  const at = lowerBound(keys, key)
  return at < keys.length && keys[at] === key ? at : Math.max(0, at - 1)
}

function collect(node: Node, depth: number, into: BookLevel[]): void {
  if (node.isLeaf) {
    for (let index = 0; index < node.levels.length && into.length < depth; index++)
      into.push(node.levels[index] as BookLevel)
    return
  }
  for (let index = 0; index < node.children.length && into.length < depth; index++) {
    collect(node.children[index] as Node, depth, into)
  }
}

/** A canonical price as a whole number of 10^-scale units, or undefined if it is finer than that. */
function unitsAt(price: Price, scale: number): Key | undefined {
  const length = price.length
  const point = price.indexOf('.')
  const missing = point < 0 ? scale : scale - (length - point - 1)
  if (missing < 0) return undefined
  if (length + missing > SAFE_DIGITS) {
    const units = toUnits(price, scale)
    return units <= Number.MAX_SAFE_INTEGER && units >= Number.MIN_SAFE_INTEGER ? Number(units) : units
  }
  let units = 0
  let index = 0
  const negative = price.charCodeAt(0) === 45
  if (negative) index = 1
  for (; index < length; index++) {
    if (index !== point) units = units * 10 + (price.charCodeAt(index) - 48)
  }
  units *= POWERS_OF_TEN[missing] as number
  return negative ? -units : units
}
