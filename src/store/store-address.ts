import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { StoreError } from './store-error.ts'

/** Where a store is and who asks. */
export interface StoreAddress {
  /** `http://127.0.0.1:8123`, without credentials. */
  readonly url: string
  readonly user: string
  readonly password: string
  readonly database: string
  /** Name of the cluster that the tables are spread over; absent on one machine. */
  readonly cluster?: string | undefined
}

/** Database that the embedded store keeps its tables in. */
export const EMBEDDED_DATABASE = 'opentape'

/** Users of the embedded store: one may do everything, one may only read. */
export const EMBEDDED_USERS = { writer: 'opentape', reader: 'reader' } as const
export type EmbeddedUser = keyof typeof EMBEDDED_USERS

/**
 * Reads `http(s)://user:password@host:port/database`, with `?cluster=name` where the tables are to be spread.
 * @throws StoreError STORE_ADDRESS_INVALID. The message never shows the password.
 */
export function parseStoreAddress(text: string): StoreAddress {
  let url: URL
  try {
    url = new URL(text)
  } catch (cause) {
    throw invalid('it is not a URL', cause)
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw invalid(`it begins with ${url.protocol}`)
  const database = decoded(url.pathname.slice(1)) || 'default'
  if (!/^[A-Za-z_]\w*$/.test(database)) throw invalid(`its database is ${JSON.stringify(database)}`)
  const cluster = url.searchParams.get('cluster')
  if (cluster !== null && !/^[\w-]+$/.test(cluster)) throw invalid(`its cluster is ${JSON.stringify(cluster)}`)
  return {
    url: url.origin,
    user: decoded(url.username) || 'default',
    password: decoded(url.password),
    database,
    ...(cluster === null ? {} : { cluster }),
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch (cause) {
    throw invalid('it has a % that is not followed by two hexadecimal digits (write %25 for % itself)', cause)
  }
}

function invalid(what: string, cause?: unknown): StoreError {
  return new StoreError(
    'STORE_ADDRESS_INVALID',
    `the store's address cannot be used: ${what}; write http://user:password@host:8123/database`,
    { cause },
  )
}

/** Address of the embedded store for one of its users; the password is in the secrets directory, made if it is not there. */
export async function embeddedStoreAddress(options: {
  readonly host: string
  readonly port: number
  readonly secretsDirectory: string
  readonly user: EmbeddedUser
}): Promise<StoreAddress> {
  const host = options.host.includes(':') ? `[${options.host}]` : options.host
  return {
    url: `http://${host}:${options.port}`,
    user: EMBEDDED_USERS[options.user],
    password: await passwordOf(options.secretsDirectory, options.user),
    database: EMBEDDED_DATABASE,
  }
}

/** A password is 32 random bytes; the file can be read by its owner only. */
async function passwordOf(directory: string, user: EmbeddedUser): Promise<string> {
  const file = join(directory, `store-${user}.password`)
  const kept = await readPassword(file)
  if (kept !== undefined) return kept
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const password = randomBytes(32).toString('base64url')
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`
  const handle = await open(draft, 'wx', 0o600)
  try {
    await handle.writeFile(`${password}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  // Two processes may start at once; whose file stands at the end is read again by both.
  if ((await readPassword(file)) === undefined) await rename(draft, file)
  else await rm(draft)
  return (await readPassword(file)) ?? password
}

async function readPassword(file: string): Promise<string | undefined> {
  try {
    const text = (await readFile(file, 'utf8')).trim()
    return text === '' ? undefined : text
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
