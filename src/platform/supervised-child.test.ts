import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type ChildSpec, createLogger, RoleError, type RoleReady, SupervisedChild } from './index.ts'

const directory = mkdtempSync(join(tmpdir(), 'opentape-child-'))
after(() => rmSync(directory, { recursive: true }))
const logger = createLogger({ role: 'test', level: 'silent', format: 'json' })
const platform = join(import.meta.dirname, 'index.ts')

let modules = 0
/** A module with this text, which may use what the platform offers. */
function moduleOf(text: string): string {
  const file = join(directory, `child-${modules++}.ts`)
  writeFileSync(file, `import * as platform from ${JSON.stringify(platform)}\n${text}`)
  return file
}

/** Says that it is ready with what it was given, and stops when asked to. */
const OBEDIENT = moduleOf(`
  const logger = platform.createLogger({ role: 'child', level: 'silent', format: 'json' })
  const signal = platform.stopSignal({ logger, limitMilliseconds: 5000 })
  const given = await platform.startMessage()
  await platform.tellSupervisor({ kind: 'ready', url: String(given) })
  signal.addEventListener('abort', () => process.exit(0))
`)

function spec(module: string, over: Partial<ChildSpec> = {}): ChildSpec {
  return {
    name: 'child',
    module,
    startMessage: () => 'hello',
    readyMilliseconds: 20_000,
    stopMilliseconds: 5_000,
    ...over,
  }
}

test('a child is ready when it says so, has what it was given, and stops when asked', async () => {
  const child = new SupervisedChild(spec(OBEDIENT), logger)
  assert.deepEqual(await child.firstReady, { url: 'hello' })
  const { pid } = child
  await child.stop()
  assert.throws(() => process.kill(pid ?? 0, 0), { code: 'ESRCH' })
  assert.equal(child.restarts, 0)
})

test('a child that is killed is started again', async () => {
  const ready: RoleReady[] = []
  const again = Promise.withResolvers<void>()
  const ended: string[] = []
  const child = new SupervisedChild(spec(OBEDIENT), logger, {
    ready: (report) => {
      if (ready.push(report) === 2) again.resolve()
    },
    ended: (how) => ended.push(how),
  })
  await child.firstReady
  process.kill(child.pid ?? 0, 'SIGKILL')
  await again.promise
  assert.deepEqual(ended, ['signal SIGKILL'])
  assert.equal(child.restarts, 1)
  await child.stop()
})

test('a child for which there is no hope is not started again, and says why', async () => {
  const failing = moduleOf(`
    await platform.startMessage()
    await platform.tellSupervisor({ kind: 'failed', code: 'CONFIG_INVALID', message: 'no good' })
    process.exit(2)
  `)
  const child = new SupervisedChild(spec(failing, { hopelessExitCodes: [2] }), logger)
  await assert.rejects(
    child.firstReady,
    (error) =>
      error instanceof RoleError &&
      error.code === 'ROLE_ENDED' &&
      /exit code 2: CONFIG_INVALID no good/.test(error.message),
  )
  await child.stop()
})

test('a child that does not stop is killed', async () => {
  const stubborn = moduleOf(`
    process.on('SIGTERM', () => {})
    setInterval(() => {}, 1000)
    await platform.startMessage()
    await platform.tellSupervisor({ kind: 'ready', url: null })
  `)
  const child = new SupervisedChild(spec(stubborn, { stopMilliseconds: 50 }), logger)
  await child.firstReady
  const { pid } = child
  await child.stop()
  assert.throws(() => process.kill(pid ?? 0, 0), { code: 'ESRCH' })
})

test('a child that is never ready is killed and started again', async () => {
  const mute = moduleOf('setInterval(() => {}, 1000)')
  const ended = Promise.withResolvers<string>()
  const child = new SupervisedChild(spec(mute, { readyMilliseconds: 100 }), logger, {
    ended: (how) => ended.resolve(how),
  })
  assert.equal(await ended.promise, 'signal SIGKILL')
  await child.stop()
  await assert.rejects(child.firstReady, { code: 'ROLE_ENDED' })
})
