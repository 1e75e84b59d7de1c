import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Capture } from './capture.ts'

/** Everybody who takes part, in the order of their turns. */
export const CONTENDERS = [
  'parse',
  'opentape-events',
  'opentape-books',
  'tardis-events',
  'tardis-books',
  'ccxt',
] as const
export type ContenderKind = (typeof CONTENDERS)[number]

/** To the process: first this, then the index of a capture for each turn. */
export interface ContenderOrder {
  readonly kind: ContenderKind
  readonly captures: readonly Capture[]
  /** Frames that a turn has at least: a short capture is read again and again, each time from its beginning. */
  readonly framesATurn: number
}

/** From it: its name, or null if it is not installed; then the nanoseconds a frame of each turn. */
export type ContenderAnswer = { readonly name: string | null } | { readonly nanoseconds: number }

/** A contender in a process of its own. */
export class ContenderProcess {
  readonly name: string
  readonly #child: ChildProcess

  private constructor(name: string, child: ChildProcess) {
    this.name = name
    this.#child = child
  }

  /** Undefined if it is not installed. */
  static async start(
    kind: ContenderKind,
    captures: readonly Capture[],
    framesATurn: number,
  ): Promise<ContenderProcess | undefined> {
    const child = fork(join(import.meta.dirname, 'contender-child.ts'), {
      serialization: 'advanced',
      execArgv: [...process.execArgv, '--expose-gc'],
    })
    child.send({ kind, captures: [...captures], framesATurn } satisfies ContenderOrder)
    const answer = await answerOf(child)
    if ('name' in answer && answer.name !== null) return new ContenderProcess(answer.name, child)
    child.kill()
    return undefined
  }

  /** Reads a capture. @returns nanoseconds a frame */
  async turn(capture: number): Promise<number> {
    this.#child.send(capture)
    const answer = await answerOf(this.#child)
    return 'nanoseconds' in answer ? answer.nanoseconds : Number.NaN
  }

  stop(): void {
    this.#child.disconnect()
  }
}

async function answerOf(child: ChildProcess): Promise<ContenderAnswer> {
  const ending = new AbortController()
  const answer = once(child, 'message', { signal: ending.signal })
  const end = once(child, 'exit', { signal: ending.signal }).then(() => {
    throw new Error('a contender ended')
  })
  try {
    const [message] = (await Promise.race([answer, end])) as [ContenderAnswer]
    return message
  } finally {
    answer.catch(() => undefined)
    end.catch(() => undefined)
    ending.abort()
  }
}
