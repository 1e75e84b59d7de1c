import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { FromChild, ToChild } from './child/messages.ts'
import { EMBEDDED_DATABASE, embeddedStoreAddress, type StoreAddress } from './store-address.ts'
import { StoreError } from './store-error.ts'

const CHILD = fileURLToPath(new URL('./child/main.ts', import.meta.url))

const FIRST_BACK_OFF_MILLISECONDS = 200
const LONGEST_BACK_OFF_MILLISECONDS = 5_000
/** A child that lived as long is started again at once. */
const HEALTHY_MILLISECONDS = 5_000
const START_MILLISECONDS = 60_000
/** How long the first start is tried. */
const FIRST_START_MILLISECONDS = 5_000
const STOP_MILLISECONDS = 25_000
/** Each native call takes one of Node's worker threads while it runs; sessions plus some for files and compression. */
const CHILD_WORKER_THREADS = '12'

/** What happens to the store child, for the supervisor's log. */
export type StoreChildNews =
  | { readonly what: 'started'; readonly pid: number; readonly milliseconds: number }
  | { readonly what: 'ended'; readonly reason: string; readonly retryMilliseconds: number }
  | { readonly what: 'said'; readonly text: string }

export interface SuperviseStoreOptions {
  /** Directory of the engine's files; only one child may have it open. */
  readonly directory: string
  readonly secretsDirectory: string
  readonly host: string
  /** 0 = any free one; it stays the same when the child is started again. */
  readonly port: number
  readonly news?: (news: StoreChildNews) => void
}

/** The embedded store, running. */
export interface SupervisedStore {
  readonly writer: StoreAddress
  /** Credentials of the user that may only read. */
  readonly reader: StoreAddress
  /** Of the child at present; undefined between two lives. */
  readonly pid: number | undefined
  /** Stops the child in order; resolves when it is gone. */
  stop(): Promise<void>
}

/**
 * Runs the embedded store in a process of its own, since a crash of the native engine must not take others along, and
 * starts it again with back-off when it ends. Resolves when it can be asked for the first time.
 * @throws StoreError STORE_CHILD_FAILED if the first start fails: the port is taken, the directory is in use, …
 */
export async function superviseStore(options: SuperviseStoreOptions): Promise<SupervisedStore> {
  const accounts = await Promise.all(
    (['writer', 'reader'] as const).map(async (role) => {
      const address = await embeddedStoreAddress({ ...options, user: role })
      return { user: address.user, password: address.password, role }
    }),
  )
  const supervisor = new StoreSupervisor(options, {
    type: 'start',
    directory: options.directory,
    database: EMBEDDED_DATABASE,
    host: options.host,
    port: options.port,
    accounts,
  })
  const port = await supervisor.startAtFirst()
  const [writer, reader] = await Promise.all(
    (['writer', 'reader'] as const).map((user) => embeddedStoreAddress({ ...options, port, user })),
  )
  if (writer === undefined || reader === undefined) throw new StoreError('STORE_CHILD_FAILED', 'no address')
  return {
    writer,
    reader,
    get pid() {
      return supervisor.pid
    },
    stop: () => supervisor.stop(),
  }
}

class StoreSupervisor {
  readonly #options: SuperviseStoreOptions
  readonly #order: Extract<ToChild, { type: 'start' }>
  #port: number
  #child: ChildProcess | undefined
  #stopping = false
  #failures = 0
  #retry: NodeJS.Timeout | undefined
  /** What the engine wrote last; it names the reason of some failures there only. */
  #lastSaid = ''

