import assert from 'node:assert/strict'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { controlConformance, hasCode } from './control.conformance.ts'
import { openControl } from './index.ts'

async function temporaryDirectory() {
  return mkdtemp(join(tmpdir(), 'opentape-control-'))
}

suite('control database on SQLite', () => {
  controlConformance(async () => {
    const directory = await temporaryDirectory()
    return {
      open: (now) => openControl({ url: 'embedded', file: join(directory, 'control.sqlite'), now }),
      clean: () => rm(directory, { recursive: true }),
    }
  })

  test('its files are readable by their owner alone', async () => {
    const directory = await temporaryDirectory()
    const file = join(directory, 'deep', 'control.sqlite')
    const control = await openControl({ url: 'embedded', file })
    await control.tokens.create({ name: 'one', scopes: ['read'] })
    for (const name of [file, `${file}-wal`, `${file}-shm`]) assert.equal((await stat(name)).mode & 0o777, 0o600, name)
    await control.close()
    await rm(directory, { recursive: true })
  })

  test('a file that is no database is refused with its name', async () => {
    const directory = await temporaryDirectory()
    const file = join(directory, 'control.sqlite')
    await writeFile(file, 'this is not a database, but long enough to be looked at as one'.repeat(40))
    await assert.rejects(
      openControl({ url: 'embedded', file }),
      (error: Error) => hasCode('CONTROL_UNREACHABLE')(error) && error.message.includes(file),
    )
    await rm(directory, { recursive: true })
  })
})
