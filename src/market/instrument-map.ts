interface Named {
  readonly venue: string
  readonly instrument: string
}

/**
 * A value for each instrument of each venue. Found by both names as they are: put together to one text, they would have to
 * be hashed anew for every event.
 */
export class InstrumentMap<Value> {
  readonly #venues = new Map<string, Map<string, Value>>()
  #size = 0

  get size(): number {
    return this.#size
  }

  get({ venue, instrument }: Named): Value | undefined {
    return this.#venues.get(venue)?.get(instrument)
  }

  set({ venue, instrument }: Named, value: Value): void {
    let instruments = this.#venues.get(venue)
    if (instruments === undefined) {
      instruments = new Map()
      this.#venues.set(venue, instruments)
    }
    if (!instruments.has(instrument)) this.#size++
    instruments.set(instrument, value)
  }

  /** Venue by venue, each in the order in which they came. */
  *values(): IterableIterator<Value> {
    for (const instruments of this.#venues.values()) yield* instruments.values()
  }
}
