import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, mock, test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { EmbeddedLog } from './embedded-log.ts'
import { describeLog } from './log.conformance.ts'
import { isLogError } from './log-error.ts'

const FULL_DISK_CHILD = 'full-disk'
let root = ''
let used = 0

function freshAddress(): string {
  used++
  return join(root, String(used))
}

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'opentape-log-'))
})

after(() => rm(root, { recursive: true, force: true }))

if (process.argv[2] === FULL_DISK_CHILD) await fillDisk(process.argv[3] ?? '')

describeLog('the embedded log', { async start() {}, freshAddress, async stop() {} })

test('on a full disk appending says so, what is stored stays readable, and trimming makes room again', {
  skip: process.platform === 'win32' ? 'there is no limit on the size of files to stand in for a full disk' : false,
}, async () => {
  // A limit on the size of files stands in for the disk: 8,192 blocks of 512 bytes.
  const limited = ['-c', 'ulimit -f 8192 && exec "$0" "$@"', process.execPath]
  const child = spawn('sh', [...limited, import.meta.filename, FULL_DISK_CHILD, freshAddress()], { stdio: 'inherit' })
  const [code] = await once(child, 'exit')
  assert.equal(code, 0, 'the child, whose disk was full, said why above')
})

test('if its thread dies, callers are told, and the log is there again for those who try again', async (context) => {
  const log = await EmbeddedLog.open(freshAddress())
  context.after(() => log.close())
  await log.append('market-data', [{ key: 'k', value: Buffer.from('before') }])
  let worker: Worker | undefined
  const post = Worker.prototype.postMessage
  const spy = mock.method(Worker.prototype, 'postMessage', function (this: Worker, ...given: Parameters<typeof post>) {
    worker = this
    return post.apply(this, given)
  })
  await log.bounds('market-data')
  spy.mock.restore()
  await worker?.terminate()
  await assert.rejects(log.append('market-data', [{ key: 'k', value: Buffer.from('lost') }]), (error) =>
    isLogError(error, 'LOG_UNAVAILABLE'),
  )
  let position = 0
  while (position === 0) {
    position = await log.append('market-data', [{ key: 'k', value: Buffer.from('after') }]).catch((error: unknown) => {
      if (isLogError(error, 'LOG_UNAVAILABLE')) return new Promise((resolve) => setTimeout(resolve, 10, 0))
      throw error
    })
  }
  assert.equal(position, 2)
})

test('a directory that cannot be one is refused with a code', async () => {
  const file = freshAddress()
  await writeFile(file, 'not a directory')
  await assert.rejects(EmbeddedLog.open(file), (error) => isLogError(error, 'LOG_OPEN_FAILED'))
})

/** What the child of the full disk does, instead of the tests. */
async function fillDisk(directory: string): Promise<never> {
  // Without a listener the signal kills; with it the write fails, as on a full disk.
  process.on('SIGXFSZ', () => undefined)
  const log = await EmbeddedLog.open(directory)
  const batch = Array.from({ length: 200 }, () => ({ key: 'k', value: new Uint8Array(900) }))
  let stored = 0
  await assert.rejects(
    async () => {
      for (;;) stored = await log.append('market-data', batch)
    },
    (error) => isLogError(error, 'LOG_DISK_FULL'),
  )
  assert.ok(stored > 0)
  assert.equal((await log.bounds('market-data')).next, stored + 1)
  assert.equal((await log.read('market-data', 1, { records: 10_000 })).length, stored)
  await log.retain('market-data', { maximumAgeMilliseconds: 86_400_000, maximumBytes: 200_000 })
  assert.equal(await log.append('market-data', batch), stored + batch.length)
  await log.close()
  process.exit(0)
}
