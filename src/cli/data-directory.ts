import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { CliError, codeOf, messageOf } from './cli-error.ts'

/** Whether the data is of real exchanges or of simulated ones. */
export type DataKind = 'live' | 'simulated'

const OWNER_ONLY_DIRECTORY = 0o700
const KIND_FILE = 'kind'
const HOLDER_FILE = 'running.json'

/** Where everything is that is kept on this machine. */
export class DataDirectory {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  get log(): string {
    return join(this.path, 'log')
  }
  get store(): string {
    return join(this.path, 'store')
  }
  get secrets(): string {
    return join(this.path, 'secrets')
  }
  get control(): string {
    return join(this.path, 'control.sqlite')
  }
  /** Where the simulated market ended, so that it goes on from there. */
  get simulator(): string {
    return join(this.path, 'simulator.json')
  }
  /** The simulator's own record of what really happened. */
  get ledger(): string {
    return join(this.path, 'ledger.ndjson')
  }

  /**
   * Makes it, and marks of which kind its data is: simulated and real trades are never mixed.
   * @throws CliError CLI_DIRECTORY_UNUSABLE, CLI_DIRECTORY_MIXED
   */
  prepare(kind: DataKind): void {
    const marker = join(this.path, KIND_FILE)
    let found: string
    try {
      mkdirSync(this.path, { recursive: true, mode: OWNER_ONLY_DIRECTORY })
      found = readOrWrite(marker, kind)
    } catch (cause) {
      throw new CliError(
        'CLI_DIRECTORY_UNUSABLE',
        `the data directory ${this.path} cannot be used: ${messageOf(cause)}. Give another with --data`,
        { cause },
      )
    }
    if (found !== kind)
      throw new CliError(
        'CLI_DIRECTORY_MIXED',
        `${this.path} holds ${found} data and this run is ${kind}: give another directory with --data`,
      )
  }

  /** Of which kind the data in it is; undefined if it is not in use yet. */
  kind(): DataKind | undefined {
    try {
      const text = readFileSync(join(this.path, KIND_FILE), 'utf8').trim()
      return text === 'live' || text === 'simulated' ? text : undefined
    } catch (cause) {
      if (codeOf(cause) === 'ENOENT') return undefined
      throw cause
    }
  }

  /**
   * Holds the directory for one purpose until released or until the process ends, however it ends.
   * @throws CliError CLI_DIRECTORY_BUSY if another process holds it
   */
  hold(purpose: string): DirectoryLock {
    return new DirectoryLock(this.path, purpose)
  }
}

function readOrWrite(file: string, text: string): string {
  try {
    writeFileSync(file, `${text}\n`, { flag: 'wx', mode: 0o600 })
    return text
  } catch (cause) {
    if (codeOf(cause) !== 'EEXIST') throw cause
    return readFileSync(file, 'utf8').trim()
  }
}

/** A lock that the operating system takes back when its process ends: SQLite's lock on a file of its own. */
export class DirectoryLock {
  readonly #database: DatabaseSync

  constructor(directory: string, purpose: string) {
    const holder = join(directory, `${purpose}.${HOLDER_FILE}`)
    this.#database = new DatabaseSync(join(directory, `${purpose}.lock`), { timeout: 0 })
    try {
      this.#database.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    } catch (cause) {
      this.#database.close()
      throw new CliError(
        'CLI_DIRECTORY_BUSY',
        `"opentape ${purpose}" is already running on ${directory}${described(holder)}. Stop it first, or give another directory with --data`,
        { cause },
      )
    }
    writeFileSync(holder, JSON.stringify({ pid: process.pid, since: new Date().toISOString() }), { mode: 0o600 })
  }

  release(): void {
    if (this.#database.isOpen) this.#database.close()
  }

  [Symbol.dispose](): void {
    this.release()
  }
}

/** Who holds it, as far as can be read. */
function described(holder: string): string {
  try {
    const { pid, since } = JSON.parse(readFileSync(holder, 'utf8'))
    return ` (process ${Number(pid)}, since ${String(since)})`
  } catch {
    return ''
  }
}
