import { isZero, type Price } from './decimal.ts'
import type { BookLevel } from './event.ts'
import { WideLevels } from './wide-levels.ts'

/** A leaf has levels, a branch has children. One shape for both: they are read in the same loops. */
interface Node {
  /** Of a leaf: of each level. Of a branch: no larger than any key under the child; that of the first child does not count. */
  readonly keys: number[]
  readonly levels: BookLevel[]
  readonly children: Node[]
}

/** Entries of a node before it is split. */
const NODE_CAPACITY = 32
/** Whole numbers below this have at most 15 digits. */
const FIFTEEN_DIGITS = 1e15
/** Powers of ten up to the last one that a double holds exactly. */
const POWERS_OF_TEN = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))

/**
 * One side of a book: levels in order of price in a B+ tree, so that set and remove cost O(log n). Its keys are the doubles that are
 * nearest to the prices: decimals of up to 15 digits have one each, in the same order. With the first price of more digits the
 * levels move to a list that compares decimals.
 *
 * The keys run from the worst level to the best: nearly every change is close to the best one, and what stands behind it in its leaf
 * has to move.
 */
export class LevelTree {
  readonly #order: 'ascending' | 'descending'
  readonly #descending: boolean
  #root = newNode()
  /** The leaf with the best level. */
  #last = this.#root
  /** Branches between the root and a leaf. */
  #height = 0
  #size = 0
  #wide: WideLevels | undefined

  constructor(order: 'ascending' | 'descending') {
    this.#order = order
    this.#descending = order === 'descending'
  }

  get size(): number {
    return this.#wide === undefined ? this.#size : this.#wide.size
  }

