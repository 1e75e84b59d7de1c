import type { Channel, FeedStateEvent, InstrumentId } from '../market/index.ts'

/** What was said last of each feed of a venue that is watched, so that it can be said again. */
export class FeedStates {
  readonly #said = new Map<string, { readonly connection: string; readonly event: FeedStateEvent }>()

  note(connection: string, event: FeedStateEvent): void {
    this.#said.set(keyOf(event.instrument, event.channel), { connection, event })
  }

  forget(instrument: InstrumentId, channel: Channel): void {
    this.#said.delete(keyOf(instrument, channel))
  }

  /** Every feed's last word, with the connection that it was said on. */
  all(): Iterable<{ readonly connection: string; readonly event: FeedStateEvent }> {
    return this.#said.values()
  }
}

function keyOf(instrument: InstrumentId, channel: Channel): string {
  return `${channel}:${instrument}`
}
