import { setTimeout as sleep } from 'node:timers/promises'
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type {
  Answer,
  FromWorker,
  ReadRequest,
  ReadResult,
  RequestFailure,
  ToWorker,
  WorkerData,
  WorkerOptions,
  WriteRequest,
} from './embedded-request.ts'
import type { Topic } from './log.ts'
import { LogError, reasonOf } from './log-error.ts'

/** Messages of writes under way at once: one being written, one ready for when it is done. What comes meanwhile is joined. */
const MAXIMUM_WRITES_UNDER_WAY = 2

/** A thread that has failed is started again after this. */
const START_AGAIN_MILLISECONDS = 250

interface WaitingWrite {
  readonly request: WriteRequest
  readonly bytes: number
  readonly resolve: (result: number) => void
  readonly reject: (error: LogError) => void
}

interface WaitingRead {
  readonly resolve: (result: ReadResult) => void
  readonly reject: (error: LogError) => void
}

/** This side of the thread that owns the files: joins writes into messages, bounds what waits, and matches the answers. */
export class EmbeddedThread {
  readonly #options: WorkerOptions
  #worker: Worker
  /** By which the thread answers. */
  #answers: MessagePort
  readonly #maximumWaitingBytes: number
  readonly #closed = Promise.withResolvers<void>()
  #queue: WaitingWrite[] = []
  readonly #writesUnderWay = new Map<number, readonly WaitingWrite[]>()
  readonly #readsUnderWay = new Map<number, WaitingRead>()
  #waitingBytes = 0
  #lastId = 0
  #watchers = 0
  #drained: () => void = () => undefined
  #failure: LogError | undefined
  #isClosing = false
  readonly #next = new Map<Topic, number>()
  /** Called when a topic has grown, whoever appended, or when nothing more will come. */
  onGrown: () => void = () => undefined

  private constructor(options: WorkerOptions, { worker, answers }: StartedWorker, maximumWaitingBytes: number) {
    this.#options = options
    this.#worker = worker
    this.#answers = answers
    this.#maximumWaitingBytes = maximumWaitingBytes
    this.#listen(worker, answers)
  }

  /** @throws LogError LOG_OPEN_FAILED */
  static async start(options: WorkerOptions, maximumWaitingBytes: number): Promise<EmbeddedThread> {
    return new EmbeddedThread(options, await startWorker(options), maximumWaitingBytes)
  }

  /** The position that a topic is known to have reached: one after the newest record that the thread has seen. */
  knownNext(topic: Topic): number {
    return this.#next.get(topic) ?? 1
  }

