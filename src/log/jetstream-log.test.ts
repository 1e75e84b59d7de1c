import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { test } from 'node:test'
import { killed } from './conformance-child.ts'
import { describeLog } from './log.conformance.ts'

const PATIENCE_MILLISECONDS = 60_000

const binary = findServer()
let server: ChildProcess | undefined
let root = ''
let host = ''
let used = 0

if (binary === undefined) {
  test('the log on JetStream', {
    skip: 'there is no nats-server on the PATH; install it (Debian: apt-get install nats-server) or set OPENTAPE_NATS_SERVER',
  })
} else {
  describeLog('the log on JetStream', {
    async start() {
      root = await mkdtemp(join(tmpdir(), 'opentape-nats-'))
      server = spawn(
        binary,
        ['-a', '127.0.0.1', '-p', '-1', '-js', '-sd', join(root, 'data'), '--ports_file_dir', root],
        {
          stdio: 'ignore',
        },
      )
      host = await listeningHost(server)
    },
    freshAddress() {
      used++
      return `nats://${host}?prefix=test${used}`
    },
    async stop() {
      if (server !== undefined) await killed(server)
      await rm(root, { recursive: true, force: true })
    },
  })
}

function findServer(): string | undefined {
  const named = process.env.OPENTAPE_NATS_SERVER
  if (named) return named
  const directories = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/bin']
  return directories.map((directory) => join(directory, 'nats-server')).find((path) => existsSync(path))
}

/** The server chooses a free port and writes it into a file. */
async function listeningHost(process: ChildProcess): Promise<string> {
  const deadline = Date.now() + PATIENCE_MILLISECONDS
  for (;;) {
    try {
      const ports = JSON.parse(await readFile(join(root, `nats-server_${process.pid}.ports`), 'utf8')) as {
        nats: string[]
      }
      const address = ports.nats[0]
      if (address !== undefined) return new URL(address).host
    } catch (error) {
      if (Date.now() > deadline) throw new Error('nats-server did not start', { cause: error })
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
