import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EMBEDDED_DATABASE, embeddedStoreAddress } from '../../src/store/index.ts'
import { until } from './until.ts'

const PROJECT = join(import.meta.dirname, '..', '..')
const OUTPUT_KEPT = 200_000
const REQUEST_MILLISECONDS = 10_000

/** A process that can be killed; `everything` is all of them and their supervisor in one moment. */
export type Victim = 'collector' | 'collector-A' | 'collector-B' | 'processor' | 'gateway' | 'store' | 'everything'

/** A whole Opentape on a directory and ports of its own: `opentape up` as a user starts it. */
export class Opentape {
  readonly directory: string
  readonly ports: Readonly<Record<'gateway' | 'collector' | 'processor' | 'store', number>>
  readonly #lines: number
  #up: ChildProcess | undefined
  #output = ''

  private constructor(directory: string, ports: Opentape['ports'], lines: number) {
    this.#lines = lines
    this.directory = directory
    this.ports = ports
  }

  /**
   * @param venues the section `venues` of the configuration
   * @param lines how many collectors watch them
   */
  static async prepare(venues: object, lines = 1): Promise<Opentape> {
    const directory = await mkdtemp(join(tmpdir(), 'opentape-'))
    const [gateway, collector, processor, store] = await freePorts(4)
    if (gateway === undefined || collector === undefined || processor === undefined || store === undefined) {
      throw new Error('no free ports')
    }
    const opentape = new Opentape(directory, { gateway, collector, processor, store }, lines)
    const configuration = {
      data: join(directory, 'data'),
      logging: { format: 'json', level: 'info' },
      gateway: { port: gateway, requestsPerMinute: 1_000_000 },
      collector: { port: collector, instrumentsRefreshSeconds: 3, lines },
      processor: { port: processor },
      store: { port: store },
      venues,
    }
    await writeFile(join(directory, 'opentape.yaml'), JSON.stringify(configuration))
    return opentape
  }

  get api(): string {
    return `http://127.0.0.1:${this.ports.gateway}/api/v1`
  }

  /** Addresses of the collectors' HTTP sides. */
  get collectors(): readonly string[] {
    const ports = this.#lines > 1 ? [this.ports.collector, this.ports.collector + 10] : [this.ports.collector]
    return ports.map((port) => `http://127.0.0.1:${port}`)
  }

  /** What the supervisor and the roles said last; for a failed run. */
  get output(): string {
    return this.#output
  }

  /** Starts everything, or starts it again. Resolves when the gateway answers. */
  async start(): Promise<void> {
    const config = join(this.directory, 'opentape.yaml')
    const child = spawn(process.execPath, [join(PROJECT, 'bin/opentape.js'), 'up', '--config', config, '--json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#up = child
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        this.#output = (this.#output + chunk.toString()).slice(-OUTPUT_KEPT)
      })
    }
    await until('the gateway answers', async () => {
      if (child.exitCode !== null) throw new Error(`opentape up ended with ${child.exitCode}`)
      return (await fetch(`${this.api}/status`)).ok
    })
  }

  /** `kill -9`. */
  kill(victim: Victim): void {
    if (victim === 'everything') {
      const up = this.#up?.pid
      const all = [up, ...VICTIM_ROLES.map((role) => this.#pid(role)), ...this.#storePids()]
      for (const pid of all) if (pid !== undefined) killNow(pid)
      return
    }
    const pids = victim === 'store' ? this.#storePids() : [this.#pid(victim)]
    for (const pid of pids) if (pid !== undefined) killNow(pid)
  }

  get supervisorEnded(): boolean {
    return this.#up === undefined || this.#up.exitCode !== null || this.#up.signalCode !== null
  }

  async stop(): Promise<void> {
    const up = this.#up
    if (up !== undefined && up.exitCode === null && up.signalCode === null) {
      const ended = once(up, 'exit')
      up.kill('SIGINT')
      await ended
    }
    await rm(this.directory, { recursive: true, force: true, maxRetries: 5 })
  }

  /** Asks the store itself, past the gateway. Rows as arrays of text. */
  async sql(query: string): Promise<string[][]> {
    const address = await embeddedStoreAddress({
      host: '127.0.0.1',
      port: this.ports.store,
      secretsDirectory: join(this.directory, 'data', 'secrets'),
      user: 'reader',
    })
    const response = await fetch(
      `${address.url}/?database=${EMBEDDED_DATABASE}&default_format=JSONCompactStringsEachRow`,
      {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${address.user}:${address.password}`).toString('base64')}` },
        body: query,
      },
    )
    const text = await response.text()
    if (!response.ok) throw new Error(`the store answered ${response.status}: ${text.slice(0, 500)}`)
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  }

  /** What an address answers; the caller knows its shape. */
  async json<Body>(url: string): Promise<Body> {
    const response = await fetch(url, { signal: AbortSignal.timeout(REQUEST_MILLISECONDS) }).catch((cause: unknown) => {
      throw new Error(`${url}: ${String(cause)}`, { cause })
    })
    const text = await response.text()
    try {
      return JSON.parse(text)
    } catch {
      throw new Error(`${url} answered ${response.status}: ${text.slice(0, 200)}`)
    }
  }

  #pid(role: string): number | undefined {
    const file = join(this.directory, 'data', `${role}.running.json`)
    if (!existsSync(file)) return undefined
    try {
      return Number(JSON.parse(readFileSync(file, 'utf8')).pid)
    } catch {
      // Killed in the middle of writing it.
      return undefined
    }
  }

  /** The store's process has no file of its own: it is found by what it was started with. */
  #storePids(): number[] {
    const mine = join(this.directory, 'data')
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => {
        try {
          return /store.child.main/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8')) && opensUnder(pid, mine)
        } catch {
          return false
        }
      })
  }
}

const VICTIM_ROLES = ['collector', 'collector-A', 'collector-B', 'processor', 'gateway'] as const

function opensUnder(pid: number, directory: string): boolean {
  return (
    readFileSync(`/proc/${pid}/maps`, 'utf8').includes(directory) ||
    fileDescriptors(pid).some((path) => path.startsWith(directory))
  )
}

function fileDescriptors(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((name) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${name}`)]
    } catch {
      return []
    }
  })
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    // It has ended already: then there is nothing to kill.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  const ports: number[] = []
  for (const server of servers) {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address !== null && typeof address === 'object') ports.push(address.port)
  }
  for (const server of servers) server.close()
  return ports
}
