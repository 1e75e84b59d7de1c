/** Of so many ids the memory is sure, however long ago they came. */
export const LEAST_IDS = 20_000
/** Beyond those it keeps what came within this time… */
const WINDOW_MICROS = 3_600_000_000
/** …up to so many. */
export const MOST_IDS = 60_000
/** Ids are forgotten a segment at a time. */
const SEGMENT_IDS = 2_048

interface Segment {
  /** Rising. */
  readonly ids: Float64Array
  /** When the last of them came. */
  readonly until: number
}

/** As it is written down: ids as base64 of their doubles, little-endian. */
export interface RecentIdsState {
  readonly closed: readonly (readonly [ids: string, until: number])[]
  readonly open: string
}

/**
 * A bounded memory of whole numbers up to 2^53 that follow no order, by when they came: it knows the last {@link LEAST_IDS} of them,
 * and beyond those all of the last hour, up to {@link MOST_IDS}. So a number that is told a second time is known unless an hour
 * and 20,000 others, or 60,000 others, came between; it never takes a number for known that was not added. It costs eight bytes a
 * number.
 */
export class RecentIds {
  #closed: Segment[] = []
  #open = new Set<number>()
  #closedCount = 0

  has(id: number): boolean {
    return this.#open.has(id) || this.#closed.some(({ ids }) => includes(ids, id))
  }

  /** Adds a number that is not there. `at` is when it came, in microseconds. */
  add(id: number, at: number): void {
    this.#open.add(id)
    if (this.#open.size < SEGMENT_IDS) return
    this.#close(Float64Array.from(this.#open), at)
    this.#open = new Set()
  }

  /** Adds many of which it is not known in what order they came; they are forgotten together. */
  addAll(ids: Iterable<number>, at: number): void {
    this.#close(Float64Array.from(ids), at)
  }

  get size(): number {
    return this.#closedCount + this.#open.size
  }

  state(): RecentIdsState {
    return {
      closed: this.#closed.map(({ ids, until }) => [textOf(ids), until]),
      open: textOf(Float64Array.from(this.#open)),
    }
  }

  static restore({ closed, open }: RecentIdsState): RecentIds {
    const recent = new RecentIds()
    for (const [text, until] of closed) {
      const ids = idsOf(text)
      recent.#closed.push({ ids, until })
      recent.#closedCount += ids.length
    }
    recent.#open = new Set(idsOf(open))
    return recent
  }

  #close(ids: Float64Array, until: number): void {
    this.#closed.push({ ids: ids.sort(), until })
    this.#closedCount += ids.length
    for (let oldest = this.#closed[0]; oldest !== undefined; oldest = this.#closed[0]) {
      const left = this.#closedCount - oldest.ids.length
      const isNeeded = left < LEAST_IDS || (oldest.until > until - WINDOW_MICROS && this.#closedCount <= MOST_IDS)
      if (isNeeded) return
      this.#closed.shift()
      this.#closedCount = left
    }
  }
}

function includes(ids: Float64Array, id: number): boolean {
  let low = 0
  let high = ids.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const found = ids[middle] as number
    if (found === id) return true
    if (found < id) low = middle + 1
    else high = middle - 1
  }
  return false
}

function textOf(ids: Float64Array): string {
  const bytes = Buffer.alloc(ids.length * 8)
  for (const [index, id] of ids.entries()) bytes.writeDoubleLE(id, index * 8)
  return bytes.toString('base64')
}

function idsOf(text: string): Float64Array {
  const bytes = Buffer.from(text, 'base64')
  return Float64Array.from({ length: bytes.length / 8 }, (_, index) => bytes.readDoubleLE(index * 8))
}
