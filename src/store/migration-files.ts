import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { StoreError } from './store-error.ts'

const DIRECTORY = new URL('./migrations/', import.meta.url)
const FILE = /^(\d{4})_(\w+)\.(up|down)\.sql$/

/** A numbered step of the schema and the way back. */
export interface Migration {
  readonly version: number
  readonly name: string
  readonly up: string
  readonly down: string
  /** SHA-256 of both texts. */
  readonly checksum: string
}

/** The migrations, oldest first. @throws StoreError STORE_SCHEMA if one lacks a half or a number is missing. */
export async function readMigrations(directory: URL = DIRECTORY): Promise<readonly Migration[]> {
  const halves = new Map<string, { up?: string; down?: string }>()
  for (const file of (await readdir(directory)).sort()) {
    const match = FILE.exec(file)
    if (match === null) continue
    const key = `${match[1]}_${match[2]}`
    const half = halves.get(key) ?? {}
    half[match[3] === 'up' ? 'up' : 'down'] = await readFile(new URL(file, directory), 'utf8')
    halves.set(key, half)
  }
  return [...halves].map(([key, { up, down }], index) => {
    const version = Number(key.slice(0, 4))
    if (up === undefined || down === undefined) {
      throw new StoreError('STORE_SCHEMA', `migration ${key} lacks its ${up === undefined ? 'up' : 'down'} file`)
    }
    if (version !== index + 1) {
      throw new StoreError(
        'STORE_SCHEMA',
        `migration ${key} follows ${index}: numbers must not be left out or repeated`,
      )
    }
    const checksum = createHash('sha256').update(up).update('\0').update(down).digest('hex')
    return { version, name: key.slice(5), up, down, checksum }
  })
}
