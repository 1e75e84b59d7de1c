import { isMainThread, type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { openStorage } from './embedded-layout.ts'
import { EmbeddedReader } from './embedded-reader.ts'
import type {
  FromWorker,
  ReadMessage,
  ReadResult,
  RequestFailure,
  ToWorker,
  WorkerData,
  WriteMessage,
} from './embedded-request.ts'
import { EmbeddedWriter, failure } from './embedded-writer.ts'
import type { Topic } from './log.ts'

/** Messages that are taken together: their writes become one transaction. */
const MAXIMUM_MESSAGES_AT_ONCE = 64
/** Looking for what another process wrote: as often as was asked for, but less often when it has been quiet. */
const POLL_IDLE_MILLISECONDS = 10
const POLLS_UNTIL_IDLE = 250
/**
 * Pages of the file that were read stay mapped, and count as this process's memory, until the map is given up. So the
 * files are closed and opened again after this much was read or written, which takes a few milliseconds: after less of it
 * where that is seldom.
 */
const BYTES_UNTIL_REOPENED = 48 * 1_024 * 1_024
const BYTES_UNTIL_SELDOM_REOPENED = 4 * 1_024 * 1_024
const SELDOM_MILLISECONDS = 30_000
/** Readers that were killed hold pages back until they are found. */
const READER_CHECK_MILLISECONDS = 30_000

/**
 * The only thread of its process that touches the files. Here a flush, a wait for another process's transaction, and
 * compression stop nobody: the event loop that reads sockets goes on.
 */
class EmbeddedWorker {
  readonly #port: MessagePort
  readonly #answers: MessagePort
  readonly #options: WorkerData
  #storage
  #writer
  #reader
  #bytesWritten = 0
  #openedAt = performance.now()
  #isBusy = false
  #isClosing = false
  #isWatching = false
  #quietPolls = 0
  #poll: NodeJS.Timeout | undefined
  #waiting: ToWorker[] = []
  readonly #readerCheck: NodeJS.Timeout

  constructor(port: MessagePort, options: WorkerData) {
    this.#port = port
    this.#answers = options.answers
    this.#options = options
    this.#storage = openStorage(options.directory)
    this.#writer = new EmbeddedWriter(this.#storage, options.leaseMilliseconds)
    this.#reader = new EmbeddedReader(this.#storage)
    port.on('message', (message: ToWorker) => {
      this.#waiting.push(message)
      if (!this.#isBusy) void this.#work()
    })
    this.#readerCheck = setInterval(() => {
      if (!this.#isBusy) this.#storage.environment.readerCheck()
    }, READER_CHECK_MILLISECONDS).unref()
  }

  async #work(): Promise<void> {
    this.#isBusy = true
    try {
      while (this.#waiting.length > 0 && !this.#isClosing) {
        this.#takeMore()
        const messages = this.#waiting
        this.#waiting = []
        this.#handle(messages)
        if (messages.some(({ kind }) => kind === 'close')) await this.#close()
        else if (this.#mapsMuch()) await this.#reopen()
      }
    } finally {
      this.#isBusy = false
    }
  }

  /** What has come while the last messages were handled goes along. */
  #takeMore(): void {
    while (this.#waiting.length < MAXIMUM_MESSAGES_AT_ONCE) {
      const more = receiveMessageOnPort(this.#port)
      if (more === undefined) return
      this.#waiting.push(more.message as ToWorker)
    }
  }

  #handle(messages: readonly ToWorker[]): void {
    const writes: WriteMessage[] = []
    for (const message of messages) {
      if (message.kind === 'write') writes.push(message)
      else if (message.kind === 'read') this.#answer(message)
      else if (message.kind === 'watch') this.#watch(message.active)
    }
    if (writes.length === 0) return
    for (const { requests } of writes) {
      for (const request of requests) if (request.kind === 'append') this.#bytesWritten += request.packed.byteLength
    }
    const answers = this.#writer.write(writes)
    this.#tellGrown()
    for (const answer of answers) this.#say(answer)
  }

  #answer({ id, request }: ReadMessage): void {
    let result: ReadResult | RequestFailure
    try {
      result = this.#reader.read(request)
    } catch (error) {
      const { message } = failure(error)
      result = { code: 'LOG_READ_FAILED', message }
    }
    const transfer = 'packed' in result ? [result.packed.buffer] : []
    this.#say({ kind: 'read', id, result }, transfer)
  }

  #watch(active: boolean): void {
    this.#isWatching = active
    clearTimeout(this.#poll)
    this.#quietPolls = 0
    if (active) this.#pollAgain()
  }

  #pollAgain(): void {
    const { pollMilliseconds } = this.#options
    const wait =
      this.#quietPolls < POLLS_UNTIL_IDLE ? pollMilliseconds : Math.max(POLL_IDLE_MILLISECONDS, pollMilliseconds)
    this.#poll = setTimeout(() => {
      if (!this.#isWatching || this.#isClosing) return
      if (!this.#isBusy) this.#quietPolls = this.#tellGrown() ? 0 : this.#quietPolls + 1
      this.#pollAgain()
    }, wait)
  }

  #tellGrown(): boolean {
    const next: [Topic, number][] = this.#reader.grown()
    if (next.length === 0) return false
    this.#quietPolls = 0
    this.#say({ kind: 'grown', next })
    return true
  }

  #mapsMuch(): boolean {
    const bytes = this.#reader.bytesRead + this.#bytesWritten
    if (bytes <= BYTES_UNTIL_SELDOM_REOPENED) return false
    return bytes > BYTES_UNTIL_REOPENED || performance.now() - this.#openedAt > SELDOM_MILLISECONDS
  }

  async #reopen(): Promise<void> {
    await this.#storage.environment.close()
    this.#storage = openStorage(this.#options.directory)
    this.#writer = new EmbeddedWriter(this.#storage, this.#options.leaseMilliseconds)
    this.#reader = new EmbeddedReader(this.#storage)
    this.#bytesWritten = 0
    this.#openedAt = performance.now()
  }

  async #close(): Promise<void> {
    this.#isClosing = true
    clearTimeout(this.#poll)
    clearInterval(this.#readerCheck)
    await this.#storage.environment.close()
    this.#answers.close()
    this.#port.close()
  }

  #say(message: FromWorker, transfer: readonly ArrayBuffer[] = []): void {
    this.#answers.postMessage(message, transfer)
  }
}

if (!isMainThread && parentPort !== null) {
  new EmbeddedWorker(parentPort, workerData as WorkerData)
  parentPort.postMessage('ready')
}
