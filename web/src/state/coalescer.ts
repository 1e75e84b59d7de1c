/** How work gets to the next frame; given, so that tests need no browser. */
export type FrameRequest = (run: () => void) => void

/**
 * Gathers work until the next frame. However many messages arrive in between, each task runs once: that is what keeps the
 * page calm and its cost independent of the rate of the market.
 */
export class Coalescer {
  readonly #request: FrameRequest
  #pending = new Set<() => void>()

  constructor(request: FrameRequest) {
    this.#request = request
  }

  /** Has `task` run in the next frame, once. The same function marked twice is one task. */
  mark(task: () => void): void {
    const first = this.#pending.size === 0
    this.#pending.add(task)
    if (first) this.#request(this.#run)
  }

  readonly #run = (): void => {
    const tasks = this.#pending
    // A task that is marked while the others run belongs to the next frame.
    this.#pending = new Set()
    for (const task of tasks) task()
  }
}

/** People cannot read prices that change faster than this; drawing them only burns power. */
const SHORTEST_FRAME_MILLISECONDS = 80
/** A hidden page gets no animation frames; its title and its bounded state are still kept up to date this often. */
const HIDDEN_FRAME_MILLISECONDS = 1_000

/**
 * Frames of the browser: animation frames, at most one in so many milliseconds (about twelve a second, if not given), and
 * a slow timer while the page is hidden.
 */
export function browserFrames(shortestMilliseconds = SHORTEST_FRAME_MILLISECONDS): FrameRequest {
  let last = 0
  return (run) => {
    let done = false
    const once = (): void => {
      if (done) return
      done = true
      last = performance.now()
      run()
    }
    const wait = Math.max(0, last + shortestMilliseconds - performance.now())
    setTimeout(() => requestAnimationFrame(once), wait)
    setTimeout(once, HIDDEN_FRAME_MILLISECONDS)
  }
}