  /**
   * Resolves when the request is durable, with its result. `bytes` count against the bound.
   * @throws LogError of the request's kind; LOG_FULL if the bound is reached; LOG_CLOSED, LOG_UNAVAILABLE.
   */
  write(request: WriteRequest, bytes: number): Promise<number> {
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

  /** @throws LogError LOG_CLOSED, LOG_UNAVAILABLE, LOG_READ_FAILED */
  read(request: ReadRequest): Promise<ReadResult> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure)
        return
      }
      this.#lastId++
      this.#readsUnderWay.set(this.#lastId, { resolve, reject })
      this.#hold()
      this.#post({ kind: 'read', id: this.#lastId, request })
    })
  }

  /** Takes the answers that are there, before the event loop does. */
  takeAnswers(): void {
    for (;;) {
      const next: { message: FromWorker } | undefined = receiveMessageOnPort(this.#answers)
      if (next === undefined) return
      this.#received(next.message)
    }
  }

  /** From now on the thread looks for what other processes append, until `unwatch` is called as often. */
  watch(): void {
    if (this.#watchers++ === 0) this.#post({ kind: 'watch', active: true })
    this.#hold()
  }

  unwatch(): void {
    if (--this.#watchers === 0 && this.#failure === undefined) this.#post({ kind: 'watch', active: false })
    this.#hold()
  }

  /** Writes what is waiting, then ends the thread. */
  async close(): Promise<void> {
    if (this.#failure === undefined && this.#queue.length + this.#writesUnderWay.size > 0) {
      await new Promise<void>((resolve) => {
        this.#drained = resolve
      })
    }
    const isAway = this.#failure !== undefined
    this.#isClosing = true
    this.#failure ??= new LogError('LOG_CLOSED', 'the log is closed')
    this.onGrown()
    if (!isAway) {
      this.#worker.ref()
      this.#post({ kind: 'close' })
    }
    await this.#closed.promise
  }

  #post(message: ToWorker, transfer: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer)
  }

  #hold(): void {
    if (this.#writesUnderWay.size + this.#readsUnderWay.size + this.#watchers > 0) this.#worker.ref()
    else this.#worker.unref()
  }

  #send(): void {
    if (this.#queue.length === 0 || this.#writesUnderWay.size >= MAXIMUM_WRITES_UNDER_WAY) return
    const waiting = this.#queue
    this.#queue = []
    this.#lastId++
    const transfer: ArrayBuffer[] = []
    for (const { request } of waiting) if (request.kind === 'append') transfer.push(request.packed.buffer)
    this.#writesUnderWay.set(this.#lastId, waiting)
    this.#hold()
    this.#post({ kind: 'write', id: this.#lastId, requests: waiting.map(({ request }) => request) }, transfer)
  }

  #received(message: FromWorker): void {
    switch (message.kind) {
      case 'grown':
        for (const [topic, next] of message.next) this.#next.set(topic, next)
        this.onGrown()
        return
      case 'written':
        this.#written(message)
        return
      case 'read': {
        const waiting = this.#readsUnderWay.get(message.id)
        this.#readsUnderWay.delete(message.id)
        this.#hold()
        if ('code' in message.result) waiting?.reject(errorFrom(message.result))
        else waiting?.resolve(message.result)
      }
    }
  }

  #written({ id, results }: Answer): void {
    const waiting = this.#writesUnderWay.get(id) ?? []
    this.#writesUnderWay.delete(id)
    this.#hold()
    for (const [index, { bytes, resolve, reject }] of waiting.entries()) {
      this.#waitingBytes -= bytes
      const result = results[index]
      if (typeof result === 'number') resolve(result)
      else reject(errorFrom(result ?? { code: 'LOG_WRITE_FAILED', message: 'the log did not answer' }))
    }
    this.#send()
    if (this.#queue.length + this.#writesUnderWay.size === 0) this.#drained()
  }

  #listen(worker: Worker, answers: MessagePort): void {
    let reason = "the log's thread has ended"
    answers.on('message', (message: FromWorker) => this.#received(message))
    // What is asked of the thread keeps the process alive, not the way of the answers.
    answers.unref()
    worker.on('error', (error) => {
      reason = `the log's thread failed: ${reasonOf(error)}`
    })
    worker.on('exit', () => {
      this.takeAnswers()
      this.#failed(reason)
      if (this.#isClosing) this.#closed.resolve()
      else void this.#startAgain()
    })
  }

  /** What was under way may or may not be stored; whoever asked is told so, and decides. */
  #failed(reason: string): void {
    this.#failure ??= new LogError('LOG_UNAVAILABLE', `${reason}; it is started again, try again`)
    const failure = this.#failure
    const all = [...[...this.#writesUnderWay.values()].flat(), ...this.#queue, ...this.#readsUnderWay.values()]
    this.#writesUnderWay.clear()
    this.#readsUnderWay.clear()
    this.#queue = []
    this.#waitingBytes = 0
    for (const { reject } of all) reject(failure)
    this.#drained()
    this.onGrown()
  }

  async #startAgain(): Promise<void> {
    while (!this.#isClosing) {
      await sleep(START_AGAIN_MILLISECONDS)
      try {
        const { worker, answers } = await startWorker(this.#options)
        this.#worker = worker
        this.#answers = answers
        this.#listen(worker, answers)
        break
      } catch (error) {
        this.#failure = new LogError('LOG_UNAVAILABLE', `the log cannot be opened again: ${reasonOf(error)}`, {
          cause: error,
        })
      }
    }
    if (this.#isClosing) {
      await this.#worker.terminate()
      this.#closed.resolve()
      return
    }
    this.#failure = undefined
    if (this.#watchers > 0) this.#post({ kind: 'watch', active: true })
    this.#hold()
    this.onGrown()
  }
}

interface StartedWorker {
  readonly worker: Worker
  readonly answers: MessagePort
}

async function startWorker(options: WorkerOptions): Promise<StartedWorker> {
  const { port1: answers, port2 } = new MessageChannel()
  const workerData: WorkerData = { ...options, answers: port2 }
  const worker = new Worker(new URL('./embedded-worker.ts', import.meta.url), { workerData, transferList: [port2] })
  await new Promise<void>((resolve, reject) => {
    const failed = (error: unknown): void => {
      reject(
        error instanceof Error && 'code' in error && error.code === 'LOG_OPEN_FAILED'
          ? new LogError('LOG_OPEN_FAILED', error.message, { cause: error })
          : new LogError('LOG_OPEN_FAILED', `the log's thread did not start: ${reasonOf(error)}`, { cause: error }),
      )
    }
    worker.once('error', failed)
    worker.once('message', () => {
      worker.off('error', failed)
      resolve()
    })
  })
  // The thread alone does not keep the process alive; what is asked of it does.
  worker.unref()
  return { worker, answers }
}

function errorFrom({ code, message }: RequestFailure): LogError {
  return new LogError(code, message)
}
