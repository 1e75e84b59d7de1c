import { type ChildProcess, fork } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from './logger.ts'
import type { RoleReady } from './role-context.ts'
import { RoleError } from './role-error.ts'

export interface ChildSpec {
  readonly name: string
  /** Path of the module to run. */
  readonly module: string
  /** Sent to the process when it is known; asked for anew at each start. Meanwhile the process gets ready to read it. */
  readonly startMessage: () => unknown
  readonly environment?: Readonly<Record<string, string>>
  readonly nodeArguments?: readonly string[]
  /** Longest time from start to `ready`. */
  readonly readyMilliseconds: number
  /** Longest time from `stop` to the end; then it is killed. */
  readonly stopMilliseconds: number
  /** Exit codes after which starting it again makes no sense, such as a wrong configuration. */
  readonly hopelessExitCodes?: readonly number[]
}

/** What a child and its supervisor tell each other, besides the start message. */
export type ChildMessage =
  | { readonly kind: 'ready'; readonly url: string | null }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }

export interface ChildEvents {
  /** Each time that it is up, also after a restart. */
  ready?(report: RoleReady): void
  /** It ended without being asked to; it is started again after the delay, or never if null. */
  ended?(how: string, restartMilliseconds: number | null): void
}

const FIRST_RESTART_MILLISECONDS = 100
const MAXIMUM_RESTART_MILLISECONDS = 10_000
/** After running this long, its next fault counts as the first. */
const FORGIVEN_MILLISECONDS = 30_000

/** A process that is started again, with growing delays, whenever it ends without being asked to. */
export class SupervisedChild {
  readonly name: string
  /** Resolves when it is ready for the first time. @throws RoleError ROLE_ENDED if it ends for good before. */
  readonly firstReady: Promise<RoleReady>
  #spec: ChildSpec
  #logger: Logger
  #events: ChildEvents
  #process: ChildProcess | undefined
  #stopping = new AbortController()
  #done: Promise<void>
  #restarts = 0
  #lastFailure: string | undefined

  constructor(spec: ChildSpec, logger: Logger, events: ChildEvents = {}) {
    this.name = spec.name
    this.#spec = spec
    this.#logger = logger
    this.#events = events
    const { promise, resolve, reject } = Promise.withResolvers<RoleReady>()
    this.firstReady = promise
    // Whoever waits for it hears of it; nobody has to.
    promise.catch(() => {})
    this.#done = this.#keepRunning(resolve, reject)
  }

  get pid(): number | undefined {
    return this.#process?.pid
  }

  /** How often it was started again. */
  get restarts(): number {
    return this.#restarts
  }

  /** Asks it to stop in order, kills it if it takes too long, and resolves when it is gone. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    const child = this.#process
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      if (child.connected) child.send({ kind: 'stop' }, () => {})
      else child.kill('SIGTERM')
      const timer = setTimeout(() => {
        this.#logger.error({ child: this.name }, 'did not stop in time: killed')
        child.kill('SIGKILL')
      }, this.#spec.stopMilliseconds)
      await this.#done
      clearTimeout(timer)
    }
    await this.#done
  }

  async #keepRunning(ready: (report: RoleReady) => void, failed: (error: Error) => void): Promise<void> {
    let faults = 0
    while (!this.#stopping.signal.aborted) {
      const startedAt = performance.now()
      const ended = await this.#runOnce(ready)
      if (this.#stopping.signal.aborted) break
      if (this.#spec.hopelessExitCodes?.includes(ended.code ?? -1)) {
        this.#events.ended?.(ended.how, null)
        failed(new RoleError('ROLE_ENDED', `${this.name} ended and is not started again: ${ended.how}`))
        return
      }
      faults = performance.now() - startedAt > FORGIVEN_MILLISECONDS ? 1 : faults + 1
      const wait = restartDelay(faults)
      this.#events.ended?.(ended.how, wait)
      this.#logger.warn(
        { child: this.name, how: ended.how, restartMilliseconds: wait },
        'child ended; starting it again',
      )
      await delay(wait, undefined, { signal: this.#stopping.signal }).catch(ignoreAbort)
      this.#restarts++
    }
    failed(new RoleError('ROLE_ENDED', `${this.name} was stopped before it was ready`))
  }

  async #runOnce(ready: (report: RoleReady) => void): Promise<{ readonly how: string; readonly code: number | null }> {
    const spec = this.#spec
    this.#lastFailure = undefined
    const child = fork(spec.module, [], {
      execArgv: [...(spec.nodeArguments ?? [])],
      env: { ...process.env, ...spec.environment },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // A group of its own: Ctrl-C in a terminal reaches the supervisor alone, which stops its children in order. When the
      // supervisor is gone, the broken channel ends them.
      detached: true,
      serialization: 'advanced',
    })
    this.#process = child
    const { promise: ended, resolve: end } = Promise.withResolvers<{ how: string; code: number | null }>()
    child.once('error', (cause) => end({ how: `could not be started: ${cause.message}`, code: null }))
    child.once('exit', (code, signal) => {
      const how = signal === null ? `exit code ${code}` : `signal ${signal}`
      end({ how: this.#lastFailure === undefined ? how : `${how}: ${this.#lastFailure}`, code })
    })
    const timer = setTimeout(() => {
      this.#logger.error({ child: spec.name, readyMilliseconds: spec.readyMilliseconds }, 'not ready in time: killed')
      child.kill('SIGKILL')
    }, spec.readyMilliseconds)
    child.on('message', (message) => {
      const report = readMessage(message)
      if (report?.kind === 'failed') this.#lastFailure = `${report.code} ${report.message}`
      if (report?.kind !== 'ready') return
      clearTimeout(timer)
      ready({ url: report.url })
      this.#events.ready?.({ url: report.url })
    })
    void this.#sendStart(child)
    const result = await ended
    clearTimeout(timer)
    return result
  }

  async #sendStart(child: ChildProcess): Promise<void> {
    try {
      const payload = await this.#spec.startMessage()
      if (child.connected) child.send({ kind: 'start', payload }, () => {})
    } catch (cause) {
      this.#lastFailure = cause instanceof Error ? cause.message : String(cause)
      child.kill('SIGKILL')
    }
  }
}

/** Exponential with full jitter, but never at once, so that a crash at start cannot spin. */
function restartDelay(faults: number): number {
  const ceiling = Math.min(MAXIMUM_RESTART_MILLISECONDS, FIRST_RESTART_MILLISECONDS * 2 ** Math.min(faults, 20))
  return Math.round(FIRST_RESTART_MILLISECONDS + Math.random() * (ceiling - FIRST_RESTART_MILLISECONDS))
}

function ignoreAbort(cause: unknown): void {
  if (!(cause instanceof Error) || cause.name !== 'AbortError') throw cause
}

function readMessage(message: unknown): ChildMessage | undefined {
  if (typeof message !== 'object' || message === null || !('kind' in message)) return undefined
  if (message.kind === 'ready' && 'url' in message)
    return { kind: 'ready', url: typeof message.url === 'string' ? message.url : null }
  if (message.kind === 'failed' && 'code' in message && 'message' in message)
    return { kind: 'failed', code: String(message.code), message: String(message.message) }
  return undefined
}
