/** Whole numbers that are missing, as ranges in ascending order. */
export class IdRanges {
  #ranges: Array<readonly [first: number, last: number]>

  constructor(first: number, last: number) {
    this.#ranges = first <= last ? [[first, last]] : []
  }

  /** From text such as `757-794,800`, as {@link toString} writes it. What is no range is left out. */
  static read(text: string): IdRanges {
    const ranges = new IdRanges(1, 0)
    for (const piece of text.split(',')) {
      if (!/^\d+(-\d+)?$/.test(piece)) continue
      const [first = Number.NaN, last = first] = piece.split('-').map(Number)
      if (Number.isSafeInteger(first) && Number.isSafeInteger(last) && first <= last) ranges.#ranges.push([first, last])
    }
    return ranges
  }

  get isEmpty(): boolean {
    return this.#ranges.length === 0
  }

  /** How many numbers are missing. */
  get count(): number {
    let count = 0
    for (const [first, last] of this.#ranges) count += last - first + 1
    return count
  }

  /** How many ranges there are: the memory it takes. */
  get pieces(): number {
    return this.#ranges.length
  }

  /** The smallest that is missing. */
  get first(): number | undefined {
    return this.#ranges[0]?.[0]
  }

  get last(): number | undefined {
    return this.#ranges[this.#ranges.length - 1]?.[1]
  }

  /** Takes `first…last` out, if all of it is missing. @returns whether it was. */
  take(first: number, last: number): boolean {
    const at = this.#ranges.findIndex((range) => range[0] <= first && last <= range[1])
    const range = this.#ranges[at]
    if (range === undefined) return false
    const rest: Array<readonly [number, number]> = []
    if (range[0] < first) rest.push([range[0], first - 1])
    if (last < range[1]) rest.push([last + 1, range[1]])
    this.#ranges.splice(at, 1, ...rest)
    return true
  }

  /** Takes out whatever of `first…last` is missing. */
  drop(first: number, last: number): void {
    this.#ranges = this.#ranges.flatMap((range) => {
      if (last < range[0] || range[1] < first) return [range]
      const rest: Array<readonly [number, number]> = []
      if (range[0] < first) rest.push([range[0], first - 1])
      if (last < range[1]) rest.push([last + 1, range[1]])
      return rest
    })
  }

  /** The ranges as text: `757-794,800`. */
  toString(): string {
    return this.#ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',')
  }
}