  /** The first level in this side's order. */
  get best(): BookLevel | undefined {
    if (this.#wide !== undefined) return this.#wide.best
    const { levels } = this.#last
    const count = levels.length
    // Behind the end of an array is no place to look: V8 is slow there from then on.
    return count === 0 ? undefined : levels[count - 1]
  }

  /** The double that is nearest to the best price; NaN where there is none, or where it might be that of another price too. */
  get bestNumber(): number {
    if (this.#wide !== undefined || this.#size === 0) return Number.NaN
    const { keys } = this.#last
    const key = keys[keys.length - 1] as number
    return this.#descending ? key : -key
  }

  clear(): void {
    this.#root = newNode()
    this.#last = this.#root
    this.#height = 0
    this.#size = 0
    this.#wide = undefined
  }

  /** Holds these levels from now on, as if each was set in turn. */
  replace(levels: readonly BookLevel[]): void {
    this.clear()
    // Snapshots begin with the best: from their end on, each level is the new best one, at the cheap end of the tree.
    for (let index = levels.length - 1; index >= 0; index--) {
      const level = levels[index] as BookLevel
      this.set(level)
      if (this.best === level && this.size === levels.length - index) continue
      // It is ordered otherwise, or names a price twice.
      this.clear()
      for (const one of levels) this.set(one)
      return
    }
  }

  /** Puts a level in place of the one at its price; a level of amount zero removes that one. */
  set(level: BookLevel): void {
    const number = this.#wide === undefined ? numberOf(level[0]) : Number.NaN
    if (Number.isNaN(number)) {
      this.#setWide(level)
      return
    }
    const key = this.#descending ? number : -number
    let leaf = this.#last
    let { keys } = leaf
    let at = keys.length
    if (this.#height === 0 || (keys[0] as number) <= key) {
      // Close to the best level few steps are faster than halves.
      while (at > 0 && (keys[at - 1] as number) >= key) at--
    } else {
      leaf = this.#root
      for (let height = this.#height; height > 0; height--) leaf = leaf.children[childFor(leaf.keys, key)] as Node
      keys = leaf.keys
      at = lowerBound(keys, key)
    }
    const { levels } = leaf
    const isKnown = at < keys.length && keys[at] === key
    if (isZero(level[1])) {
      if (!isKnown) return
      this.#size--
      removeAt(keys, at)
      removeAt(levels, at)
      if (keys.length === 0 && this.#height > 0) this.#drop(key)
    } else if (isKnown) levels[at] = level
    else {
      this.#size++
      insertAt(keys, at, key)
      insertAt(levels, at, level)
      if (keys.length > NODE_CAPACITY) this.#split(key)
    }
  }

  /** The first `depth` levels in order (all, if not given). */
  levels(depth = this.size): BookLevel[] {
    if (this.#wide !== undefined) return this.#wide.levels(depth)
    const found: BookLevel[] = []
    collect(this.#root, depth, found)
    return found
  }

  /** Removes the levels beyond the first `depth` and returns them in order. */
  cut(depth: number): readonly BookLevel[] {
    if (this.#wide !== undefined) return this.#wide.cut(depth)
    if (this.#size <= depth) return NOTHING
    const removed: BookLevel[] = []
    while (this.#size > depth) {
      let leaf = this.#root
      for (let height = this.#height; height > 0; height--) leaf = leaf.children[0] as Node
      const { keys, levels } = leaf
      const key = keys[0] as number
      const count = Math.min(this.#size - depth, keys.length)
      for (let index = 0; index < count; index++) removed.push(levels[index] as BookLevel)
      keys.splice(0, count)
      levels.splice(0, count)
      this.#size -= count
      if (keys.length === 0 && this.#height > 0) this.#drop(key)
    }
    return removed.reverse()
  }

  #setWide(level: BookLevel): void {
    if (this.#wide === undefined) {
      const levels = this.levels()
      this.clear()
      this.#wide = new WideLevels(this.#order, levels)
    }
    this.#wide.set(level)
  }

  /** A leaf is full, and perhaps branches above it. */
  #split(key: number): void {
    const right = split(this.#root, this.#height, key)
    if (right !== undefined) {
      const root = newNode()
      root.keys.push(firstKey(this.#root), firstKey(right))
      root.children.push(this.#root, right)
      this.#root = root
      this.#height++
    }
    this.#findLast()
  }

  /** The leaf of a key is empty now. */
  #drop(key: number): void {
    drop(this.#root, this.#height, key)
    while (this.#height > 0 && this.#root.children.length === 1) {
      this.#root = this.#root.children[0] as Node
      this.#height--
    }
    this.#findLast()
  }

  #findLast(): void {
    let last = this.#root
    for (let height = this.#height; height > 0; height--) last = last.children[last.children.length - 1] as Node
    this.#last = last
  }
}

const NOTHING: readonly BookLevel[] = []

function newNode(): Node {
  // So that V8 keeps the keys as doubles from the beginning, whole numbers too.
  const keys = [0.5]
  keys.pop()
  return { keys, levels: [], children: [] }
}

function firstKey(node: Node): number {
  return node.keys[0] as number
}

/** Splits the nodes on the way to a key that are too full, from the leaf up. @returns the right half of this one, if it was. */
function split(node: Node, height: number, key: number): Node | undefined {
  if (height > 0) {
    const at = childFor(node.keys, key)
    const right = split(node.children[at] as Node, height - 1, key)
    if (right === undefined) return undefined
    insertAt(node.keys, at + 1, firstKey(right))
    insertAt(node.children, at + 1, right)
  }
  if (node.keys.length <= NODE_CAPACITY) return undefined
  const half = node.keys.length >> 1
  const right = newNode()
  moveFrom(node.keys, half, right.keys)
  moveFrom(node.levels, half, right.levels)
  moveFrom(node.children, half, right.children)
  return right
}

/** Takes away the empty leaf of a key, and the branches that are empty then. @returns whether this one is. */
function drop(node: Node, height: number, key: number): boolean {
  if (height === 0) return node.keys.length === 0
  const at = childFor(node.keys, key)
  if (!drop(node.children[at] as Node, height - 1, key)) return false
  removeAt(node.keys, at)
  removeAt(node.children, at)
  return node.keys.length === 0
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

function moveFrom<Entry>(entries: Entry[], from: number, to: Entry[]): void {
  for (let index = from; index < entries.length; index++) to.push(entries[index] as Entry)
  entries.length = Math.min(entries.length, from)
}

/** Index of the first key that is not smaller than `key`. */
function lowerBound(keys: readonly number[], key: number): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((keys[middle] as number) < key) low = middle + 1
    else high = middle
  }
  return low
}

/** Index of the child whose range holds `key`. */
function childFor(keys: readonly number[], key: number): number {
  let low = 1
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((keys[middle] as number) <= key) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** Best first, which is from the end. */
function collect(node: Node, depth: number, into: BookLevel[]): void {
  const { levels, children } = node
  for (let index = levels.length - 1; index >= 0 && into.length < depth; index--) into.push(levels[index] as BookLevel)
  for (let index = children.length - 1; index >= 0 && into.length < depth; index--)
    collect(children[index] as Node, depth, into)
}

/**
 * The double that is nearest to a canonical price: a quotient of two exact numbers is rounded once. NaN if the price has more digits
 * than are sure to be told apart.
 */
function numberOf(price: Price): number {
  const length = price.length
  const isNegative = price.charCodeAt(0) === 45
  let point = length - 1
  let digits = 0
  for (let index = isNegative ? 1 : 0; index < length; index++) {
    const code = price.charCodeAt(index)
    if (code === 46) point = index
    else digits = digits * 10 + (code - 48)
  }
  const fraction = length - 1 - point
  if (digits >= FIFTEEN_DIGITS || fraction >= POWERS_OF_TEN.length) return Number.NaN
  const number = digits / (POWERS_OF_TEN[fraction] as number)
  return isNegative ? -number : number
}
