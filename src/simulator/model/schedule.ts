/** What will happen when: a binary heap of (virtual time, what), earliest first. */
export class Schedule {
  readonly #times: number[] = []
  readonly #items: number[] = []

  get count(): number {
    return this.#times.length
  }

  /** Time of the earliest entry; infinite if there is none. */
  get earliest(): number {
    return this.#times[0] ?? Number.POSITIVE_INFINITY
  }

  add(time: number, item: number): void {
    let index = this.#times.length
    this.#times.push(time)
    this.#items.push(item)
    while (index > 0) {
      const parent = (index - 1) >> 1
      if ((this.#times[parent] as number) <= time) break
      this.#move(parent, index)
      index = parent
    }
    this.#times[index] = time
    this.#items[index] = item
  }

  /** Removes the earliest entry. @returns what it was; -1 if there is none. */
  take(): number {
    const taken = this.#items[0]
    if (taken === undefined) return -1
    const time = this.#times.pop() as number
    const item = this.#items.pop() as number
    const count = this.#times.length
    if (count === 0) return taken
    let index = 0
    for (;;) {
      let child = 2 * index + 1
      if (child >= count) break
      if (child + 1 < count && (this.#times[child + 1] as number) < (this.#times[child] as number)) child++
      if ((this.#times[child] as number) >= time) break
      this.#move(child, index)
      index = child
    }
    this.#times[index] = time
    this.#items[index] = item
    return taken
  }

  /** Moves everything later by a duration. */
  shift(duration: number): void {
    for (let index = 0; index < this.#times.length; index++)
      this.#times[index] = (this.#times[index] as number) + duration
  }

  #move(from: number, to: number): void {
    this.#times[to] = this.#times[from] as number
    this.#items[to] = this.#items[from] as number
  }
}
