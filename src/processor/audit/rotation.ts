import type { Micros } from '../../market/index.ts'

/** Takes turns among names that were heard of lately. */
export class Rotation {
  readonly #heard = new Map<string, Micros>()

  /** A name is there. A new one has its turn last. */
  heard(name: string, at: Micros): void {
    this.#heard.set(name, at)
  }

  /** The next names, at most so many, of those heard since a moment; others are forgotten. */
  next(count: number, since: number): string[] {
    const taken: [string, Micros][] = []
    for (const [name, at] of this.#heard) {
      if (at < since) this.#heard.delete(name)
      else if (taken.length < count) taken.push([name, at])
      else break
    }
    // Who had a turn stands at the end of the row.
    for (const [name, at] of taken) {
      this.#heard.delete(name)
      this.#heard.set(name, at)
    }
    return taken.map(([name]) => name)
  }
}
