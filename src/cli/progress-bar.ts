/** Work that takes less than this shows nothing. */
const SILENT_MILLISECONDS = 2_000
const REDRAW_MILLISECONDS = 100
/** Where no line can be redrawn, one is written now and then. */
const PLAIN_MILLISECONDS = 5_000
const BAR_WIDTH = 30

/** Something that text can be written to; standard error. */
export interface ProgressStream {
  readonly isTTY?: boolean
  write(text: string): unknown
}

export interface ProgressOptions {
  readonly label: string
  /** What is counted, such as `bytes`. */
  readonly unit: string
  /** Undefined where it is not known how much there is to do. */
  readonly total: number | undefined
  readonly stream?: ProgressStream
  /** Milliseconds; for tests. */
  readonly clock?: () => number
}

/** Shows how far something is, on standard error: a bar on a terminal, plain lines elsewhere, nothing if it is quick. */
export class ProgressBar {
  readonly #options: ProgressOptions
  readonly #stream: ProgressStream
  readonly #clock: () => number
  readonly #begun: number
  #drawn = 0
  #lastDraw: number
  #done = 0

  constructor(options: ProgressOptions) {
    this.#options = options
    this.#stream = options.stream ?? process.stderr
    this.#clock = options.clock ?? (() => performance.now())
    this.#begun = this.#clock()
    this.#lastDraw = this.#begun
  }

  /** Says how much is done by now. Cheap: may be called often. */
  update(done: number): void {
    this.#done = done
    const now = this.#clock()
    if (now - this.#begun < SILENT_MILLISECONDS) return
    const pause = this.#stream.isTTY === true ? REDRAW_MILLISECONDS : PLAIN_MILLISECONDS
    if (this.#drawn > 0 && now - this.#lastDraw < pause) return
    this.#lastDraw = now
    this.#draw(now)
  }

  /** Ends the line, if there is one. */
  finish(): void {
    if (this.#drawn === 0) return
    this.#draw(this.#clock())
    if (this.#stream.isTTY === true) this.#stream.write('\n')
  }

  #draw(now: number): void {
    this.#drawn++
    const { label, unit, total } = this.#options
    const seconds = (now - this.#begun) / 1_000
    const rate = Math.round(this.#done / Math.max(seconds, 0.001))
    const part = total === undefined || total === 0 ? undefined : Math.min(1, this.#done / total)
    const amount = `${this.#done.toLocaleString('en')}${total === undefined ? '' : ` of ${total.toLocaleString('en')}`} ${unit}`
    const left = part === undefined || part === 0 ? '' : `, ${Math.round((seconds * (1 - part)) / part)} s left`
    const text = `${label} ${part === undefined ? '' : `${barOf(part)} ${Math.floor(part * 100)} % `}${amount}, ${rate.toLocaleString('en')}/s${left}`
    this.#stream.write(this.#stream.isTTY === true ? `\r\u001b[2K${text}` : `${text}\n`)
  }
}

function barOf(part: number): string {
  const full = Math.round(part * BAR_WIDTH)
  return `[${'#'.repeat(full)}${'.'.repeat(BAR_WIDTH - full)}]`
}
