import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { isLogError } from './log-error.ts'
import { openLog } from './open-log.ts'

/** What a child process of the conformance suite does with the log, until it is killed. */
export type ChildTask = 'append' | 'hold-group'

/** What it says. `appended`: everything up to this number is acknowledged. */
export type ChildWord =
  | { readonly said: 'appended'; readonly last: number }
  | { readonly said: 'joined' }
  | { readonly said: 'committed' }
  | { readonly said: 'refused'; readonly code: string }

export const CHILD_TOPIC = 'market-data'
export const CHILD_GROUP = 'conformance'

/** Starts a child that opens the same log; the caller kills it. */
export function startChild(task: ChildTask, address: string, leaseMilliseconds: number): ChildProcess {
  return fork(new URL(import.meta.url), [task, address, String(leaseMilliseconds)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
}

/** Waits for the next word of a child for which `wanted` holds. */
export async function heard(child: ChildProcess, wanted: (word: ChildWord) => boolean): Promise<ChildWord> {
  return await new Promise((resolve, reject) => {
    const onMessage = (message: unknown): void => {
      const word = message as ChildWord
      if (!wanted(word)) return
      stop()
      resolve(word)
    }
    const onExit = (): void => {
      stop()
      reject(new Error('the child ended before it said what was waited for'))
    }
    const stop = (): void => {
      child.off('message', onMessage)
      child.off('exit', onExit)
    }
    child.on('message', onMessage)
    child.on('exit', onExit)
  })
}

export async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

function say(word: ChildWord): void {
  process.send?.(word)
}

async function appendForever(address: string): Promise<void> {
  const log = await openLog(address)
  for (let first = 1; ; first += 3) {
    const entries = [first, first + 1, first + 2].map((number) => ({
      key: 'child',
      value: Buffer.from(String(number).padEnd(2_000, number % 2 === 0 ? 'x' : String(number))),
    }))
    await log.append(CHILD_TOPIC, entries)
    say({ said: 'appended', last: first + 2 })
  }
}

async function holdGroup(address: string, leaseMilliseconds: number): Promise<void> {
  const log = await openLog(address, { leaseMilliseconds })
  const member = await log.join(CHILD_TOPIC, CHILD_GROUP, { signal: new AbortController().signal })
  process.on('message', async (next: number) => {
    try {
      await member.commit(next, 'by the child')
      say({ said: 'committed' })
    } catch (error) {
      say({ said: 'refused', code: isLogError(error, 'LOG_LEASE_LOST') ? error.code : String(error) })
    }
  })
  say({ said: 'joined' })
}

if (process.argv[1] === import.meta.filename) {
  const [task, address = '', leaseMilliseconds] = process.argv.slice(2)
  if (task === 'append') await appendForever(address)
  else await holdGroup(address, Number(leaseMilliseconds))
}
