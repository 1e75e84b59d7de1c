import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PROJECT = join(import.meta.dirname, '..', '..')
const OUTPUT_KEPT = 100_000
const POLL_MILLISECONDS = 25
const START_MILLISECONDS = 120_000
/** Ticks a second in which Linux counts processor time. */
const CLOCK_TICKS = 100

export type Part = 'gateway' | 'collector' | 'processor' | 'store' | 'simulator'

/** One process of an installation. */
export interface PartProcess {
  /** `up` is the supervisor. */
  readonly part: Part | 'up' | 'other'
  readonly pid: number
}

/** A whole Opentape as a user starts it, in a directory and on ports of its own, as processes of their own. */
export class Installation {
  readonly directory: string
  readonly ports: Readonly<Record<Part, number>>
  readonly #arguments: readonly string[]
  #up: ChildProcess | undefined
  #output = ''

  private constructor(directory: string, ports: Installation['ports'], args: readonly string[]) {
    this.directory = directory
    this.ports = ports
    this.#arguments = args
  }

  /** @param configuration sections beside directory and ports */
  static async prepare(configuration: object, args: readonly string[] = []): Promise<Installation> {
    const directory = await mkdtemp(join(tmpdir(), 'opentape-bench-'))
    const [gateway = 0, collector = 0, processor = 0, store = 0] = await freePorts(4)
    const simulator = await freeRun(4)
    const ports = { gateway, collector, processor, store, simulator }
    const whole = {
      data: join(directory, 'data'),
      logging: { format: 'json', level: 'warn' },
      gateway: { port: gateway, requestsPerMinute: 1_000_000 },
      collector: { port: collector },
      processor: { port: processor },
      store: { port: store },
      simulator: { port: simulator },
      ...configuration,
    }
    await writeFile(join(directory, 'opentape.yaml'), JSON.stringify(whole))
    return new Installation(directory, ports, args)
  }

  get api(): string {
    return `http://127.0.0.1:${this.ports.gateway}/api/v1`
  }

  get data(): string {
    return join(this.directory, 'data')
  }

  /** What the processes said last. */
  get output(): string {
    return this.#output
  }

  /** Starts everything. Does not wait for anything. */
  spawn(): void {
    const config = join(this.directory, 'opentape.yaml')
    const child = spawn(
      process.execPath,
      [join(PROJECT, 'bin/opentape.js'), 'up', '--config', config, '--json', '--data', this.data, ...this.#arguments],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    )
    this.#up = child
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        this.#output = (this.#output + chunk.toString()).slice(-OUTPUT_KEPT)
      })
    }
  }

  /** Starts everything and waits until the gateway answers. */
  async start(): Promise<void> {
    this.spawn()
    await this.until('the gateway answers', async () => (await fetch(`${this.api}/status`)).ok)
  }

  /** Polls until the condition holds; an error of the condition counts as no. */
  async until(what: string, condition: () => Promise<boolean>, limit = START_MILLISECONDS): Promise<void> {
    const deadline = performance.now() + limit
    let last: unknown
    while (performance.now() < deadline) {
      if (this.#up?.exitCode !== null) throw new Error(`opentape up ended: ${this.#output.slice(-2_000)}`)
      try {
        if (await condition()) return
      } catch (error) {
        last = error
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS))
    }
    throw new Error(`not within ${limit / 1_000} s: ${what} (${String(last)})\n${this.#output.slice(-2_000)}`)
  }

  /** Every process of it that runs now. */
  processes(): PartProcess[] {
    const up = this.#up?.pid
    if (up === undefined) return []
    const parts = new Map<number, Part>()
    for (const part of ['gateway', 'collector', 'processor', 'simulator'] as const) {
      const file = join(this.data, `${part}.running.json`)
      if (existsSync(file)) parts.set(Number(JSON.parse(readFileSync(file, 'utf8')).pid), part)
    }
    return descendants(up).map((pid) => ({ pid, part: pid === up ? 'up' : (parts.get(pid) ?? storeOrOther(pid)) }))
  }

  /** Seconds of processor time that each part has used since its start. */
  processorSeconds(): Map<PartProcess['part'], number> {
    return new Map(this.processes().map(({ part, pid }) => [part, processorSeconds(pid)]))
  }

  async stop(): Promise<void> {
    await this.pause()
    await rm(this.directory, { recursive: true, force: true, maxRetries: 5 })
  }

  /** Stops the processes in order; the data stay. */
  async pause(): Promise<void> {
    const up = this.#up
    if (up === undefined || up.exitCode !== null || up.signalCode !== null) return
    const ended = once(up, 'exit')
    up.kill('SIGINT')
    await ended
  }

  /** What an address answers; the caller knows its shape. */
  async json<Body>(url: string): Promise<Body> {
    return JSON.parse(await (await fetch(url)).text())
  }
}

/** Seconds of processor time of a process, user and system. */
export function processorSeconds(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name in parentheses may hold anything; the fields are counted after it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS
}

function storeOrOther(pid: number): 'store' | 'other' {
  return /store.child.main/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8')) ? 'store' : 'other'
}

function descendants(root: number): number[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const text = readFileSync(`/proc/${name}/stat`, 'utf8')
      const parent = Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1])
      children.set(parent, [...(children.get(parent) ?? []), Number(name)])
    } catch {
      // Ended while we looked.
    }
  }
  const found = [root]
  for (const pid of found) found.push(...(children.get(pid) ?? []))
  return found
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

/** The first of so many consecutive free ports: the simulated exchanges take those after the simulator's. */
async function freeRun(count: number): Promise<number> {
  for (let first = 21_000 + (process.pid % 4_000); ; first += count) {
    const servers = Array.from({ length: count }, () => createServer())
    const listening = servers.map(
      (server, index) =>
        new Promise<boolean>((resolve) => {
          server.once('error', () => resolve(false)).once('listening', () => resolve(true))
          server.listen(first + index, '127.0.0.1')
        }),
    )
    const free = (await Promise.all(listening)).every(Boolean)
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
    if (free) return first
  }
}
