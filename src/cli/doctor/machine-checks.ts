import { existsSync } from 'node:fs'
import { access, constants, mkdir, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { availableParallelism, freemem, totalmem } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { Config } from '../../platform/index.ts'
import { codeOf, messageOf } from '../cli-error.ts'
import { DataDirectory } from '../data-directory.ts'
import { type CheckResult, failed, ok, warning } from './check.ts'

const GIGABYTE = 1_000_000_000
const MINIMUM_MEMORY_BYTES = GIGABYTE
const MINIMUM_DISK_BYTES = 5 * GIGABYTE
const DASHBOARD = join(import.meta.dirname, '..', '..', '..', 'web', 'dist', 'index.html')

export function checkNode(): CheckResult {
  return ok(
    'node',
    `Node ${process.versions.node} on ${process.platform}-${process.arch}, ${availableParallelism()} cores`,
  )
}

export function checkMemory(): CheckResult {
  // What the kernel keeps as a cache is free too; where that is known, it is counted.
  const free = process.availableMemory?.() ?? freemem()
  const detail = `${gigabytes(free)} of ${gigabytes(totalmem())} available`
  if (free >= MINIMUM_MEMORY_BYTES) return ok('memory', detail)
  return warning(
    'memory',
    detail,
    'About 1 GB is used by everything together: close other programs, or collect fewer instruments',
  )
}

export async function checkDisk(config: Config): Promise<CheckResult> {
  let existing = config.data
  while (!existsSync(existing)) existing = dirname(existing)
  const { bavail, bsize } = await statfs(existing)
  const detail = `${gigabytes(bavail * bsize)} free for ${config.data}`
  if (bavail * bsize >= MINIMUM_DISK_BYTES) return ok('disk', detail)
  return warning('disk', detail, 'Make room, or lower log.retention.* and store.keep.*')
}

export async function checkDataDirectory(config: Config): Promise<CheckResult> {
  const directory = new DataDirectory(config.data)
  try {
    await mkdir(directory.path, { recursive: true, mode: 0o700 })
    await access(directory.path, constants.R_OK | constants.W_OK | constants.X_OK)
    return ok(
      'data directory',
      `${directory.path} can be written${directory.kind() === undefined ? '' : `; it holds ${directory.kind()} data`}`,
    )
  } catch (cause) {
    return failed('data directory', messageOf(cause), 'Name another with --data, or change its owner or mode')
  }
}

export function checkDashboard(): CheckResult {
  if (existsSync(DASHBOARD)) return ok('dashboard', 'built')
  return warning('dashboard', `${resolve(DASHBOARD)} is not there`, 'Run "npm run build"')
}

/** Whether `opentape up` is running on the data directory; then its ports are rightly taken. */
export function isUpRunning(config: Config): boolean {
  if (!existsSync(config.data)) return false
  try {
    new DataDirectory(config.data).hold('up').release()
    return false
  } catch (cause) {
    if (codeOf(cause) === 'CLI_DIRECTORY_BUSY') return true
    throw cause
  }
}

export async function checkPorts(config: Config, running: boolean): Promise<readonly CheckResult[]> {
  const sections = ['gateway', 'collector', 'processor', 'store'] as const
  return await Promise.all(
    sections.map(async (section) => {
      const { host, port } = config[section]
      const name = `port of ${section}`
      const fault = await faultOfListening(host, port)
      if (fault === undefined) return ok(name, `${host}:${port} is free`)
      if (running && fault === 'EADDRINUSE')
        return ok(name, `${host}:${port} is taken by the "opentape up" that is running`)
      return failed(
        name,
        `${host}:${port} cannot be used (${fault})`,
        `Stop the program that has it, or set ${section}.port or ${section}.host`,
      )
    }),
  )
}

function faultOfListening(host: string, port: number): Promise<string | undefined> {
  return new Promise((settle) => {
    const server = createServer()
    server.once('error', (cause) => settle(codeOf(cause) ?? cause.message))
    server.listen({ host, port, exclusive: true }, () => server.close(() => settle(undefined)))
  })
}

function gigabytes(bytes: number): string {
  return `${(bytes / GIGABYTE).toFixed(1)} GB`
}
