import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CliError, codeOf, messageOf } from '../cli-error.ts'
import { ProgressBar } from '../progress-bar.ts'
import { unreadable } from './bulk-file.ts'

const KINDS = /\.(?:zip|csv|csv\.gz)$/
const CHECKSUM = '.CHECKSUM'

/** A bulk file that lies on this machine. */
export interface SourceFile {
  /** As it was named: path or address. */
  readonly name: string
  readonly path: string
  readonly bytes: number
  /** Whether a checksum lay beside it, and was right. */
  readonly isVerified: boolean
  /** To be called when it is done with: removes what was fetched. */
  release(): Promise<void>
}

/**
 * The files that arguments name: files, folders with all that is below them, addresses, which are fetched to the data directory first.
 * Each is checked against the SHA-256 that lies beside it (`….CHECKSUM`), if there is one, before anything of it is read.
 * @throws CliError CLI_INPUT_UNREADABLE, CLI_CHECKSUM_WRONG
 */
export async function* sourceFiles(
  names: readonly string[],
  directory: string,
  signal: AbortSignal,
): AsyncGenerator<SourceFile, void, undefined> {
  for (const name of names) {
    if (/^https?:\/\//.test(name)) yield await fetched(name, directory, signal)
    else for (const path of await filesIn(name)) yield await local(path)
  }
}

async function filesIn(path: string): Promise<readonly string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path]
    const entries = await readdir(path, { recursive: true })
    return entries
      .filter((entry) => KINDS.test(entry))
      .sort()
      .map((entry) => join(path, entry))
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

async function local(path: string): Promise<SourceFile> {
  const expected = await readFile(`${path}${CHECKSUM}`, 'utf8').catch((cause: unknown) => {
    if (codeOf(cause) === 'ENOENT') return undefined
    throw unreadable(`${path}${CHECKSUM}`, cause)
  })
  const { size } = await stat(path).catch((cause: unknown) => {
    throw unreadable(path, cause)
  })
  if (expected !== undefined) await verify(path, path, expected)
  return { name: path, path, bytes: size, isVerified: expected !== undefined, release: async () => undefined }
}

async function fetched(url: string, directory: string, signal: AbortSignal): Promise<SourceFile> {
  const name = basename(new URL(url).pathname)
  if (!KINDS.test(name)) throw new CliError('CLI_INPUT_UNREADABLE', `${url} is neither .zip nor .csv.gz nor .csv`)
  const folder = join(directory, 'backfill', createHash('sha256').update(url).digest('hex').slice(0, 24))
  const path = join(folder, name)
  const release = () => rm(folder, { recursive: true, force: true })
  try {
    const response = await fetch(url, { signal })
    if (response.status !== 200 || response.body === null) throw new Error(`the server answered ${response.status}`)
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const length = Number(response.headers.get('content-length'))
    const bar = new ProgressBar({ label: `fetching ${name}`, unit: 'bytes', total: length > 0 ? length : undefined })
    let bytes = 0
    const counted = async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        bytes += chunk.length
        bar.update(bytes)
        yield chunk
      }
    }
    await pipeline(Readable.fromWeb(response.body), counted, createWriteStream(path, { mode: 0o600 }))
    bar.finish()
    if (length > 0 && bytes !== length && response.headers.get('content-encoding') === null)
      throw new Error(`it ended after ${bytes} of ${length} bytes`)
    const beside = await fetch(`${url}${CHECKSUM}`, { signal })
    const expected = beside.status === 200 ? await beside.text() : undefined
    if (expected !== undefined) await verify(url, path, expected)
    return { name: url, path, bytes, isVerified: expected !== undefined, release }
  } catch (cause) {
    await release()
    if (cause instanceof CliError) throw cause
    throw new CliError('CLI_INPUT_UNREADABLE', `${url} cannot be fetched: ${messageOf(cause)}`, { cause })
  }
}

/** @param checksum `<sha-256 in hex>  <name of the file>` */
async function verify(name: string, path: string, checksum: string): Promise<void> {
  const expected = /^[0-9a-f]{64}\b/i.exec(checksum.trim())?.[0]?.toLowerCase()
  if (expected === undefined) throw new CliError('CLI_CHECKSUM_WRONG', `the checksum beside ${name} is none`)
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  const found = hash.digest('hex')
  if (found !== expected)
    throw new CliError('CLI_CHECKSUM_WRONG', `${name} is damaged: its SHA-256 is ${found}, and should be ${expected}`)
}
