import { Worker } from 'node:worker_threads'
import type { WriteAnswer, WriteMessage, WriteRequest, WriterOptions } from './embedded-request.ts'
import { LogError, reasonOf } from './log-error.ts'

/** Messages under way at once: one being written, one ready for when it is done. What comes meanwhile is joined. */
const MAXIMUM_MESSAGES_UNDER_WAY = 2

interface Waiting {
  readonly request: WriteRequest
  readonly bytes: number
  readonly resolve: (result: number) => void
  readonly reject: (error: LogError) => void
}

/** This side of the writing thread: joins requests into messages, bounds what waits, and matches the answers. */
export class WriterThread {
  readonly #worker: Worker
  readonly #maximumWaitingBytes: number
  readonly #closed = Promise.withResolvers<void>()
  #queue: Waiting[] = []
  readonly #underWay = new Map<number, readonly Waiting[]>()
  #waitingBytes = 0
  #lastId = 0
  #drained: () => void = () => undefined
  #failure: LogError | undefined

  private constructor(worker: Worker, maximumWaitingBytes: number) {
    this.#worker = worker
    this.#maximumWaitingBytes = maximumWaitingBytes
    worker.on('message', (message: WriteAnswer | 'closed') => {
      if (message !== 'closed') this.#answered(message)
    })
    worker.on('error', (error) => this.#failed(`the log's writing thread failed: ${reasonOf(error)}`))
    worker.on('exit', () => {
      this.#failed("the log's writing thread has ended")
      this.#closed.resolve()
    })
  }

  /** @throws LogError LOG_OPEN_FAILED */
  static async start(options: WriterOptions, maximumWaitingBytes: number): Promise<WriterThread> {
    const worker = new Worker(new URL('./embedded-writer.ts', import.meta.url), { workerData: options })
    await new Promise<void>((resolve, reject) => {
      const failed = (error: unknown): void => {
        reject(
          error instanceof Error && 'code' in error && error.code === 'LOG_OPEN_FAILED'
            ? new LogError('LOG_OPEN_FAILED', error.message, { cause: error })
            : new LogError('LOG_OPEN_FAILED', `the log's writing thread did not start: ${reasonOf(error)}`, {
                cause: error,
              }),
        )
      }
      worker.once('error', failed)
      worker.once('message', () => {
        worker.off('error', failed)
        resolve()
      })
    })
    // The thread alone does not keep the process alive; a request under way does.
    worker.unref()
    return new WriterThread(worker, maximumWaitingBytes)
  }

  /**
   * Resolves when the request is durable, with its result. `bytes` count against the bound.
   * @throws LogError of the request's kind; LOG_FULL if the bound is reached; LOG_CLOSED, LOG_UNAVAILABLE.
   */
  request(request: WriteRequest, bytes: number): Promise<number> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure)
        return
      }
      if (bytes > 0 && this.#waitingBytes > 0 && this.#waitingBytes + bytes > this.#maximumWaitingBytes) {
        reject(
          new LogError(
            'LOG_FULL',
            `${this.#waitingBytes} bytes are waiting to be written to the log, which is its bound; hold back and try again`,
          ),
        )
        return
      }
      this.#waitingBytes += bytes
      this.#queue.push({ request, bytes, resolve, reject })
      // Appends made in one turn of the event loop go together.
      if (this.#queue.length === 1) queueMicrotask(() => this.#send())
    })
  }

  /** Writes what is waiting, then ends the thread. */
  async close(): Promise<void> {
    if (this.#failure === undefined && this.#queue.length + this.#underWay.size > 0) {
      await new Promise<void>((resolve) => {
        this.#drained = resolve
      })
    }
    this.#failure ??= new LogError('LOG_CLOSED', 'the log is closed')
    this.#worker.ref()
    this.#worker.postMessage('close')
    await this.#closed.promise
  }

  #send(): void {
    if (this.#queue.length === 0 || this.#underWay.size >= MAXIMUM_MESSAGES_UNDER_WAY) return
    const waiting = this.#queue
    this.#queue = []
    this.#lastId++
    const message: WriteMessage = { id: this.#lastId, requests: waiting.map(({ request }) => request) }
    const transfer: ArrayBuffer[] = []
    for (const { request } of waiting) {
      if (request.kind === 'append' && request.packed.buffer instanceof ArrayBuffer)
        transfer.push(request.packed.buffer)
    }
    if (this.#underWay.size === 0) this.#worker.ref()
    this.#underWay.set(this.#lastId, waiting)
    this.#worker.postMessage(message, transfer)
  }

  #answered({ id, results }: WriteAnswer): void {
    const waiting = this.#underWay.get(id) ?? []
    this.#underWay.delete(id)
    if (this.#underWay.size === 0) this.#worker.unref()
    for (const [index, { bytes, resolve, reject }] of waiting.entries()) {
      this.#waitingBytes -= bytes
      const result = results[index]
      if (typeof result === 'number') resolve(result)
      else reject(new LogError(result?.code ?? 'LOG_WRITE_FAILED', result?.message ?? 'the log did not answer'))
    }
    this.#send()
    if (this.#queue.length + this.#underWay.size === 0) this.#drained()
  }

  #failed(reason: string): void {
    this.#failure ??= new LogError('LOG_UNAVAILABLE', `${reason}; restart this process`)
    const failure = this.#failure
    const all = [...[...this.#underWay.values()].flat(), ...this.#queue]
    this.#underWay.clear()
    this.#queue = []
    this.#waitingBytes = 0
    for (const { reject } of all) reject(failure)
    this.#drained()
  }
}
