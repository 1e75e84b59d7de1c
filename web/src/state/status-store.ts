import type { Status } from '../../../src/gateway/schemas/index.ts'
import { Signal } from './signal.ts'

/** How often the gateway is asked how it stands. */
const POLL_MILLISECONDS = 4_000

/** What the gateway says of itself: whether data are simulated, what is wrong, which venues can be reached. */
export class StatusStore {
  readonly status = new Signal<Status | null>(null)
  /** Why there is no answer; null while there is one. */
  readonly failure = new Signal<{ message: string; status: number } | null>(null)
  readonly #ask: () => Promise<Status>

  constructor(ask: () => Promise<Status>) {
    this.#ask = ask
  }

  start(): void {
    const turn = async (): Promise<void> => {
      await this.refresh()
      setTimeout(turn, POLL_MILLISECONDS)
    }
    void turn()
  }

  async refresh(): Promise<void> {
    try {
      this.status.set(await this.#ask())
      this.failure.set(null)
    } catch (error) {
      const status = error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : 0
      this.failure.set({ message: error instanceof Error ? error.message : String(error), status })
    }
  }
}