  constructor(options: SuperviseStoreOptions, order: Extract<ToChild, { type: 'start' }>) {
    this.#options = options
    this.#order = order
    this.#port = order.port
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** The child of a supervisor that was killed lets go of directory and port a moment later, so some tries are made. */
  async startAtFirst(): Promise<number> {
    const giveUpAt = performance.now() + FIRST_START_MILLISECONDS
    for (;;) {
      try {
        return await this.start()
      } catch (error) {
        if (performance.now() > giveUpAt) throw error
        const reason = error instanceof Error ? error.message : String(error)
        this.#news({ what: 'ended', reason, retryMilliseconds: FIRST_BACK_OFF_MILLISECONDS })
        await wait(FIRST_BACK_OFF_MILLISECONDS)
      }
    }
  }

  /** Starts the child. @returns the port that it listens on. */
  async start(): Promise<number> {
    const begun = performance.now()
    const child = fork(CHILD, [], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // A group of its own: Ctrl-C in a terminal reaches the supervisor alone, also while the child is still starting.
      detached: true,
      execArgv: ['--disable-warning=ExperimentalWarning'],
      env: { ...process.env, UV_THREADPOOL_SIZE: CHILD_WORKER_THREADS },
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      if (text.trim() === '') return
      this.#lastSaid = text.trim()
      this.#news({ what: 'said', text: this.#lastSaid })
    })
    const ready = this.#whenReady(child)
    child.send({ ...this.#order, port: this.#port } satisfies ToChild, () => undefined)
    try {
      this.#port = await ready
    } catch (error) {
      child.kill('SIGKILL')
      throw error
    }
    this.#child = child
    const readyAt = performance.now()
    this.#news({ what: 'started', pid: child.pid ?? 0, milliseconds: Math.round(readyAt - begun) })
    child.once('exit', (code, signal) => this.#ended(`exit ${signal ?? code}`, performance.now() - readyAt))
    return this.#port
  }

  async stop(): Promise<void> {
    this.#stopping = true
    clearTimeout(this.#retry)
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_MILLISECONDS)
    // A child that is gone already, or whose channel is, needs no order.
    child.send({ type: 'stop' } satisfies ToChild, () => undefined)
    await gone
    clearTimeout(late)
  }

  #whenReady(child: ChildProcess): Promise<number> {
    return new Promise((resolve, reject) => {
      const fail = (reason: string) =>
        reject(
          new StoreError(
            'STORE_CHILD_FAILED',
            `the store cannot be opened in ${this.#options.directory}, port ${this.#port}: ${reason}${this.#lastSaid === '' ? '' : ` (${this.#lastSaid.slice(0, 500)})`}; is it open in another process, or the port taken?`,
          ),
        )
      const late = setTimeout(() => fail(`it was not ready in ${START_MILLISECONDS} ms`), START_MILLISECONDS)
      const settle = () => clearTimeout(late)
      child.once('error', (error) => {
        settle()
        fail(error.message)
      })
      child.once('exit', (code, signal) => {
        settle()
        fail(`it ended with ${signal ?? code}`)
      })
      child.on('message', (message: FromChild) => {
        settle()
        if (message.type === 'ready') resolve(message.port)
        else fail(message.reason)
      })
    })
  }

  #ended(reason: string, livedMilliseconds: number): void {
    this.#child = undefined
    if (this.#stopping) return
    this.#failures = livedMilliseconds >= HEALTHY_MILLISECONDS ? 1 : this.#failures + 1
    this.#startLater(reason)
  }

  #startLater(reason: string): void {
    const wait =
      this.#failures <= 1
        ? 0
        : Math.min(FIRST_BACK_OFF_MILLISECONDS * 2 ** (this.#failures - 2), LONGEST_BACK_OFF_MILLISECONDS)
    this.#news({ what: 'ended', reason, retryMilliseconds: wait })
    this.#retry = setTimeout(() => {
      this.start().then(
        () => (this.#stopping ? this.stop() : undefined),
        (error: unknown) => {
          this.#failures++
          if (!this.#stopping) this.#startLater(error instanceof Error ? error.message : String(error))
        },
      )
    }, wait)
  }

  #news(news: StoreChildNews): void {
    this.#options.news?.(news)
  }
}
