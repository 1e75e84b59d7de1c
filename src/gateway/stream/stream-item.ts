import type { InstrumentSlot } from '../live/instrument-slot.ts'
import { detached } from '../live/tape-line.ts'

/** Kinds of which each message is a fact of its own. */
const EACH_ITS_OWN: ReadonlySet<string> = new Set(['trade', 'liquidation', 'gap', 'audit'])

/** One message on its way to clients: one object for all of them. */
export class StreamItem {
  readonly route: string
  readonly slot: InstrumentSlot | undefined
  readonly line: string
  #detached: string | undefined

  constructor(route: string, slot: InstrumentSlot | undefined, line: string) {
    this.route = route
    this.slot = slot
    this.line = line
  }

  /** The line with memory of its own, for clients that keep it longer; copied once for all. */
  get keptLine(): string {
    this.#detached ??= detached(this.line)
    return this.#detached
  }

  /** Whether a newer message of the same kind says all that this one does. */
  get isReplaceable(): boolean {
    return this.slot !== undefined && !EACH_ITS_OWN.has(this.route)
  }
}
