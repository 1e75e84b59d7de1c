import type { Channel, FeedStateEvent, InstrumentId } from '../market/index.ts'

/** What was said last of each feed of a venue that is watched, so that it can be said again. */
export class FeedStates {
  readonly #said = new Map<string, FeedStateEvent>()

  note(event: FeedStateEvent): void {
    this.#said.set(keyOf(event.instrument, event.channel), event)
  }

  forget(instrument: InstrumentId, channel: Channel): void {
    this.#said.delete(keyOf(instrument, channel))
  }

  /** Every feed's last word. */
  all(): Iterable<FeedStateEvent> {
    return this.#said.values()
  }
}

function keyOf(instrument: InstrumentId, channel: Channel): string {
  return `${channel}:${instrument}`
}
