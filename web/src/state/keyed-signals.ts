/** Many watched values by key: who watches one key is not woken by another. */
export class KeyedSignals<Value> {
  readonly #values = new Map<string, Value>()
  readonly #listeners = new Map<string, Set<() => void>>()

  get(key: string): Value | undefined {
    return this.#values.get(key)
  }

  set(key: string, value: Value): void {
    if (Object.is(this.#values.get(key), value)) return
    this.#values.set(key, value)
    this.#tell(key)
  }

  delete(key: string): void {
    if (this.#values.delete(key)) this.#tell(key)
  }

  values(): IterableIterator<Value> {
    return this.#values.values()
  }

  keys(): IterableIterator<string> {
    return this.#values.keys()
  }

  get size(): number {
    return this.#values.size
  }

  subscribe(key: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(key) ?? new Set()
    listeners.add(listener)
    this.#listeners.set(key, listeners)
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#listeners.delete(key)
    }
  }

  #tell(key: string): void {
    const listeners = this.#listeners.get(key)
    if (listeners === undefined) return
    for (const listener of [...listeners]) listener()
  }
}
