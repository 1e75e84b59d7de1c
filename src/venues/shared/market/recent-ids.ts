/** Ids that there is room for at first. */
const LEAST_ROOM = 16
/** Slots for each id that there is room for: with half of them or more free, few looks find an id, or that there is none. */
const SLOTS_AN_ID = 2
/** Lower bits of a slot: the place of the id, plus one. */
const PLACE_BITS = 17
const PLACE_MASK = (1 << PLACE_BITS) - 1
/** As many as the places of a slot tell apart. */
const MOST_IDS = PLACE_MASK - 1

/**
 * Ids of trades with their exchange times, in the order in which they came.
 *
 * A map of texts looks at several of them in memory for each that it does not hold, which is most of the time of a trade once there are
 * some thousands of each instrument. Here a slot holds the place of an id beside some bits of its hash: an id that is not known is so by
 * one look into one table.
 *
 * Every id that is asked for or added has to have memory of its own: the last one is kept, and would keep the frame that it was cut from.
 */
export class RecentIds {
  readonly #ids: string[] = []
  #times = new Float64Array(LEAST_ROOM)
  #hashes = new Int32Array(LEAST_ROOM)
  /** Of each: upper bits of the hash, and the place plus one; 0 is free. The next free one behind the place of the hash is taken. */
  #slots = new Int32Array(LEAST_ROOM * SLOTS_AN_ID)
  /** The id that was looked for last, with its hash: what is not known is often added next. */
  #lookedFor = ''
  #lookedForHash = hashOf('')

  get size(): number {
    return this.#ids.length
  }

  has(id: string): boolean {
    return this.#placeOf(id) >= 0
  }

  /** The exchange time with which an id was added; undefined if it is not known. */
  timeOf(id: string): number | undefined {
    const place = this.#placeOf(id)
    return place < 0 ? undefined : this.#times[place]
  }

  /**
   * Adds an id as the newest. One that is known keeps its place, and gets the new time.
   * @throws RangeError beyond {@link MOST_IDS}
   */
  add(id: string, time: number): void {
    const known = this.#placeOf(id)
    if (known >= 0) {
      this.#times[known] = time
      return
    }
    const place = this.#ids.length
    if (place >= MOST_IDS) throw new RangeError(`more than ${MOST_IDS} ids`)
    if (place === this.#times.length) this.#grow()
    const hash = this.#lookedForHash
    this.#ids.push(id)
    this.#times[place] = time
    this.#hashes[place] = hash
    this.#fill(place, hash)
  }

  /** The earliest of the times that are not before a moment; undefined if there is none. */
  earliestFrom(moment: number): number | undefined {
    let earliest: number | undefined
    for (let place = 0; place < this.#ids.length; place++) {
      const time = this.#times[place] as number
      if (time >= moment && (earliest === undefined || time < earliest)) earliest = time
    }
    return earliest
  }

  /**
   * Forgets those that came first.
   * @param bound how many are left
   * @param forgotten told of each of them
   */
  forget(bound: number, forgotten: (id: string, time: number) => void): void {
    const count = this.#ids.length - bound
    if (count <= 0) return
    for (let place = 0; place < count; place++) forgotten(this.#ids[place] as string, this.#times[place] as number)
    this.#ids.splice(0, count)
    this.#times.copyWithin(0, count)
    this.#hashes.copyWithin(0, count)
    this.#slots.fill(0)
    this.#fillAll()
  }

  #placeOf(id: string): number {
    const hash = id === this.#lookedFor ? this.#lookedForHash : hashOf(id)
    this.#lookedFor = id
    this.#lookedForHash = hash
    const slots = this.#slots
    const mask = slots.length - 1
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const slot = slots[at] as number
      if (slot === 0) return -1
      if (((slot ^ hash) & ~PLACE_MASK) !== 0) continue
      const place = (slot & PLACE_MASK) - 1
      if (this.#ids[place] === id) return place
    }
  }

  #fill(place: number, hash: number): void {
    const slots = this.#slots
    const mask = slots.length - 1
    let at = hash & mask
    while (slots[at] !== 0) at = (at + 1) & mask
    slots[at] = (hash & ~PLACE_MASK) | (place + 1)
  }

  #fillAll(): void {
    for (let place = 0; place < this.#ids.length; place++) this.#fill(place, this.#hashes[place] as number)
  }

  #grow(): void {
    const room = 2 * this.#times.length
    const times = new Float64Array(room)
    times.set(this.#times)
    this.#times = times
    const hashes = new Int32Array(room)
    hashes.set(this.#hashes)
    this.#hashes = hashes
    this.#slots = new Int32Array(room * SLOTS_AN_ID)
    this.#fillAll()
  }
}

/** FNV-1a over the characters, and its bits mixed: places are taken of the lower ones. */
function hashOf(id: string): number {
  let hash = 0x811c9dc5 | 0
  for (let index = 0; index < id.length; index++) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b)
  return hash ^ (hash >>> 16)
}
