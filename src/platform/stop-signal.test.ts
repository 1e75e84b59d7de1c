import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'

/** A process that says `started`, then `asked` when it is to stop, and takes long to do so. */
async function stoppable(limitMilliseconds: number): Promise<ChildProcess> {
  const program = `
    import { createLogger, stopSignal } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))}
    const logger = createLogger({ role: 'test', level: 'silent', format: 'json' })
    const signal = stopSignal({ logger, limitMilliseconds: ${limitMilliseconds} })
    signal.addEventListener('abort', () => console.log('asked'))
    console.log('started')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  assert.ok(child.stdout !== null)
  child.stdout.setEncoding('utf8')
  await once(child.stdout, 'data')
  return child
}

async function asked(child: ChildProcess): Promise<void> {
  assert.ok(child.stdout !== null)
  await once(child.stdout, 'data')
}

test('each of the signals asks to stop in order, once; what takes too long is ended', async () => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    const child = await stoppable(100)
    const ended = once(child, 'exit')
    child.kill(signal)
    await asked(child)
    assert.deepEqual(await ended, [1, null], signal)
  }
})

test('a second signal ends at once, unless it is the echo of the first', async () => {
  const child = await stoppable(60_000)
  const ended = once(child, 'exit')
  child.kill('SIGINT')
  await asked(child)
  child.kill('SIGINT')
  // The echo was ignored: it still runs, and takes the next one, later, as meant.
  const again = setInterval(() => child.kill('SIGINT'), 700)
  assert.deepEqual(await ended, [130, null])
  clearInterval(again)
})
