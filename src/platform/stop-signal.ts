import type { Logger } from './logger.ts'

/** Exit codes of every command. */
export const EXIT = {
  ok: 0,
  failure: 1,
  /** Wrong usage, or a configuration that cannot be used. */
  usage: 2,
  /** Something that it needs cannot be reached: an exchange, a server. */
  unreachable: 3,
  /** It is running already, or another process holds what it needs. */
  busy: 4,
  /** Stopped by a second Ctrl-C, without order. */
  interrupted: 130,
} as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

export interface StopOptions {
  readonly logger: Logger
  /** How long an orderly stop may take before the process ends anyway. */
  readonly limitMilliseconds: number
}

const STOP_MESSAGE = 'stop'
/** One Ctrl-C may arrive twice: from the terminal, and passed on by npm. */
const ECHO_MILLISECONDS = 500

/**
 * Asks to stop in order at the first SIGINT, SIGTERM or SIGHUP, at the supervisor's word, or when the supervisor is gone; ends at
 * once at the second signal, and after a time limit. A supervised process leaves signals to its supervisor: a terminal
 * sends Ctrl-C, and a service manager SIGTERM, to all of them at once, and they have an order.
 */
export function stopSignal(options: StopOptions): AbortSignal {
  const controller = new AbortController()
  const supervised = process.channel !== undefined
  let askedAt = Number.NEGATIVE_INFINITY
  const ask = (why: string) => {
    if (controller.signal.aborted) return
    options.logger.debug({ why }, 'stopping')
    setTimeout(() => {
      options.logger.error(
        { limitMilliseconds: options.limitMilliseconds },
        'could not stop in order in time: ending now',
      )
      process.exit(EXIT.failure)
    }, options.limitMilliseconds).unref()
    askedAt = performance.now()
    controller.abort()
  }
  const signalled = (name: NodeJS.Signals) => {
    if (supervised && process.connected) return
    if (controller.signal.aborted && performance.now() - askedAt > ECHO_MILLISECONDS) process.exit(EXIT.interrupted)
    ask(name)
  }
  process.on('SIGINT', signalled)
  process.on('SIGTERM', signalled)
  // The terminal was closed.
  process.on('SIGHUP', signalled)
  if (supervised) {
    process.on('message', (message) => {
      if (typeof message === 'object' && message !== null && 'kind' in message && message.kind === STOP_MESSAGE)
        ask('supervisor')
    })
    process.on('disconnect', () => ask('supervisor is gone'))
  }
  return controller.signal
}
