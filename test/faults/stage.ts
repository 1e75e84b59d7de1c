import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Simulator, startSimulator } from '../../src/simulator/index.ts'
import { EMBEDDED_DATABASE, embeddedStoreAddress } from '../../src/store/index.ts'
import type { Victim } from './fault-plan.ts'

const PROJECT = join(import.meta.dirname, '..', '..')
const PATIENCE_MILLISECONDS = 60_000
const POLL_MILLISECONDS = 100
const ASSETS = ['BTC', 'ETH', 'SOL', 'XRP'] as const

export interface StageOptions {
  readonly seed: number
  /** Market events a second over all venues. */
  readonly rate?: number
}

/** Simulated exchanges and a whole Opentape on them, in processes of its own that can be killed. */
export class Stage {
  readonly simulator: Simulator
  readonly directory: string
  readonly #ports: Readonly<Record<'gateway' | 'collector' | 'processor' | 'store', number>>
  #up: ChildProcess | undefined
  #output = ''

  private constructor(simulator: Simulator, directory: string, ports: Stage['ports']) {
    this.simulator = simulator
    this.directory = directory
    this.#ports = ports
  }

  get ports(): Readonly<Record<'gateway' | 'collector' | 'processor' | 'store', number>> {
    return this.#ports
  }

  get api(): string {
    return `http://127.0.0.1:${this.#ports.gateway}/api/v1`
  }

  /** What the supervisor and the roles said; for a failed run. */
  get output(): string {
    return this.#output
  }

  /** The market stands still until `simulator.control.resume()`. */
  static async set(options: StageOptions): Promise<Stage> {
    const directory = await mkdtemp(join(tmpdir(), 'opentape-faults-'))
    const simulator = await startSimulator({
      seed: options.seed,
      instruments: [...ASSETS],
      rate: options.rate ?? 400,
      historyTrades: 200,
      bookLevels: 40,
      limits: false,
    })
    await simulator.control.quiesce()
    const [gateway, collector, processor, store] = await freePorts(4)
    if (gateway === undefined || collector === undefined || processor === undefined || store === undefined) {
      throw new Error('no free ports')
    }
    const stage = new Stage(simulator, directory, { gateway, collector, processor, store })
    await writeFile(join(directory, 'opentape.yaml'), JSON.stringify(stage.#configuration()))
    return stage
  }

  #configuration(): object {
    const { gateway, collector, processor, store } = this.#ports
    const venue = (endpoints: object | undefined): object => ({
      instruments: [...ASSETS, 'NEAR'].flatMap((asset) => [`${asset}-USDT`, `${asset}-USD`]),
      endpoints: endpoints ?? {},
    })
    const { binance, coinbase, kraken } = this.simulator.endpoints
    return {
      data: join(this.directory, 'data'),
      logging: { format: 'json', level: 'info' },
      gateway: { port: gateway, requestsPerMinute: 1_000_000 },
      collector: { port: collector },
      processor: { port: processor },
      store: { port: store },
      venues: { binance: venue(binance), coinbase: venue(coinbase), kraken: venue(kraken) },
    }
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
        this.#output = (this.#output + chunk.toString()).slice(-200_000)
      })
    }
    await until('the gateway answers', async () => {
      if (child.exitCode !== null) throw new Error(`opentape up ended with ${child.exitCode}`)
      return (await fetch(`${this.api}/status`)).ok
    })
  }

  /** Resolves when the exchanges are connected and every feed of them has been subscribed to. */
  async untilConnected(): Promise<void> {
    await until('every venue is connected and every book is there', async () => {
      const health = await this.json<{ venues: { state: string; subscriptions: number }[] }>(
        `http://127.0.0.1:${this.#ports.collector}/health`,
      )
      if (
        health.venues.length < 3 ||
        health.venues.some(({ state, subscriptions }) => state !== 'connected' || subscriptions < 4)
      ) {
        return false
      }
      for (const { venue, instrument, active } of this.simulator.control.ledger.books()) {
        if (!active || !(ASSETS as readonly string[]).includes(instrument.split('-')[0] ?? '')) continue
        if (!(await this.json<{ live?: boolean }>(`${this.api}/books/${venue}/${instrument}`)).live) return false
      }
      return true
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
    await this.simulator.stop()
    await rm(this.directory, { recursive: true, force: true, maxRetries: 5 })
  }

  /** Asks the store itself, past the gateway. Rows as arrays of text. */
  async sql(query: string): Promise<string[][]> {
    const address = await embeddedStoreAddress({
      host: '127.0.0.1',
      port: this.#ports.store,
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
    const response = await fetch(url)
    return JSON.parse(await response.text())
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

const VICTIM_ROLES = ['collector', 'processor', 'gateway'] as const

function opensUnder(pid: number, directory: string): boolean {
  return (
    readFileSync(`/proc/${pid}/maps`, 'utf8').includes(directory) ||
    fileDescriptors(pid).some((path) => path.startsWith(directory))
  )
}

function fileDescriptors(pid: number): string[] {
  const { readlinkSync } = process.getBuiltinModule('node:fs')
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

/** Polls until the condition holds. An error of the condition counts as no, and is told if time runs out. */
export async function until(
  what: string,
  condition: () => Promise<boolean>,
  patience = PATIENCE_MILLISECONDS,
): Promise<void> {
  const deadline = performance.now() + patience
  let last: unknown
  while (performance.now() < deadline) {
    try {
      if (await condition()) return
    } catch (error) {
      last = error
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS))
  }
  throw new Error(`not within ${patience / 1000} s: ${what}${last === undefined ? '' : ` (${String(last)})`}`)
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
