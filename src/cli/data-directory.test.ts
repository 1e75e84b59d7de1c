import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { DataDirectory } from './data-directory.ts'

const scratch = mkdtempSync(join(tmpdir(), 'opentape-directory-'))
after(() => rmSync(scratch, { recursive: true }))

test('simulated and real data are never mixed', () => {
  const directory = new DataDirectory(join(scratch, 'mixed'))
  assert.equal(directory.kind(), undefined)
  directory.prepare('simulated')
  directory.prepare('simulated')
  assert.equal(directory.kind(), 'simulated')
  assert.throws(() => directory.prepare('live'), {
    code: 'CLI_DIRECTORY_MIXED',
    message: /holds simulated data and this run is live/,
  })
  assert.equal(statSync(directory.path).mode & 0o777, 0o700)
})

test('a directory that cannot be made is named', () => {
  const file = join(scratch, 'file')
  writeFileSync(file, '')
  assert.throws(() => new DataDirectory(join(file, 'data')).prepare('live'), {
    code: 'CLI_DIRECTORY_UNUSABLE',
    message: /--data/,
  })
})

test('what one process holds another is refused, with who holds it; another purpose is free', () => {
  const directory = new DataDirectory(join(scratch, 'held'))
  directory.prepare('live')
  const lock = directory.hold('up')
  assert.throws(() => directory.hold('up'), {
    code: 'CLI_DIRECTORY_BUSY',
    message: new RegExp(`"opentape up" .*process ${process.pid}`),
  })
  directory.hold('collector').release()
  lock.release()
  directory.hold('up').release()
})

test('what a process held that was killed is free again', async () => {
  const directory = new DataDirectory(join(scratch, 'killed'))
  directory.prepare('live')
  const program = `
    import { DataDirectory } from ${JSON.stringify(join(import.meta.dirname, 'data-directory.ts'))}
    new DataDirectory(${JSON.stringify(directory.path)}).hold('up')
    console.log('held')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  assert.throws(() => directory.hold('up'), { code: 'CLI_DIRECTORY_BUSY' })
  child.kill('SIGKILL')
  await once(child, 'exit')
  directory.hold('up').release()
})
